//! The document as a tree of nodes that know where they stand. YAML 1.2 contains JSON, so one
//! reader serves both; plain JSON has a faster one before it. Everything is bounded: bytes, depth, and nodes after aliases have been
//! replaced by what they stand for.

use crate::code::Code;
use crate::findings::Findings;
use crate::source::Span;
use granit_parser::{Event, Options, Parser, ScalarStyle};
use std::collections::HashMap;

mod json;

/// Longest document, in bytes.
pub(crate) const MAX_BYTES: usize = 16 << 20;
/// Deepest nesting.
pub(crate) const MAX_DEPTH: usize = 64;
/// Most nodes, where each use of an alias counts all nodes that it stands for.
pub(crate) const MAX_NODES: usize = 500_000;

/// One value.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where it stands.
    pub span: Span,
    /// Found to be wrong: it is left out when the document is deserialised.
    pub bad: bool,
    /// Nothing below it is wrong or missing.
    pub intact: bool,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of values.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Text. `plain`: without quotes, so that `true` and `80` may mean a boolean and a number.
    Scalar { text: String, plain: bool },
    /// A list.
    Seq(Vec<Node>),
    /// A mapping, in the order of the document; no key stands twice.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    fn new(span: Span, kind: Kind) -> Self {
        Self {
            span,
            bad: false,
            intact: true,
            kind,
        }
    }

    /// Marks it as wrong.
    pub(crate) fn reject(&mut self) {
        self.bad = true;
        self.intact = false;
    }

    /// Whether nothing stands where a value could: `key:` or `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The entries, if it is a mapping.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key, whether good or bad.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let found = self.entries().iter().find(|e| e.key == key);
        found.map(|e| &e.value)
    }

    /// The value that a JSON pointer (RFC 6901) leads to; where it leads to nothing, as far as it
    /// leads.
    pub(crate) fn at(&self, pointer: &str) -> &Self {
        let mut node = self;
        for step in pointer.split('/').skip(1) {
            let key = step.replace("~1", "/").replace("~0", "~");
            let next = match &node.kind {
                Kind::Seq(items) => key.parse().ok().and_then(|at: usize| items.get(at)),
                _ => node.get(&key),
            };
            let Some(next) = next else {
                return node;
            };
            node = next;
        }
        node
    }

    /// An empty mapping.
    pub(crate) fn empty() -> Self {
        Self::new(Span::default(), Kind::Map(Vec::new()))
    }

    /// The innermost value that a byte of the document belongs to, as a JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self, byte: usize) -> String {
        let mut pointer = String::new();
        let mut node = self;
        loop {
            let (step, next) = match &node.kind {
                Kind::Scalar { .. } => return pointer,
                Kind::Seq(items) => {
                    let at = items.iter().rposition(|item| item.span.start <= byte);
                    match at.and_then(|at| Some((at, items.get(at)?))) {
                        Some((at, item)) => (at.to_string(), item),
                        None => return pointer,
                    }
                }
                Kind::Map(entries) => {
                    let found = entries.iter().rfind(|e| e.key_span.start <= byte);
                    match found {
                        Some(entry) => (escaped(&entry.key), &entry.value),
                        None => return pointer,
                    }
                }
            };
            pointer.push('/');
            pointer.push_str(&step);
            // The key alone is meant, or the value as a whole; a block mapping begins where its
            // first key does.
            let first = next.entries().first().map(|entry| entry.key_span.start);
            if next.span.start >= byte && first != Some(byte) {
                return pointer;
            }
            node = next;
        }
    }

    fn height(&self) -> usize {
        let below = match &self.kind {
            Kind::Scalar { .. } => return 1,
            Kind::Seq(items) => items.iter().map(Self::height).max(),
            Kind::Map(entries) => entries.iter().map(|e| e.value.height()).max(),
        };
        1 + below.unwrap_or(0)
    }

    fn count(&self) -> usize {
        match &self.kind {
            Kind::Scalar { .. } => 1,
            Kind::Seq(items) => 1 + items.iter().map(Self::count).sum::<usize>(),
            Kind::Map(entries) => 1 + entries.iter().map(|e| e.value.count()).sum::<usize>(),
        }
    }
}

/// A step of a JSON pointer (RFC 6901, section 3).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Reads a document. `None` when it could not be read as a whole; the reason is among the
/// findings then. Duplicate keys are found too, but their first value stands.
pub(crate) fn read(text: &str, findings: &mut Findings<'_>) -> Option<Node> {
    json::read(text).or_else(|| read_yaml(text, findings))
}

