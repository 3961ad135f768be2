use super::*;
use std::net::Ipv4Addr;

#[test]
fn this_machine_has_loopback_and_not_the_world() {
    assert!(is_this_machine(Ipv4Addr::LOCALHOST.into()));
    assert!(!is_this_machine(Ipv4Addr::new(8, 8, 8, 8).into()));
}
