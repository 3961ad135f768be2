//! Commands that ask about requests.

use super::remote::Shown;
use clap::{Args, ValueEnum};

/// For whom something is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reader {
    /// Whoever runs the gateway: everything.
    Operator,
    /// The publisher of the service.
    Publisher,
    /// Whoever sent the request.
    Consumer,
}

impl Reader {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Publisher => "publisher",
            Self::Consumer => "consumer",
        }
    }
}

/// Options of `postern why`.
#[derive(Debug, Args)]
#[command(
    override_usage = "postern why ID [OPTIONS]\n       postern why --last [--app APP] [METHOD PATH] [OPTIONS]",
    after_help = "Examples:
  postern why 01JDB7Z3K8Q4M2T9V6X1C5N0RW
  postern why 01JDB7Z3K8                      # the beginning of an id will do
  postern why --last --app crm POST /orders
  postern why --last --as consumer

Exit status: 0 it was explained, 1 it was not found, 2 wrong usage."
)]
pub(crate) struct WhyArgs {
    /// The request's id, as X-Request-Id has it, or its beginning; with --last, a method and a
    /// path, or a path.
    #[arg(value_name = "ID", num_args = 0..=2)]
    pub(crate) words: Vec<String>,
    /// The last refusal, instead of an id.
    #[arg(long)]
    pub(crate) last: bool,
    /// With --last: only of this app.
    #[arg(long, value_name = "APP", requires = "last")]
    pub(crate) app: Option<String>,
    /// For whom; each reads less than the one before.
    #[arg(long = "as", value_enum, value_name = "WHO", default_value_t = Reader::Operator)]
    pub(crate) reader: Reader,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Options of `postern fix`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  postern fix 01JDB7Z3K8Q4M2T9V6X1C5N0RW --comment \"Agreed with Lin\"
  postern fix 01JDB7Z3K8 2 --comment \"The new build server\"

`postern why ID` shows the fixes, what each changes and whom else it lets in. Where a file owns the
configuration, nothing is changed, and the lines to write into it are printed.")]
pub(crate) struct FixArgs {
    /// The id of the refused request, or its beginning.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Which of the fixes.
    #[arg(value_name = "N", default_value_t = 1)]
    pub(crate) number: usize,
    /// Why, for the change log.
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
