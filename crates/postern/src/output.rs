//! What commands print.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use postern_explain::Style;
use std::io::{IsTerminal as _, Write as _};

/// Prints to standard output. A reader that has left (`| head`) is no error.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a line to standard output; `false` if nobody reads it any more.
pub(crate) fn line(text: &str) -> bool {
    writeln!(std::io::stdout(), "{text}").is_ok()
}

/// Prints to standard error.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says why a command failed. Diagnostics speak for themselves.
pub(crate) fn failed(error: &anyhow::Error) {
    let mut said = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Many errors name their cause themselves.
        if !said.contains(&cause) {
            said.push_str(": ");
            said.push_str(&cause);
        }
    }
    let prefix = if said.starts_with("error") {
        ""
    } else {
        "error: "
    };
    complain(&format!("{prefix}{said}"));
}

/// Whether diagnostics on standard error may have colours.
pub(crate) fn colours() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "NO_COLOR is about the terminal, not a secret"
    )]
    let no_colour = std::env::var("NO_COLOR").is_ok_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !no_colour
}

/// How explanations are shown: plain where nobody looks at a terminal, times in the local zone.
pub(crate) fn style() -> Style {
    /// Columns at which lines are folded on a terminal.
    const WIDTH: usize = 100;
    let terminal = std::io::stdout().is_terminal();
    let zone = TimeZone::system();
    Style {
        colour: terminal && colours(),
        unicode: terminal,
        width: if terminal { WIDTH } else { 0 },
        offset: zone.to_offset(Timestamp::now()).seconds(),
    }
}

/// A refusal as it is printed: the faults of a configuration speak for themselves.
pub(crate) fn refused(refusal: &postern_control::Refusal) -> String {
    if refusal.code == "configuration" && refusal.message.starts_with("error[") {
        refusal.message.clone()
    } else {
        format!("error: {refusal}")
    }
}

/// How this program was called, for commands that people paste.
pub(crate) fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "postern".into())
}
