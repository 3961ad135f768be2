//! The committed page about every code, written from the table.

use super::*;
use std::fmt::Write as _;

const PAGE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/reference/denials.md"
);

const PREFACE: &str = "\
# Denials

Every refusal that the gateway makes, written from `crates/model/src/denial/table.rs`. The code \
stands in the response's body (`code`) and in its header `Postern-Denial`, in the log and in metrics. A released code never changes its meaning.

- **status**: the default; in brackets, those that a service may choose for this code.
- **fault**: whose business it is, unless the evidence proves otherwise.
- **retry**: whether the same request can pass later: `never`, `after_change` of something, or \
after a time.
- **stage**: the stage of the request's life that refuses; see `ARCHITECTURE.md`.
- **fix**: what the caller is told to do, where nothing more is known about the request.

Each code has a page of its own, with an example, what mends it, who may read which evidence, and \
what other gateways answer: [all pages](../denials/README.md). The gateway serves the same pages at \
`/.well-known/postern/denials/`.

A code that is shown as another is known to operators only: its caller sees the other one. \
Under minimal disclosure the family stands wherever the code would.
";

fn written() -> String {
    let mut out = PREFACE.to_owned();
    let mut family = "";
    for code in Code::ALL {
        let row = code.row();
        if code.family() != family {
            family = code.family();
            let _ = write!(
                out,
                "\n## {family}\n\n| code | title | status | fault | retry | stage | fix |\n|---|---|---|---|---|---|---|\n"
            );
        }
        let status = if *code == Code::ProxyProtocolInvalid {
            "closed".to_owned()
        } else if *code == Code::OriginRefused {
            "the upstream's".to_owned()
        } else if row.other_statuses.is_empty() {
            row.status.to_string()
        } else {
            let others: Vec<_> = row.other_statuses.iter().map(u16::to_string).collect();
            format!("{} ({})", row.status, others.join(", "))
        };
        let shown = match row.public {
            Public::AsSelf => String::new(),
            Public::As(other) => format!("; shown as `{other}`"),
        };
        let retry = match row.retry {
            Retry::Never => "never".to_owned(),
            Retry::AfterChange => "after_change".to_owned(),
            Retry::After(seconds) => format!("after {seconds} s"),
        };
        let fix = Denial::new(*code).fix().unwrap_or_default();
        let _ = writeln!(
            out,
            "| [`{code}`](../denials/{code}.md) | {}{shown} | {status} | {} | {retry} | {} | {fix} |",
            row.title,
            row.fault.name(),
            row.stage,
        );
    }
    out
}

#[test]
fn the_page_about_denials_is_what_the_table_says() {
    let committed = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        committed == written(),
        "{PAGE} is out of date; run `cargo test -p postern-model approve -- --ignored`"
    );
}

#[test]
#[ignore = "rewrites the page: run it by name, then read the difference"]
fn approve() {
    std::fs::write(PAGE, written()).unwrap();
}
