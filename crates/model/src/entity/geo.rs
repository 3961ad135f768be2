//! Where addresses are, and whose networks they are in.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Databases about addresses, in the MMDB format. None is shipped: they are the operator's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Geo {
    /// The file that says in which country an address is.
    pub country: Option<Arc<Path>>,
    /// The file that says to which autonomous system an address belongs; perhaps the same one.
    pub asn: Option<Arc<Path>>,
}

/// A country: two letters of ISO 3166-1, in capitals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Stands in policies for every address whose country no database knows, such as a private
    /// one. No country has this code, nor ever will (ISO 3166-1 §8.1.3).
    pub const UNKNOWN: Self = Self(*b"ZZ");
    /// How policies write that.
    pub const UNKNOWN_WORD: &'static str = "unknown";

    /// Of two letters, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        let capitals = letters.map(|letter| letter.to_ascii_uppercase());
        capitals
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(capitals))
    }

    /// The two letters.
    pub const fn letters(self) -> [u8; 2] {
        self.0
    }

    /// The two letters as text, or `unknown`.
    pub fn as_str(&self) -> &str {
        if *self == Self::UNKNOWN {
            return Self::UNKNOWN_WORD;
        }
        // They are letters, so that this cannot fail.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether ISO 3166-1 assigns the code to a country; `XK`, which databases use for Kosovo,
    /// counts.
    pub fn is_assigned(self) -> bool {
        ASSIGNED
            .as_bytes()
            .chunks(3)
            .any(|code| code.starts_with(&self.0))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// ISO 3166-1, officially assigned, and `XK`.
const ASSIGNED: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT \
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH \
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT \
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS \
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI \
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG \
UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// The number of an autonomous system (RFC 6793): of a network of one operator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AsNumber(pub u32);

impl AsNumber {
    /// Of `AS64496` or `64496`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = match text.as_bytes() {
            [b'A' | b'a', b'S' | b's', ..] => text.get(2..)?,
            _ => text,
        };
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok().map(Self))?
    }
}

impl fmt::Display for AsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

impl fmt::Debug for AsNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_two_letters_in_any_case() {
        for (text, shown) in [("DE", "DE"), ("fr", "FR"), ("zZ", "unknown")] {
            assert_eq!(Country::parse(text).unwrap().as_str(), shown);
        }
        for text in ["", "D", "DEU", "D1", "ü", "D ", "unknown"] {
            assert_eq!(Country::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_countries_have_assigned_codes() {
        for code in ["AD", "DE", "GB", "XK", "ZW"] {
            assert!(Country::parse(code).unwrap().is_assigned(), "{code}");
        }
        // A mistake for GB, an exceptional reservation, what is never assigned, and two letters
        // that only stand beside each other in the table.
        for code in ["UK", "EU", "AP", "ZZ", "DA"] {
            assert!(!Country::parse(code).unwrap().is_assigned(), "{code}");
        }
        assert_eq!(ASSIGNED.split(' ').count(), 250);
    }

    #[test]
    fn numbers_of_autonomous_systems_may_have_their_letters() {
        for text in ["AS64496", "as64496", "64496"] {
            assert_eq!(AsNumber::parse(text), Some(AsNumber(64_496)), "{text}");
        }
        assert_eq!(AsNumber::parse("4294967295"), Some(AsNumber(u32::MAX)));
        for text in ["", "AS", "+1", "AS-1", "4294967296", "ASAS1", "64.496"] {
            assert_eq!(AsNumber::parse(text), None, "{text}");
        }
    }
}
