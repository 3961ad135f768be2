//! Configuration files: from YAML or JSON to a validated [`Configuration`] and its [`Accounts`].
//!
//! Owns the documents (their types, their JSON schema), the places of values in a file, and the
//! diagnostics: every fault of a file at once, each with file, line, column and what would be
//! right. Refuses to own the meaning of a configuration (`postern-policy`), certificates
//! (`postern-proxy`) and watching files for changes (the binary).

mod check;
mod check_text;
mod code;
mod de;
mod diagnostic;
mod document;
mod expectations;
mod findings;
mod fuzz;
mod known;
mod located;
mod mask;
mod render;
mod resolve;
mod scalar;
mod schema;
mod secrets;
mod source;
mod tree;
mod values;

pub use check_text::{Rejected, TextKind, check_text};
pub use code::Code;
pub use diagnostic::{Diagnostic, Position, Report, Severity, Within};
pub use expectations::{
    Expectations, Expected, ExpectedRequest, ExpectedToken, RefusedWith, expectations,
};
pub use fuzz::fuzz;
pub use known::{Around, Known, Rows};
pub use render::render_all;
pub use schema::{expectations_schema, json_schema};
pub use secrets::{Secrets, System, Unseal};
pub use values::values;

use findings::Findings;
use known::Outside;
use postern_model::entity::{Accounts, Configuration};
use source::Source;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A configuration that was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The configuration.
    pub configuration: Configuration,
    /// Who may call what.
    pub accounts: Accounts,
    /// Every file it depends on: the configuration file first, then certificates, keys and
    /// authorities. When one of them changes, it is to be loaded again.
    pub sources: Vec<PathBuf>,
    /// What is probably not meant, though it can be used.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a configuration file. Relative paths in it begin at its folder.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(path: &Path, secrets: &dyn Secrets) -> Result<Loaded, Report> {
    let name = path.display().to_string();
    let text = read(path).map_err(|label| {
        let source = Source::new(&name, "");
        let mut findings = Findings::new(&source);
        let _ = findings.file(
            Code::FileUnreadable,
            &format!("the file cannot be read: {label}"),
        );
        findings.into_report()
    })?;
    if text.is_empty() {
        // Taken for a configuration without anything, it would end every service for the moment
        // between the two steps in which most tools write a file.
        let source = Source::new(&name, "");
        let mut findings = Findings::new(&source);
        findings
            .file(Code::MissingField, "the file is empty")
            .help("write `{}` for a configuration that declares nothing");
        return Err(findings.into_report());
    }
    match String::from_utf8(text) {
        Ok(text) => parse(&name, &text, secrets),
        Err(error) => Err(not_utf8(&name, &error)),
    }
}

/// Reads a file as far as it is not too long; one byte more than that shows that it is.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let file = std::fs::File::open(path).map_err(|error| resolve::reason(&error))?;
    let mut bytes = Vec::new();
    file.take(tree::MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| resolve::reason(&error))?;
    // What a cut has left of a character at the end must not be taken for a fault of it.
    if bytes.len() > tree::MAX_BYTES {
        bytes.fill(b' ');
    }
    Ok(bytes)
}

fn not_utf8(name: &str, error: &std::string::FromUtf8Error) -> Report {
    let at = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(error.as_bytes());
    let source = Source::new(name, &text);
    let mut findings = Findings::new(&source);
    let span = source::Span::new(at, at + 1);
    findings
        .error(Code::Syntax, span, "the file is not UTF-8", "this byte")
        .help("save it as UTF-8");
    findings.into_report()
}

/// Reads a configuration from text. `name` is the file's name for diagnostics; relative paths
/// begin at its folder.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(name: &str, text: &str, secrets: &dyn Secrets) -> Result<Loaded, Report> {
    read_text(name, text, Outside::Nothing, secrets)
}

/// The same of a text that may have rules without the apps and groups that they name.
///
/// # Errors
/// Everything that is wrong with it; what would be right only as far as it stands in the text.
pub fn parse_beside(
    name: &str,
    text: &str,
    rows: &Rows<'_>,
    secrets: &dyn Secrets,
) -> Result<Loaded, Report> {
    read_text(name, text, Outside::Rows(rows), secrets)
}

/// Reads accounts from a text that has nothing else: what they refer to was read before. Accepts
/// what [`parse`] accepts of a text that has everything; `name` is as it is there.
///
/// # Errors
/// Everything that is wrong with it; what would be right only as far as it stands in the text.
pub fn accounts(
    name: &str,
    text: &str,
    around: &Around<'_>,
    secrets: &dyn Secrets,
) -> Result<Accounts, Report> {
    read_text(name, text, Outside::Around(around), secrets).map(|loaded| loaded.accounts)
}

fn read_text(
    name: &str,
    text: &str,
    outside: Outside<'_>,
    secrets: &dyn Secrets,
) -> Result<Loaded, Report> {
    static SCHEMA: LazyLock<serde_json::Value> = LazyLock::new(schema::build);

    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source::new(name, text);
    let mut findings = Findings::new(&source);
    let Some(mut root) = tree::read(text, &mut findings) else {
        return Err(findings.into_report());
    };
    if root.is_null() {
        root = tree::Node::empty();
    }
    check::check(&mut root, &SCHEMA, &mut findings);
    if root.bad {
        findings.point(&root);
        return Err(findings.into_report());
    }
    let document = match de::from_tree(&root) {
        Ok(document) => document,
        Err(error) => {
            // The check lets nothing through that does not deserialise; a test says so.
            let message = format!("the file is not a configuration: {error}");
            let _ = findings.file(Code::InvalidValue, &message);
            return Err(findings.into_report());
        }
    };
    let path = Path::new(name);
    let folder = path.parent().unwrap_or(Path::new(""));
    let resolved = resolve::resolve(document, &root, outside, secrets, folder, &mut findings);
    findings.point(&root);
    if findings.failed() {
        return Err(findings.into_report());
    }
    let sources = std::iter::once(path.to_path_buf()).chain(resolved.files);
    Ok(Loaded {
        configuration: resolved.configuration,
        accounts: resolved.accounts,
        sources: sources.collect(),
        warnings: findings.into_report().diagnostics,
    })
}

#[cfg(test)]
mod tests;
