//! `postern versions diff`.

use crate::cli::versions::{OneVersion, VersionsDiff};
use crate::commands::remote::Remote;
use crate::commands::table;
use crate::output;
use serde_json::{Value, json};
use std::process::ExitCode;

/// Operations shown where somebody is asked.
pub(super) const FEW: usize = 20;

pub(super) fn diff(args: &VersionsDiff) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let differs = ask(&mut remote, &args.of)?;
    if args.shown.json {
        table::json(&differs);
    } else {
        output::say(&text(&args.of, &differs, usize::MAX));
    }
    Ok(if lines(&differs).is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub(super) fn ask(remote: &mut Remote, of: &OneVersion) -> anyhow::Result<Value> {
    let OneVersion { service, version } = of;
    let params = json!({"service": service, "version": version});
    remote.call("versions.difference", params)
}

/// The difference, with so many operations at most.
pub(super) fn text(of: &OneVersion, differs: &Value, most: usize) -> String {
    let OneVersion { service, version } = of;
    let all = lines(differs);
    let mut told = vec![match differs.get("against").and_then(Value::as_str) {
        Some(against) if all.is_empty() => {
            format!("{service}/{version} has the operations of {against}")
        }
        Some(against) => format!("{service}/{version}, compared with {against}:"),
        None => format!("{service}/{version}; no other version is published:"),
    }];
    let shown = all.iter().take(most);
    told.extend(shown.map(|line| format!("  {}", line.replace(char::is_control, " "))));
    let rest = all.len().saturating_sub(most);
    if rest > 0 {
        told.push(format!(
            "  … and {rest} more: postern versions diff {service} {version}"
        ));
    }
    told.join("\n")
}

/// What differs, what callers lose first.
fn lines(differs: &Value) -> Vec<String> {
    let texts = |value: Option<&Value>| -> Vec<String> {
        let texts = value.and_then(Value::as_array).into_iter().flatten();
        let texts = texts.filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let marked = |mark: &str, member: &str| -> Vec<String> {
        let names = texts(differs.get(member));
        names.iter().map(|name| format!("{mark} {name}")).collect()
    };
    let changed = differs.get("changed").and_then(Value::as_array);
    let changed = changed.into_iter().flatten().map(|one| {
        let name = crate::commands::remote::text(one, "operation");
        format!("~ {name}: {}", texts(one.get("members")).join(", "))
    });
    let gone = marked("-", "removed").into_iter();
    gone.chain(changed).chain(marked("+", "added")).collect()
}
