//! The wire format of Protocol Buffers, as far as a few small messages need it: fields are written
//! one after the other, and read without trusting any length.

/// A message that is being written.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut value: u64) {
        loop {
            let [low, ..] = value.to_le_bytes();
            value >>= 7;
            if value == 0 {
                self.0.push(low);
                return;
            }
            self.0.push(low | 0x80);
        }
    }

    /// A number, unless it is 0, which is what is read where nothing stands.
    pub(super) fn number(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.varint(u64::from(field) << 3);
            self.varint(value);
        }
    }

    /// Bytes or a text, unless there are none.
    pub(super) fn bytes(&mut self, field: u32, value: impl AsRef<[u8]>) {
        let value = value.as_ref();
        if !value.is_empty() {
            self.delimited(field, value);
        }
    }

    /// A message within this one.
    pub(super) fn message(&mut self, field: u32, message: &Self) {
        self.delimited(field, &message.0);
    }

    /// An entry of a map from texts to texts.
    pub(super) fn entry(&mut self, field: u32, key: &str, value: &str) {
        let mut entry = Self::default();
        entry.bytes(1, key);
        entry.bytes(2, value);
        self.message(field, &entry);
    }

    fn delimited(&mut self, field: u32, value: &[u8]) {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }
}

/// The value of a field that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read<'a> {
    /// Wire type 0.
    Number(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
    /// Wire types 1 and 5, which no message here has.
    Fixed,
}

impl<'a> Read<'a> {
    /// Bytes, a text or a message.
    pub(super) const fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Number(_) | Self::Fixed => None,
        }
    }
}

/// The fields of a message, in order. What is not one ends it with `None` in [`Reader::next`].
#[derive(Debug, Clone)]
pub(super) struct Reader<'a>(&'a [u8]);

/// The bytes are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Garbled;

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next field and its value; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Read<'a>)>, Garbled> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = u32::try_from(key >> 3).map_err(|_| Garbled)?;
        if field == 0 {
            return Err(Garbled);
        }
        let value = match key & 7 {
            0 => Read::Number(self.varint()?),
            1 => self.take(8).map(|_| Read::Fixed)?,
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Garbled)?;
                Read::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Read::Fixed)?,
            // Groups are nothing that anybody writes any more.
            _ => return Err(Garbled),
        };
        Ok(Some((field, value)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Garbled> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Garbled)?;
        self.0 = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Garbled> {
        let mut value = 0;
        for place in 0..10 {
            let (&byte, rest) = self.0.split_first().ok_or(Garbled)?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Garbled)
    }
}
