//! Alternative names of a certificate (RFC 5280 §4.2.1.6): of those that say who a client is, DNS
//! names, URIs and mail addresses.
//!
//! They are compared with what credentials say of certificates that were judged trusted before.
//! What cannot be read to the letter is no name of anybody.

use super::{EXPLICIT_3, OCTET_STRING, Reader, SEQUENCE};
use postern_model::entity::CertificateName;

const BOOLEAN: u8 = 0x01;
const OID: u8 = 0x06;
const ISSUER_UNIQUE_ID: u8 = 0x81;
const SUBJECT_UNIQUE_ID: u8 = 0x82;
const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;

/// `id-ce-subjectAltName`.
const ALTERNATIVE_NAMES: [u8; 3] = [0x55, 29, 17];
/// Most names that are looked at, and their longest.
const MOST: usize = 64;
const LONGEST: usize = 2048;

/// The names in what follows the subject of a certificate: its key and its extensions.
pub(super) fn names(mut body: Reader<'_>) -> Vec<CertificateName> {
    extension(&mut body).map_or_else(Vec::new, |names| read(Reader(names)))
}

/// The value of the extension.
fn extension<'a>(body: &mut Reader<'a>) -> Option<&'a [u8]> {
    body.value(SEQUENCE)?;
    body.optional(ISSUER_UNIQUE_ID);
    body.optional(SUBJECT_UNIQUE_ID);
    let mut all = Reader(Reader(body.value(EXPLICIT_3)?).value(SEQUENCE)?);
    while !all.0.is_empty() {
        let mut one = Reader(all.value(SEQUENCE)?);
        if one.value(OID)? == ALTERNATIVE_NAMES {
            one.optional(BOOLEAN);
            return Reader(one.value(OCTET_STRING)?).value(SEQUENCE);
        }
    }
    None
}

fn read(mut all: Reader<'_>) -> Vec<CertificateName> {
    let mut names = Vec::new();
    while let Some((tag, value, _)) = all.next().filter(|_| names.len() < MOST) {
        let plain = value.iter().all(u8::is_ascii_graphic);
        let text = std::str::from_utf8(value).ok();
        let text = text.filter(|text| plain && (1..=LONGEST).contains(&text.len()));
        let Some(text) = text else { continue };
        names.push(match tag {
            DNS => CertificateName::Dns(text.to_ascii_lowercase().into()),
            URI => CertificateName::Uri(text.into()),
            EMAIL => CertificateName::Email(text.into()),
            _ => continue,
        });
    }
    names
}
