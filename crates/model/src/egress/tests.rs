use super::*;
use proptest::prelude::*;

fn rule(allow: &[&str], deny: &[&str]) -> Egress {
    let parse = |list: &[&str]| list.iter().map(|r| r.parse().unwrap()).collect();
    Egress {
        allow: parse(allow),
        deny: parse(deny),
    }
}

fn check(to: &str, egress: &Egress) -> Result<(), Forbidden> {
    let to = SocketAddr::new(to.parse().unwrap(), 80);
    allowed(to, egress, &[], |_| false)
}

#[test]
fn classes() {
    let table = [
        ("8.8.8.8", Class::Public),
        ("172.15.0.1", Class::Public),
        ("172.32.0.1", Class::Public),
        ("100.63.255.255", Class::Public),
        ("192.0.1.1", Class::Public),
        ("2606:4700::1111", Class::Public),
        ("2001:4860:4860::8888", Class::Public),
        ("127.0.0.1", Class::Loopback),
        ("127.255.255.254", Class::Loopback),
        ("::1", Class::Loopback),
        ("0.0.0.0", Class::Unspecified),
        ("0.1.2.3", Class::Unspecified),
        ("::", Class::Unspecified),
        ("169.254.1.1", Class::LinkLocal),
        ("fe80::1", Class::LinkLocal),
        ("169.254.169.254", Class::Metadata),
        ("169.254.170.2", Class::Metadata),
        ("100.100.100.200", Class::Metadata),
        ("fd00:ec2::254", Class::Metadata),
        ("10.1.2.3", Class::Private),
        ("172.16.0.1", Class::Private),
        ("172.31.255.255", Class::Private),
        ("192.168.1.1", Class::Private),
        ("100.64.0.1", Class::Private),
        ("fc00::1", Class::Private),
        ("fd12:3456::1", Class::Private),
        ("fec0::1", Class::Private),
        ("224.0.0.1", Class::Multicast),
        ("ff02::1", Class::Multicast),
        ("255.255.255.255", Class::Broadcast),
        ("192.0.2.1", Class::Reserved),
        ("198.51.100.1", Class::Reserved),
        ("203.0.113.1", Class::Reserved),
        ("198.18.0.1", Class::Reserved),
        ("192.0.0.8", Class::Reserved),
        ("240.0.0.1", Class::Reserved),
        ("2001:db8::1", Class::Reserved),
        ("3fff::1", Class::Reserved),
        ("2001::1", Class::Reserved),
        ("100::1", Class::Reserved),
        ("64:ff9b:1::7f00:1", Class::Reserved),
        // IPv4 inside IPv6.
        ("::ffff:127.0.0.1", Class::Loopback),
        ("::ffff:169.254.169.254", Class::Metadata),
        ("::ffff:8.8.8.8", Class::Public),
        ("::127.0.0.1", Class::Loopback),
        ("::ffff:0:10.0.0.1", Class::Private),
        ("64:ff9b::a9fe:a9fe", Class::Metadata),
        ("64:ff9b::808:808", Class::Public),
        ("2002:7f00:1::1", Class::Loopback),
        ("2002:808:808::1", Class::Public),
    ];
    for (address, class) in table {
        assert_eq!(classify(address.parse().unwrap()), class, "{address}");
    }
}

#[test]
fn only_public_addresses_by_default() {
    let none = Egress::default();
    assert_eq!(check("8.8.8.8", &none), Ok(()));
    for to in [
        "127.0.0.1",
        "10.0.0.1",
        "::1",
        "169.254.169.254",
        "::ffff:10.0.0.1",
    ] {
        assert!(
            matches!(check(to, &none), Err(Forbidden::NotAllowed { .. })),
            "{to}"
        );
    }
    let message = check("127.0.0.1", &none).unwrap_err().to_string();
    assert_eq!(
        message,
        "127.0.0.1 is a loopback address, and no range of `egress.allow` holds it"
    );
}

#[test]
fn deny_wins() {
    let egress = rule(&["10.0.0.0/8"], &["10.0.0.5/32", "9.9.9.0/24"]);
    assert_eq!(check("10.0.0.4", &egress), Ok(()));
    assert_eq!(check("::ffff:10.0.0.4", &egress), Ok(()));
    for to in [
        "10.0.0.5",
        "::ffff:10.0.0.5",
        "64:ff9b::10.0.0.5",
        "9.9.9.9",
    ] {
        assert!(
            matches!(check(to, &egress), Err(Forbidden::Denied { .. })),
            "{to}"
        );
    }
}

#[test]
fn a_range_of_embedding_addresses_opens_nothing() {
    let egress = rule(&["64:ff9b::/96", "2002::/16", "::ffff:0:0/96"], &[]);
    for to in ["64:ff9b::7f00:1", "2002:7f00:1::1", "::ffff:127.0.0.1"] {
        assert!(check(to, &egress).is_err(), "{to}");
    }
}

#[test]
fn own_listeners_are_never_allowed() {
    let egress = rule(&["0.0.0.0/0", "::/0"], &[]);
    let own = |list: &[&str], to: &str, local: bool| {
        let list: Vec<_> = list.iter().map(|a| a.parse().unwrap()).collect();
        allowed(to.parse().unwrap(), &egress, &list, |_| local)
    };
    let refused = |r: Result<(), Forbidden>| matches!(r, Err(Forbidden::OwnListener(_)));
    assert!(refused(own(&["127.0.0.1:80"], "127.0.0.1:80", false)));
    assert!(refused(own(
        &["127.0.0.1:80"],
        "[::ffff:127.0.0.1]:80",
        false
    )));
    assert!(refused(own(&["127.0.0.1:80"], "0.0.0.0:80", false)));
    assert!(refused(own(&["0.0.0.0:80"], "127.0.0.9:80", false)));
    assert!(refused(own(&["[::]:80"], "10.0.0.9:80", true)));
    assert_eq!(own(&["[::]:80"], "10.0.0.9:80", false), Ok(()));
    assert_eq!(own(&["127.0.0.1:80"], "127.0.0.1:81", true), Ok(()));
    assert_eq!(own(&["127.0.0.1:80"], "127.0.0.2:80", true), Ok(()));
}

proptest! {
    #[test]
    fn embedding_changes_nothing(bits: u32, port: u16) {
        let v4 = Ipv4Addr::from_bits(bits);
        let [a, b, c, d] = v4.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let forms = [
            v4.to_ipv6_mapped(),
            Ipv6Addr::new(0x64, 0xFF9B, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        ];
        let egress = rule(&["10.0.0.0/8"], &["8.0.0.0/7"]);
        let verdict = |ip: IpAddr| allowed(SocketAddr::new(ip, port), &egress, &[], |_| false).is_ok();
        for form in forms {
            prop_assert_eq!(classify(form.into()), classify(v4.into()));
            prop_assert_eq!(verdict(form.into()), verdict(v4.into()));
        }
    }
}
