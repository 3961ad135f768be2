//! Who is at the other end of the socket.

use std::os::unix::fs::MetadataExt as _;

/// Longest file of users that is read.
const MAX_PASSWD: u64 = 1 << 20;

/// The user that this process runs as.
pub(crate) fn own_user() -> std::io::Result<u32> {
    Ok(std::fs::metadata("/proc/self")?.uid())
}

/// What a user is called: their name, or `uid 1000`.
pub(crate) fn name(uid: u32) -> String {
    use std::io::Read as _;
    let mut text = String::new();
    let read = std::fs::File::open("/etc/passwd")
        .and_then(|file| file.take(MAX_PASSWD).read_to_string(&mut text));
    let found = read.ok().and_then(|_| find(&text, uid));
    found.unwrap_or_else(|| format!("uid {uid}"))
}

fn find(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let number: u32 = fields.nth(1)?.parse().ok()?;
        (number == uid).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn users_are_called_by_their_names() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nbroken\nlin:x:1000:1000::/home/lin:/bin/sh\n";
        assert_eq!(find(passwd, 1000).as_deref(), Some("lin"));
        assert_eq!(find(passwd, 7), None);
    }
}
