import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;

/** Posts a file, all of it before it reads; prints the status, then the body. */
public final class Upload {
    public static void main(String[] arguments) throws Exception {
        byte[] body = Files.readAllBytes(Path.of(arguments[1]));
        var connection = (HttpURLConnection) new URL(arguments[0]).openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(body.length);
        connection.getOutputStream().write(body);
        System.out.println(connection.getResponseCode());
        try (InputStream stream = connection.getErrorStream()) {
            System.out.println(new String(stream.readAllBytes()));
        }
    }
}
