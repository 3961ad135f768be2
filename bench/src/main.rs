//! Measures Postern beside nginx, HAProxy and Envoy, in one run and on the same cores.
//!
//! `upstream` answers, `load` asks and times, `run` starts the proxies between them and compares.

mod load;
mod probe;
mod run;
mod signer;
mod tls;
mod upstream;
mod wire;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "postern-bench", about, version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A cheap upstream: HTTP/1.1 and h2c (prior knowledge), `/bytes/N`, drains request bodies.
    Upstream(upstream::Options),
    /// A load generator: closed loop, or open loop at a fixed rate.
    Load(load::Options),
    /// Starts the proxies one beside the other and compares them.
    Run(run::Options),
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(std::io::stderr(), "error: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        match cli.command {
            Command::Upstream(options) => upstream::serve(options).await,
            Command::Load(options) => load::main(options).await,
            Command::Run(options) => run::main(options).await,
        }
    })
}
