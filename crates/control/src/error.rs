//! Why something was not done.

use postern_config::Report;
use postern_store::{ApplyError, Invalid, StoreError};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a request was not done, as the other side of the socket reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A stable name: `not_found`, `conflict`, `invalid`, `configuration`, `file_mode`, `failed`.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The value that is meant, as a JSON pointer (RFC 6901) into the configuration:
    /// `/services/orders/base_path`. None: the whole.
    pub pointer: Option<String>,
    /// Its stable name.
    pub code: String,
    /// Which thing, and what is wrong with it.
    pub message: String,
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
        Self::new("failed", error.to_string())
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
