//! How entries are written into a segment: batches that stand on their own.
//!
//! A batch begins with its table of names, then holds entries. Numbers are LEB128, texts and bytes
//! have their length before them. An entry's names are positions in the table, 0 for none.
//! A batch does not refer to an earlier one, so that a damaged one costs only itself.

mod read;
mod write;

pub(crate) use read::decode;
pub(crate) use read::{id_of, read_fold};
pub(crate) use write::{Encoder, write_fold};

/// The first byte of a batch: the layout's version.
const VERSION: u8 = 2;

#[cfg(test)]
pub(crate) mod tests;
