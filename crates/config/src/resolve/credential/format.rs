//! How another gateway digested the keys that are imported.

use super::Resolver;
use crate::code::Code;
use crate::document::account as document;
use crate::located::At;
use postern_model::key::imported::{self, KeyFormat, MAX_FORMATS};
use std::sync::Arc;

/// The formats seen.
pub(super) type Formats = Vec<Arc<KeyFormat>>;

impl Resolver<'_, '_> {
    /// The format of an imported key; `None` if something is wrong with it.
    pub(super) fn format(
        &mut self,
        shown: &str,
        given: &At<document::Imported>,
        seen: &mut Formats,
    ) -> Option<Arc<KeyFormat>> {
        let (value, span) = (&given.value, given.span);
        let algorithm = value.algorithm.as_ref()?;
        let function = match algorithm.value {
            document::Algorithm::Sha256 => imported::Algorithm::Sha256,
            document::Algorithm::Sha512 => imported::Algorithm::Sha512,
            document::Algorithm::Sha1 => imported::Algorithm::Sha1,
        };
        if let Some(digest) = &value.digest
            && digest.value.0.len() != function.length()
        {
            let message = format!("{shown} has a digest that is not of its algorithm");
            let length = function.length();
            let label = format!(
                "it has {} bytes, and a {} has {length}: {} hexadecimal digits, or {} characters of base64",
                digest.value.0.len(),
                function.name(),
                2 * length,
                length.div_ceil(3) * 4,
            );
            self.findings
                .error(Code::InvalidDigest, digest.span, &message, &label);
            return None;
        }
        let salt = |given: &Option<crate::scalar::digest::Salt>| {
            given
                .as_ref()
                .map_or_else(|| "".into(), |salt| salt.0.clone())
        };
        let format = KeyFormat {
            algorithm: function,
            salt_prefix: salt(&value.salt_prefix),
            salt_suffix: salt(&value.salt_suffix),
        };
        if let Some(known) = seen.iter().find(|known| ***known == format) {
            return Some(known.clone());
        }
        if seen.len() >= MAX_FORMATS {
            let message = format!("{shown} is in one format of imported keys too many");
            let label = format!("expected at most {MAX_FORMATS}, by algorithm and salt");
            self.findings
                .error(Code::Conflict, span, &message, &label)
                .note("a key that is not of this gateway is digested once for each of them")
                .help("rotate the keys of one format first");
            return None;
        }
        seen.push(Arc::new(format));
        seen.last().cloned()
    }
}
