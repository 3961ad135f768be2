//! Kinds of values: by what they look like, and by the names of their members.

use crate::failure::Fault;
use crate::json::Json;
use postern_model::entity::ValueKind;
use regex::Regex;
use std::ops::Range;

/// Digits of a card's number (ISO/IEC 7812-1).
const CARD: std::ops::RangeInclusive<usize> = 13..=19;
/// Digits of a telephone number: E.164 has at most 15.
const PHONE: std::ops::RangeInclusive<usize> = 7..=15;

const EMAIL: &str = r"[\w.%+'-]+@[\w-]+(?:\.[\w-]+)+";
const PHONES: &str = r"(?:\+|\b0|\(0)[0-9(][0-9 ()./-]{4,22}[0-9]";
const DATES: &str = r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?\b|\b[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})\b|\b[0-9]{1,2}\.? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,? [0-9]{4}\b";
const AMOUNTS: &str = r"(?:[€$£¥]|\b(?:EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|CAD|AUD|INR)\b) ?-?[0-9](?:[0-9.,' ]*[0-9])?|\b[0-9](?:[0-9.,']*[0-9])? ?(?:[€$£¥]|(?:EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|CAD|AUD|INR)\b)";

/// Members that hold names of people, without `_`, `-` and case.
const NAMES: [&str; 20] = [
    "name",
    "firstname",
    "lastname",
    "middlename",
    "givenname",
    "familyname",
    "fullname",
    "surname",
    "forename",
    "maidenname",
    "birthname",
    "displayname",
    "holdername",
    "cardholder",
    "cardholdername",
    "accountholder",
    "customername",
    "contactname",
    "personname",
    "ownername",
];

/// Members that hold amounts of money.
const MONEY: [&str; 14] = [
    "amount",
    "price",
    "unitprice",
    "total",
    "subtotal",
    "totalamount",
    "totalprice",
    "balance",
    "salary",
    "income",
    "fee",
    "cost",
    "tax",
    "revenue",
];

/// A kind that is looked for.
#[derive(Debug)]
pub(super) struct Kind {
    kind: ValueKind,
    /// Of kinds that are known by their looks.
    looks: Option<Regex>,
}

impl Kind {
    pub(super) fn new(kind: ValueKind, step: impl Fn() -> String) -> Result<Self, Fault> {
        let pattern = match kind {
            ValueKind::Email => EMAIL,
            ValueKind::Phone => PHONES,
            ValueKind::Date => DATES,
            ValueKind::Amount => AMOUNTS,
            ValueKind::Name | ValueKind::Card => return Ok(Self { kind, looks: None }),
        };
        let looks = super::expression(pattern, step)?;
        Ok(Self {
            kind,
            looks: Some(looks),
        })
    }

    /// Whether what stands in a member of that name is of the kind.
    pub(super) fn is_member(&self, name: &str) -> bool {
        let known: &[&str] = match self.kind {
            ValueKind::Name => &NAMES,
            ValueKind::Amount => &MONEY,
            _ => return false,
        };
        let bare = name.chars().filter(char::is_ascii_alphanumeric);
        let bare: String = bare.map(|c| c.to_ascii_lowercase()).collect();
        known.contains(&bare.as_str())
    }

    /// Whether a value in such a member can be of the kind.
    pub(super) fn is_value(&self, json: &Json) -> bool {
        match (self.kind, json) {
            (ValueKind::Name, Json::Text(_)) => true,
            (ValueKind::Amount, Json::Text(text)) => text.bytes().any(|b| b.is_ascii_digit()),
            (ValueKind::Amount, Json::Word(word)) => is_digits(word),
            _ => false,
        }
    }

    /// Whether a number is of the kind by its looks.
    pub(super) fn is_number(&self, word: &str) -> bool {
        self.kind == ValueKind::Card
            && word.bytes().all(|b| b.is_ascii_digit())
            && CARD.contains(&word.len())
            && luhn(word.bytes())
    }

    /// Where in a text such values stand: in order, and apart from each other.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        if self.kind == ValueKind::Card {
            return cards(text);
        }
        let Some(looks) = &self.looks else {
            return Vec::new();
        };
        let found = looks.find_iter(text).map(|found| found.range());
        let digits = |range: &Range<usize>| {
            let text = text.get(range.clone()).unwrap_or_default();
            text.bytes().filter(u8::is_ascii_digit).count()
        };
        found
            .filter(|range| self.kind != ValueKind::Phone || PHONE.contains(&digits(range)))
            .collect()
    }
}

fn is_digits(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit() || c == '-')
}

/// Numbers of cards: digits, blanks or hyphens between them, the last one the check digit.
fn cards(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        if !digit(start) || (start > 0 && digit(start - 1)) {
            start += 1;
            continue;
        }
        match card(bytes, start) {
            Some(end) => {
                found.push(start..end);
                start = end;
            }
            None => start += 1,
        }
    }
    found
}

/// The end of the longest number of a card that begins there.
fn card(bytes: &[u8], start: usize) -> Option<usize> {
    let mut digits = Vec::with_capacity(*CARD.end());
    let mut longest = None;
    let mut at = start;
    while digits.len() < *CARD.end() {
        match bytes.get(at) {
            Some(b) if b.is_ascii_digit() => digits.push(*b),
            Some(b' ' | b'-') if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {}
            _ => break,
        }
        at += 1;
        let ends = !bytes.get(at).is_some_and(u8::is_ascii_digit);
        if ends && CARD.contains(&digits.len()) && luhn(digits.iter().copied()) {
            longest = Some(at);
        }
    }
    longest
}

/// The check digit is right (ISO/IEC 7812-1 annex B).
fn luhn(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            match at % 2 {
                0 => value,
                _ if value > 4 => 2 * value - 9,
                _ => 2 * value,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
