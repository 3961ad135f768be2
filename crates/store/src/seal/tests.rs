use super::{SealError, Sealer};
use crate::StoreError;
use crate::master::MasterKey;
use postern_model::Holder;

const SHOP: Holder<'_> = Holder {
    kind: "certificate",
    id: "shop",
    tenant: Some("commerce"),
};

fn sealer() -> (Sealer, String) {
    let (ring, text) = Sealer::open(None, MasterKey::new([7; 32]), None).unwrap();
    (ring, text.unwrap())
}

#[test]
fn what_is_sealed_is_opened_and_nothing_else() {
    let (ring, _) = sealer();
    for secret in [&b"hunter2"[..], b"", &vec![0xff; 64 << 10]] {
        let sealed = ring.seal(secret, SHOP).unwrap();
        assert_ne!(sealed, ring.seal(secret, SHOP).unwrap(), "the nonce is new");
        assert_eq!(ring.open_secret(&sealed, SHOP).unwrap().expose(), secret);
        assert!(ring.is_newest(&sealed));
    }
    let sealed = ring.seal(b"hunter2", SHOP).unwrap();
    assert!(!sealed.contains("hunter2"));
    // Each character of it counts.
    let data = sealed.rfind(':').unwrap() + 1;
    for at in data..sealed.len() {
        let mut other = sealed.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        assert_eq!(
            ring.open_secret(&other, SHOP).unwrap_err(),
            SealError::Damaged,
            "{at}"
        );
        let cut = ring.open_secret(sealed.split_at(at).0, SHOP);
        assert_eq!(cut.unwrap_err(), SealError::Damaged);
    }
    for text in ["", "hunter2", "sealed:", "sealed:abc", "Sealed:a:b"] {
        assert_eq!(
            ring.open_secret(text, SHOP).unwrap_err(),
            SealError::Malformed
        );
    }
    let unknown = ring.open_secret("sealed:00:AAAA", SHOP).unwrap_err();
    assert_eq!(unknown, SealError::UnknownKey("00".to_owned()));
    let long = ring.seal(&vec![0; (64 << 10) + 1], SHOP).unwrap_err();
    assert!(long.to_string().contains("65537"), "{long}");
}

#[test]
fn the_ring_is_stored_wrapped() {
    let (ring, text) = sealer();
    let sealed = ring.seal(b"hunter2", SHOP).unwrap();
    let (again, nothing) = Sealer::open(Some(&text), MasterKey::new([7; 32]), None).unwrap();
    assert_eq!(nothing, None);
    assert_eq!(
        again.open_secret(&sealed, SHOP).unwrap().expose(),
        b"hunter2"
    );
    let error = Sealer::open(Some(&text), MasterKey::new([8; 32]), None).unwrap_err();
    assert!(matches!(error, StoreError::MasterDiffers { .. }), "{error}");
    // A wrapped key under another's id is none.
    let swapped = text.replacen("\"id\":\"", "\"id\":\"0", 1);
    let error = Sealer::open(Some(&swapped), MasterKey::new([7; 32]), None).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn keys_rotate_and_old_secrets_are_still_opened() {
    let (ring, first) = sealer();
    let old = ring.seal(b"old", SHOP).unwrap();
    let (rotated, text) = ring.rotated(None).unwrap();
    assert!(ring.is_newest(&old), "not before it is stored");
    ring.adopt(rotated);
    assert!(!ring.is_newest(&old));
    let new = ring.seal(b"new", SHOP).unwrap();
    assert!(ring.is_newest(&new));
    assert_eq!(ring.open_secret(&old, SHOP).unwrap().expose(), b"old");

    // Another process learns of it.
    let (other, _) = Sealer::open(Some(&first), MasterKey::new([7; 32]), None).unwrap();
    assert!(matches!(
        other.open_secret(&new, SHOP),
        Err(SealError::UnknownKey(_))
    ));
    other.refresh(&text).unwrap();
    assert_eq!(other.open_secret(&new, SHOP).unwrap().expose(), b"new");
}

#[test]
fn the_master_key_is_replaced() {
    let (ring, text) = sealer();
    let sealed = ring.seal(b"hunter2", SHOP).unwrap();
    let (rotated, by_new) = ring.rotated(Some(MasterKey::new([9; 32]))).unwrap();
    ring.adopt(rotated);
    assert!(Sealer::open(Some(&by_new), MasterKey::new([7; 32]), None).is_err());
    let (after, _) = Sealer::open(Some(&by_new), MasterKey::new([9; 32]), None).unwrap();
    assert_eq!(
        after.open_secret(&sealed, SHOP).unwrap().expose(),
        b"hunter2"
    );
    // Or at a start that is told the one before.
    let previous = MasterKey::new([7; 32]);
    let (_, again) = Sealer::open(Some(&text), MasterKey::new([9; 32]), Some(&previous)).unwrap();
    let (last, _) = Sealer::open(again.as_deref(), MasterKey::new([9; 32]), None).unwrap();
    assert_eq!(
        last.open_secret(&sealed, SHOP).unwrap().expose(),
        b"hunter2"
    );
}

#[test]
fn nothing_of_it_is_shown() {
    let (ring, text) = sealer();
    let shown = format!("{ring:?}");
    assert!(shown.contains("[secret]"), "{shown}");
    assert!(!shown.contains("7, 7"), "{shown}");
    assert!(!text.contains("7, 7"));
}

#[test]
fn what_is_copied_into_another_document_stays_closed() {
    let (ring, _) = sealer();
    let sealed = ring.seal(b"hunter2", SHOP).unwrap();
    let others = [
        Holder {
            tenant: Some("partner"),
            ..SHOP
        },
        Holder {
            tenant: None,
            ..SHOP
        },
        Holder {
            id: "other",
            ..SHOP
        },
        Holder {
            kind: "identity_provider",
            ..SHOP
        },
    ];
    for other in others {
        let error = ring.open_secret(&sealed, other).unwrap_err();
        let said = format!("it was sealed for `{SHOP}`, and stands in `{other}`");
        assert_eq!(error.to_string(), said);
        // Nor does it help to write the other's name into it, or none.
        let renamed = sealed.replace(&SHOP.to_string(), &other.to_string());
        let error = ring.open_secret(&renamed, other).unwrap_err();
        assert_eq!(error, SealError::Damaged);
        let nameless = sealed.replace(&format!("{SHOP}:"), "");
        let error = ring.open_secret(&nameless, other).unwrap_err();
        assert_eq!(error, SealError::Damaged);
    }
}

#[test]
fn what_was_sealed_for_no_document_is_opened_and_not_the_newest() {
    let (ring, _) = sealer();
    let old = {
        let ring = ring.0.read().unwrap();
        let key = ring.keys.last().unwrap();
        let data = super::encrypt(key.key.expose(), &key.id, b"hunter2").unwrap();
        format!("sealed:{}:{data}", key.id)
    };
    assert_eq!(ring.open_secret(&old, SHOP).unwrap().expose(), b"hunter2");
    assert!(!ring.is_newest(&old));
}
