//! Whether the gateway takes requests.

use serde_json::json;

/// The state of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigurationState {
    /// None was ever loaded.
    Missing,
    /// The newest one is in force.
    Current,
    /// The newest one could not be loaded; the one before it is in force.
    Stale {
        /// Why, in one sentence.
        reason: String,
    },
}

/// What decides whether the gateway takes requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// The state of the configuration.
    pub configuration: ConfigurationState,
    /// Whether every listener is bound.
    pub listeners_bound: bool,
    /// Whether the gateway is shutting down.
    pub draining: bool,
    /// How a database fares that nodes share; none if it is this node's own. One that is away keeps
    /// nobody out either: it is away from every node, and requests are decided by what was read
    /// before. See `postern_database_away`.
    pub database: Option<String>,
    /// Databases of addresses whose files cannot be used, so that older ones answer; one sentence
    /// each. See `postern_geo_database_broken`.
    pub geo: Vec<String>,
    /// Lists from files and URLs that cannot be read; one sentence each. What they said last holds.
    pub lists: Vec<String>,
    /// What is wrong with the call log, one sentence each; empty when it works.
    pub call_log: Vec<String>,
}

impl Readiness {
    /// What keeps the gateway from taking requests; empty when it is ready.
    ///
    /// A stale configuration is not among it: requests are served by the older one, and to take
    /// every node out of rotation because of one bad file would make an outage of a mistake. It
    /// is told in the body, and `postern_config_stale` is there to raise an alarm. For the same
    /// reason a call log that cannot write keeps nobody out: see `postern_call_log_alarm`.
    pub fn reasons(&self) -> Vec<&'static str> {
        let missing = self.configuration == ConfigurationState::Missing;
        [
            (missing, "no configuration is loaded"),
            (!self.listeners_bound, "not every listener is bound"),
            (self.draining, "the gateway is shutting down"),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect()
    }

    /// The body of `/readyz`.
    pub(crate) fn document(&self) -> String {
        let reasons = self.reasons();
        let configuration = match &self.configuration {
            ConfigurationState::Missing => "missing".to_owned(),
            ConfigurationState::Current => "current".to_owned(),
            ConfigurationState::Stale { reason } => format!("stale: {reason}"),
        };
        let mut text = json!({
            "ready": reasons.is_empty(),
            "reasons": reasons,
            "configuration": configuration,
            "database": self.database,
            "geo": self.geo,
            "lists": self.lists,
            "call_log": self.call_log,
        })
        .to_string();
        text.push('\n');
        text
    }
}
