//! A persistent set of rows: a hash array mapped trie (P. Bagwell, 2001).
//!
//! A change copies the branches between the root and the row, and shares everything else with the
//! set before it. It is our own because a row costs it 16 bytes and its share of the branches,
//! below 40 bytes in all; the maps of crates that are alive and freely licensed take above 100.

#[cfg(test)]
mod tests;

use std::sync::Arc;

/// Bits of the hash that one level looks at.
const BITS: u32 = 5;

/// Rows, found by a hash of their key and a question that only one of them answers with yes.
#[derive(Debug)]
pub(super) struct Trie<T: ?Sized> {
    root: Arc<Branch<T>>,
}

#[derive(Debug)]
struct Branch<T: ?Sized> {
    /// Which of the 32 slots there are.
    taken: u32,
    /// Those, in order.
    slots: Box<[Slot<T>]>,
}

#[derive(Debug)]
enum Slot<T: ?Sized> {
    Row(Arc<T>),
    Branch(Arc<Branch<T>>),
    /// Rows whose hashes are the same in all 64 bits.
    Clash(Arc<Vec<Arc<T>>>),
}

// Derived, these would ask for `T: Clone`.
impl<T: ?Sized> Clone for Trie<T> {
    fn clone(&self) -> Self {
        Self {
            root: self.root.clone(),
        }
    }
}

impl<T: ?Sized> Default for Trie<T> {
    fn default() -> Self {
        Self {
            root: Arc::default(),
        }
    }
}

impl<T: ?Sized> Clone for Branch<T> {
    fn clone(&self) -> Self {
        Self {
            taken: self.taken,
            slots: self.slots.clone(),
        }
    }
}

impl<T: ?Sized> Default for Branch<T> {
    fn default() -> Self {
        Self {
            taken: 0,
            slots: Box::default(),
        }
    }
}

impl<T: ?Sized> Clone for Slot<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Row(row) => Self::Row(row.clone()),
            Self::Branch(branch) => Self::Branch(branch.clone()),
            Self::Clash(rows) => Self::Clash(rows.clone()),
        }
    }
}

/// The bit of a hash's slot on a level, and `None` below the last level.
const fn bit(hash: u64, level: u32) -> Option<u32> {
    if level * BITS >= u64::BITS {
        return None;
    }
    Some(1 << ((hash >> (level * BITS)) & 31))
}

impl<T: ?Sized> Branch<T> {
    /// Where a slot is, or would be.
    const fn at(&self, bit: u32) -> usize {
        (self.taken & (bit - 1)).count_ones() as usize
    }

    fn slot(&self, bit: u32) -> Option<&Slot<T>> {
        if self.taken & bit == 0 {
            return None;
        }
        self.slots.get(self.at(bit))
    }

    fn add(&mut self, bit: u32, slot: Slot<T>) {
        let (before, after) = self.slots.split_at(self.at(bit));
        let slots = before.iter().cloned();
        self.slots = slots.chain([slot]).chain(after.iter().cloned()).collect();
        self.taken |= bit;
    }

    fn drop(&mut self, bit: u32) {
        let at = self.at(bit);
        let mut slots = std::mem::take(&mut self.slots).into_vec();
        slots.remove(at);
        self.slots = slots.into();
        self.taken &= !bit;
    }

    /// What is left, if that needs no branch of its own.
    fn only(&self) -> Option<Slot<T>> {
        match &*self.slots {
            [only @ Slot::Row(_)] => Some(only.clone()),
            _ => None,
        }
    }
}

impl<T: ?Sized> Trie<T> {
    /// The row with that hash that `is` says yes to.
    pub(super) fn get(&self, hash: u64, is: impl Fn(&T) -> bool) -> Option<&Arc<T>> {
        let mut branch = &self.root;
        let mut level = 0;
        loop {
            match branch.slot(bit(hash, level)?)? {
                Slot::Row(row) => return is(row).then_some(row),
                Slot::Branch(next) => branch = next,
                Slot::Clash(rows) => return rows.iter().find(|row| is(row)),
            }
            level += 1;
        }
    }

