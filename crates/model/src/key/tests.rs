use super::*;
use proptest::prelude::*;

fn key(seed: u8) -> ApiKey {
    ApiKey::generate(&std::array::from_fn(|at| {
        seed.wrapping_add(u8::try_from(at * 7 % 256).unwrap())
    }))
}

fn bytes(key: &ApiKey) -> Vec<u8> {
    key.reveal().expose().as_bytes().to_vec()
}

#[test]
fn a_key_has_the_form_that_is_documented() {
    let zeros = ApiKey::generate(&[0; ApiKey::RANDOM]);
    assert_eq!(
        *zeros.reveal().expose(),
        "pst_0000000000000000_000000000000000000000000000000000k1RRs"
    );
    assert_eq!(zeros.id(), "0000000000000000");
    assert_eq!(ApiKey::LEN, 59);
}

#[test]
fn a_key_is_not_shown_by_accident() {
    let key = key(3);
    let secret = bytes(&key)[21..].to_vec();
    let secret = std::str::from_utf8(&secret).unwrap();
    assert!(!format!("{key:?} {:?}", key.reveal()).contains(secret));
    assert_eq!(format!("{:?}", Keyer::new(&[1; 32])), "[secret]");
}

#[test]
fn every_fault_of_form_is_told_apart() {
    let good = String::from_utf8(bytes(&key(9))).unwrap();
    let mut wrong = good.clone().into_bytes();
    wrong[30] = if wrong[30] == b'x' { b'y' } else { b'x' };
    let wrong = String::from_utf8(wrong).unwrap();
    let upper = format!("pst_{}", good.get(4..).unwrap().to_uppercase());
    let long = format!("pst_{}", "a".repeat(600));
    let cases = [
        (String::new(), Malformed::Empty),
        (long, Malformed::TooLong),
        (format!("{good}\u{1}"), Malformed::ControlBytes),
        (format!("é{good}"), Malformed::ControlBytes),
        (format!("Bearer {good}"), Malformed::Scheme),
        (format!("bearer  {good}"), Malformed::Scheme),
        (format!("\"{good}\""), Malformed::Quotes),
        (format!("{good}'"), Malformed::Quotes),
        (format!("{good}\n"), Malformed::WhiteSpace),
        (format!(" {good}"), Malformed::WhiteSpace),
        (good.replace('_', " "), Malformed::WhiteSpace),
        (
            "sk_live_4eC39HqLyjWDarjtT1zdp7dc".to_owned(),
            Malformed::Foreign,
        ),
        ("eyJhbGciOiJIUzI1NiJ9.e30.x".to_owned(), Malformed::Foreign),
        ("ps".to_owned(), Malformed::Truncated),
        (good.get(..58).unwrap().to_owned(), Malformed::Truncated),
        (good.get(..20).unwrap().to_owned(), Malformed::Truncated),
        (format!("{good}0"), Malformed::Trailing),
        (wrong, Malformed::Checksum),
        (upper, Malformed::Checksum),
    ];
    for (text, expected) in &cases {
        assert_eq!(ApiKey::parse(text.as_bytes()), Err(*expected), "{text}");
    }
    for fault in Malformed::ALL {
        // Only a look at what was imported tells this one.
        let elsewhere = fault == Malformed::NotImported;
        assert!(
            elsewhere || cases.iter().any(|(_, seen)| *seen == fault),
            "{fault:?}"
        );
        assert!(!fault.what().is_empty() && !fault.name().is_empty());
    }
}

#[test]
fn a_kept_digest_verifies_its_key_alone_and_under_its_installation_alone() {
    let (here, there) = (Keyer::new(&[1; 32]), Keyer::new(&[2; 32]));
    let (key, other) = (key(1), key(2));
    let kept = here.keyed(&key.digest());
    assert!(here.verify(&bytes(&key), &kept));
    assert!(!here.verify(&bytes(&other), &kept));
    assert!(!there.verify(&bytes(&key), &kept));
    // As Python's hashlib and hmac have it.
    assert_eq!(here.keyed(&digest(b"abc")).0[..4], [0x67, 0xa7, 0x82, 0xaf]);
}

#[test]
fn ids_of_credentials_are_those_of_keys() {
    assert!(is_credential_id("key_0123456789abcdef"));
    for wrong in [
        "key_",
        "key_0123456789abcdeF",
        "key_0123456789abcdei",
        "0123456789abcdef",
        "key_0123456789abcdef0",
    ] {
        assert!(!is_credential_id(wrong), "{wrong}");
    }
}

proptest! {
    #[test]
    fn keys_are_read_back(random in prop::collection::vec(any::<u8>(), ApiKey::RANDOM)) {
        let key = ApiKey::generate(random.as_slice().try_into().unwrap());
        let written = bytes(&key);
        prop_assert_eq!(ApiKey::parse(&written), Ok(Parsed { id: key.id() }));
        let credential = format!("{CREDENTIAL_PREFIX}{}", key.id());
        prop_assert!(is_credential_id(&credential));
    }

    #[test]
    fn a_changed_character_is_noticed(at in 0..ApiKey::LEN, to in 33u8..127) {
        let mut written = bytes(&key(5));
        prop_assume!(written[at] != to);
        written[at] = to;
        prop_assert!(ApiKey::parse(&written).is_err());
    }

    #[test]
    fn no_bytes_do_harm(given in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = ApiKey::parse(&given);
    }
}

#[test]
fn the_digits_of_ids_are_those_that_are_written() {
    for byte in 0..=255 {
        let (id, written) = (
            [byte; 16],
            b"0123456789abcdefghjkmnpqrstvwxyz".contains(&byte),
        );
        let text = String::from_utf8_lossy(&id);
        let credential = format!("{CREDENTIAL_PREFIX}{text}");
        assert_eq!(is_credential_id(&credential), written, "{byte}");
    }
}
