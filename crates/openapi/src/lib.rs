//! `OpenAPI` documents: from what people have to the operations of a version, and back.
//!
//! Owns the reading of `OpenAPI` 3.0, 3.1 and Swagger 2 documents in JSON or YAML, the report of what
//! was not understood in them, the difference to what a version has, and the writing of a document
//! for a version. Lenient with what it reads, and bounded: it always ends, soon, and never fetches
//! anything. Refuses to own files, sockets and what becomes of the operations (`postern-control`).

mod difference;
mod excerpt;
mod export;
mod fuzz;
mod import;
mod pointer;
mod read;
mod refs;
mod report;

pub use difference::{Changed, Difference, Kept, difference};
pub use excerpt::excerpt;
pub use export::{Export, Exported, export};
pub use fuzz::fuzz;
pub use import::{Dialect, Imported, KeyPlaces, MAX_OPERATIONS, Operation, import};
pub use read::{MAX_BYTES, MAX_DEPTH, MAX_VALUES, Unreadable};
pub use report::{Line, Report};
