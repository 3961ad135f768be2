use super::*;
use proptest::prelude::*;

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

fn binary(version_command: u8, family: u8, block: &[u8]) -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend([version_command, family]);
    bytes.extend(u16::try_from(block.len()).unwrap().to_be_bytes());
    bytes.extend(block);
    bytes
}

fn done(data: &[u8]) -> (usize, Header) {
    match parse(data) {
        Parsed::Done { consumed, header } => (consumed, header),
        other => panic!("{other:?} for {data:?}"),
    }
}

fn addresses(source: &str, destination: &str) -> Header {
    Header::Addresses {
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
    }
}

#[test]
fn reads_version_1() {
    let line = b"PROXY TCP4 203.0.113.7 192.0.2.1 56324 443\r\nGET / HTTP/1.1\r\n";
    assert_eq!(
        done(line),
        (44, addresses("203.0.113.7:56324", "192.0.2.1:443"))
    );
    let line = b"PROXY TCP6 2001:db8::7 ::1 65535 0\r\n";
    assert_eq!(
        done(line),
        (line.len(), addresses("[2001:db8::7]:65535", "[::1]:0"))
    );
    // What inet_ntop prints for mapped addresses, and the longest line that §2.1 names.
    let line = b"PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2\r\n";
    assert_eq!(done(line).1, addresses("[::ffff:203.0.113.7]:1", "[::1]:2"));
    let longest = b"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n";
    assert_eq!(done(longest).1, Header::Unknown);
    assert_eq!(done(b"PROXY UNKNOWN\r\n"), (15, Header::Unknown));
}

#[test]
fn version_1_ends_within_107_bytes() {
    let line = |length: usize| {
        let mut line = b"PROXY UNKNOWN ".to_vec();
        line.resize(length - 2, b'x');
        line.extend(b"\r\n");
        line
    };
    assert_eq!(done(&line(107)), (107, Header::Unknown));
    assert_eq!(parse(&line(107)[..106]), Parsed::Partial);
    assert_eq!(parse(&line(108)), Parsed::Invalid(Invalid::NotEnded));
    assert_eq!(parse(&line(109)), Parsed::Invalid(Invalid::NotEnded));
    assert_eq!(parse(&line(108)[..107]), Parsed::Invalid(Invalid::NotEnded));
}

#[test]
fn version_1_is_strict() {
    use Invalid::*;
    for (line, reason) in [
        ("PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n", Protocol),
        ("PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n", Protocol),
        ("PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n", Protocol),
        ("PROXY UNKNOWNX\r\n", Protocol),
        ("PROXY \r\n", Protocol),
        ("PROXY TCP4\r\n", Fields),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", Fields),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n", Fields),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n", Fields),
        ("PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n", Fields),
        ("PROXY TCP4 1.2.3.04 1.2.3.4 1 2\r\n", Address),
        ("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n", Address),
        ("PROXY TCP4 ::1 ::1 1 2\r\n", Address),
        ("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n", Address),
        ("PROXY TCP6 [::1] ::1 1 2\r\n", Address),
        ("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", Address),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n", Port),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n", Port),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", Port),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 -0\r\n", Port),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 00\r\n", Port),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", LineEnd),
        ("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rX", LineEnd),
        ("PROXY UNKNOWN\n\r\n", LineEnd),
        ("PROXYTCP4", Signature),
        ("proxy ", Signature),
        ("GET / HTTP/1.1", Signature),
    ] {
        assert_eq!(parse(line.as_bytes()), Parsed::Invalid(reason), "{line:?}");
    }
}

#[test]
fn reads_version_2() {
    let v4 = [203, 0, 113, 7, 192, 0, 2, 1, 0xdc, 0x04, 0x01, 0xbb];
    let mut bytes = binary(0x21, 0x11, &v4);
    bytes.extend(b"GET /");
    assert_eq!(
        done(&bytes),
        (28, addresses("203.0.113.7:56324", "192.0.2.1:443"))
    );

    let mut v6 = [0_u8; 36];
    (v6[15], v6[31], v6[33], v6[35]) = (1, 2, 80, 81);
    let v6 = binary(0x21, 0x21, &v6);
    assert_eq!(done(&v6).1, addresses("[::1]:80", "[::2]:81"));

    let mut with_fields = v4.to_vec();
    with_fields.extend([0x04, 0, 3, 1, 2, 3]);
    let bytes = binary(0x21, 0x11, &with_fields);
    assert_eq!(
        done(&bytes),
        (34, addresses("203.0.113.7:56324", "192.0.2.1:443"))
    );
}

