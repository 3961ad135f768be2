//! `postern test`.

use clap::Args;
use std::path::PathBuf;

/// Options of `postern test`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern test expectations.yaml
  postern test expectations.yaml --config postern.yaml
  postern test tests/*.yaml --config postern.yaml --junit report.xml
  postern test --schema > expectations.schema.json

Each case of a file is a request, and what is expected to become of it:

  cases:
    - {request: POST /v1/orders, app: crm, expect: allow}
    - {request: POST /v1/orders, expect: {refuse: credential.missing}}

Nothing is sent, and nothing runs: requests are decided as the gateway would decide them, with
counters that have counted nothing yet. Exit status: 0 all is as expected, 1 something is not, or
cannot be told, 2 a file cannot be read or is wrong.")]
pub(crate) struct TestArgs {
    /// The files of expectations (YAML or JSON).
    #[arg(value_name = "FILE", required_unless_present = "schema")]
    pub(crate) files: Vec<PathBuf>,
    /// The configuration that is tested, whatever the files name.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Write a report in the form of `JUnit`, which tools for continuous integration read.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the JSON schema of files of expectations instead.
    #[arg(long, exclusive = true)]
    pub(crate) schema: bool,
}
