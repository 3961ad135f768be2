//! What is made from the command line's own description: completions and the manual.

use crate::cli::{Cli, CompletionsArgs, ManArgs};
use crate::output;
use anyhow::Context as _;
use clap::CommandFactory as _;
use std::process::ExitCode;

pub(crate) fn completions(args: &CompletionsArgs) -> ExitCode {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut text);
    output::say(String::from_utf8_lossy(&text).trim_end());
    ExitCode::SUCCESS
}

pub(crate) fn man(args: &ManArgs) -> anyhow::Result<ExitCode> {
    let shown = || format!("{} cannot be written", args.out.display());
    std::fs::create_dir_all(&args.out).with_context(shown)?;
    // Every subcommand has its help; pages that say only that are no use.
    let command = Cli::command().disable_help_subcommand(true);
    clap_mangen::generate_to(command, &args.out).with_context(shown)?;
    output::say(&format!("the manual is in {}", args.out.display()));
    Ok(ExitCode::SUCCESS)
}
