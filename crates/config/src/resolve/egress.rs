//! Warns of targets that the egress rule will refuse. The rule itself is applied to the address
//! of every connection; here only what is certain without the DNS is said.

use postern_model::entity::Egress;
use std::net::IpAddr;

/// Why the gateway will not connect to this address, and what would allow it.
pub(super) fn refusal(address: IpAddr, egress: &Egress) -> Option<(String, Option<String>)> {
    if let Some(range) = egress.deny.iter().find(|range| range.contains(&address)) {
        return Some((format!("`egress.deny` has `{range}`"), None));
    }
    if egress.allow.iter().any(|range| range.contains(&address)) {
        return None;
    }
    let (class, range) = class(address)?;
    let label = format!("a {class} address, and no range of `egress.allow` holds it");
    Some((label, Some(format!("add `{range}` to `egress.allow`"))))
}

/// What kind of address it is, if it is none that may always be reached, and a range for it.
fn class(address: IpAddr) -> Option<(&'static str, String)> {
    let single = || ipnet::IpNet::from(address).to_string();
    match address.to_canonical() {
        IpAddr::V4(v4) if v4.is_loopback() => Some(("loopback", "127.0.0.0/8".to_owned())),
        IpAddr::V4(v4) if v4.is_private() => {
            let range = match v4.octets() {
                [10, ..] => "10.0.0.0/8",
                [172, ..] => "172.16.0.0/12",
                _ => "192.168.0.0/16",
            };
            Some(("private", range.to_owned()))
        }
        IpAddr::V4(v4) if v4.is_link_local() => Some(("link-local", single())),
        IpAddr::V4(v4) if v4.is_multicast() => Some(("multicast", single())),
        IpAddr::V4(v4) if v4.is_unspecified() => Some(("unspecified", single())),
        IpAddr::V6(v6) if v6.is_loopback() => Some(("loopback", single())),
        IpAddr::V6(v6) if v6.is_unique_local() => Some(("private", "fc00::/7".to_owned())),
        IpAddr::V6(v6) if v6.is_unicast_link_local() => Some(("link-local", single())),
        IpAddr::V6(v6) if v6.is_multicast() => Some(("multicast", single())),
        IpAddr::V6(v6) if v6.is_unspecified() => Some(("unspecified", single())),
        _ => None,
    }
}
