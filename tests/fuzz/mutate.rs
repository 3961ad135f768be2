//! A small mutator: the same seed makes the same input.

/// What parsers of HTTP stumble over.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b"\x0b",
    b"\x7f",
    b"\x80",
    b"\xff",
    b":",
    b": ",
    b",",
    b";",
    b"\"",
    b"\\",
    b"/",
    b"//",
    b"/../",
    b"%2e",
    b"%2F",
    b"%",
    b"%00",
    b"?",
    b"*",
    b"@",
    b"[::1]",
    b"0",
    b"-1",
    b"18446744073709551616",
    b"ffffffffffffffff",
    b"http://",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"Host: b\r\n",
    b"Content-Length: 1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"chunked",
    b"close",
    b"for=",
    b"\x30\x82\xff\xff",
    b"\x30\x80",
];

/// Makes inputs; `SplitMix64` underneath.
pub(crate) struct Mutator {
    state: u64,
}

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, and 0 where that is 0.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap();
        usize::try_from(self.random() % end).unwrap()
    }

    /// One of the inputs with a few changes; now and then bytes that are like none of them.
    pub(crate) fn next_input(&mut self, corpus: &[&[u8]]) -> Vec<u8> {
        let mut input = if self.below(16) == 0 {
            (0..self.below(64)).map(|_| self.byte()).collect()
        } else {
            corpus[self.below(corpus.len())].to_vec()
        };
        for _ in 0..=self.below(4) {
            self.change(&mut input, corpus);
        }
        input
    }

    fn byte(&mut self) -> u8 {
        self.random().to_le_bytes()[0]
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[&[u8]]) {
        let from = self.below(input.len() + 1);
        let to = (from + self.below(9)).min(input.len());
        match self.below(8) {
            0 => drop(input.drain(from..to)),
            1 => input.truncate(from),
            2 => {
                let copy = input[from..to].to_vec();
                let at = self.below(input.len() + 1);
                input.splice(at..at, copy);
            }
            3 => {
                let other = corpus[self.below(corpus.len())];
                input.truncate(from);
                input.extend_from_slice(&other[self.below(other.len() + 1)..]);
            }
            4 if from < to => input[from] ^= 1 << self.below(8),
            5 if from < to => input[from] = self.byte(),
            6 => {
                let piece = PIECES[self.below(PIECES.len())];
                let times = 1 + self.below(3);
                input.splice(from..to, piece.repeat(times));
            }
            _ => {
                let piece = PIECES[self.below(PIECES.len())];
                input.splice(from..from, piece.iter().copied());
            }
        }
    }
}
