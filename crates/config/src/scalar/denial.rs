//! Codes of refusals, and their families.

use super::{Problem, Scalar, scalar};
use crate::code::Code;
use postern_model::denial::Code as Denial;

/// The codes of a text: one, or all of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DenialCode(pub(crate) Vec<Denial>);

scalar!(DenialCode, {
    "description": "A code of refusals (`body.too_large`), or a family of them (`body`).",
    "type": "string",
    "pattern": "^[a-z_]+(\\.[a-z_]+)?$"
});

impl Scalar for DenialCode {
    const KIND: &'static str = "denial";
    const CODE: Code = Code::InvalidValue;
    const WHAT: &'static str = "a code of refusals or a family of them";
    const EXAMPLE: &'static str = "authorization";

    fn read(text: &str) -> Result<Self, Problem> {
        let named = |code: &Denial| code.name() == text || code.family() == text;
        let found: Vec<Denial> = Denial::ALL.iter().copied().filter(named).collect();
        if found.is_empty() {
            return Err(Problem::new(
                "no code and no family has this name; `postern denials` lists them",
            ));
        }
        Ok(Self(found))
    }
}
