//! Which names are those of secrets.

use postern_model::entity::{Name, Redact, Service};
use smallvec::SmallVec;

/// Headers whose values are credentials, whatever a service says, beside those named like one.
const HEADERS: [&[u8]; 5] = [
    b"authorization",
    b"dpop",
    b"proxy-authorization",
    b"cookie",
    b"set-cookie",
];

/// What stands in the names of secrets, written in lower case without `-`, `_` and the like, by
/// their first letter.
const fn words(first: u8) -> &'static [&'static [u8]] {
    match first {
        b'a' => &[
            b"apikey",
            b"accesskey",
            b"authorization",
            b"authtoken",
            b"assertion",
        ],
        b'c' => &[
            b"credential",
            b"cookie",
            b"csrf",
            b"cvv",
            b"cvc",
            b"cardnumber",
            b"codeverifier",
            b"clientkey",
        ],
        b'e' => &[b"encryptionkey"],
        b'k' => &[b"keymaterial"],
        b'o' => &[b"onetimecode"],
        b'p' => &[
            b"password",
            b"passwd",
            b"passphrase",
            b"passcode",
            b"pwd",
            b"privatekey",
        ],
        b's' => &[
            b"secret",
            b"session",
            b"signature",
            b"signingkey",
            b"sharedkey",
            b"samlresponse",
            b"samlrequest",
        ],
        b't' => &[b"token"],
        b'x' => &[b"xsrf"],
        _ => &[],
    }
}

/// Names that are secret as a whole, and as part of another say nothing.
const WHOLE: [&[u8]; 11] = [
    b"pass", b"passw", b"pin", b"otp", b"totp", b"auth", b"bearer", b"jwt", b"ssn", b"sid", b"pwd",
];

/// Which names hide their values: those of secrets, and those that a service names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    /// Where the service's keys stand.
    key_headers: &'a [Name],
    key_parameters: &'a [Name],
    pub(super) rules: Option<&'a Redact>,
}

impl<'a> Names<'a> {
    pub(super) fn new(service: Option<&'a Service>) -> Self {
        let accepted = service.and_then(|service| service.authentication.as_ref());
        Self {
            key_headers: accepted.map_or(&[], |accepted| &accepted.headers),
            key_parameters: accepted.map_or(&[], |accepted| &accepted.query),
            rules: service
                .and_then(|service| service.capture.as_ref())
                .map(|capture| &capture.redact),
        }
    }

    /// Whether a header's value is hidden.
    pub(super) fn header(&self, name: &[u8]) -> bool {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        HEADERS.into_iter().any(is)
            || self.key_headers.iter().any(|key| is(key.as_bytes()))
            || self
                .rules
                .is_some_and(|rules| rules.headers.iter().any(|rule| is(rule.as_bytes())))
            || is_secret(name, false)
    }

    /// Whether the value of a member of a JSON object is hidden, wherever it stands.
    pub(super) fn member(&self, name: &str, number: bool) -> bool {
        let rules = self.rules.map_or(&[][..], |rules| &rules.members);
        is_among(rules, name) || is_secret(name.as_bytes(), number)
    }

    /// Whether the value of a form's field, or of a parameter, is hidden.
    pub(super) fn field(&self, name: &str, number: bool) -> bool {
        let rules = self.rules.map_or(&[][..], |rules| &rules.fields);
        is_among(rules, name)
            || is_among(self.key_parameters, name)
            // What other gateways and providers call a key in a query.
            || name.eq_ignore_ascii_case("key")
            || is_secret(name.as_bytes(), number)
    }

    /// Whether what follows a name in a text is hidden: by any rule, since nobody knows what the
    /// text is.
    pub(super) fn anywhere(&self, name: &str, number: bool) -> bool {
        let by_rule = |rules: &Redact| {
            let mut ends = rules.places.iter().filter_map(|place| place.last());
            is_among(&rules.headers, name)
                || is_among(&rules.members, name)
                || is_among(&rules.fields, name)
                || ends.any(|last| last.eq_ignore_ascii_case(name))
        };
        self.rules.is_some_and(by_rule)
            || is_among(self.key_headers, name)
            || is_among(self.key_parameters, name)
            || is_secret(name.as_bytes(), number)
    }
}

fn is_among(names: &[Name], name: &str) -> bool {
    names.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Whether something of that name is a secret. `number`: its value is one, as counts are.
fn is_secret(name: &[u8], number: bool) -> bool {
    let bare: SmallVec<[u8; 64]> = name
        .iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    if WHOLE.contains(&&*bare) {
        return true;
    }
    (0..bare.len()).any(|at| {
        let rest = bare.get(at..).unwrap_or_default();
        let found = words(rest.first().copied().unwrap_or_default())
            .iter()
            .find(|word| rest.starts_with(word));
        // `max_tokens: 100` is what a model may write.
        found.is_some_and(|word| !(number && *word == b"token"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for name in [
            "password",
            "Password",
            "db_passwd",
            "user[password]",
            "newPassword2",
            "client_secret",
            "X-Auth-Token",
            "refreshToken",
            "API-Key",
            "api_key",
            "x-api-key",
            "aws.secretAccessKey",
            "JSESSIONID",
            "csrfmiddlewaretoken",
            "X-XSRF-TOKEN",
            "pin",
            "X-Amz-Signature",
            "card_number",
            "PrivateKey",
        ] {
            assert!(is_secret(name.as_bytes(), false), "{name}");
        }
        for name in [
            "name",
            "key",
            "keys",
            "spin",
            "opinion",
            "passenger",
            "author",
            "compass",
            "id",
            "code",
            "pinned",
            "bypass",
            "X-Request-Id",
            "Accept",
            "",
        ] {
            assert!(!is_secret(name.as_bytes(), false), "{name}");
        }
    }

    #[test]
    fn a_number_of_tokens_is_none() {
        assert!(!is_secret(b"max_tokens", true));
        assert!(is_secret(b"max_tokens", false));
        assert!(is_secret(b"otp", true) && is_secret(b"pwd_token", true));
    }
}
