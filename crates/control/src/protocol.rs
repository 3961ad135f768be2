//! What goes over the socket: one JSON object a line.
//!
//! The client sends [`Request`]s, one after another. Each is answered by any number of
//! [`Reply::Item`]s and then one [`Reply::Ok`] or [`Reply::Error`].

use crate::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The socket's name in the data directory.
pub const SOCKET: &str = "postern.sock";

/// Bytes a line may have: the largest configuration file, every character of it escaped.
pub const MAX_LINE: usize = 40 << 20;

/// One request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What to do.
    pub method: String,
    /// With what.
    #[serde(default)]
    pub params: Value,
}

/// One line of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// A part of an answer that comes in parts.
    Item(Value),
    /// It was done.
    Ok(Value),
    /// It was not done.
    Error(Refusal),
}