    /// Every row, in no order.
    pub(super) fn rows(&self) -> Rows<'_, T> {
        Rows {
            above: vec![self.root.slots.iter()],
            clash: [].iter(),
        }
    }

    /// Puts a row in, in the place of the one with the same key. `same` says whether two rows have
    /// the same key, `hash` gives the hash of a row's key.
    pub(super) fn put(
        &mut self,
        row: Arc<T>,
        hash: &impl Fn(&T) -> u64,
        same: &impl Fn(&T, &T) -> bool,
    ) {
        let of_row = hash(&row);
        put(Arc::make_mut(&mut self.root), row, of_row, 0, hash, same);
    }

    /// Takes out the row with that hash that `is` says yes to, if it is there.
    pub(super) fn remove(&mut self, hash: u64, is: &impl Fn(&T) -> bool) {
        // Looked up first, so that nothing is copied in vain.
        if self.get(hash, is).is_some() {
            remove(Arc::make_mut(&mut self.root), hash, 0, is);
        }
    }
}

/// Goes through rows.
#[derive(Debug)]
pub(super) struct Rows<'a, T: ?Sized> {
    /// What is left of the branches from the root to here.
    above: Vec<std::slice::Iter<'a, Slot<T>>>,
    /// What is left of rows whose hashes are the same.
    clash: std::slice::Iter<'a, Arc<T>>,
}

impl<'a, T: ?Sized> Iterator for Rows<'a, T> {
    type Item = &'a Arc<T>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.clash.next() {
                return Some(row);
            }
            match self.above.last_mut()?.next() {
                Some(Slot::Row(row)) => return Some(row),
                Some(Slot::Branch(branch)) => self.above.push(branch.slots.iter()),
                Some(Slot::Clash(rows)) => self.clash = rows.iter(),
                None => {
                    self.above.pop();
                }
            }
        }
    }
}

fn put<T: ?Sized>(
    branch: &mut Branch<T>,
    row: Arc<T>,
    of_row: u64,
    level: u32,
    hash: &impl Fn(&T) -> u64,
    same: &impl Fn(&T, &T) -> bool,
) {
    let Some(bit) = bit(of_row, level) else {
        return;
    };
    let at = branch.at(bit);
    if branch.taken & bit == 0 {
        branch.add(bit, Slot::Row(row));
        return;
    }
    let Some(slot) = branch.slots.get_mut(at) else {
        return;
    };
    match slot {
        Slot::Row(have) if same(have, &row) => *have = row,
        Slot::Row(have) => {
            let have = have.clone();
            *slot = fork(have, row, of_row, level + 1, hash);
        }
        Slot::Branch(next) => put(Arc::make_mut(next), row, of_row, level + 1, hash, same),
        Slot::Clash(rows) => {
            let rows = Arc::make_mut(rows);
            match rows.iter_mut().find(|have| same(have, &row)) {
                Some(have) => *have = row,
                None => rows.push(row),
            }
        }
    }
}

/// What takes the place of a row when another one comes into its slot.
fn fork<T: ?Sized>(
    have: Arc<T>,
    row: Arc<T>,
    of_row: u64,
    level: u32,
    hash: &impl Fn(&T) -> u64,
) -> Slot<T> {
    let of_have = hash(&have);
    let (Some(old), Some(new)) = (bit(of_have, level), bit(of_row, level)) else {
        return Slot::Clash(Arc::new(vec![have, row]));
    };
    let mut branch = Branch::default();
    if old == new {
        branch.add(old, fork(have, row, of_row, level + 1, hash));
    } else {
        branch.add(old, Slot::Row(have));
        branch.add(new, Slot::Row(row));
    }
    Slot::Branch(Arc::new(branch))
}

fn remove<T: ?Sized>(branch: &mut Branch<T>, hash: u64, level: u32, is: &impl Fn(&T) -> bool) {
    let Some(bit) = bit(hash, level) else {
        return;
    };
    let at = branch.at(bit);
    let Some(slot) = branch.slots.get_mut(at) else {
        return;
    };
    match slot {
        Slot::Row(_) => branch.drop(bit),
        Slot::Branch(next) => {
            let next = Arc::make_mut(next);
            remove(next, hash, level + 1, is);
            if let Some(only) = next.only() {
                *slot = only;
            }
        }
        Slot::Clash(rows) => {
            let rows = Arc::make_mut(rows);
            rows.retain(|row| !is(row));
            if let [only] = &**rows {
                let only = only.clone();
                *slot = Slot::Row(only);
            }
        }
    }
}
