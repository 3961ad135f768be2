//! A Postern under valgrind's callgrind, which counts what each thread executes.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::super::machine::find;
use super::super::peer::{Door, Postern, Site, config, free_address};
use super::super::scenario::{Front, Setup};

/// Programs are some fifty times slower under it.
const PATIENCE: Duration = Duration::from_mins(2);
/// What the thread that carries requests has executed, and no other.
const CORE: &str = "postern_proxy::http1";

/// The process, and where it is asked.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) door: Door,
    control: PathBuf,
    out: PathBuf,
    dumps: usize,
}

/// What the thread that carries requests did since the counts were put to zero.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) instructions: u64,
    /// The functions in which it was, those that were inlined left out.
    pub(super) functions: BTreeSet<String>,
}

impl Session {
    /// Starts the candidate, set up so.
    pub(super) async fn start(site: &Site<'_>, setup: Setup) -> Result<Self> {
        let (valgrind, control) = find("valgrind")
            .zip(find("callgrind_control"))
            .context("valgrind is not installed (bench/setup.sh installs it)")?;
        let (gateway, config) = (free_address()?, config(site, setup)?);
        let name = format!("callgrind-{setup:?}").to_lowercase();
        let out = site.dir.join(format!("{name}.out"));
        let mut postern = Postern::new(site, &name, Some(&config), gateway);
        postern.patience = PATIENCE;
        postern.wrapper = vec![
            valgrind.display().to_string(),
            "--tool=callgrind".to_owned(),
            "--separate-threads=yes".to_owned(),
            format!("--callgrind-out-file={}", out.display()),
        ];
        let (process, _) = postern.start().await?;
        Ok(Self {
            door: Door::of(process, vec![(Front::Plain, gateway)]),
            control,
            out,
            dumps: 0,
        })
    }

    /// Where it is asked.
    pub(super) fn address(&self) -> Result<SocketAddr> {
        let address = self.door.address(Front::Plain);
        address.context("front not offered")
    }

    /// Puts the counts to zero.
    pub(super) async fn zero(&self) -> Result<()> {
        self.ask("--zero").await
    }

    /// What was counted since; then the counts are zero.
    pub(super) async fn counted(&mut self) -> Result<Counted> {
        self.ask("--dump").await?;
        self.dumps += 1;
        for thread in 1.. {
            let file = format!("{}.{}-{thread:02}", self.out.display(), self.dumps);
            if !Path::new(&file).is_file() {
                break;
            }
            let text = std::fs::read_to_string(&file).with_context(|| file.clone())?;
            if text.contains(CORE) {
                return read(&text);
            }
        }
        bail!("callgrind has counted nothing on the core's thread")
    }

    async fn ask(&self, what: &str) -> Result<()> {
        let id = self.door.process.id().to_string();
        let output = tokio::process::Command::new(&self.control)
            .args([what, &id])
            .output()
            .await?;
        let said = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !said.contains("OK") {
            bail!("callgrind_control {what}: {}", said.trim());
        }
        Ok(())
    }
}

/// Reads a dump of one thread.
fn read(text: &str) -> Result<Counted> {
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let instructions = totals.and_then(|number| number.trim().parse().ok());
    // A name is written out where it appears first: `fn=(12) name`, or `cfn=` where it is called.
    let named = text.lines().filter_map(|line| {
        let (_, rest) = line.split_once("fn=(")?;
        let (_, name) = rest.split_once(") ")?;
        Some(name.to_owned())
    });
    Ok(Counted {
        instructions: instructions.context("a dump without totals")?,
        functions: named.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_read() {
        let text = "thread: 5\nevents: Ir\nfn=(1) a::b\n1 5\ncfn=(2) c::d<e>\ncalls=1 2\n\
                    3 4\nfn=(2)\n7 1\n\ntotals: 550961\n";
        let read = read(text).unwrap();
        assert_eq!(read.instructions, 550_961);
        let functions: Vec<_> = read.functions.iter().map(String::as_str).collect();
        assert_eq!(functions, ["a::b", "c::d<e>"]);
        assert!(super::read("thread: 5\n").is_err());
    }
}
