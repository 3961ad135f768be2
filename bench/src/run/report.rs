//! What a run found, as a table for the terminal and for the documentation.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use super::measure::Sample;
use super::scenario::{Pace, Scenario};
use super::{Findings, Options, machine};

/// Ratios are to this peer.
const BASE: &str = "nginx";
/// What stands above the tables of a new file.
const PREFACE: &str = include_str!("report/preface.md");
const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// One measurement, for who watches.
pub(super) fn line(scenario: &Scenario, round: usize, peer: &str, sample: &Sample) -> String {
    format!(
        "{:<14} round {}  {peer:<10} {:>8.0} req/s  {:>8.2} µs CPU/req  core {:>3.0}% (others {:.0}%)  p50 {:.0} µs  p99 {:.0} µs",
        scenario.name,
        round + 1,
        sample.per_second(),
        sample.cpu,
        sample.busy * 100.0,
        sample.others * 100.0,
        sample.summary.p50,
        sample.summary.p99,
    )
}

impl Sample {
    /// Requests per second.
    pub(super) fn per_second(&self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a run has far fewer than 2^52 requests"
        )]
        let requests = self.summary.requests as f64;
        requests / self.summary.seconds
    }
}

/// A median with the least and the most.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

fn spread(values: impl Iterator<Item = f64>) -> Option<Spread> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (least, most) = (*values.first()?, *values.last()?);
    let upper = *values.get(values.len() / 2)?;
    let median = if values.len() % 2 == 1 {
        upper
    } else {
        f64::midpoint(upper, *values.get(values.len() / 2 - 1)?)
    };
    Some(Spread {
        median,
        least,
        most,
    })
}

/// One line of the tables.
struct Row {
    cells: [String; 8],
}

const TITLES: [&str; 8] = [
    "proxy",
    "req/s",
    "CPU µs/req",
    "× nginx",
    "(range)",
    "core busy",
    "p50 µs",
    "p99 / p99.9 µs",
];

fn rows(findings: &Findings, samples: &BTreeMap<String, Vec<Sample>>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, _) in &findings.peers {
        let Some(mine) = samples.get(name) else {
            continue;
        };
        let median = |of: fn(&Sample) -> f64| {
            spread(mine.iter().map(of)).map_or(f64::NAN, |spread| spread.median)
        };
        // Ratios within a round: what slows the machine for a while slows both.
        let base = samples.get(BASE).map(Vec::as_slice).unwrap_or_default();
        let ratio = spread(
            mine.iter()
                .zip(base)
                .map(|(mine, base)| mine.cpu / base.cpu),
        );
        rows.push(Row {
            cells: [
                name.clone(),
                format!("{:.0}", median(Sample::per_second)),
                format!("{:.2}", median(|sample| sample.cpu)),
                ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{:.2}", ratio.median)),
                ratio.map_or_else(String::new, |ratio| {
                    format!("{:.2}–{:.2}", ratio.least, ratio.most)
                }),
                format!("{:.0}%", median(|sample| sample.busy) * 100.0),
                format!("{:.0}", median(|sample| sample.summary.p50)),
                format!(
                    "{:.0} / {:.0}",
                    median(|sample| sample.summary.p99),
                    median(|sample| sample.summary.p999)
                ),
            ],
        });
    }
    rows
}

/// The report for a terminal.
pub(super) fn text(findings: &Findings) -> String {
    let mut out = String::new();
    for (scenario, samples) in &findings.rows {
        let rows = rows(findings, samples);
        let titles = Row {
            cells: TITLES.map(str::to_owned),
        };
        let widths = widths(std::iter::once(&titles).chain(&rows));
        writeln!(out, "{}: {}", scenario.name, scenario.about).ok();
        for row in std::iter::once(&titles).chain(&rows) {
            let cells = row.cells.iter().zip(widths).enumerate();
            let line = cells.map(|(at, (cell, width))| {
                if at == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
            writeln!(out, "  {}", line.collect::<Vec<_>>().join("  ").trim_end()).ok();
        }
        out.push('\n');
    }
    for note in &findings.notes {
        writeln!(out, "note: {note}").ok();
    }
    out
}

fn widths<'a>(rows: impl Iterator<Item = &'a Row>) -> [usize; 8] {
    rows.fold([0; 8], |mut widths, row| {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = (*width).max(cell.chars().count());
        }
        widths
    })
}

