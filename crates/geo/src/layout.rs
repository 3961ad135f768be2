//! Where a record has what is looked for: providers do not agree.

use maxminddb::{LookupResult, PathElement, PathElement::Key};
use postern_model::entity::{AsNumber, Country};
use postern_policy::facts::{AutonomousSystem, Label};

type Record<'a> = LookupResult<'a, Vec<u8>>;

/// Where a record has its country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountryLayout {
    /// `country.iso_code`: MaxMind, DB-IP, IP2Location.
    Nested,
    /// `country_code`: IPinfo Lite and lists that were made from it.
    Code,
    /// `country`: older files of IPinfo.
    Text,
}

impl CountryLayout {
    pub(crate) const ALL: [Self; 3] = [Self::Nested, Self::Code, Self::Text];

    /// The country of a record; none where it has none, or has something else there.
    pub(crate) fn read(self, record: &Record<'_>) -> Option<Country> {
        let path: &[PathElement<'_>] = match self {
            Self::Nested => &[Key("country"), Key("iso_code")],
            Self::Code => &[Key("country_code")],
            Self::Text => &[Key("country")],
        };
        let text = record.decode_path::<&str>(path).ok()??;
        Country::parse(text).filter(|country| *country != Country::UNKNOWN)
    }
}

/// Where a record has its autonomous system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemLayout {
    /// `autonomous_system_number` and `autonomous_system_organization`: MaxMind, DB-IP.
    Number,
    /// `asn` with its letters, and `as_name`: IPinfo Lite.
    Text,
    /// `asn` with its letters, and `name`: other files of IPinfo.
    Named,
}

impl SystemLayout {
    pub(crate) const ALL: [Self; 3] = [Self::Number, Self::Text, Self::Named];

    /// The autonomous system of a record; none where it has none, or has something else there.
    pub(crate) fn read(self, record: &Record<'_>) -> Option<AutonomousSystem> {
        let (number, name) = match self {
            Self::Number => {
                let path = [Key("autonomous_system_number")];
                let number = record.decode_path::<u32>(&path).ok()??;
                (AsNumber(number), "autonomous_system_organization")
            }
            Self::Text | Self::Named => {
                let text = record.decode_path::<&str>(&[Key("asn")]).ok()??;
                let name = if self == Self::Text {
                    "as_name"
                } else {
                    "name"
                };
                (AsNumber::parse(text)?, name)
            }
        };
        let name = record.decode_path::<&str>(&[Key(name)]).ok().flatten();
        Some(AutonomousSystem {
            number,
            name: Label::new(name.unwrap_or_default()),
        })
    }

    /// How much a record tells in this layout: nothing, a number, a name too.
    pub(crate) fn weigh(self, record: &Record<'_>) -> u64 {
        self.read(record)
            .map_or(0, |system| 1 + u64::from(!system.name.as_str().is_empty()))
    }
}
