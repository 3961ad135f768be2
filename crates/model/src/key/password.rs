//! What is kept of a password: Argon2id (RFC 9106), written as a PHC string
//! (`$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`). Computed elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::fmt;

#[cfg(test)]
mod tests;

/// How much work a guess is: RFC 9106 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// As OWASP recommends: what passwords made here cost, and those of nobody.
    pub const USUAL: Self = Self {
        memory: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// Most memory in KiB: so much is taken for each password that is being checked.
    pub const MOST_MEMORY: u32 = 64 * 1024;
    /// Most passes.
    pub const MOST_PASSES: u32 = 8;
    /// Most lanes.
    pub const MOST_LANES: u32 = 4;

    /// Whether a password may cost that here: enough to be a hindrance, and not so much that a few
    /// callers keep the machine busy.
    pub fn is_acceptable(&self) -> bool {
        let least = 8 * self.lanes;
        (1..=Self::MOST_LANES).contains(&self.lanes)
            && (1..=Self::MOST_PASSES).contains(&self.passes)
            && (least.max(1024)..=Self::MOST_MEMORY).contains(&self.memory)
    }
}

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PasswordHash {
    /// What was worked with.
    pub cost: Cost,
    /// 8 to 64 bytes.
    pub salt: Box<[u8]>,
    /// What came out: 16 to 64 bytes.
    pub output: Box<[u8]>,
}

/// A guess could be tried against it.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[hash {:?}]", self.cost)
    }
}

/// Why a text is not what is kept of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAHash {
    /// It has another form.
    #[error("expected `$argon2id$v=19$m=…,t=…,p=…$salt$hash`")]
    Form,
    /// It is of another function.
    #[error("only argon2id, version 19, is accepted")]
    Function,
    /// It costs too little or too much.
    #[error(
        "expected 1024 to 65536 KiB of memory (`m`), 1 to 8 passes (`t`) and 1 to 4 lanes (`p`)"
    )]
    Cost,
    /// Salt or hash are too short or too long.
    #[error("expected a salt of 8 to 64 bytes and a hash of 16 to 64")]
    Length,
}

impl PasswordHash {
    /// Of nobody: it costs as much as that of somebody, and no password fits.
    pub fn of_nobody(cost: Cost) -> Self {
        Self {
            cost,
            salt: [0; 16].into(),
            output: [0; 32].into(),
        }
    }

    /// Reads a PHC string.
    ///
    /// # Errors
    /// It is none that is accepted here.
    pub fn parse(text: &str) -> Result<Self, NotAHash> {
        let mut parts = text.strip_prefix('$').ok_or(NotAHash::Form)?.split('$');
        let mut part = || parts.next().ok_or(NotAHash::Form);
        let (function, version) = (part()?, part()?);
        if function != "argon2id" || version != "v=19" {
            return Err(NotAHash::Function);
        }
        let (costs, salt, output) = (part()?, part()?, part()?);
        if parts.next().is_some() {
            return Err(NotAHash::Form);
        }
        let mut costs = costs.split(',');
        let mut cost = |name: &str| {
            let digits = costs.next()?.strip_prefix(name)?.strip_prefix('=')?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| plain)
        };
        let cost = match (cost("m"), cost("t"), cost("p")) {
            (Some(memory), Some(passes), Some(lanes)) => Cost {
                memory,
                passes,
                lanes,
            },
            _ => return Err(NotAHash::Form),
        };
        if costs.next().is_some() {
            return Err(NotAHash::Form);
        }
        if !cost.is_acceptable() {
            return Err(NotAHash::Cost);
        }
        let bytes = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| NotAHash::Form);
        let (salt, output) = (bytes(salt)?, bytes(output)?);
        if !(8..=64).contains(&salt.len()) || !(16..=64).contains(&output.len()) {
            return Err(NotAHash::Length);
        }
        Ok(Self {
            cost,
            salt: salt.into(),
            output: output.into(),
        })
    }

    /// As a PHC string, for the store.
    pub fn written(&self) -> String {
        let Cost {
            memory,
            passes,
            lanes,
        } = self.cost;
        let (salt, output) = (
            STANDARD_NO_PAD.encode(&self.salt),
            STANDARD_NO_PAD.encode(&self.output),
        );
        format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${output}")
    }
}
