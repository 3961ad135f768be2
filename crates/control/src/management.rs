//! Documents of the management: what the gateway never reads.
//!
//! They are stored beside the configuration, are a part of the same change log, and of no
//! configuration file.

pub mod change_request;
