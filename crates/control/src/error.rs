//! Why something was not done.

use postern_config::{Report, Within};
use postern_store::{ApplyError, Invalid, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a request was not done, as the other side of the socket reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// A stable name: `approval_needed`, `busy`, `configuration`, `conflict`, `failed`, `file_mode`,
    /// `forbidden`, `in_use`, `invalid`, `not_allowed`, `not_found`, `not_served`, `unavailable`.
    pub code: String,
    /// What is wrong; several lines for the faults of a configuration.
    pub message: String,
    /// What would be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What is wrong, one by one, where that can be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// One thing that is wrong in documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The value that is meant, as a JSON pointer (RFC 6901) into the configuration:
    /// `/services/orders/base_path`. None: the whole.
    pub pointer: Option<String>,
    /// Its stable name.
    pub code: String,
    /// Which thing, and what is wrong with it.
    pub message: String,
    /// Where in that value, if it is a text with a grammar of its own: statements, a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// What would be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Refusal {
    /// One without help.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            help: None,
            findings: Vec::new(),
        }
    }

    /// The same with help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As somebody is told of it who only sends requests, and what is for the log alone: where the
    /// database is, which files there are, what the system said.
    pub fn abroad(self) -> (Self, Option<String>) {
        let told = match self.code.as_str() {
            "failed" => "something went wrong in Postern; its log says what",
            "unavailable" => {
                "the database cannot be used now; whoever was changing something looks first \
                 whether that was done"
            }
            _ => return (self, None),
        };
        let hidden = self.to_string();
        (
            Self::new(&self.code, told),
            (hidden != told).then_some(hidden),
        )
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("invalid", message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  = help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Report> for Refusal {
    fn from(report: Report) -> Self {
        let findings = report.diagnostics.iter().map(|found| Finding {
            pointer: found.pointer.clone(),
            code: found.code.as_str().to_owned(),
            message: found.message.clone(),
            within: found.within.clone(),
            help: found.help.clone(),
        });
        Self {
            findings: findings.collect(),
            ..Self::new("configuration", report.render(false))
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Invalid(invalid) => return invalid.into(),
            StoreError::Away { .. }
            | StoreError::Busy { .. }
            | StoreError::Full { .. }
            | StoreError::Uncertain { .. } => "unavailable",
            StoreError::MasterElsewhere => "conflict",
            _ => "failed",
        };
        Self::new(code, error.to_string())
    }
}

impl From<Invalid> for Refusal {
    fn from(error: Invalid) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<ApplyError<Self>> for Refusal {
    fn from(error: ApplyError<Self>) -> Self {
        match error {
            ApplyError::Refused(refusal) => refusal,
            ApplyError::Conflict { .. } => Self::new("conflict", error.to_string()),
            ApplyError::Invalid(invalid) => invalid.into(),
            ApplyError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use postern_store::StoreError;

    #[test]
    fn what_the_database_says_of_itself_stays_here() {
        let away = || StoreError::Away {
            database: "postgres://postern@db.internal:5432/postern".into(),
            detail: "connection refused".to_owned(),
        };
        let full = StoreError::Full {
            path: "/var/lib/postern/postern.db".into(),
        };
        let damaged = StoreError::Damaged {
            place: "/var/lib/postern/postern.db".into(),
            detail: "a page".to_owned(),
        };
        for (error, code) in [
            (away(), "unavailable"),
            (full, "unavailable"),
            (damaged, "failed"),
        ] {
            let here = Refusal::from(error);
            assert_eq!(here.code, code);
            let said = here.to_string();
            let (abroad, hidden) = here.abroad();
            assert_eq!(abroad.code, code);
            assert_eq!(hidden, Some(said));
            let text = abroad.to_string();
            assert!(
                !text.contains("postern.db") && !text.contains("db.internal"),
                "{text}"
            );
            assert_eq!(abroad.clone().abroad(), (abroad, None));
        }
        let here = Refusal::from(away());
        assert!(here.message.contains("db.internal"), "{here}");
        let right = Refusal::invalid("a tenant has a name");
        assert_eq!(right.clone().abroad(), (right, None));
    }
}
