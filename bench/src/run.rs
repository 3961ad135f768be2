//! The comparison: every proxy on one core, load generator and upstream on another, one proxy
//! after the other within a round, several rounds, medians and the ratios of the same round.

mod machine;
mod measure;
mod peer;
mod process;
mod report;
mod scenario;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};

use self::measure::{Cores, Sample, measure};
use self::peer::Peer;
use self::process::{Process, pinned};
use self::scenario::{CAPACITY, Pace, Scenario};

/// A measurement is taken again while others use more than this share of the proxy's core.
const DISTURBED: f64 = 0.10;
/// How often a measurement is taken at most.
const TRIES: usize = 3;

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
    /// Only these scenarios: names, `prefix*` or `*suffix`, separated by commas.
    #[arg(long)]
    only: Option<String>,
    /// Rounds; the report shows medians.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// Two rounds of half a second: to see that everything works.
    #[arg(long)]
    quick: bool,
    /// Write the report into this Markdown file, between its `bench` markers if it has them.
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// Where the upstream listens; `bench/plain.yaml` names the same address.
    #[arg(long, default_value = "127.0.0.1:9000")]
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
    /// Scenarios with, for each peer, its samples by round.
    rows: Vec<(&'static Scenario, BTreeMap<String, Vec<Sample>>)>,
    /// What was skipped or went wrong.
    notes: Vec<String>,
}

/// Runs the comparison; ends every process it started, also when interrupted.
pub(crate) async fn main(mut options: Options) -> Result<()> {
    if options.quick {
        (options.rounds, options.seconds) = (2, 0.5);
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
    fn new() -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("postern-bench-{}", std::process::id()));
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
    let scenarios = scenario::select(options.only.as_deref());
    if scenarios.is_empty() {
        let names: Vec<_> = scenario::ALL.iter().map(|scenario| scenario.name).collect();
        bail!("--only matches no scenario; there are {}", names.join(", "));
    }
    let scratch = Scratch::new()?;
    let mut notes = Vec::new();
    let cores = cores(&mut notes);
    let certificate = crate::tls::write_certificate(&scratch.0)?;

    if std::net::TcpListener::bind(options.upstream).is_err() {
        bail!(
            "{} is taken, and bench/plain.yaml names it as the upstream; end what listens there",
            options.upstream
        );
    }
    let arguments = [
        "upstream".to_owned(),
        "--listen".to_owned(),
        options.upstream.to_string(),
    ];
    let command = pinned(cores.load, &std::env::current_exe()?, &arguments);
    let mut upstream = Process::start("upstream", command, &scratch.0)?;
    upstream.ready(&[options.upstream]).await?;

    let site = peer::Site {
        options,
        dir: &scratch.0,
        certificate: &certificate,
        upstream: options.upstream,
        core: cores.proxy,
    };
    let peers = peer::start(&site, &mut |note| {
        progress(&note);
        notes.push(note);
    })
    .await?;
    let mut run = Run {
        options,
        cores,
        peers: &peers,
        capacity: BTreeMap::new(),
        notes,
    };
    let memory = peers
        .iter()
        .map(|peer| (peer.name.clone(), peer.memory()))
        .collect();
    let mut rows = Vec::new();
    for scenario in scenarios {
        rows.push((scenario, run.scenario(scenario).await?));
    }
    let names = peers
        .iter()
        .map(|peer| (peer.name.clone(), peer.version.clone()))
        .collect();
    Ok(Findings {
        peers: names,
        memory,
        rows,
        notes: run.notes,
    })
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

/// A comparison under way.
struct Run<'a> {
    options: &'a Options,
    cores: Cores,
    peers: &'a [Peer],
    /// The most requests per second of each peer, once known.
    capacity: BTreeMap<String, f64>,
    notes: Vec<String>,
}

impl Run<'_> {
    /// All rounds of one scenario, the order of the proxies turning from round to round.
    async fn scenario(
        &mut self,
        scenario: &'static Scenario,
    ) -> Result<BTreeMap<String, Vec<Sample>>> {
        let mut samples: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
        let mut broken: Vec<&str> = Vec::new();
        for round in 0..self.options.rounds {
            for turn in 0..self.peers.len() {
                let Some(peer) = self.peers.get((turn + round) % self.peers.len()) else {
                    continue;
                };
                if broken.contains(&peer.name.as_str()) || peer.front(scenario.front).is_none() {
                    continue;
                }
                let sample = match self.rate(scenario, peer).await {
                    Ok(rate) => self.sample(scenario, rate, peer).await,
                    Err(error) => Err(error),
                };
                match sample {
                    Ok(sample) => {
                        progress(&report::line(scenario, round, &peer.name, &sample));
                        samples.entry(peer.name.clone()).or_default().push(sample);
                    }
                    Err(error) => {
                        let note = format!("{}, {}: {error:#}", scenario.name, peer.name);
                        progress(&note);
                        self.notes.push(note);
                        broken.push(&peer.name);
                        samples.remove(&peer.name);
                    }
                }
            }
        }
        Ok(samples)
    }

    async fn rate(&mut self, scenario: &Scenario, peer: &Peer) -> Result<Option<f64>> {
        Ok(match scenario.pace {
            Pace::Closed => None,
            Pace::HalfOfOwn => Some(self.most(peer).await? / 2.0),
            Pace::HalfOfSlowest => {
                let mut slowest = f64::INFINITY;
                for peer in self.peers {
                    slowest = slowest.min(self.most(peer).await?);
                }
                Some(slowest / 2.0)
            }
        })
    }

    /// The most requests per second that a peer answers.
    async fn most(&mut self, peer: &Peer) -> Result<f64> {
        if let Some(most) = self.capacity.get(&peer.name) {
            return Ok(*most);
        }
        let mut most: f64 = 0.0;
        for _ in 0..TRIES {
            most = most.max(self.sample(CAPACITY, None, peer).await?.per_second());
        }
        self.capacity.insert(peer.name.clone(), most);
        Ok(most)
    }

    /// One sample: the least disturbed of a few tries, the first if it is good enough.
    async fn sample(&self, scenario: &Scenario, rate: Option<f64>, peer: &Peer) -> Result<Sample> {
        let target = peer.front(scenario.front).context("front not offered")?;
        let mut best: Option<Sample> = None;
        for _ in 0..TRIES {
            let sample = measure(scenario, rate, self.options.seconds, target, self.cores).await?;
            let enough = sample.others <= DISTURBED;
            if best.as_ref().is_none_or(|best| sample.others < best.others) {
                best = Some(sample);
            }
            if enough {
                break;
            }
        }
        best.context("no sample")
    }
}
