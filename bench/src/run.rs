//! The comparison: every proxy on one core, load generator and upstream on another, one proxy
//! after the other within a round, several rounds, medians and the ratios of the same round.

mod calls;
mod contest;
mod figure;
mod machine;
mod measure;
mod peer;
mod process;
mod report;
mod scenario;
mod trial;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};

use self::contest::Run;
use self::figure::Figure;
use self::measure::{Cores, Sample};
use self::process::{Process, pinned};
use self::scenario::Scenario;
use self::trial::Trial;

/// What `postern-bench run` is told.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// The binary that is compared with the others.
    #[arg(long, default_value = "target/release/postern")]
    candidate: PathBuf,
    /// More arguments of the candidate's `run`, separated by spaces.
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    candidate_args: String,
    /// Proxies to compare with, those that are installed.
    #[arg(long, default_value = "nginx,haproxy,envoy")]
    peers: String,
    /// One more proxy, `NAME=COMMAND`, with `{gateway}` and `{upstream}` for its addresses.
    #[arg(long)]
    extra: Vec<String>,
    /// Only these: names of scenarios (`post-32`, `full`, `refusals`, …) and trials (`records`,
    /// `why`, `instructions`, `keys`), `prefix*` or `*suffix`, separated by commas.
    #[arg(long)]
    only: Option<String>,
    /// Rounds; the report shows medians.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 1.2)]
    seconds: f64,
    /// API keys of the trial `keys`.
    #[arg(long, default_value_t = 1_000_000)]
    keys: u32,
    /// Two rounds of half a second, and 20,000 keys: to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Write the report into this Markdown file, between its `bench` markers if it has them.
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// Where the upstream listens, in the place of the address that the configurations name.
    #[arg(long, default_value = peer::UPSTREAM)]
    upstream: SocketAddr,
}

impl Options {
    /// The directory that cargo builds into, seen from the binary that runs.
    fn target_dir(&self) -> PathBuf {
        let binary = std::env::current_exe().unwrap_or_else(|_| self.candidate.clone());
        binary
            .ancestors()
            .nth(2)
            .map_or_else(|| PathBuf::from("target"), Path::to_path_buf)
    }
}

/// Everything that a run found.
#[derive(Debug)]
struct Findings {
    /// Name and version, in the order of the report.
    peers: Vec<(String, String)>,
    /// Resident memory in bytes before any load, by peer.
    memory: BTreeMap<String, u64>,
    /// Scenarios with, for each entrant, its samples by round.
    rows: Vec<(&'static Scenario, BTreeMap<String, Vec<Sample>>)>,
    /// Trials with what they found.
    trials: Vec<(&'static Trial, Vec<Figure>)>,
    /// What was skipped or went wrong.
    notes: Vec<String>,
}

/// Runs the comparison; ends every process it started, also when interrupted.
pub(crate) async fn main(mut options: Options) -> Result<()> {
    if options.quick {
        (options.rounds, options.seconds, options.keys) = (2, 0.5, 20_000);
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let before = machine::load_average();
    let findings = tokio::select! {
        findings = compare(&options) => findings?,
        _ = interrupt.recv() => bail!("interrupted"),
        _ = terminate.recv() => bail!("terminated"),
    };
    let mut out = std::io::stdout();
    writeln!(out, "\n{}", report::text(&findings))?;
    if let Some(file) = &options.markdown {
        report::write_markdown(file, &findings, &options, &before)?;
        writeln!(out, "written to {}", file.display())?;
    }
    Ok(())
}

/// A directory of this run's own, removed with everything in it.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    /// Below the directory that cargo builds into: on a disk, where a call log belongs.
    fn new(target: &Path) -> Result<Self> {
        let dir = target.join(format!("postern-bench-{}", std::process::id()));
        std::fs::create_dir_all(&dir)
            .with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Says how far the run is, on stderr, so that stdout is the report.
fn progress(line: &str) {
    writeln!(std::io::stderr(), "{line}").ok();
}

async fn compare(options: &Options) -> Result<Findings> {
    let only = options.only.as_deref();
    let scenarios: Vec<_> = scenario::ALL
        .iter()
        .filter(|scenario| scenario::selected(only, scenario.name))
        .collect();
    let trials: Vec<_> = trial::ALL
        .iter()
        .filter(|trial| scenario::selected(only, trial.name))
        .collect();
    if scenarios.is_empty() && trials.is_empty() {
        let names = scenario::ALL.iter().map(|scenario| scenario.name);
        let names: Vec<_> = names
            .chain(trial::ALL.iter().map(|trial| trial.name))
            .collect();
        bail!("--only matches nothing; there are {}", names.join(", "));
    }
    let scratch = Scratch::new(&options.target_dir())?;
    let mut notes = Vec::new();
    let cores = cores(&mut notes);
    let certificate = crate::tls::write_certificate(&scratch.0)?;
    let _upstream = upstream(options, cores, &scratch.0).await?;

    let mut setups: Vec<_> = scenarios
        .iter()
        .flat_map(|scenario| scenario.setups())
        .chain(trials.iter().filter_map(|trial| trial.setup))
        .collect();
    setups.sort_unstable();
    setups.dedup();
    let site = peer::Site {
        options,
        dir: &scratch.0,
        certificate: &certificate,
        upstream: options.upstream,
        core: cores.proxy,
        setups: &setups,
    };
    let peers = peer::start(&site, &mut |note| {
        progress(&note);
        notes.push(note);
    })
    .await?;
    let memory = peers
        .iter()
        .map(|peer| (peer.name.clone(), peer.memory()))
        .collect();
    let mut run = Run::new(options, cores, &peers, notes);
    let mut rows = Vec::new();
    for scenario in scenarios {
        rows.push((scenario, run.scenario(scenario).await?));
    }
    let mut notes = run.into_notes();
    let mut found = Vec::new();
    for trial in trials {
        progress(&format!("{}: {}", trial.name, trial.about));
        match trial.run(&site, cores, &peers).await {
            Ok(figures) => found.push((trial, figures)),
            Err(error) => {
                let note = format!("{}: {error:#}", trial.name);
                progress(&note);
                notes.push(note);
            }
        }
    }
    let names = peers
        .iter()
        .map(|peer| (peer.name.clone(), peer.version.clone()))
        .collect();
    Ok(Findings {
        peers: names,
        memory,
        rows,
        trials: found,
        notes,
    })
}

/// Starts what answers behind the proxies.
async fn upstream(options: &Options, cores: Cores, dir: &Path) -> Result<Process> {
    if std::net::TcpListener::bind(options.upstream).is_err() {
        bail!(
            "{} is taken, where the upstream is to listen; --upstream says another address",
            options.upstream
        );
    }
    let arguments = [
        "upstream".to_owned(),
        "--listen".to_owned(),
        options.upstream.to_string(),
    ];
    let command = pinned(cores.load, &std::env::current_exe()?, &arguments);
    let mut upstream = Process::start("upstream", command, dir)?;
    upstream.ready(&[options.upstream]).await?;
    Ok(upstream)
}

fn cores(notes: &mut Vec<String>) -> Cores {
    let pinning = machine::find("taskset").is_some();
    match machine::cores().as_slice() {
        [proxy, load, ..] if pinning => Cores {
            proxy: Some(*proxy),
            load: Some(*load),
        },
        _ => {
            notes.push(
                "one core, or no `taskset`: nothing is pinned, and the numbers say little"
                    .to_owned(),
            );
            Cores {
                proxy: None,
                load: None,
            }
        }
    }
}
