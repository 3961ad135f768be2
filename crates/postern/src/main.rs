//! Postern, an API gateway: the command line, and the wiring of the crates.

mod cli;
mod commands;
mod log;
mod output;
mod serve;

use clap::Parser as _;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::dispatch(cli.command) {
        Ok(code) => code,
        Err(error) => {
            output::failed(&error);
            commands::status_of(&error)
        }
    }
}
