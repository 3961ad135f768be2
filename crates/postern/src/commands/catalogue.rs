//! `postern catalogue`.

use super::remote::{Remote, text};
use super::table;
use crate::cli::registry::CatalogueArgs;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn catalogue(args: &CatalogueArgs) -> anyhow::Result<ExitCode> {
    let mut remote = Remote::connect(&args.shown.at)?;
    let answer = remote.call("catalogue", json!({"phrase": args.phrase}))?;
    if args.shown.json {
        table::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let offers = answer.get("offers").and_then(Value::as_array);
    let rows: Vec<_> = offers.into_iter().flatten().map(row).collect();
    let head = ["SERVICE", "TENANT", "VERSIONS", "PLANS", "GRANTED", "TITLE"];
    table::print("nothing like that is offered", &head, &rows, false);
    Ok(ExitCode::SUCCESS)
}

fn row(offer: &Value) -> Vec<String> {
    let all = |member| offer.get(member).and_then(Value::as_array);
    let versions = all("versions").into_iter().flatten().map(|version| {
        let name = text(version, "version");
        match version.get("deprecated").and_then(Value::as_bool) {
            Some(true) => format!("{name} (deprecated)"),
            _ => name.to_owned(),
        }
    });
    let plans = all("plans").into_iter().flatten();
    let plans: Vec<_> = plans.map(|plan| text(plan, "plan")).collect();
    let automatic = offer.get("automatic").and_then(Value::as_bool);
    vec![
        text(offer, "service").to_owned(),
        text(offer, "tenant").to_owned(),
        versions.collect::<Vec<_>>().join(", "),
        plans.join(", "),
        match automatic {
            Some(true) => "at once".to_owned(),
            _ => "when approved".to_owned(),
        },
        text(offer, "title").to_owned(),
    ]
}
