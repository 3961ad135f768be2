//! Bytes to entries. Never panics and never allocates more than the bytes at hand justify.

use super::VERSION;
use crate::entry::{Entry, Facts, Fold, MethodName, Outcome, Protocol, fault_from, stage_from};
use postern_model::{Code, RequestId};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The entries of one batch; `None` if it is not a batch of this layout.
pub(crate) fn decode(batch: &[u8]) -> Option<Vec<Entry>> {
    let mut input = Input(batch);
    if input.byte()? != VERSION {
        return None;
    }
    let count = input.length()?;
    let mut names: Vec<Arc<str>> = Vec::with_capacity(count.min(1024));
    for _ in 0..count {
        let len = input.length()?;
        names.push(std::str::from_utf8(input.take(len)?).ok()?.into());
    }
    let count = input.length()?;
    let mut entries = Vec::with_capacity(count.min(1024));
    for _ in 0..count {
        entries.push(input.entry(&names)?);
    }
    input.0.is_empty().then_some(entries)
}

/// A fold's bytes as the day file keeps them.
pub(crate) fn read_fold(bytes: &[u8]) -> Option<Fold> {
    let mut input = Input(bytes);
    let fold = input.fold()?;
    input.0.is_empty().then_some(fold)
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A count of things that take a byte each at least, so never more than what is left.
    fn length(&mut self) -> Option<usize> {
        let value = usize::try_from(self.number()?).ok()?;
        (value <= self.0.len()).then_some(value)
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is for bytes that do not parse"
    )]
    fn bytes(&mut self) -> Option<Option<&'a [u8]>> {
        match usize::try_from(self.number()?).ok()?.checked_sub(1) {
            None => Some(None),
            Some(len) => self.take(len).map(Some),
        }
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is for bytes that do not parse"
    )]
    fn text(&mut self) -> Option<Option<&'a str>> {
        match self.bytes()? {
            None => Some(None),
            Some(bytes) => std::str::from_utf8(bytes).ok().map(Some),
        }
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is for bytes that do not parse"
    )]
    fn name(&mut self, names: &[Arc<str>]) -> Option<Option<Arc<str>>> {
        match usize::try_from(self.number()?).ok()?.checked_sub(1) {
            None => Some(None),
            Some(place) => names.get(place).cloned().map(Some),
        }
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is for bytes that do not parse"
    )]
    fn address(&mut self) -> Option<Option<IpAddr>> {
        Some(match self.byte()? {
            0 => None,
            4 => Some(self.array::<4>()?.into()),
            6 => Some(self.array::<16>()?.into()),
            _ => return None,
        })
    }

    fn id(&mut self) -> Option<RequestId> {
        Some(id_of(u128::from_le_bytes(self.array()?)))
    }

    fn fold(&mut self) -> Option<Fold> {
        let first = self.id()?;
        let last = self.id()?;
        let count = self.length()?;
        let mut samples = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            samples.push(self.id()?);
        }
        Some(Fold {
            first,
            last,
            samples,
        })
    }

    /// In the order in which `Encoder::add` writes.
    fn entry(&mut self, names: &[Arc<str>]) -> Option<Entry> {
        Some(Entry {
            id: self.id()?,
            start: self.number()?,
            duration: self.number()?,
            client: self.address()?,
            peer: SocketAddr::new(self.address()??, u16::from_le_bytes(self.array()?)),
            protocol: Protocol::from_number(self.byte()?),
            method: self.text()?.map(MethodName::read),
            host: self.text()?.map(Arc::from),
            path: self.text()?.map(Arc::from),
            status: u16::try_from(self.number()?).ok()?,
            outcome: Outcome::from_number(self.byte()?)?,
            code: self.text()?.and_then(Code::parse),
            stage: stage_from(self.byte()?),
            fault: fault_from(self.byte()?),
            policy: self.name(names)?,
            tenant: self.name(names)?,
            service: self.name(names)?,
            version: self.name(names)?,
            operation: self.name(names)?,
            environment: self.name(names)?,
            app: self.name(names)?,
            credential: self.name(names)?,
            subscription: self.name(names)?,
            upstream: self.name(names)?,
            target: self.name(names)?,
            attempts: u32::try_from(self.number()?).ok()?,
            bytes_in: self.number()?,
            bytes_out: self.number()?,
            revision: self.number()?,
            directory: self.number()?,
            client_request_id: self.text()?.map(Arc::from),
            trace: match self.byte()? {
                0 => None,
                1 => Some(self.array()?),
                _ => return None,
            },
            weight: u32::try_from(self.number()?).ok()?,
            count: self.number()?,
            fold: match self.byte()? {
                0 => None,
                1 => Some(Box::new(self.fold()?)),
                _ => return None,
            },
            facts: match self.bytes()? {
                None => Facts::NONE,
                Some(bytes) => Facts::of(bytes)?,
            },
            detail: self.bytes()?.map(Box::from),
        })
    }
}

/// The id of those bits.
pub(crate) const fn id_of(bits: u128) -> RequestId {
    RequestId::new((bits >> 80) as u64, bits)
}
