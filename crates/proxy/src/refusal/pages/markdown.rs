//! Markdown as the pages about codes use it, as HTML: headings, paragraphs, lists, tables and blocks
//! of code; within a line code, links and strong words. Everything else is text, and is escaped.

#[cfg(test)]
mod tests;

/// The style sheet. The hash in [`POLICY`] is of these very bytes; a test compares.
const STYLE: &str = concat!(
    ":root{color-scheme:light dark}",
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:8vh auto;padding:0 1.5rem}",
    "h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}",
    "h2{font-size:1.15rem;margin:2rem 0 .75rem}",
    "p,ul,table,pre{margin:0 0 .75rem}",
    "code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}",
    "pre{overflow-x:auto;padding:.75rem 1rem;border:1px solid #8886;border-radius:.375rem}",
    "pre code{overflow-wrap:normal}",
    "table{border-collapse:collapse;font-size:.9rem}",
    "th,td{text-align:start;vertical-align:top;padding:.25rem 1rem .25rem 0;",
    "border-bottom:1px solid #8884}",
);

/// What the page may load: its own style sheet.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'sha256-RDC8RpF5Xx9Pd0EtzJKe4NQKViE1P1r2qrUIf4plnIk='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What links between the files end in, and addresses do not.
const FILE: &str = ".md";
/// The file that lists all, which is the directory itself as an address.
const INDEX: &str = "README.md";

/// The page as HTML.
pub(super) fn html(markdown: &str) -> String {
    let title = markdown.lines().find_map(|line| line.strip_prefix("# "));
    let mut out = String::with_capacity(markdown.len() * 2);
    out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    escape(title.unwrap_or_default(), &mut out);
    out.push_str("</title>\n<style>");
    out.push_str(STYLE);
    out.push_str("</style>\n</head>\n<body>\n<main>\n");
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let inside = lines.by_ref().take_while(|line| !line.starts_with("```"));
            code(inside, &mut out);
        } else if let Some(words) = line.strip_prefix("# ") {
            element("h1", words, &mut out);
        } else if let Some(words) = line.strip_prefix("## ") {
            element("h2", words, &mut out);
        } else if line.starts_with('|') {
            let mut rows = vec![line];
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(row);
            }
            table(&rows, &mut out);
        } else if let Some(words) = line.strip_prefix("- ") {
            out.push_str("<ul>\n");
            element("li", words, &mut out);
            while let Some(words) = lines.next_if(|line| line.starts_with("- ")) {
                element("li", words.trim_start_matches("- "), &mut out);
            }
            out.push_str("</ul>\n");
        } else if !line.is_empty() {
            element("p", line, &mut out);
        }
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// A block of code.
fn code<'a>(lines: impl Iterator<Item = &'a str>, out: &mut String) {
    // Long lines can be scrolled to by keys as well.
    out.push_str("<pre tabindex=\"0\"><code>");
    for line in lines {
        escape(line, out);
        out.push('\n');
    }
    out.push_str("</code></pre>\n");
}

/// A table: its heads, which may be empty, a line that is passed over, and its rows.
fn table(rows: &[&str], out: &mut String) {
    let mut rows = rows.iter().map(|row| cells(row));
    out.push_str("<table>\n");
    if let Some(heads) = rows
        .next()
        .filter(|heads| heads.iter().any(|head| !head.is_empty()))
    {
        row("th", &heads, out);
    }
    for cells in rows.skip(1) {
        row("td", &cells, out);
    }
    out.push_str("</table>\n");
}

fn row(name: &str, cells: &[String], out: &mut String) {
    out.push_str("<tr>\n");
    for cell in cells {
        element(name, cell, out);
    }
    out.push_str("</tr>\n");
}

/// The cells of a row. `\|` stands for a bar within one.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut characters = row.trim_matches('|').chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '|' => cells.push(String::new()),
            '\\' if characters.next_if_eq(&'|').is_some() => push(&mut cells, '|'),
            other => push(&mut cells, other),
        }
    }
    for cell in &mut cells {
        *cell = cell.trim().to_owned();
    }
    cells
}

fn push(cells: &mut [String], character: char) {
    if let Some(cell) = cells.last_mut() {
        cell.push(character);
    }
}

/// An element with a line of words.
fn element(name: &str, words: &str, out: &mut String) {
    for part in ["<", name, ">"] {
        out.push_str(part);
    }
    line(words, out);
    for part in ["</", name, ">\n"] {
        out.push_str(part);
    }
}

/// The words of a line, with what is code, a link or strong.
fn line(words: &str, out: &mut String) {
    let mut rest = words;
    while let Some(at) = rest.find(['`', '[', '*']) {
        let (before, from) = rest.split_at(at);
        escape(before, out);
        rest = special(from, out).unwrap_or_else(|| {
            let mut characters = from.chars();
            let plain = characters.next().map(String::from).unwrap_or_default();
            escape(&plain, out);
            characters.as_str()
        });
    }
    escape(rest, out);
}

/// What begins with a character that may mean something, and what follows it. `None`: it means
/// nothing here.
fn special<'a>(text: &'a str, out: &mut String) -> Option<&'a str> {
    if let Some(inside) = text.strip_prefix('`') {
        let (code, after) = inside.split_once('`')?;
        out.push_str("<code>");
        escape(code, out);
        out.push_str("</code>");
        return Some(after);
    }
    if let Some(inside) = text.strip_prefix("**") {
        let (strong, after) = inside.split_once("**")?;
        out.push_str("<strong>");
        line(strong, out);
        out.push_str("</strong>");
        return Some(after);
    }
    let (label, after) = text.strip_prefix('[')?.split_once("](")?;
    let (target, after) = after.split_once(')')?;
    // Nothing but the other pages is linked to.
    let name = target.strip_suffix(FILE)?;
    out.push_str("<a href=\"");
    escape(if target == INDEX { "./" } else { name }, out);
    out.push_str("\">");
    line(label, out);
    out.push_str("</a>");
    Some(after)
}

/// Writes text, for elements and quoted attributes alike.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}