#[test]
fn version_2_without_tcp_addresses() {
    assert_eq!(done(&binary(0x20, 0x00, b"")), (16, Header::Local));
    assert_eq!(done(&binary(0x20, 0x11, &[9; 12])), (28, Header::Local));
    assert_eq!(done(&binary(0x20, 0xff, b"abc")), (19, Header::Local));
    assert_eq!(done(&binary(0x21, 0x00, b"")), (16, Header::Unknown));
    assert_eq!(done(&binary(0x21, 0x00, &[9; 40])), (56, Header::Unknown));
    assert_eq!(done(&binary(0x21, 0x12, &[9; 12])), (28, Header::Unknown));
    assert_eq!(done(&binary(0x21, 0x31, &[9; 216])), (232, Header::Unknown));
}

#[test]
fn version_2_is_strict() {
    use Invalid::*;
    for (bytes, reason) in [
        (binary(0x11, 0x11, &[0; 12]), Version),
        (binary(0x31, 0x11, &[0; 12]), Version),
        (binary(0x22, 0x11, &[0; 12]), Command),
        (binary(0x21, 0x41, &[0; 12]), Family),
        (binary(0x21, 0x13, &[0; 12]), Family),
        (binary(0x21, 0x11, &[0; 11]), TooShort),
        (binary(0x21, 0x21, &[0; 35]), TooShort),
        (binary(0x21, 0x31, &[0; 215]), TooShort),
        (binary(0x21, 0x11, &[0; MAX_LENGTH - 15]), TooLong),
    ] {
        assert_eq!(parse(&bytes), Parsed::Invalid(reason), "{:?}", &bytes[..16]);
    }
    assert_eq!(
        done(&binary(0x21, 0x11, &[0; MAX_LENGTH - 16])).0,
        MAX_LENGTH
    );
}

#[test]
fn a_wrong_length_is_not_waited_for() {
    let bytes = binary(0x21, 0x11, &[0; MAX_LENGTH]);
    assert_eq!(parse(&bytes[..16]), Parsed::Invalid(Invalid::TooLong));
    let bytes = binary(0x21, 0x11, &[0; 3]);
    assert_eq!(parse(&bytes[..16]), Parsed::Invalid(Invalid::TooShort));
}

#[test]
fn other_protocols_are_told_apart_early() {
    for start in [
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "PROPFIND",
        "PROPPATCH",
        "PRI * HTTP/2.0",
        "\x16\x03\x01",
        "\r\nGET /",
    ] {
        assert!(surely_absent(start.as_bytes()), "{start:?}");
    }
    for start in [
        "",
        "P",
        "PR",
        "PRO",
        "PROXY",
        "PROXY ",
        "\r\n",
        "\r\n\r\n\0\r\nQUIT\n",
    ] {
        assert!(!surely_absent(start.as_bytes()), "{start:?}");
    }
}

fn near_header() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        "PROXY (TCP4|TCP6|UNKNOWN)( [0-9.]{1,15}| [0-9a-f:]{1,20}| [0-9]{1,6}){0,5}[\r\n x]{0,3}"
            .prop_map(String::into_bytes),
        (
            0x1f_u8..0x24,
            any::<u8>(),
            proptest::collection::vec(any::<u8>(), 0..300),
            -4_i8..4
        )
            .prop_map(|(command, family, block, off)| {
                let mut bytes = binary(command, family, &block);
                bytes[15] = bytes[15].wrapping_add_signed(off);
                bytes
            }),
    ]
}

proptest! {
    #[test]
    fn holds_for_any_bytes(bytes in near_header()) {
        fuzz(&bytes);
    }

    #[test]
    fn version_1_round_trip(source: std::net::SocketAddrV4, destination: std::net::SocketAddrV4) {
        let line = format!(
            "PROXY TCP4 {} {} {} {}\r\n",
            source.ip(), destination.ip(), source.port(), destination.port(),
        );
        let header = Header::Addresses { source: source.into(), destination: destination.into() };
        prop_assert_eq!(parse(line.as_bytes()), Parsed::Done { consumed: line.len(), header });
        for end in 0..line.len() {
            prop_assert_eq!(parse(&line.as_bytes()[..end]), Parsed::Partial);
        }
    }

    #[test]
    fn version_2_round_trip(source: std::net::SocketAddrV6, destination: std::net::SocketAddrV6) {
        let mut block = source.ip().octets().to_vec();
        block.extend(destination.ip().octets());
        block.extend(source.port().to_be_bytes());
        block.extend(destination.port().to_be_bytes());
        let bytes = binary(0x21, 0x21, &block);
        let header = Header::Addresses {
            source: SocketAddr::new((*source.ip()).into(), source.port()),
            destination: SocketAddr::new((*destination.ip()).into(), destination.port()),
        };
        prop_assert_eq!(parse(&bytes), Parsed::Done { consumed: bytes.len(), header });
        for end in 0..bytes.len() {
            prop_assert_eq!(parse(&bytes[..end]), Parsed::Partial);
        }
    }
}
