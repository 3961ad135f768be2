//! Templates: bounded in what they may do, in what they may say, and in what they are shown.

mod allowed;
mod compare;
mod engine;
mod filters;
mod guard;
mod sorting;
#[cfg(test)]
mod tests;
mod weigh;

use crate::context::{REQUEST, RESPONSE, Reads};
use crate::json::MOST;
use crate::path;
use minijinja::value::ValueKind;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, Value, escape_formatter,
};
use std::io;
use std::ops::Range;

/// What one template may do. An instruction costs one; so do 64 bytes that are made or read, and
/// two items that are looked at.
const FUEL: u64 = 200_000;
/// Longest template, bytes.
pub(crate) const LONGEST: usize = 64 << 10;

/// Most bytes of JSON that one run of a template makes of values: as many as a body may have.
const LARGEST: usize = 16 << 20;
/// Where a run keeps how many it has made.
const WRITTEN: &str = "json bytes";

/// What a template writes, which says how values in it are made harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text: as it is.
    Text,
    /// A path: values are data within one segment.
    Path,
    /// JSON: each value is written as a JSON value.
    Json,
}

impl Form {
    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Path => "path",
            Self::Json => "json",
        }
    }
}

/// What a template reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// It looks at the body of its message.
    pub body: bool,
    /// Parameters of the operation that it names.
    pub params: Vec<String>,
    /// Members of the request.
    pub request: Reads,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct TemplateFault {
    /// What.
    pub problem: String,
    /// Where in its text, bytes.
    pub range: Option<Range<usize>>,
}

/// Whether a text is a template.
pub fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

/// Checks a text that stands for a value: what it reads, if it is a template. `answers`: it may
/// look at the answer.
///
/// # Errors
/// What is wrong with it, and where.
pub fn check(text: &str, form: Form, answers: bool) -> Result<Names, TemplateFault> {
    if !is_template(text) {
        return Ok(Names::default());
    }
    Templates::default()
        .add(text, form, answers)
        .map(|(_, names)| names)
}

/// A template of [`Templates`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(String);

/// The templates of one policy.
#[derive(Debug)]
pub(crate) struct Templates {
    environment: Environment<'static>,
    count: usize,
}

impl Default for Templates {
    fn default() -> Self {
        Self {
            environment: engine::engine(),
            count: 0,
        }
    }
}

/// A value as JSON, within bounds of its own: lists that repeat others are made only while they are
/// written, and a list may hold another many times over.
fn to_json(state: &mut State<'_, '_>, value: &Value) -> Result<Value, Error> {
    weigh::weigh(state, value)?;
    let spent = state.get_temp(WRITTEN).and_then(|spent| spent.as_usize());
    let spent = spent.unwrap_or(0);
    let mut out = Bounded {
        bytes: Vec::new(),
        most: LARGEST.saturating_sub(spent),
        is_full: false,
    };
    let written = serde_json::to_writer(&mut out, value);
    if out.is_full {
        return Err(Error::from(ErrorKind::OutOfFuel));
    }
    written.map_err(|_| Error::from(ErrorKind::BadSerialization))?;
    state.set_temp(WRITTEN, Value::from(spent + out.bytes.len()));
    let text =
        String::from_utf8(out.bytes).map_err(|_| Error::from(ErrorKind::InvalidOperation))?;
    Ok(Value::from_safe_string(text))
}

/// Writes a value as it may stand in what a template writes.
fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let full = |_| Error::from(ErrorKind::WriteFailure);
    let form = state.auto_escape();
    let is_json = matches!(form, AutoEscape::Json);
    let is_path = matches!(form, AutoEscape::Custom(name) if name == "path");
    // A list that repeats another is made only while it is written: no body has so many items.
    let is_text = matches!(value.kind(), ValueKind::String);
    if !is_text && value.len().is_some_and(|length| length > MOST) {
        return Err(Error::from(ErrorKind::OutOfFuel));
    }
    match value.kind() {
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::None if !is_json => Err(Error::from(ErrorKind::UndefinedError)),
        // By the filter, which counts what it does.
        ValueKind::Seq | ValueKind::Map | ValueKind::Iterable if is_json => {
            let json = state.apply_filter("tojson", std::slice::from_ref(value))?;
            out.write_str(json.as_str().unwrap_or_default())
                .map_err(full)
        }
        ValueKind::Bool | ValueKind::Number | ValueKind::String | ValueKind::None => {
            if is_path {
                out.write_str(&path::escaped(&value.to_string()))
                    .map_err(full)
            } else {
                escape_formatter(out, state, value)
            }
        }
        _ => Err(Error::new(
            ErrorKind::BadSerialization,
            "a list or a mapping is no text",
        )),
    }
}

