//! The kinds of text that stand in a document: durations, sizes, paths and so on. Each is one
//! type that reads itself, tells the JSON schema about itself and says what is wrong with a text.

pub(crate) mod address;
pub(crate) mod certificate;
pub(crate) mod date;
pub(crate) mod denial;
pub(crate) mod digest;
pub(crate) mod duration;
pub(crate) mod host;
pub(crate) mod hours;
pub(crate) mod name;
pub(crate) mod origin;
pub(crate) mod password;
pub(crate) mod path;
pub(crate) mod period;
pub(crate) mod place;
pub(crate) mod reference;
pub(crate) mod size;
pub(crate) mod staleness;
pub(crate) mod status;
pub(crate) mod target;
pub(crate) mod text;

use crate::code::Code;

/// Why a text is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Stands beside the mark.
    pub label: String,
    /// A text that would be right and is probably meant.
    pub suggestion: Option<String>,
}

impl Problem {
    pub(crate) fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            suggestion: None,
        }
    }

    pub(crate) fn suggest(mut self, text: impl Into<String>) -> Self {
        self.suggestion = Some(text.into());
        self
    }
}

/// A kind of text.
pub(crate) trait Scalar: Sized {
    /// The name of the kind in the JSON schema (`x-kind`).
    const KIND: &'static str;
    /// The code of a text that is not of this kind.
    const CODE: Code;
    /// The kind with its article, as in "is not a duration".
    const WHAT: &'static str;
    /// A text of this kind.
    const EXAMPLE: &'static str;

    /// Reads a text.
    fn read(text: &str) -> Result<Self, Problem>;

    /// What is compared with `x-minimum` and `x-maximum`, if it is a quantity.
    fn magnitude(&self) -> Option<u64> {
        None
    }

    /// A magnitude as it is written.
    fn show(magnitude: u64) -> String {
        magnitude.to_string()
    }
}

/// A kind of text, for the check of a tree against the schema.
pub(crate) struct Entry {
    pub kind: &'static str,
    pub code: Code,
    pub what: &'static str,
    pub example: &'static str,
    /// Reads the text and gives its magnitude.
    pub check: fn(&str) -> Result<Option<u64>, Problem>,
    pub show: fn(u64) -> String,
}

const fn entry<T: Scalar>() -> Entry {
    Entry {
        kind: T::KIND,
        code: T::CODE,
        what: T::WHAT,
        example: T::EXAMPLE,
        check: |text| T::read(text).map(|value| value.magnitude()),
        show: T::show,
    }
}

/// Every kind.
pub(crate) const KINDS: &[Entry] = &[
    entry::<address::ListenAddress>(),
    entry::<address::Network>(),
    entry::<date::Date>(),
    entry::<denial::DenialCode>(),
    entry::<digest::Sha256>(),
    entry::<digest::Hmac>(),
    entry::<digest::Foreign>(),
    entry::<certificate::CertificateText>(),
    entry::<certificate::Fingerprint>(),
    entry::<password::Argon2id>(),
    entry::<password::UserName>(),
    entry::<digest::Salt>(),
    entry::<duration::Duration>(),
    entry::<period::Per>(),
    entry::<period::Zone>(),
    entry::<host::Authority>(),
    entry::<host::Host>(),
    entry::<host::HostPattern>(),
    entry::<host::Url>(),
    entry::<hours::DayHours>(),
    entry::<hours::Weekdays>(),
    entry::<hours::Zone>(),
    entry::<hours::JsonPointer>(),
    entry::<name::EntityName>(),
    entry::<name::HeaderName>(),
    entry::<name::ComponentName>(),
    entry::<name::CookieName>(),
    entry::<name::FieldName>(),
    entry::<name::Pseudonym>(),
    entry::<name::MethodName>(),
    entry::<origin::Origin>(),
    entry::<origin::OriginExpression>(),
    entry::<path::BasePath>(),
    entry::<path::Template>(),
    entry::<path::RequestTarget>(),
    entry::<place::CountryCode>(),
    entry::<place::Asn>(),
    entry::<reference::ApiDocument>(),
    entry::<reference::ChainReference>(),
    entry::<reference::FilePath>(),
    entry::<reference::KeyReference>(),
    entry::<reference::PublicKeyReference>(),
    entry::<reference::SecretReference>(),
    entry::<size::Size>(),
    entry::<staleness::StalenessLimit>(),
    entry::<status::StatusRange>(),
    entry::<target::TargetText>(),
    entry::<text::Description>(),
    entry::<text::HeaderValue>(),
    entry::<text::MediaType>(),
    entry::<text::JsonPlace>(),
    entry::<text::ParameterName>(),
    entry::<text::ScopeName>(),
    entry::<text::Text>(),
];

/// The kind of this name.
pub(crate) fn find(kind: &str) -> Option<&'static Entry> {
    KINDS.iter().find(|entry| entry.kind == kind)
}

/// Implements schema and deserialisation for a [`Scalar`]; `$schema` is what the schema says
/// beside the kind and an example.
macro_rules! scalar {
    ($type:ident, $schema:tt) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut schema = schemars::json_schema!($schema);
                let kind = <Self as $crate::scalar::Scalar>::KIND;
                let example = <Self as $crate::scalar::Scalar>::EXAMPLE;
                schema.insert("x-kind".to_owned(), kind.into());
                schema.insert("examples".to_owned(), serde_json::json!([example]));
                schema
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                <Self as $crate::scalar::Scalar>::read(&text)
                    .map_err(|problem| serde::de::Error::custom(problem.label))
            }
        }
    };
}
pub(crate) use scalar;

#[cfg(test)]
mod tests;
