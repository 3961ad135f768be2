//! Paths of documents as path templates of the router: a parameter is a whole segment there, and
//! what a template says in letters is in the form that requests are brought to.

use crate::report::quote;
use postern_config::{TextKind, check_text};
use std::fmt::Write as _;

/// Longest path, in bytes: requests have no longer ones either.
const LONGEST: usize = 4_096;

/// A path, with what is different in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Translated {
    pub(super) path: String,
    /// What was not understood, and what was done instead.
    pub(super) notes: Vec<(String, String)>,
}

impl Translated {
    fn note(&mut self, what: String, instead: impl Into<String>) {
        self.notes.push((what, instead.into()));
    }
}

/// Translates a path; `declared` says whether a path parameter of that name is declared.
///
/// # Errors
/// Why there is no template for it.
pub(super) fn translate(
    given: &str,
    declared: impl Fn(&str) -> bool,
) -> Result<Translated, String> {
    if given.len() > LONGEST {
        return Err(format!("longer than {LONGEST} bytes"));
    }
    let mut out = Translated::default();
    let path = cut(given, &mut out);
    let mut names: Vec<String> = Vec::new();
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let last = segments.len().saturating_sub(1);
    for (at, segment) in segments.into_iter().enumerate() {
        if segment.is_empty() && at < last {
            out.note(
                format!("an empty segment in {}", quote(given)),
                "left out: it would never match",
            );
            continue;
        }
        out.path.push('/');
        if let Some(name) = segment.strip_prefix(':').filter(|name| declared(name)) {
            let name = fresh(&identifier(name), &mut names);
            let _ = write!(out.path, "{{{name}}}");
            out.note(
                format!("the parameter {}", quote(segment)),
                format!("written `{{{name}}}`"),
            );
        } else if segment.contains(['{', '}']) {
            parameter(segment, at == last, &mut names, &mut out)?;
        } else {
            literal(segment, &mut out);
        }
    }
    match check_text(TextKind::PathTemplate, &out.path) {
        Ok(()) => Ok(out),
        Err(rejected) => Err(rejected.why),
    }
}

/// Without what is no part of a path, and beginning with a slash.
fn cut<'a>(given: &'a str, out: &mut Translated) -> &'a str {
    let outside = |text: &str| {
        let mut depth = 0_usize;
        text.char_indices().find_map(|(at, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                '?' | '#' if depth == 0 => return Some(at),
                _ => {}
            }
            None
        })
    };
    let path = match outside(given).and_then(|at| given.split_at_checked(at)) {
        Some((path, rest)) => {
            let what = if rest.starts_with('?') {
                format!("a query in the path, {}", quote(rest))
            } else {
                format!("a fragment in the path, {}", quote(rest))
            };
            out.note(
                what,
                "left out: operations are told apart by method and path",
            );
            path
        }
        None => given,
    };
    if !path.starts_with('/') {
        out.note(
            format!("the path {} does not begin with `/`", quote(given)),
            "read as if it did",
        );
    }
    path
}

/// A segment with a parameter in it.
fn parameter(
    segment: &str,
    last: bool,
    names: &mut Vec<String>,
    out: &mut Translated,
) -> Result<(), String> {
    let inner = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
    if let Some(inner) = inner.filter(|inner| !inner.contains(['{', '}'])) {
        let greedy = inner.ends_with(['+', '*']) || inner.starts_with('*');
        let bare = inner.trim_matches(['+', '*']);
        let name = fresh(&identifier(bare), names);
        if greedy && last {
            let _ = write!(out.path, "{{*{name}}}");
        } else {
            let _ = write!(out.path, "{{{name}}}");
        }
        if greedy && !last {
            out.note(
                format!(
                    "{} takes several segments in the middle of a path",
                    quote(segment)
                ),
                format!("written `{{{name}}}`, which takes one"),
            );
        } else if name != bare {
            out.note(
                format!("the parameter {}", quote(segment)),
                format!("called `{{{name}}}`"),
            );
        }
        return Ok(());
    }
    let Some(found) = parameters_of(segment) else {
        return Err(format!("the braces of {} do not fit", quote(segment)));
    };
    let name = fresh(&identifier(&found.join("-")), names);
    let _ = write!(out.path, "{{{name}}}");
    out.note(
        format!("the parameter in {} is a part of a segment", quote(segment)),
        format!("the whole segment is the parameter `{{{name}}}`: any text matches there"),
    );
    Ok(())
}

/// The names between the braces of a segment; none if braces do not fit.
fn parameters_of(segment: &str) -> Option<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if before.contains('}') || name.contains('{') {
            return None;
        }
        found.push(name);
        rest = after;
    }
    (!rest.contains('}')).then_some(found)
}

/// What of a name can be a parameter's: letters, digits, `_` and `-`, a letter or `_` first.
fn identifier(name: &str) -> String {
    // What follows a colon or an equals sign is a pattern or a default elsewhere.
    let name = name.split([':', '=', '?']).next().unwrap_or_default();
    let mut out = String::new();
    for c in name.trim().chars().take(64) {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') {
            out.push(c);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    let begins = out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins { out } else { format!("p{out}") }
}

/// The name, or with a number behind it if it stands in the path already.
fn fresh(name: &str, names: &mut Vec<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while names.contains(&candidate) {
        candidate = format!("{name}_{number}");
        number += 1;
    }
    names.push(candidate.clone());
    candidate
}

/// A segment without a parameter, in the form that requests are brought to.
fn literal(segment: &str, out: &mut Translated) {
    let path = format!("/{segment}");
    let Err(rejected) = check_text(TextKind::PathTemplate, &path) else {
        if matches!(segment, "*" | "**") || (segment.starts_with(':') && segment.len() > 1) {
            out.note(
                format!("{} in a path is no parameter", quote(segment)),
                "matches only itself",
            );
        }
        out.path.push_str(segment);
        return;
    };
    let better = rejected.better.as_deref();
    let better = better.and_then(|better| better.strip_prefix('/'));
    if let Some(better) = better.filter(|better| !better.contains('/')) {
        out.note(
            format!("requests never have the segment {}", quote(segment)),
            format!("written {}", quote(better)),
        );
        out.path.push_str(better);
    } else {
        // The whole is refused, with the reason.
        out.path.push_str(segment);
    }
}

/// A path template without the names of its parameters: where two are the same, requests cannot
/// tell them apart.
pub(crate) fn shape(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for segment in path.split('/').skip(1) {
        out.push('/');
        if segment.starts_with("{*") {
            out.push_str("{*}");
        } else if segment.starts_with('{') {
            out.push_str("{}");
        } else {
            out.push_str(segment);
        }
    }
    out
}

/// The names of the parameters of a template, without `*`.
pub(crate) fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| {
        let inner = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(inner.strip_prefix('*').unwrap_or(inner))
    })
}

/// A path as words with blanks between them.
pub(super) fn parts_as_words(path: &str) -> String {
    path.replace(['/', '{', '}', '*'], " ")
}
