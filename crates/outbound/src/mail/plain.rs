//! What people wrote, made fit for a mail.
//!
//! Names and comments are cut, what is not seen is taken out of them, and a comment is set off with
//! `>`, so that nobody can make a mail say something else.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Longest name in a mail, characters.
const NAME: usize = 120;

/// Longest comment in a mail, characters and lines.
const COMMENT: (usize, usize) = (1000, 20);

/// Most names in a list.
const LISTED: usize = 20;

/// A name on one line.
pub(super) fn name(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || is_hidden(c))
        .filter(|word| !word.is_empty())
        .collect();
    cut(&words.join(" "), NAME)
}

/// A link, in which nothing but what a URL may have is left.
pub(super) fn url(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).collect()
}

/// What to do next: by a link, or by one of these commands.
pub(super) fn go(purpose: &str, link: &str, commands: &[String]) -> String {
    let link = format!("{purpose}, open:\n\n{}", url(link));
    if commands.is_empty() {
        return link;
    }
    let lines: Vec<String> = commands.iter().map(|line| format!("  {line}")).collect();
    format!("{link}\n\nor run:\n\n{}", lines.join("\n"))
}

/// Names, one on each line.
pub(super) fn list(names: &[String]) -> String {
    let mut lines: Vec<String> = names
        .iter()
        .take(LISTED)
        .map(|one| format!("  - {}", name(one)))
        .collect();
    if names.is_empty() {
        lines.push("  - (none is known)".to_owned());
    }
    if let Some(more) = names.len().checked_sub(LISTED).filter(|more| *more > 0) {
        lines.push(format!("  - and {more} more"));
    }
    lines.join("\n")
}

/// What somebody wrote, set off from what we write; none where they wrote nothing.
pub(super) fn quoted(title: &str, text: Option<&str>) -> Option<String> {
    let (characters, lines) = COMMENT;
    let text = cut(text.unwrap_or_default().trim(), characters);
    if text.is_empty() {
        return None;
    }
    let shown = |line: &str| {
        let line: String = line.chars().filter(|c| !is_hidden(*c)).collect();
        format!("\n> {line}").trim_end().to_owned()
    };
    let body: Vec<String> = text.lines().take(lines).map(shown).collect();
    Some(format!("{title}\n\n{}", body.concat().trim_start()))
}

/// Whether a character is not seen but changes what is: control characters, and those that turn the
/// direction of the text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// At most so many characters.
pub(super) fn cut(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    let kept = text.chars().take(characters.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// Down to the minute.
pub(super) fn time(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The day.
pub(super) fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}