fn read_yaml(text: &str, findings: &mut Findings<'_>) -> Option<Node> {
    if text.len() > MAX_BYTES {
        findings
            .file(Code::TooComplex, "the file is too large")
            .note(format!("at most {} MiB are read", MAX_BYTES >> 20));
        return None;
    }
    let mut options = Options::default();
    // JSON documents have no limit on keys; ours has the one on bytes.
    options.simple_key_max_lookahead = 8192;
    options.flow_nesting_limit = MAX_DEPTH + 1;
    options.block_nesting_limit = MAX_DEPTH + 1;
    let parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::default();
    let mut last = Span::default();
    for event in parser {
        match event {
            Ok((event, span)) => {
                last = span
                    .byte_range()
                    .map_or(last, |r| Span::new(r.start, r.end));
                if !builder.event(event, last, findings) {
                    return None;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(last.end);
                syntax(&error.info(), text, at, findings);
                return None;
            }
        }
    }
    Some(builder.root.unwrap_or_else(Node::empty))
}

fn syntax(info: &str, text: &str, at: usize, findings: &mut Findings<'_>) {
    // At the end of the text the last character that is not white space says more.
    let at = at.min(text.trim_end().len());
    let end = text.get(at..).and_then(|rest| rest.chars().next());
    let span = Span::new(at, at + end.map_or(0, char::len_utf8));
    if info == "recursion limit exceeded" {
        too_deep(span, findings);
        return;
    }
    let found = findings.error(
        Code::Syntax,
        span,
        "the file is neither YAML nor JSON",
        info,
    );
    if info.contains("tab") {
        found.help("indent with spaces");
    }
}

fn too_deep(span: Span, findings: &mut Findings<'_>) {
    findings
        .error(Code::TooComplex, span, "the file nests too deep", "")
        .note(format!("at most {MAX_DEPTH} levels are read"));
}

/// A collection that is still open.
struct Open {
    span: Span,
    anchor: usize,
    items: Items,
}

enum Items {
    Seq(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// First byte of each key, by key.
        seen: HashMap<String, usize>,
        /// The key whose value comes next, and whether that value counts.
        key: Option<(String, Span, bool)>,
    },
}

#[derive(Default)]
struct Builder {
    stack: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    documents: usize,
    root: Option<Node>,
}

impl Builder {
    /// Takes one event; `false` ends the reading.
    fn event(&mut self, event: Event<'_>, span: Span, findings: &mut Findings<'_>) -> bool {
        let open = |items, anchor| Open {
            span,
            anchor,
            items,
        };
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let what = "the file has more than one document";
                    let found = findings.error(Code::Syntax, span, what, "the second begins here");
                    found.help("keep one configuration per file");
                    return false;
                }
            }
            Event::SequenceStart(_, anchor, ..) => {
                self.stack.push(open(Items::Seq(Vec::new()), anchor));
            }
            Event::MappingStart(_, anchor, ..) => self.stack.push(open(
                Items::Map {
                    entries: Vec::new(),
                    seen: HashMap::new(),
                    key: None,
                },
                anchor,
            )),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(closed) = self.stack.pop() {
                    let kind = match closed.items {
                        Items::Seq(items) => Kind::Seq(items),
                        Items::Map { entries, .. } => Kind::Map(entries),
                    };
                    let whole = Span::new(closed.span.start, span.end);
                    return self.value(Node::new(whole, kind), closed.anchor, true, findings);
                }
            }
            Event::Scalar(text, style, anchor, ..) => {
                let kind = Kind::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                };
                return self.value(Node::new(span, kind), anchor, false, findings);
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    let what = "an alias stands inside of what it refers to";
                    findings.error(Code::Syntax, span, what, "");
                    return false;
                };
                // Clones are counted before they are made into clones of clones.
                self.nodes += node.count();
                return self.value(node, 0, true, findings);
            }
            _ => {}
        }
        if self.stack.len() > MAX_DEPTH {
            too_deep(span, findings);
            return false;
        }
        true
    }

    /// A complete value: it becomes a key, a value, an item or the document itself.
    fn value(
        &mut self,
        node: Node,
        anchor: usize,
        nested: bool,
        findings: &mut Findings<'_>,
    ) -> bool {
        self.nodes += 1;
        let span = node.span;
        if self.nodes > MAX_NODES {
            findings
                .error(Code::TooComplex, span, "the file has too many values", "")
                .note(format!(
                    "at most {MAX_NODES} are read, after aliases are replaced"
                ));
            return false;
        }
        if nested && anchor == 0 && self.stack.len() + node.height() > MAX_DEPTH + 1 {
            too_deep(span, findings);
            return false;
        }
        if anchor != 0 {
            self.nodes += node.count();
            self.anchors.insert(anchor, node.clone());
        }
        match self.stack.last_mut().map(|open| &mut open.items) {
            None => self.root = Some(node),
            Some(Items::Seq(items)) => items.push(node),
            Some(Items::Map { entries, seen, key }) => match key.take() {
                Some((key, key_span, true)) => entries.push(Entry {
                    key,
                    key_span,
                    value: node,
                }),
                Some((_, _, false)) => {}
                None => *key = Some(read_key(node, seen, findings)),
            },
        }
        true
    }
}

/// Makes a key of a node; the last part says whether its value counts.
fn read_key(
    node: Node,
    seen: &mut HashMap<String, usize>,
    findings: &mut Findings<'_>,
) -> (String, Span, bool) {
    let span = node.span;
    let Kind::Scalar { text, .. } = node.kind else {
        findings.error(
            Code::WrongType,
            span,
            "a key must be a text",
            "found a collection",
        );
        return (String::new(), span, false);
    };
    if let Some(&first) = seen.get(&text) {
        let line = findings.line(first);
        findings
            .error(
                Code::DuplicateKey,
                span,
                &format!(
                    "{} stands twice in one mapping",
                    crate::findings::quote(&text)
                ),
                "the second one",
            )
            .note(format!("the first one is in line {line}"));
        return (text, span, false);
    }
    seen.insert(text.clone(), span.start);
    (text, span, true)
}

#[cfg(test)]
mod tests;