fn markdown(findings: &Findings, options: &Options, load_before: &str) -> String {
    let mut out = String::new();
    let date = machine::first_line(std::process::Command::new("date").arg("+%Y-%m-%d"))
        .unwrap_or_default();
    writeln!(
        out,
        "Measured on {date} at commit {}, on: {}.",
        machine::commit(),
        machine::describe()
    )
    .ok();
    writeln!(
        out,
        "Load average of the machine: {load_before} before, {} after (the run itself makes about 2).\n",
        machine::load_average()
    )
    .ok();
    writeln!(out, "Command: `{}`.\n", command()).ok();
    let memory = |name: &String| {
        findings
            .memory
            .get(name)
            .map_or(0, |bytes| bytes / (1024 * 1024))
    };
    let peers = findings
        .peers
        .iter()
        .map(|(name, version)| format!("{name} {version} ({} MiB idle)", memory(name)));
    writeln!(out, "Compared: {}.", peers.collect::<Vec<_>>().join(", ")).ok();
    writeln!(
        out,
        "{} rounds of {} s, the proxies by turns; medians. `× nginx` is CPU time per request within the same round.",
        options.rounds, options.seconds
    )
    .ok();
    for (scenario, samples) in &findings.rows {
        writeln!(out, "\n### {}\n\n{}.\n", scenario.name, scenario.about).ok();
        if scenario.pace != Pace::Closed {
            out.push_str("Latency counts from the moment a request was due.\n\n");
        }
        writeln!(
            out,
            "| {} |\n|---{}|",
            TITLES.join(" | "),
            "|---:".repeat(TITLES.len() - 1)
        )
        .ok();
        for row in rows(findings, samples) {
            writeln!(out, "| {} |", row.cells.join(" | ")).ok();
        }
    }
    if !findings.notes.is_empty() {
        out.push_str("\n### Notes\n\n");
        for note in &findings.notes {
            writeln!(out, "- {note}").ok();
        }
    }
    out
}

/// The command as typed, without the directories of this machine.
fn command() -> String {
    let short = |word: String| match word.rsplit_once("/release/") {
        Some((before, name)) if !before.contains('=') => format!("target/release/{name}"),
        _ => word,
    };
    let words = std::env::args().map(short).map(|word| {
        if word.contains(' ') {
            format!("'{word}'")
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Writes the report; a file with markers keeps what stands around them.
pub(super) fn write_markdown(
    file: &Path,
    findings: &Findings,
    options: &Options,
    load_before: &str,
) -> Result<()> {
    let report = markdown(findings, options, load_before);
    let old = std::fs::read_to_string(file).unwrap_or_default();
    let new =
        replace(&old, &report).unwrap_or_else(|| format!("{PREFACE}{BEGIN}\n{report}{END}\n"));
    std::fs::write(file, new).with_context(|| format!("cannot write {}", file.display()))
}

/// `old` with what stands between its markers replaced; `None` if it has none.
fn replace(old: &str, report: &str) -> Option<String> {
    let (before, rest) = old.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{report}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        let found = spread([4.0, 1.0, 3.0, 2.0].into_iter()).unwrap();
        assert_eq!(
            found,
            Spread {
                median: 2.5,
                least: 1.0,
                most: 4.0
            }
        );
        assert_eq!(spread(std::iter::empty()), None);
    }

    #[test]
    fn only_what_stands_between_the_markers_is_replaced() {
        let old = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        assert_eq!(
            replace(&old, "new\n").unwrap(),
            format!("a\n{BEGIN}\nnew\n{END}\nb\n")
        );
        assert_eq!(replace("no markers", "new"), None);
    }
}
