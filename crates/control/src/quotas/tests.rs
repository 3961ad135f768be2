use super::file::{decode, encode};
use super::*;
use postern_state::{Key, Window};
use proptest::prelude::*;

fn counted() -> impl Strategy<Value = Vec<Counted>> {
    let one = (any::<u64>(), any::<u128>(), any::<[u64; 3]>());
    let one = one.prop_map(|(limit, subject, [start, ends, used])| Counted {
        key: Key { limit, subject },
        window: Window { start, ends },
        used,
    });
    prop::collection::vec(one, 0..20)
}

fn some(used: u64) -> Vec<Counted> {
    vec![Counted {
        key: Key {
            limit: 1,
            subject: 2,
        },
        window: Window { start: 3, ends: 4 },
        used,
    }]
}

proptest! {
    #[test]
    fn what_is_written_is_read(counted in counted()) {
        prop_assert_eq!(decode(&encode(&counted)), Ok(counted));
    }

    #[test]
    fn what_was_changed_is_found_out(counted in counted(), at in any::<prop::sample::Index>(), by in 1_u8..) {
        let mut bytes = encode(&counted);
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(decode(&bytes).is_err());
        prop_assert!(decode(&bytes[..at]).is_err());
    }

    #[test]
    fn anything_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }
}

#[test]
fn the_newest_is_there_as_a_whole() {
    let data = tempfile::tempdir().unwrap();
    let quotas = QuotaFile::new(data.path());
    assert_eq!(quotas.read().unwrap(), [], "nothing was kept yet");
    quotas.write(|| Some(some(1))).unwrap();
    quotas.write(|| Some(some(2))).unwrap();
    quotas.write(|| None).unwrap();
    assert_eq!(quotas.read().unwrap(), some(2));
    // What was being written when somebody pulled the plug is no harm.
    std::fs::write(data.path().join("quotas.new"), b"half").unwrap();
    assert_eq!(quotas.read().unwrap(), some(2));
    quotas.write(|| Some(some(3))).unwrap();
    assert_eq!(quotas.read().unwrap(), some(3));
}

#[test]
fn what_is_damaged_is_put_aside_and_said() {
    let data = tempfile::tempdir().unwrap();
    let quotas = QuotaFile::new(data.path());
    std::fs::write(data.path().join("quotas"), b"PSTQUOT1 and more").unwrap();
    let error = quotas.read().unwrap_err().to_string();
    assert!(error.contains("quotas.damaged"), "{error}");
    assert_eq!(quotas.read().unwrap(), [], "and the next start has none");
    assert!(data.path().join("quotas.damaged").exists());
}

#[test]
fn writing_much_does_not_become_all_that_is_done() {
    let began = Instant::now();
    let after = |millis| pause(began, began + Duration::from_millis(millis));
    assert_eq!(after(1), EVERY);
    assert_eq!(after(200), Duration::from_secs(4));
    assert_eq!(after(60_000), AT_LEAST);
}
