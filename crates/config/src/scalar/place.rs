//! Where addresses are: countries and autonomous systems.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::entity::{AsNumber, Country};

/// A country, or `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CountryCode(pub(crate) Country);

scalar!(CountryCode, {
    "description": "A country by its two letters of ISO 3166-1 (`DE`), or `unknown`: an address of which no country is known, such as a private one.",
    "type": "string",
    "pattern": "^([A-Za-z]{2}|unknown)$"
});

impl Scalar for CountryCode {
    const KIND: &'static str = "country";
    const CODE: Code = Code::InvalidCountry;
    const WHAT: &'static str = "a country";
    const EXAMPLE: &'static str = "DE";

    fn read(text: &str) -> Result<Self, Problem> {
        if text == Country::UNKNOWN_WORD {
            return Ok(Self(Country::UNKNOWN));
        }
        let Some(country) = Country::parse(text) else {
            return Err(Problem::new(
                "expected two letters of ISO 3166-1, such as `DE`, or `unknown`",
            ));
        };
        if country.is_assigned() {
            return Ok(Self(country));
        }
        let problem = Problem::new("no country has these two letters in ISO 3166-1");
        // What people write for them.
        Err(match country.as_str() {
            "UK" => problem.suggest("GB"),
            "EL" => problem.suggest("GR"),
            _ => problem,
        })
    }
}

/// The number of an autonomous system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asn(pub(crate) AsNumber);

scalar!(Asn, {
    "description": "The number of an autonomous system: `AS64496`, or `64496`.",
    "type": ["string", "integer"],
    "pattern": "^([Aa][Ss])?[0-9]{1,10}$"
});

impl Scalar for Asn {
    const KIND: &'static str = "asn";
    const CODE: Code = Code::InvalidAsn;
    const WHAT: &'static str = "the number of an autonomous system";
    const EXAMPLE: &'static str = "AS64496";

    fn read(text: &str) -> Result<Self, Problem> {
        match AsNumber::parse(text) {
            Some(AsNumber(0)) => Err(Problem::new("AS0 is nobody's (RFC 7607)")),
            Some(number) => Ok(Self(number)),
            None => {
                let problem =
                    Problem::new("expected a number up to 4294967295, `AS` before it or not");
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let meant = AsNumber::parse(&digits).filter(|number| number.0 > 0);
                Err(match meant {
                    Some(number) if !text.starts_with('-') => problem.suggest(number.to_string()),
                    _ => problem,
                })
            }
        }
    }
}
