use super::*;
use proptest::prelude::*;

fn header() -> Vec<u8> {
    [&MAGIC[..], &[7; 8]].concat()
}

fn file_of(payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = header();
    for payload in payloads {
        frame(&mut bytes, payload);
    }
    bytes
}

fn payloads(bytes: &[u8]) -> (Vec<Vec<u8>>, u64, u64) {
    let mut frames = Frames::new(bytes);
    let found = frames.by_ref().map(|f| f.payload.to_vec()).collect();
    (found, frames.damaged, frames.tail)
}

proptest! {
    #[test]
    fn a_damaged_frame_costs_only_itself(
        written in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 3..6),
        at in any::<proptest::sample::Index>(),
        bit in 0u8..8,
    ) {
        let mut bytes = file_of(&written);
        let at = HEADER + at.index(bytes.len() - HEADER);
        bytes[at] ^= 1 << bit;
        let (read, damaged, tail) = payloads(&bytes);
        let mut expected = written.clone();
        let mut end = HEADER;
        let hit = written.iter().position(|p| { end += FRAME + p.len(); at < end }).unwrap();
        let size = (FRAME + expected.remove(hit).len()) as u64;
        prop_assert_eq!(read, expected);
        prop_assert_eq!(damaged + tail, size);
        prop_assert_eq!(tail == 0, hit + 1 < written.len());
    }

    #[test]
    fn a_truncated_file_gives_every_frame_before_the_cut(
        written in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..6),
        cut in any::<proptest::sample::Index>(),
    ) {
        let bytes = file_of(&written);
        let cut = HEADER + cut.index(bytes.len() - HEADER);
        let mut end = HEADER;
        let whole = written.iter().take_while(|p| { end += FRAME + p.len(); end <= cut }).count();
        let (read, damaged, _) = payloads(&bytes[..cut]);
        prop_assert_eq!(&read[..], &written[..whole]);
        prop_assert_eq!(damaged, 0);
    }

    #[test]
    fn garbage_never_panics(noise in proptest::collection::vec(
        prop_oneof![Just(0xC3u8), Just(b'P'), Just(b'L'), Just(0x9Au8), Just(0u8), any::<u8>()],
        0..400,
    )) {
        payloads(&noise);
    }
}

#[test]
fn marks_planted_by_a_caller_are_tried_only_so_often() {
    let mut bytes = header();
    bytes.extend(MARK.repeat(100_000));
    let mut frames = Frames::new(&bytes);
    assert_eq!(frames.next(), None);
    assert_eq!(frames.tries, 0);
    assert_eq!(frames.tail, 400_000);
}

#[test]
fn only_segments_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    Segment::create(dir.path(), 0xAB).unwrap();
    Segment::create(dir.path(), 2).unwrap();
    for other in [
        "segment-2.log",
        "segment-000000000000000G.log",
        "notes.log",
        "segment-00000000000000AB.log",
    ] {
        std::fs::write(dir.path().join(other), "x").unwrap();
    }
    assert_eq!(list(dir.path()).unwrap(), vec![2, 0xAB]);
    assert!(Segment::create(dir.path(), 2).is_err());
}
