//! Where addresses are: the operator's databases in the MMDB format (GeoLite2, DB-IP, IPinfo and
//! others).
//!
//! Owns reading and checking a database as a whole, looking addresses up, and keeping the last
//! good one while its file is replaced. Refuses to own: what a policy makes of a country
//! (`postern-policy`), tasks and timers (whoever runs it calls [`Databases::look`] now and then),
//! and databases: none is shipped or downloaded.
//!
//! A database is read into memory and checked before the first request meets it, so that a lookup
//! reads no file, waits for nobody and cannot fail: a record that cannot be read is none.

mod database;
mod databases;
mod layout;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod whole;

pub use database::{Database, ReadError, Wanted};
pub use databases::{Databases, GeoError, News, State};

/// Reads any bytes as a database and asks it about a few addresses.
///
/// # Errors
/// What does not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    let wanted = Wanted {
        country: true,
        asn: false,
    };
    let Ok(database) = Database::of(data.to_vec(), wanted) else {
        return Ok(());
    };
    for address in [[0, 0, 0, 0], [1, 2, 3, 4], [203, 0, 113, 7], [255; 4]] {
        let address = std::net::Ipv4Addr::from(address);
        let six = address.to_ipv6_mapped();
        let found = database.country(address.into());
        if found != database.country(address.into()) {
            return Err(format!("{address} is now here, now there"));
        }
        let _ = database.country(six.into());
        let _ = database.system(six.into());
    }
    Ok(())
}
