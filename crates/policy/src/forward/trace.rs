//! `traceparent` (W3C Trace Context, level 1).

/// Length of a `traceparent` of version 00.
const LEN: usize = 55;

/// The place of one request in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The trace, never 0.
    pub trace_id: u128,
    /// The caller's span, where there is one.
    pub parent_id: Option<u64>,
    /// Our span, the upstream's parent; never 0.
    pub span_id: u64,
    /// Trace flags; bit 0 is *sampled*.
    pub flags: u8,
}

impl Trace {
    /// Continues the caller's trace, or begins one where there is none that can be continued:
    /// missing, given twice or malformed. The random bits become ids where one is needed;
    /// `sampled` is for a trace that begins here.
    pub fn new<'a>(
        mut values: impl Iterator<Item = &'a [u8]>,
        random_trace: u128,
        random_span: u64,
        sampled: bool,
    ) -> Self {
        // Ids of zero are not valid.
        let span_id = random_span.max(1);
        let theirs = match (values.next(), values.next()) {
            (Some(value), None) => parse(value),
            _ => None,
        };
        match theirs {
            Some((trace_id, parent_id, flags)) => Self {
                trace_id,
                parent_id: Some(parent_id),
                span_id,
                flags,
            },
            None => Self {
                trace_id: random_trace.max(1),
                parent_id: None,
                span_id,
                flags: u8::from(sampled),
            },
        }
    }

    /// Whether it continues the caller's, so that `tracestate` still means something.
    pub const fn is_continued(&self) -> bool {
        self.parent_id.is_some()
    }

    /// Whether the spans of this trace are recorded.
    pub const fn is_sampled(&self) -> bool {
        self.flags & 1 != 0
    }

    /// The value of `traceparent` for the upstream.
    pub fn encode(&self) -> [u8; LEN] {
        let mut out = *b"00-00000000000000000000000000000000-0000000000000000-00";
        write_hex(out.get_mut(3..35), &self.trace_id.to_be_bytes());
        write_hex(out.get_mut(36..52), &self.span_id.to_be_bytes());
        let [.., high, low] = hex(u32::from(self.flags));
        if let Some(flags) = out.last_chunk_mut() {
            *flags = [high, low];
        }
        out
    }
}

fn write_hex(to: Option<&mut [u8]>, bytes: &[u8]) {
    let (digits, _) = to.unwrap_or_default().as_chunks_mut();
    for (eight, four) in digits.iter_mut().zip(bytes.as_chunks().0) {
        *eight = hex(u32::from_be_bytes(*four));
    }
}

/// Writes 32 bits as eight hexadecimal digits, all at once.
fn hex(value: u32) -> [u8; 8] {
    // Each nibble into a byte of its own, the highest first.
    let mut nibbles = u64::from(value);
    nibbles = (nibbles << 16 | nibbles) & 0x0000_ffff_0000_ffff;
    nibbles = (nibbles << 8 | nibbles) & 0x00ff_00ff_00ff_00ff;
    nibbles = (nibbles << 4 | nibbles) & 0x0f0f_0f0f_0f0f_0f0f;
    // 1 in each byte that is a letter.
    let letters = ((nibbles + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    let digits = nibbles + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'9' - 1);
    digits.to_be_bytes()
}

/// Trace, parent and flags. A later version may say more behind these; of its flags only
/// *sampled* is known (§2.2.1, §4.3).
fn parse(value: &[u8]) -> Option<(u128, u64, u8)> {
    let version = read_hex(value.get(..2)?)?;
    let fits = match version {
        0xff => false,
        0 => value.len() == LEN,
        _ => matches!(value.get(LEN), None | Some(b'-')),
    };
    let dashes = [2, 35, 52].iter().all(|&at| value.get(at) == Some(&b'-'));
    if !fits || !dashes {
        return None;
    }
    let trace_id = read_hex(value.get(3..35)?)?;
    let parent_id = u64::try_from(read_hex(value.get(36..52)?)?).ok()?;
    let flags = u8::try_from(read_hex(value.get(53..LEN)?)?).ok()?;
    let flags = if version == 0 { flags } else { flags & 1 };
    (trace_id != 0 && parent_id != 0).then_some((trace_id, parent_id, flags))
}

/// Lower case only (§2.2).
fn read_hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0u128, |value, &digit| {
        let nibble = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u128::from(nibble))
    })
}
