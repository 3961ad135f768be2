//! What a sealed secret is for.

use std::fmt::{self, Write as _};

/// The document that holds a sealed secret, which is opened nowhere else: its kind and id, and the
/// tenant that it says it belongs to. Written `certificate/shop@commerce`, and without `@` where
/// it says none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its tenant; `None` is the platform, and what belongs to a tenant through something else.
    pub tenant: Option<&'a str>,
}

impl fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.kind, f)?;
        f.write_char('/')?;
        escape(self.id, f)?;
        match self.tenant {
            Some(tenant) => {
                f.write_char('@')?;
                escape(tenant, f)
            }
            None => Ok(()),
        }
    }
}

/// Percent-encodes what is not unreserved (RFC 3986, section 2.3), so that no two holders are
/// written alike.
fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            f.write_char(char::from(byte))?;
        } else {
            write!(f, "%{byte:02X}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_holders_are_written_alike() {
        let holder = |kind, id, tenant| Holder { kind, id, tenant }.to_string();
        assert_eq!(
            holder("certificate", "shop", Some("commerce")),
            "certificate/shop@commerce"
        );
        assert_eq!(holder("mail", "platform", None), "mail/platform");
        assert_eq!(holder("a", "b@c", None), "a/b%40c");
        assert_eq!(holder("a", "b/c:d", None), "a/b%2Fc%3Ad");
        assert_ne!(holder("a", "b@c", None), holder("a", "b", Some("c")));
    }
}
