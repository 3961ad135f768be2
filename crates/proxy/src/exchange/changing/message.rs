//! Bodies and fields of messages that are changed.

use postern_model::denial::printable;
use postern_policy::fields::{Fields, Known, list_members};

/// What a body is, as far as it can be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::exchange) enum Kind {
    /// JSON as it is.
    Json,
    /// JSON in this content coding.
    Coded(String),
    /// Something else.
    Other,
}

impl Kind {
    /// By what its head says.
    pub(in crate::exchange) fn of(fields: &Fields) -> Self {
        let media = fields.get(Known::ContentType).unwrap_or_default();
        if !is_json(media) {
            return Self::Other;
        }
        let coding = fields
            .named(b"content-encoding")
            .flat_map(list_members)
            .find(|coding| !coding.eq_ignore_ascii_case(b"identity"));
        coding.map_or(Self::Json, |coding| Self::Coded(printable(coding, 32)))
    }
}

/// `application/json`, and whatever is written in JSON (RFC 6839 §3.1).
fn is_json(media: &[u8]) -> bool {
    let essence = media.split(|&b| b == b';').next().unwrap_or_default();
    let essence = essence.trim_ascii().to_ascii_lowercase();
    matches!(&*essence, b"application/json" | b"text/json") || essence.ends_with(b"+json")
}

/// Fields that say what the bytes of a body are, and are wrong once those are others.
pub(in crate::exchange) fn changed_digest(name: &[u8]) -> bool {
    ["content-digest", "repr-digest", "digest", "content-md5"]
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
}

/// Header fields as templates read them: names in lower case, without what `hides` names.
pub(in crate::exchange) fn pairs<'f>(
    fields: impl Iterator<Item = (&'f [u8], &'f [u8])>,
    hides: impl Fn(&[u8]) -> bool,
) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    fields
        .filter(|(name, _)| !hides(name))
        .map(|(name, value)| (text(name).to_ascii_lowercase(), text(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_its_media_type() {
        let kind = |list: &[(&str, &str)]| {
            let mut fields = Fields::default();
            for (name, value) in list {
                fields.push(name.as_bytes(), value.as_bytes());
            }
            Kind::of(&fields)
        };
        for media in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
        ] {
            assert_eq!(kind(&[("Content-Type", media)]), Kind::Json, "{media}");
        }
        for media in ["text/html", "application/jsonl", "text/event-stream", ""] {
            assert_eq!(kind(&[("Content-Type", media)]), Kind::Other, "{media}");
        }
        let coded = |coding| {
            kind(&[
                ("Content-Type", "application/json"),
                ("Content-Encoding", coding),
            ])
        };
        assert_eq!(coded("identity"), Kind::Json);
        assert_eq!(coded("gzip"), Kind::Coded("gzip".to_owned()));
    }
}
