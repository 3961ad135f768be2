use super::*;

#[test]
fn a_frame_is_split_as_it_was_made() {
    let mut out = Vec::new();
    put(&mut out, DATA, END_STREAM, 7, b"abc");
    out.extend(b"next");
    let (frame, after) = split(&out).unwrap();
    assert_eq!((frame.kind, frame.flags, frame.id), (DATA, END_STREAM, 7));
    assert_eq!((frame.payload, after), (&b"abc"[..], &b"next"[..]));
    assert!(split(&out[..11]).is_none());
}
