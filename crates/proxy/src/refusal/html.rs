//! A page for somebody who came by browser. It needs nothing from anywhere: no script, no image,
//! no other request, and one style sheet that the policy names by its hash.

use super::{Context, push_origin, push_page};
use postern_model::denial::Shown;
use std::fmt::{self, Write};

/// The style sheet. The hash in [`POLICY`] is of these very bytes; a test compares.
pub(super) const STYLE: &str = concat!(
    ":root{color-scheme:light dark}",
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:12vh auto 0;padding:0 1.5rem}",
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}",
    "p{margin:0 0 .75rem}",
    "code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}",
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:2rem 0 0;",
    "padding-top:1rem;border-top:1px solid #8886;font-size:.9rem}",
    "dt{opacity:.7}dd{margin:0}",
);

/// What the page may load: its own style sheet.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'sha256-5m39arMzvuSuPLax1xjk9eX7CPfN9ls2zEL+ZXp7g2A='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page.
pub(super) fn body(shown: &Shown<'_>, status: u16, context: &Context<'_>) -> Vec<u8> {
    let mut out = String::with_capacity(2048);
    // Writing to a String cannot fail.
    let _ = write(shown, status, context, &mut out);
    out.into_bytes()
}

fn write(shown: &Shown<'_>, status: u16, context: &Context<'_>, out: &mut String) -> fmt::Result {
    let (title, code, id) = (shown.title(), shown.name(), context.id.as_str());
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>"
    )?;
    prose(out, |out| shown.write_detail(out))?;
    out.push_str("</p>\n");
    let before = out.len();
    out.push_str("<p>");
    let start = out.len();
    prose(out, |out| shown.write_fix(out))?;
    if out.len() == start {
        out.truncate(before);
    } else {
        out.push_str("</p>\n");
    }
    out.push_str("<dl>\n<dt>Code</dt><dd><a href=\"");
    push_page(&mut Escaped { out, code: None }, code, context)?;
    write!(
        out,
        "\"><code>{code}</code></a></dd>\n<dt>Status</dt><dd>{status}</dd>\n<dt>Request id</dt><dd><code>{id}</code></dd>\n"
    )?;
    if let Some(policy) = shown.policy() {
        row(out, "Policy", policy)?;
    }
    for evidence in shown.evidence() {
        row(out, evidence.name, &evidence.value)?;
    }
    if let Some(help) = context.help {
        out.push_str("<dt>Help</dt><dd><a href=\"");
        push_origin(&mut Escaped { out, code: None }, context)?;
        Escaped { out, code: None }.write_str(help)?;
        out.push_str("\">about this refusal</a></dd>\n");
    }
    out.push_str("</dl>\n</main>\n</body>\n</html>\n");
    Ok(())
}

/// One more line of facts.
pub(super) fn row(out: &mut String, name: &str, value: impl fmt::Display) -> fmt::Result {
    write!(out, "<dt>{name}</dt><dd><code>")?;
    write!(Escaped { out, code: None }, "{value}")?;
    out.push_str("</code></dd>\n");
    Ok(())
}

/// Writes a sentence; what stands between backticks becomes code.
pub(super) fn prose(
    out: &mut String,
    write: impl FnOnce(&mut dyn Write) -> fmt::Result,
) -> fmt::Result {
    let mut escaped = Escaped {
        out,
        code: Some(false),
    };
    write(&mut escaped)?;
    if escaped.code == Some(true) {
        out.push_str("</code>");
    }
    Ok(())
}

/// Writes text into HTML, for elements and quoted attributes alike.
struct Escaped<'a> {
    out: &'a mut String,
    /// Whether a `<code>` element is open; `None`: backticks mean nothing.
    code: Option<bool>,
}

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match (c, self.code) {
                ('&', _) => self.out.push_str("&amp;"),
                ('<', _) => self.out.push_str("&lt;"),
                ('>', _) => self.out.push_str("&gt;"),
                ('"', _) => self.out.push_str("&quot;"),
                ('\'', _) => self.out.push_str("&#39;"),
                ('`', Some(open)) => {
                    self.out.push_str(if open { "</code>" } else { "<code>" });
                    self.code = Some(!open);
                }
                _ => self.out.push(c),
            }
        }
        Ok(())
    }
}
