//! Host patterns to trees.

/// Exact names and suffixes, each sorted.
#[derive(Debug, Default)]
pub(crate) struct Hosts {
    exact: Vec<(Box<str>, usize)>,
    /// `*.example.com` as `.example.com`.
    suffixes: Vec<(Box<str>, usize)>,
    any: Option<usize>,
    len: usize,
}

impl Hosts {
    /// How many trees there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The tree of services without hosts.
    pub(super) fn any(&mut self) -> usize {
        *self.any.get_or_insert_with(|| {
            self.len += 1;
            self.len - 1
        })
    }

    /// The tree of a pattern.
    pub(crate) fn add(&mut self, pattern: &str) -> usize {
        let (list, name) = match pattern.strip_prefix('*') {
            Some(suffix) => (&mut self.suffixes, suffix),
            None => (&mut self.exact, pattern),
        };
        match list.binary_search_by(|(have, _)| have.as_ref().cmp(name)) {
            Ok(at) => list.get(at).map_or(0, |(_, tree)| *tree),
            Err(at) => {
                list.insert(at, (name.into(), self.len));
                self.len += 1;
                self.len - 1
            }
        }
    }

    /// The trees that may hold the routes of a host, best first.
    pub(crate) fn matching<'a>(
        &'a self,
        host: Option<&'a [u8]>,
    ) -> impl Iterator<Item = usize> + 'a {
        let host = host.unwrap_or_default();
        let exact = lookup(&self.exact, host);
        let dotted = if self.suffixes.is_empty() { &[] } else { host };
        let suffixes = dotted
            .iter()
            .enumerate()
            // The pattern's `*` stands for at least one label.
            .skip(1)
            .filter(|&(_, &byte)| byte == b'.')
            .filter_map(|(at, _)| lookup(&self.suffixes, host.get(at..)?));
        exact.into_iter().chain(suffixes).chain(self.any)
    }
}

fn lookup(list: &[(Box<str>, usize)], name: &[u8]) -> Option<usize> {
    let at = list
        .binary_search_by(|(have, _)| have.as_bytes().cmp(name))
        .ok()?;
    list.get(at).map(|(_, tree)| *tree)
}