impl Templates {
    /// Compiles one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn add(
        &mut self,
        text: &str,
        form: Form,
        answers: bool,
    ) -> Result<(Template, Names), TemplateFault> {
        if text.len() > LONGEST {
            return Err(TemplateFault {
                problem: format!("a template has at most {LONGEST} bytes"),
                range: None,
            });
        }
        let name = format!("{}/{}", form.name(), self.count);
        self.count += 1;
        let environment = &mut self.environment;
        environment
            .add_template_owned(name.clone(), guard::guarded(text)?)
            // It could be read without the guards.
            .map_err(|error| TemplateFault {
                problem: match error.kind() {
                    ErrorKind::SyntaxError => "the template is nested too deeply".to_owned(),
                    _ => sentence(&error),
                },
                range: place(&error, text),
            })?;
        let template = environment.get_template(&name);
        let read = template.map(|template| template.undeclared_variables(true));
        let names = self.names(read.unwrap_or_default(), text, answers)?;
        Ok((Template(name), names))
    }

    /// What it reads; what nobody knows is a fault.
    fn names(
        &self,
        read: impl IntoIterator<Item = String>,
        text: &str,
        answers: bool,
    ) -> Result<Names, TemplateFault> {
        let mut names = Names::default();
        let mut read: Vec<String> = read.into_iter().collect();
        read.sort();
        for name in read {
            let mut steps = name.split('.');
            let (root, member) = (steps.next().unwrap_or_default(), steps.next());
            let known: &[&str] = match root {
                "body" => {
                    names.body = true;
                    continue;
                }
                "request" => &REQUEST,
                "response" if answers => &RESPONSE,
                global if self.environment.globals().any(|(name, _)| name == global) => continue,
                _ => {
                    let problem = unknown(root, answers);
                    return Err(TemplateFault {
                        problem,
                        range: find(text, root),
                    });
                }
            };
            if let Some(member) = member.filter(|member| !known.contains(member)) {
                return Err(TemplateFault {
                    problem: format!("`{root}` has no `{member}`; it has {}", list(known)),
                    range: find(text, &format!("{root}.{member}")),
                });
            }
            if root == "request" {
                names.request.add(member);
                if let (Some("params"), Some(param)) = (member, steps.next()) {
                    names.params.push(param.to_owned());
                }
            }
        }
        Ok(names)
    }

    /// What a template writes.
    ///
    /// # Errors
    /// Why it came to no end, or wrote more than `most` bytes. Says nothing of values.
    pub(crate) fn render(
        &self,
        template: &Template,
        root: Value,
        most: usize,
    ) -> Result<String, String> {
        let mut out = Bounded {
            bytes: Vec::new(),
            most,
            is_full: false,
        };
        let found = self.environment.get_template(&template.0);
        let rendered = found.and_then(|found| found.render_captured_to(root, &mut out).map(drop));
        if out.is_full {
            return Err(format!("it wrote more than {most} bytes"));
        }
        rendered.map_err(|error| failed(&error))?;
        String::from_utf8(out.bytes).map_err(|_| "it wrote no text".to_owned())
    }
}

/// Takes no more than so many bytes.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
    is_full: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > self.most {
            self.is_full = true;
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a template came to grief over: the kind and the line, since details may hold values.
fn failed(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::UndefinedError => "it reads something that is not there",
        ErrorKind::OutOfFuel => "it does too much",
        ErrorKind::InvalidOperation => "it does something that its values do not allow",
        ErrorKind::BadSerialization => {
            "a list or mapping is no text: `|tojson` or `|join` make one"
        }
        ErrorKind::CannotUnpack => "a value has other parts than it takes",
        _ => "it could not be carried out",
    };
    match error.line() {
        Some(line) if line > 1 => format!("{what} (line {line} of the template)"),
        _ => what.to_owned(),
    }
}

/// What is wrong with the text of a template.
fn sentence(error: &Error) -> String {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::SyntaxError => format!("the template cannot be read: {detail}"),
        ErrorKind::UnknownFilter => format!("there is no such filter: {detail}"),
        ErrorKind::UnknownTest => format!("there is no such test: {detail}"),
        kind => format!("the template cannot be read: {kind}"),
    }
}

/// Where an error stands.
fn place(error: &Error, text: &str) -> Option<Range<usize>> {
    let exact = error.range().filter(|range| range.start < text.len());
    exact.or_else(|| {
        let line = error.line()?.checked_sub(1)?;
        let start = text.split_inclusive('\n').take(line).map(str::len).sum();
        let length = text.get(start..)?.lines().next()?.len();
        Some(start..start + length)
    })
}

fn find(text: &str, name: &str) -> Option<Range<usize>> {
    let at = text.find(name)?;
    Some(at..at + name.len())
}

fn unknown(root: &str, answers: bool) -> String {
    if root == "response" && !answers {
        return "there is no answer yet when a request is changed".to_owned();
    }
    let known = if answers {
        "`request`, `response` and `body`"
    } else {
        "`request` and `body`"
    };
    format!("there is no `{root}`; templates read {known}")
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
