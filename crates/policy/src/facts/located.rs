//! What the operator's databases say about an address.
//!
//! These facts are small and lie where they are put, so that a request which they let in needs no
//! memory for them.

use postern_model::entity::{AsNumber, Country};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::net::IpAddr;

/// In which country an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocatedCountry {
    /// The address that was looked up.
    pub address: IpAddr,
    /// The country; `None`: the database knows none.
    #[serde(default, with = "country", skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// When the database was built: Unix time in seconds.
    pub built: i64,
}

impl LocatedCountry {
    /// The country, or what stands for none in policies.
    pub fn or_unknown(&self) -> Country {
        self.country.unwrap_or(Country::UNKNOWN)
    }
}

/// To which autonomous system an address belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocatedSystem {
    /// The address that was looked up.
    pub address: IpAddr,
    /// The system; `None`: the database knows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<AutonomousSystem>,
    /// When the database was built: Unix time in seconds.
    pub built: i64,
}

/// A network of one operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutonomousSystem {
    /// Its number.
    #[serde(with = "number")]
    pub number: AsNumber,
    /// Whose it is, as the database calls them; may be empty.
    pub name: Label,
}

impl fmt::Display for AutonomousSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.as_str() {
            "" => write!(f, "{}", self.number),
            name => write!(f, "{} ({name})", self.number),
        }
    }
}

/// Most bytes of a [`Label`].
const LABEL: usize = 47;

/// A short text; of a longer one, its beginning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Label {
    length: u8,
    bytes: [u8; LABEL],
}

impl Label {
    /// The text, as far as there is room, without control characters.
    pub fn new(text: &str) -> Self {
        let mut label = Self {
            length: 0,
            bytes: [0; LABEL],
        };
        let mut at = 0;
        for c in text.chars().filter(|c| !c.is_control()) {
            let end = at + c.len_utf8();
            let Some(room) = label.bytes.get_mut(at..end) else {
                break;
            };
            c.encode_utf8(room);
            at = end;
        }
        label.length = u8::try_from(at).unwrap_or(0);
        label
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length.into()).unwrap_or_default();
        // Whole characters were put in, so that this cannot fail.
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&String::deserialize(deserializer)?))
    }
}

/// Countries in records: their letters.
mod country {
    use super::{Country, Deserialize, Deserializer, Serializer};
    use serde::de::Error;

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it so"
    )]
    pub(super) fn serialize<S: Serializer>(
        country: &Option<Country>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match country {
            Some(country) => serializer.serialize_str(country.as_str()),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Country>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let country = Country::parse(&text).ok_or_else(|| Error::custom("not a country"))?;
        Ok(Some(country))
    }
}

/// Numbers of autonomous systems in records.
mod number {
    use super::{AsNumber, Deserialize, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        number: &AsNumber,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(number.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<AsNumber, D::Error> {
        u32::deserialize(deserializer).map(AsNumber)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_cut_between_characters() {
        assert_eq!(Label::new("Example Net").as_str(), "Example Net");
        assert_eq!(Label::new("a\r\nb\u{7f}").as_str(), "ab");
        let long = format!("{}ü and more", "x".repeat(LABEL - 1));
        assert_eq!(Label::new(&long).as_str(), "x".repeat(LABEL - 1));
        assert_eq!(Label::new(&"ü".repeat(99)).as_str(), "ü".repeat(LABEL / 2));
    }

    #[test]
    fn what_is_located_comes_back_from_a_record() {
        let address = "203.0.113.7".parse().unwrap();
        let country = LocatedCountry {
            address,
            country: Country::parse("DE"),
            built: 1_795_000_000,
        };
        let nowhere = LocatedCountry {
            country: None,
            ..country
        };
        for located in [country, nowhere] {
            let text = serde_json::to_string(&located).unwrap();
            let back: LocatedCountry = serde_json::from_str(&text).unwrap();
            assert_eq!(back, located, "{text}");
        }
        let system = LocatedSystem {
            address,
            system: Some(AutonomousSystem {
                number: AsNumber(64_496),
                name: Label::new("Example Net"),
            }),
            built: 1_795_000_000,
        };
        let text = serde_json::to_string(&system).unwrap();
        assert!(
            text.contains(r#""number":64496,"name":"Example Net""#),
            "{text}"
        );
        assert_eq!(
            serde_json::from_str::<LocatedSystem>(&text).unwrap(),
            system
        );
        assert_eq!(system.system.unwrap().to_string(), "AS64496 (Example Net)");
    }
}
