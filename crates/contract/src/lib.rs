//! What an operation's document says of parameters and bodies, and whether a request keeps to it.
//!
//! Owns the reading of foreign bodies and the judgement of their content: `OpenAPI` 3.0 and 3.1 as
//! contracts, JSON, forms, uploads, content codings, and which answers a caller takes. Refuses to own
//! I/O, what a document may say besides (`postern-openapi`), and what a judgement is worth
//! (`postern-policy`).

mod accept;
mod body;
mod coding;
mod contract;
mod document;
mod fault;
mod fuzz;
pub mod json;
mod media;
mod multipart;
mod pairs;
mod parameter;
mod schema;
mod upload;
mod violation;
mod xml;

pub use accept::takes;
pub use body::{Body, BodyFault, Media, Uploads};
pub use coding::{CODINGS, Coding, RATIO, Undecodable, UnknownCoding, of as coding_of};
pub use contract::{Contract, Marks};
pub use document::{Document, same as same_path};
pub use fault::Fault;
pub use fuzz::fuzz;
pub use media::Format;
pub use multipart::{PARTS, Part, Unreadable as MultipartUnreadable, read as read_multipart};
pub use parameter::{ParameterFault, Place, Sent};
pub use upload::detect;
pub use violation::Violation;
