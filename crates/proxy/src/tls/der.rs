//! The few fields of certificates and revocation lists that are shown or timed: names and
//! validity (RFC 5280 §4.1, §5.1).
//!
//! Reads for display only. Every decision about a chain is webpki's, which parses strictly
//! and for itself; nothing here can make a certificate trusted.

use postern_model::entity::CertificateName;
use std::fmt::Write;

mod alternative;
mod name;
#[cfg(test)]
mod tests;

pub(super) use name::MAX_NAME;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const EXPLICIT_0: u8 = 0xa0;
const EXPLICIT_3: u8 = 0xa3;
const OCTET_STRING: u8 = 0x04;

/// What is shown of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    /// Subject (RFC 4514), at most [`MAX_NAME`] bytes.
    pub(super) subject: String,
    /// Issuer (RFC 4514), at most [`MAX_NAME`] bytes.
    pub(super) issuer: String,
    /// Unix time in seconds from which it is valid.
    pub(super) not_before: i64,
    /// Unix time in seconds of the last second in which it is valid.
    pub(super) not_after: i64,
    /// Its alternative names that say who a client is.
    pub(super) alternative: Vec<CertificateName>,
}

impl Certificate {
    /// Reads a certificate; `None` if it is not one or a name is absurdly long.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut body = Reader(Reader(Reader(der).value(SEQUENCE)?).value(SEQUENCE)?);
        body.optional(EXPLICIT_0);
        body.value(INTEGER)?;
        body.value(SEQUENCE)?;
        let issuer = body.value(SEQUENCE)?;
        let mut validity = Reader(body.value(SEQUENCE)?);
        let not_before = validity.time()?;
        let not_after = validity.time()?;
        let subject = body.value(SEQUENCE)?;
        Some(Self {
            subject: name::read(subject)?,
            issuer: name::read(issuer)?,
            not_before,
            not_after,
            alternative: alternative::names(body),
        })
    }
}

/// The text of a name, from the value of its SEQUENCE.
pub(super) fn name(value: &[u8]) -> Option<String> {
    name::read(value)
}

/// The time after which a revocation list is stale, Unix time in seconds.
pub(super) fn next_update(der: &[u8]) -> Option<i64> {
    let mut body = Reader(Reader(Reader(der).value(SEQUENCE)?).value(SEQUENCE)?);
    body.optional(INTEGER);
    body.value(SEQUENCE)?;
    body.value(SEQUENCE)?;
    body.time()?;
    body.time()
}

/// Reads one element after another off a slice: tag, definite length, value.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next element: its tag, its value, and all its bytes.
    fn next(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let whole = self.0;
        let (&tag, rest) = whole.split_first()?;
        // Tags above 30 take several bytes; none of our fields has one.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let (bytes, rest) = rest.split_at_checked(count)?;
            let length = bytes.iter().try_fold(0_usize, |length, byte| {
                length.checked_mul(256)?.checked_add(usize::from(*byte))
            })?;
            (length, rest)
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        let element = whole.get(..whole.len() - rest.len())?;
        Some((tag, value, element))
    }

    /// The value of the next element, which must have this tag.
    fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, value, _) = self.next()?;
        (found == tag).then_some(value)
    }

    /// Skips the next element if it has this tag.
    fn optional(&mut self, tag: u8) {
        if self.0.first() == Some(&tag) {
            self.next();
        }
    }

    /// A `UTCTime` or `GeneralizedTime` in the form that RFC 5280 §4.1.2.5 demands.
    fn time(&mut self) -> Option<i64> {
        let (tag, text, _) = self.next()?;
        let (year, rest) = match tag {
            UTC_TIME => {
                let (digits, rest) = text.split_at_checked(2)?;
                let year = number(digits)?;
                (if year < 50 { 2000 + year } else { 1900 + year }, rest)
            }
            GENERALIZED_TIME => {
                let (digits, rest) = text.split_at_checked(4)?;
                (number(digits)?, rest)
            }
            _ => return None,
        };
        let (fields, zone) = rest.split_at_checked(10)?;
        let mut fields = fields.chunks(2).map(number);
        let mut field = |range: std::ops::RangeInclusive<i64>| {
            fields.next()?.filter(|value| range.contains(value))
        };
        let (month, day) = (field(1..=12)?, field(1..=31)?);
        let (hour, minute, second) = (field(0..=23)?, field(0..=59)?, field(0..=59)?);
        (zone == b"Z").then_some(())?;
        Some(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
    }
}

/// A number from decimal digits only.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })
}

/// Days from 1970-01-01 in the Gregorian calendar (Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
}

/// Checks on any bytes what must hold for all.
pub(super) fn fuzz(data: &[u8]) {
    if let Some(certificate) = Certificate::read(data) {
        for name in [&certificate.subject, &certificate.issuer] {
            assert!(name.len() <= MAX_NAME);
            assert!(
                !name.chars().any(char::is_control),
                "control characters are escaped"
            );
        }
    }
    next_update(data);
}
