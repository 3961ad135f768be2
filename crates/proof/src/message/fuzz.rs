//! What no bytes may do.

use super::digest::Digests;
use super::{Message, MessageKey, Older, is_genuine, offered};
use crate::structured;

/// A message of arbitrary bytes.
struct Anything<'a> {
    target: &'a [u8],
    rest: &'a [u8],
}

impl Message for Anything<'_> {
    fn method(&self) -> &[u8] {
        b"POST"
    }

    fn version(&self) -> &'static str {
        "HTTP/1.1"
    }

    fn scheme(&self) -> &'static str {
        "https"
    }

    fn authority(&self) -> &[u8] {
        b"A.example:443"
    }

    fn target(&self) -> &[u8] {
        self.target
    }

    fn path(&self) -> &[u8] {
        self.target.split(|b| *b == b'?').next().unwrap_or_default()
    }

    fn query(&self) -> Option<&[u8]> {
        let at = self.target.iter().position(|b| *b == b'?')?;
        self.target.get(at + 1..)
    }

    fn field<'a>(&'a self, _: &'a str, nth: usize) -> Option<&'a [u8]> {
        (nth < 2).then_some(self.rest)
    }
}

/// Reads lines of arbitrary bytes as `Signature-Input`, `Signature`, `Content-Digest` and a request:
/// the entry for a fuzzer. Says what does not hold.
///
/// # Errors
/// What does not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    let mut lines = data.splitn(5, |byte| *byte == b'\n');
    let [input, signature, digest, target, rest] =
        [(); 5].map(|()| lines.next().unwrap_or_default());
    let one = std::iter::once::<&[u8]>;
    for read in [Digests::content(one(digest)), Digests::older(one(digest))] {
        if read.is_ok_and(|digests| digests.is_of(data)) {
            return Err("it has its own digest".to_owned());
        }
    }
    again(input)?;
    again(signature)?;
    if let Ok(older) = Older::read(input) {
        let message = Anything { target, rest };
        let key = MessageKey::shared(b"what nobody knows but this machine").ok();
        let base = older.base(&message).unwrap_or_default();
        if is_genuine(key.as_ref(), &base, &older.signature) {
            return Err("an older signature is believed that nobody made".to_owned());
        }
    }
    let Ok(offered) = offered(one(input), one(signature)) else {
        return Ok(());
    };
    let key = MessageKey::shared(b"what nobody knows but this machine").ok();
    let message = Anything { target, rest };
    for one in offered {
        let Ok(base) = one.base(&message) else {
            continue;
        };
        let ends = base.split(|byte| *byte == b'\n').count() - 1;
        let clean = !rest.contains(&b'\n');
        if clean && ends != one.covered.len() {
            return Err(format!("{ends} lines of {}", one.covered.len()));
        }
        for key in [None, key.as_ref()] {
            if is_genuine(key, &base, &one.signature) {
                return Err("a signature is believed that nobody made".to_owned());
            }
        }
    }
    Ok(())
}

/// What can be read is read the same once it was written in its one spelling.
fn again(line: &[u8]) -> Result<(), String> {
    let Ok(members) = structured::dictionary(line) else {
        return Ok(());
    };
    for (_, member) in members {
        let mut written = "a=".to_owned();
        match &member {
            structured::Member::Item(item) => structured::write_item(item, &mut written),
            structured::Member::List(items, parameters) => {
                structured::write_list(items, parameters, &mut written);
            }
        }
        match structured::dictionary(written.as_bytes()) {
            Ok(read) if matches!(&*read, [(_, other)] if *other == member) => {}
            other => return Err(format!("{written} is read as {other:?}")),
        }
    }
    Ok(())
}
