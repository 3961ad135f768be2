//! Postern, an API gateway: the command line, and the wiring of the crates.

mod cli;
mod commands;
mod environment;
mod log;
mod output;
mod profiles;
mod serve;
mod terminal;

use clap::Parser as _;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The allocator asks for huge pages, of which it fills a third: 10 MiB for nothing. Where this is
    // refused, they are had.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let cli = cli::Cli::parse();
    match commands::dispatch(cli.command) {
        Ok(code) => code,
        Err(error) => {
            output::failed(&error);
            commands::status_of(&error)
        }
    }
}
