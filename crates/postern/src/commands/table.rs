//! Tables for terminals.

use crate::output;
use serde_json::Value;

#[cfg(test)]
mod tests;

/// Rows under a head, as wide as they need to be.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let widest = cells
            .map(|cell| printable(cell).chars().count())
            .max()
            .unwrap_or(0);
        widest.max(head.get(at).map_or(0, |cell| cell.chars().count()))
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut head.iter().copied())];
    lines.extend(
        rows.iter()
            .map(|row| line(&mut row.iter().map(|cell| printable(cell)))),
    );
    lines.join("\n")
}

/// A cell, if a terminal can show it: documents are written by others.
fn printable(cell: &str) -> &str {
    if cell.chars().any(char::is_control) {
        "(not printable)"
    } else {
        cell
    }
}

/// Prints what was listed, or that there is nothing.
pub(crate) fn print(nothing: &str, head: &[&str], rows: &[Vec<String>], more: bool) {
    if rows.is_empty() {
        output::complain(nothing);
        return;
    }
    output::say(&table(head, rows));
    if more {
        output::complain("… and more: raise --limit, or narrow the list");
    }
}

/// Prints a value as JSON.
pub(crate) fn json(value: &Value) {
    output::say(&serde_json::to_string_pretty(value).unwrap_or_default());
}
