//! What an explanation says, as data. Texts of others in it are escaped when shown.

use crate::document::Change;
use crate::wire::Wire;
use postern_model::entity::CredentialKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that one audience may know about a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// The request; none of a made-up one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// When it was decided: Unix time in milliseconds.
    pub at: i64,
    /// For whom this is.
    pub audience: Audience,
    /// How it ended.
    pub verdict: Verdict,
    /// What was asked.
    pub asked: Asked,
    /// The rules that decided, as they are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// What would have refused next.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub next: Vec<Refusal>,
    /// What could not be told, by stage.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub not_known: Vec<NotKnown>,
    /// The stages before the refusal.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub passed: Vec<Passed>,
    /// How the limits stood.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub limits: Vec<LimitState>,
    /// What the consumer was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// What operators and publishers can change, the smallest first: what was proved, and then what
    /// no record can prove.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fixes: Vec<Fix>,
    /// Since when it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What was different when the same call last passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Comparison>,
    /// What policies in shadow mode would have refused.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub shadow: Vec<Refusal>,
    /// What passed, as far as the record has it: for operators and publishers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wire: Option<Wire>,
    /// What else one should know.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// For whom an explanation is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Platform operators.
    Operator,
    /// The publisher of the service.
    Publisher,
    /// Whoever sent the request.
    Consumer,
}

impl Audience {
    /// The audience of that name, as `--as` takes it.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "operator" => Some(Self::Operator),
            "publisher" => Some(Self::Publisher),
            "consumer" => Some(Self::Consumer),
            _ => None,
        }
    }

    /// Whether it may read what is for `narrowest` at the narrowest.
    pub(crate) fn reads(self, narrowest: Self) -> bool {
        self <= narrowest
    }
}

impl From<postern_model::denial::Audience> for Audience {
    fn from(audience: postern_model::denial::Audience) -> Self {
        use postern_model::denial::Audience as Of;
        match audience {
            Of::Operator => Self::Operator,
            Of::Publisher => Self::Publisher,
            Of::Consumer => Self::Consumer,
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It passed.
    Allowed,
    /// It was refused.
    Refused,
    /// Nothing refuses, but not everything could be looked at.
    CannotTell,
}

/// What was asked, by whom.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AskedRequest")]
#[serde(default)]
pub struct Asked {
    /// The method's token, escaped.
    pub method: String,
    /// The path, normal form if it has one; never the query.
    pub path: String,
    /// The host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The client's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Where the address comes from: `peer`, `x-forwarded-for[1]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provenance: Option<String>,
    /// The app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The credential's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// Its kind, as documents name it: `api_key`, `jwt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_kind: Option<String>,
    /// The app's subscription to the service, in whatever state: for operators and publishers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The service's tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

impl Asked {
    /// What people call the caller's credential.
    pub(crate) fn noun(&self) -> &'static str {
        let kind = self.credential_kind.as_deref();
        let kind = kind.and_then(CredentialKind::parse);
        kind.unwrap_or(CredentialKind::ApiKey).noun()
    }
}

/// One refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ExplainedRefusal")]
pub struct Refusal {
    /// The code: for consumers, the one that they were shown.
    pub code: String,
    /// A few words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// The stage's name.
    pub stage: String,
    /// The stage's number, from 1 to 17.
    pub stage_number: u8,
    /// Whose business it is.
    pub fault: String,
    /// What says so, where that is more than the code alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub because: Option<String>,
    /// The policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// A sentence about what this caller sent.
    pub detail: String,
    /// What the caller can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// What was expected and seen.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub evidence: Vec<Evidence>,
}

impl Refusal {
    /// The evidence of that name.
    pub fn evidence(&self, name: &str) -> Option<&Value> {
        let found = self.evidence.iter().find(|e| e.name == name);
        found.map(|e| &e.value)
    }
}

/// One thing that was expected or seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What it is.
    pub name: String,
    /// What it says.
    pub value: Value,
    /// The narrowest audience that may read it.
    pub audience: Audience,
}

/// A value in evidence, in the unit that the contract gives its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "EvidenceValue")]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(u64),
    /// Text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

/// Something that could not be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotKnown {
    /// The stage's name.
    pub stage: String,
    /// The fact that is missing.
    pub what: String,
    /// Whether nobody has looked for it, as opposed to: it was not kept.
    pub not_looked_at: bool,
}

/// A stage that the request passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PassedStage")]
pub struct Passed {
    /// The stage's name.
    pub stage: String,
    /// What it saw; none where nothing of it is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saw: Option<String>,
    /// Whether it had anything to ask.
    pub asked: bool,
}

/// How a limit stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LimitState {
    /// Its name.
    pub name: String,
    /// How much was used.
    pub used: u32,
    /// Of how much.
    pub of: u32,
    /// Of a quota: when it is renewed, as in RFC 3339, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<String>,
}

