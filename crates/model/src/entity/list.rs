//! Lists of addresses.

use super::Name;
use ipnet::IpNet;

/// A named list of address ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressList {
    /// Its name.
    pub name: Name,
    /// The tenant it belongs to; `None`: the platform.
    pub tenant: Option<Name>,
    /// None of its entries counts from then on; Unix time in seconds.
    pub expires_at: Option<i64>,
    /// Its entries.
    pub entries: Vec<ListEntry>,
}

/// One range of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// The range; a single address is a range of one.
    pub range: IpNet,
    /// Why it is there.
    pub comment: Option<Name>,
    /// Since when; Unix time in seconds.
    pub added_at: Option<i64>,
    /// It does not count from then on; Unix time in seconds.
    pub expires_at: Option<i64>,
}
