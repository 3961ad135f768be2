import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/** Says what a servlet container (embedded Tomcat) made of a request. */
public final class Servlet extends HttpServlet {
    public static void main(String[] arguments) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(arguments[1]);
        Connector connector = new Connector();
        connector.setPort(Integer.parseInt(arguments[0]));
        connector.setProperty("address", "127.0.0.1");
        tomcat.setConnector(connector);
        var context = tomcat.addContext("", new File(arguments[1]).getAbsolutePath());
        Tomcat.addServlet(context, "tell", new Servlet());
        context.addServletMappingDecoded("/*", "tell");
        tomcat.start();
        tomcat.getServer().await();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        request.getInputStream().readAllBytes();
        StringBuilder out = new StringBuilder("{");
        String query = request.getQueryString();
        member(out, "method", request.getMethod()).append(',');
        member(out, "raw", request.getRequestURI() + (query == null ? "" : "?" + query)).append(',');
        String info = request.getPathInfo();
        member(out, "path", request.getServletPath() + (info == null ? "" : info)).append(',');
        member(out, "host", request.getHeader("Host")).append(",\"headers\":{");
        String comma = "";
        for (String name : Collections.list(request.getHeaderNames())) {
            out.append(comma);
            String value = String.join(", ", Collections.list(request.getHeaders(name)));
            member(out, name.toLowerCase(), value);
            comma = ",";
        }
        byte[] bytes = out.append("}}").toString().getBytes(StandardCharsets.UTF_8);
        response.setContentType("application/json");
        response.setContentLength(bytes.length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(bytes);
        }
    }

    private static StringBuilder member(StringBuilder out, String name, String value) {
        return text(text(out, name).append(':'), value);
    }

    private static StringBuilder text(StringBuilder out, String value) {
        out.append('"');
        for (char c : value.toCharArray()) {
            if (c < 32 || c == '"' || c == '\\') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"');
    }
}
