//! Secrets that stand somewhere else.

use super::Resolver;
use crate::code::Code;
use crate::findings::quote;
use crate::located::At;
use crate::scalar::reference::SecretReference;
use postern_model::{Holder, Secret};

impl Resolver<'_, '_> {
    /// A secret's value, and where it was found. `what` is expected there, as in "a key".
    pub(super) fn secret(
        &mut self,
        holder: Holder<'_>,
        secret: &At<SecretReference>,
        what: &str,
    ) -> Option<(Secret<Vec<u8>>, &'static str)> {
        match &secret.value {
            SecretReference::Env(name) => {
                let Some(value) = self.secrets.env(name) else {
                    let message = format!("the environment variable `{name}` is not set");
                    let label = format!("{what} is expected in it");
                    self.findings
                        .error(Code::SecretMissing, secret.span, &message, &label)
                        .help(format!("set `{name}` to it, or name a file"));
                    return None;
                };
                let value = value.expose().as_bytes().to_vec();
                Some((Secret::new(value), "in this variable"))
            }
            SecretReference::Sealed(sealed) => {
                let opened = self.unseal(sealed, secret.span, holder)?;
                Some((opened, "that is sealed"))
            }
            SecretReference::File(path) => {
                let before = self.findings.errors();
                let full = self.path(path, secret.span);
                if self.findings.errors() > before {
                    return None;
                }
                match self.secrets.read_file(&full) {
                    Ok(value) => Some((value, "in this file")),
                    Err(error) => {
                        let message = format!("the file {} cannot be read", quote(path));
                        let label = super::reason(&error);
                        self.findings
                            .error(Code::FileUnreadable, secret.span, &message, &label);
                        None
                    }
                }
            }
        }
    }
}