/// What the consumer was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ToldRefusal")]
pub struct Told {
    /// The code, or its family.
    pub code: String,
    /// The service's disclosure then.
    pub disclosure: String,
    /// The sentence, unless only the family was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What they can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// What somebody can change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// Its number, from 1: `postern fix ID NUMBER`.
    pub number: usize,
    /// What it does, in a sentence.
    pub sentence: String,
    /// The commands that do it.
    pub commands: Vec<String>,
    /// What happens, in order; nothing where a command alone does it.
    pub steps: Vec<Step>,
    /// How far it is proved; none: it is not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub proof: Option<Proof>,
    /// Why no record can prove it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unproved: Option<String>,
    /// Who else it lets in.
    pub reach: Reach,
    /// The refusal was right by the rules: this opens what somebody closed on purpose.
    pub if_wrong: bool,
    /// Whether whoever asked may make it: said by whoever knows them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub may_apply: Option<bool>,
    /// Whether somebody else has to approve it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub needs_approval: Option<bool>,
}

/// One step of a fix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FixStep")]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A document changes.
    Change(Change),
    /// A key is made, and used instead of the one that was sent.
    CreateKey(NewKey),
    /// The temporary blocks of a caller end.
    LiftCaller {
        /// `credential` or `app`.
        what: String,
        /// The credential's id, or the app's name.
        who: String,
    },
    /// A temporary block of an address ends.
    LiftBlock {
        /// The blocked address.
        address: String,
    },
}

/// A key to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewKey {
    /// For which app.
    pub app: String,
    /// For which environment.
    pub environment: String,
    /// Which scopes it carries; none: all that are granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

/// How far a fix is proved: the recorded facts were decided again with it applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FixProof")]
pub struct Proof {
    /// The last stage that was decided.
    pub through: String,
    /// The stages that were not.
    pub not_checked: Vec<String>,
    /// What was assumed besides the recorded facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed: Option<String>,
}

/// Who else a fix lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "FixReach")]
pub struct Reach {
    /// By the rules.
    pub sentence: String,
    /// How many other recorded refusals were decided again.
    pub refusals: u64,
    /// How many of them would have passed, counters and bodies aside: these were not looked at.
    pub pass: u64,
    /// Of how many that cannot be told; they are not among those that would have passed.
    pub unknown: u64,
    /// Over which time, in words.
    pub over: String,
}

impl Reach {
    /// Nobody else was looked at.
    pub(crate) fn nobody(over: &str) -> Self {
        Self {
            sentence: String::new(),
            refusals: 0,
            pass: 0,
            unknown: 0,
            over: over.to_owned(),
        }
    }
}

/// Since when a request like this is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Since {
    /// As far as anything is kept.
    Always {
        /// The oldest revision that was looked at.
        #[serde(skip_serializing_if = "Option::is_none")]
        oldest: Option<u64>,
    },
    /// Since new rules.
    Revision {
        /// The last revision that did not refuse it so.
        before: u64,
        /// The first that does, as far as is known.
        since: u64,
        /// Those in between that are gone: it may have been one of them.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        gone: Vec<u64>,
        /// Whether the revision before let it pass, as opposed to: refused it otherwise. None: it
        /// did not refuse it so, and what came after cannot be told.
        #[serde(skip_serializing_if = "Option::is_none")]
        allowed_before: Option<bool>,
        /// Who made it.
        by: Who,
        /// Such refusals since then.
        #[serde(skip_serializing_if = "Option::is_none")]
        requests: Option<u64>,
    },
    /// Since a row of the directory changed.
    Row {
        /// Its kind.
        row: String,
        /// Its id.
        id: String,
        /// The change's number.
        sequence: u64,
        /// Whether it passed before, as opposed to: was refused otherwise. None: it was not refused
        /// so, and what came after cannot be told.
        #[serde(skip_serializing_if = "Option::is_none")]
        allowed_before: Option<bool>,
        /// Who changed it.
        by: Who,
        /// Such refusals since then.
        #[serde(skip_serializing_if = "Option::is_none")]
        requests: Option<u64>,
    },
    /// Since a moment that had been set beforehand.
    Moment {
        /// Unix time in seconds.
        at: i64,
        /// What happened then.
        what: String,
    },
}

/// Who changed something, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Who {
    /// Who.
    pub who: String,
    /// When: Unix time in milliseconds.
    pub at: i64,
    /// Their comment; empty if they made none.
    pub comment: String,
}

/// What was different when the same app last called the same operation and passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The request that passed.
    pub id: String,
    /// When: Unix time in milliseconds.
    pub at: i64,
    /// What was different.
    pub differences: Vec<Difference>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ComparedDifference")]
pub struct Difference {
    /// What it is.
    pub what: String,
    /// What it was when the call passed; none: it was not there.
    pub then: Option<String>,
    /// What it is now; none: it is not there.
    pub now: Option<String>,
}
