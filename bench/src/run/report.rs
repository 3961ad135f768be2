//! What a run found, as a table for the terminal and for the documentation.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use super::figure::{Figure, spread};
use super::measure::{Sample, to_f64};
use super::scenario::{Entrants, Pace, Scenario};
use super::{Findings, Options, machine};

mod targets;

/// What stands above the tables of a new file.
const PREFACE: &str = include_str!("report/preface.md");
const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// One measurement, for who watches.
pub(super) fn line(scenario: &Scenario, round: usize, peer: &str, sample: &Sample) -> String {
    format!(
        "{:<14} round {}  {peer:<20} {:>8.0} req/s  {:>8.2} µs CPU/req  core {:>3.0}% (others {:.0}%)  p50 {:.0} µs  p99 {:.0} µs",
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

/// A table: titles, then rows as wide.
type Table = Vec<Vec<String>>;

/// What every table of a scenario says.
const COMMON: [&str; 6] = [
    "req/s",
    "CPU µs/req",
    "(range)",
    "core busy",
    "p50 µs",
    "p99 / p99.9 µs",
];
/// What it says besides where requests are recorded.
const RECORDED: [&str; 3] = ["on the cores' threads", "recorded", "rows"];
/// What a table of figures says.
const FIGURES: [&str; 5] = ["what", "target", "measured", "range", ""];

fn titles(scenario: &Scenario, recorded: bool) -> Vec<String> {
    let mut titles: Vec<String> = COMMON.map(str::to_owned).into();
    titles.insert(2, format!("× {}", scenario.base()));
    let entrant = match scenario.entrants {
        Entrants::Proxies(_) => "proxy",
        Entrants::Variants(_) | Entrants::Ways(_) => "Postern",
    };
    titles.insert(0, entrant.to_owned());
    if recorded {
        titles.extend(RECORDED.map(str::to_owned));
    }
    titles
}

/// The table of a scenario.
fn table(
    findings: &Findings,
    scenario: &Scenario,
    samples: &BTreeMap<String, Vec<Sample>>,
) -> Table {
    let names: Vec<&str> = match scenario.entrants {
        Entrants::Proxies(_) => findings.peers.iter().map(|(name, _)| &**name).collect(),
        Entrants::Variants(variants) => variants.iter().map(|variant| variant.name).collect(),
        Entrants::Ways(variants) => {
            let ways = variants.iter().map(|variant| variant.name);
            std::iter::once(scenario.base()).chain(ways).collect()
        }
    };
    let recorded = samples
        .values()
        .flatten()
        .any(|sample| sample.kept.is_some());
    let mut table = vec![titles(scenario, recorded)];
    for name in names {
        let Some(mine) = samples.get(name) else {
            continue;
        };
        let median = |of: fn(&Sample) -> f64| {
            spread(mine.iter().map(of)).map_or(f64::NAN, |spread| spread.median)
        };
        let base = samples.get(scenario.base());
        let ratio = spread(ratios(mine, base.map(Vec::as_slice).unwrap_or_default()));
        let mut cells = vec![
            name.to_owned(),
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
        ];
        if recorded {
            cells.extend(kept(mine));
        }
        table.push(cells);
    }
    table
}

/// CPU per request, to another's in the same round: what slows the machine for a while slows both.
fn ratios<'a>(mine: &'a [Sample], base: &'a [Sample]) -> impl Iterator<Item = f64> + 'a {
    let rounds = mine.iter().zip(base);
    rounds.map(|(mine, base)| mine.cpu / base.cpu)
}

/// CPU of the cores' threads; the share of the requests that the call log knows of; the share that
/// has a row of its own.
fn kept(samples: &[Sample]) -> [String; 3] {
    let on_cores = spread(samples.iter().map(|sample| sample.on_cores));
    let on_cores = on_cores.filter(|spread| spread.most > 0.0);
    let share = |of: fn(&Sample) -> Option<u64>| {
        let shares = samples
            .iter()
            .filter_map(|sample| Some(to_f64(of(sample)?) / sample.requests()));
        // The least, since nothing is to be lost in any round.
        spread(shares).map_or_else(
            || "–".to_owned(),
            |spread| format!("{:.2}%", spread.least * 100.0),
        )
    };
    [
        on_cores.map_or_else(|| "–".to_owned(), |spread| format!("{:.2}", spread.median)),
        share(|sample| Some(sample.kept?.requests)),
        share(|sample| Some(sample.kept?.rows)),
    ]
}

/// The table of figures.
fn figures(figures: &[Figure]) -> Table {
    let mut table = vec![FIGURES.map(str::to_owned).to_vec()];
    table.extend(figures.iter().map(|figure| figure.cells().to_vec()));
    table
}

/// The report for a terminal.
pub(super) fn text(findings: &Findings) -> String {
    let mut out = String::new();
    let mut part = |name: &str, about: &str, table: &Table| {
        writeln!(out, "{name}: {about}").ok();
        let widths = widths(table);
        for row in table {
            let cells = row.iter().zip(&widths).enumerate();
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
    };
    for (scenario, samples) in &findings.rows {
        let table = table(findings, scenario, samples);
        part(scenario.name, scenario.about, &table);
    }
    for (trial, found) in &findings.trials {
        part(trial.name, trial.about, &figures(found));
    }
    let targets = targets::of(findings);
    if !targets.is_empty() {
        part("targets", "what is demanded, and found", &figures(&targets));
    }
    for note in &findings.notes {
        writeln!(out, "note: {note}").ok();
    }
    out
}

fn widths(table: &Table) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in table {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

/// A table in Markdown; numbers are aligned.
fn grid(table: &Table) -> String {
    let mut out = String::new();
    for (at, row) in table.iter().enumerate() {
        writeln!(out, "| {} |", row.join(" | ")).ok();
        if at == 0 {
            writeln!(out, "|---{}|", "|---:".repeat(row.len().saturating_sub(1))).ok();
        }
    }
    out
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
        "{} rounds of {} s, the entrants by turns; medians. The column with `×` is CPU time per request within the same round.",
        options.rounds, options.seconds
    )
    .ok();
    let targets = targets::of(findings);
    if !targets.is_empty() {
        writeln!(
            out,
            "\n### Targets\n\n{}",
            grid(&figures(&targets)).trim_end()
        )
        .ok();
    }
    for (scenario, samples) in &findings.rows {
        writeln!(
            out,
            "\n### {}\n\n{}.\n",
            scenario.name,
            capital(scenario.about)
        )
        .ok();
        if scenario.pace != Pace::Closed {
            out.push_str("Latency counts from the moment a request was due.\n\n");
        }
        out.push_str(&grid(&table(findings, scenario, samples)));
    }
    for (trial, found) in &findings.trials {
        writeln!(out, "\n### {}\n\n{}.\n", trial.name, capital(trial.about)).ok();
        out.push_str(&grid(&figures(found)));
    }
    if !findings.notes.is_empty() {
        out.push_str("\n### Notes\n\n");
        for note in &findings.notes {
            writeln!(out, "- {note}").ok();
        }
    }
    out
}

/// A sentence begins with a capital letter, unless it begins with a name or code.
fn capital(text: &str) -> String {
    match text.split_once(' ') {
        Some((first, rest)) if first.chars().all(|c| c.is_ascii_lowercase()) => {
            let mut letters = first.chars();
            let initial = letters.next().map(|c| c.to_ascii_uppercase());
            let first: String = initial.into_iter().chain(letters).collect();
            format!("{first} {rest}")
        }
        _ => text.to_owned(),
    }
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
    fn a_grid_is_markdown_with_aligned_numbers() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let table = vec![row(["proxy", "a", "b"]), row(["x", "1", "2"])];
        assert_eq!(
            grid(&table),
            "| proxy | a | b |\n|---|---:|---:|\n| x | 1 | 2 |\n"
        );
        assert_eq!(widths(&table), [5, 1, 1]);
        assert_eq!(capital("the request of x"), "The request of x");
        assert_eq!(capital("bench/full.yaml is"), "bench/full.yaml is");
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
