//! What the answers of the local socket look like that are put together there member by member: for
//! the OpenAPI document, and for the test that holds answers against it.

pub(super) mod calls;
pub(super) mod configuration;
pub(super) mod policies;
pub(super) mod revisions;

/// Declares answers.
macro_rules! answers {
    ($($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $says:literal])+ $field:ident: $type:ty,)* })*) => {
        $(
            $(#[doc = $about])+
            #[derive(Debug, JsonSchema)]
            #[expect(dead_code, reason = "its schema is what it is for")]
            pub(crate) struct $name {
                $($(#[doc = $says])+ $field: $type,)*
            }
        )*
    };
}

use answers;
