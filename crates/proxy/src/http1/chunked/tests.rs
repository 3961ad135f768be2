use super::*;
use proptest::prelude::*;

#[test]
fn bad_framing_is_refused() {
    for bad in [
        "5\nhello\r\n",
        "5\r\nhello0\r\n",
        "5\r\nhelloX\r\n",
        "-5\r\n",
        "\r\n",
        " 5\r\n",
        "5 \r\n",
        "0x5\r\n",
        ";a\r\n",
        "5;\n",
        "5\rX",
        "ffffffffffffffff\r\n",
        "5;a=\0\r\n",
    ] {
        assert!(decode([bad.as_bytes()]).is_err(), "{bad:?}");
    }
    let long = format!("5;{}\r\n", "a".repeat(2000));
    assert!(decode([long.as_bytes()]).is_err());
}

#[test]
fn extensions_are_skipped() {
    let decoded = decode(b"5;a=b;c=\"d\"\r\nhello\r\n0\r\n".chunks(3));
    assert_eq!(decoded, Ok((b"hello".to_vec(), true)));
}

proptest! {
    #[test]
    fn what_was_chunked_comes_out_whole_wherever_it_is_cut(
        chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..5),
        size in 1usize..300,
    ) {
        let mut wire = Vec::new();
        for chunk in &chunks {
            wire.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
            wire.extend(chunk);
            wire.extend(b"\r\n");
        }
        wire.extend(b"0\r\n");
        prop_assert_eq!(decode(wire.chunks(size)), Ok((chunks.concat(), true)));
    }
}
