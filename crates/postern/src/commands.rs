//! One function a command.

use crate::cli::{CheckArgs, Command};
use crate::{output, serve};
use postern_config::Diagnostic;
use std::process::ExitCode;

/// Runs a command.
pub(crate) fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(args) => serve::run(&args),
        Command::Check(args) => Ok(check(&args)),
        Command::Schema => {
            output::say(&postern_config::json_schema());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn check(args: &CheckArgs) -> ExitCode {
    let mut failed = false;
    let mut all: Vec<Diagnostic> = Vec::new();
    for file in &args.files {
        match postern_config::load(file) {
            Ok(loaded) => {
                if !args.json {
                    if !loaded.warnings.is_empty() {
                        let text = postern_config::render_all(&loaded.warnings, output::colours());
                        output::complain(&text);
                    }
                    output::say(&format!("{}: ok", file.display()));
                }
                all.extend(loaded.warnings);
            }
            Err(report) => {
                failed = true;
                if !args.json {
                    output::complain(&report.render(output::colours()));
                }
                all.extend(report.diagnostics);
            }
        }
    }
    if args.json {
        output::say(&serde_json::to_string_pretty(&all).unwrap_or_default());
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
