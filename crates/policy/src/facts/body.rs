//! A body that rules have read.

/// A body, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// It is longer than what was read.
    TooLong {
        /// So many bytes of it came, at least.
        seen: u64,
    },
}

impl Body {
    /// What came of a body of which at most `limit` bytes, and one more, were read.
    pub fn read(bytes: &[u8], limit: u64) -> Self {
        let seen = bytes.len() as u64;
        if seen > limit {
            Self::TooLong { seen }
        } else {
            Self::Whole(bytes.to_vec())
        }
    }

    /// All of it, if it was read to its end.
    pub fn whole(&self) -> Option<&[u8]> {
        match self {
            Self::Whole(bytes) => Some(bytes),
            Self::TooLong { .. } => None,
        }
    }
}
