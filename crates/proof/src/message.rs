//! Messages that carry a signature of themselves (HTTP Message Signatures, RFC 9421), and of their
//! content by its digest (RFC 9530).

mod base;
mod component;
pub mod digest;
mod fuzz;
mod key;
mod offered;
mod older;
#[cfg(test)]
mod tests;

pub use component::{Component, covers};
#[doc(hidden)]
pub use fuzz::fuzz;
pub use key::{MessageKey, is_genuine};
pub use offered::{MOST_SIGNATURES, Offered, offered};
pub use older::Older;

use std::borrow::Cow;

/// What is wrong with what came as a signature, in words that follow the name of a field.
pub type Wrong = Cow<'static, str>;

/// What signatures are about: a request as it came.
pub trait Message {
    /// The method's token.
    fn method(&self) -> &[u8];
    /// The protocol version, as the first line of a request in HTTP/1 has it.
    fn version(&self) -> &str;
    /// `http` or `https`: what the caller spoke.
    fn scheme(&self) -> &str;
    /// The authority asked for, as it came.
    fn authority(&self) -> &[u8];
    /// The request target as it came.
    fn target(&self) -> &[u8];
    /// The path as it came.
    fn path(&self) -> &[u8];
    /// The query as it came, without `?`.
    fn query(&self) -> Option<&[u8]>;
    /// The `nth` value (from 0) of a header field, without white space around it. The name is in
    /// lower case.
    fn field<'a>(&'a self, name: &'a str, nth: usize) -> Option<&'a [u8]>;
}
