//! Who reads which evidence: of each refusal, operators and publishers are told all that the contract
//! lets them read and nothing else, and consumers no more than they were told when it came.

use super::row::Row;
use crate::commands::Stored;
use postern_model::Code;
use postern_model::denial::Audience;
use serde_json::Value;
use std::collections::BTreeSet;

/// The names of evidence.
type Names = BTreeSet<String>;

/// Compares what `postern why` tells each audience.
pub(super) fn compared(postern: &Stored, row: &Row, id: &str) -> Result<(), String> {
    let told = |audience: &str| {
        let why = postern.json(&["why", id, "--as", audience]);
        why["found"]["refusal"].clone()
    };
    let [operator, publisher, consumer] = ["operator", "publisher", "consumer"].map(told);
    let code = Code::parse(row.code).expect("a code");
    for told in [&operator, &publisher] {
        if told["code"] != row.code {
            return Err(format!("operators and publishers are told {told}"));
        }
    }
    let all = names(&operator);
    let publishers = all
        .iter()
        .filter(|name| code.audience(name) >= Audience::Publisher);
    let due: Names = publishers.cloned().collect();
    if names(&publisher) != due {
        return Err(format!(
            "publishers read {:?}, not {due:?}",
            names(&publisher)
        ));
    }
    let shown = if row.shown.is_empty() {
        row.code
    } else {
        row.shown
    };
    if consumer["code"] != shown {
        return Err(format!("consumers are told {consumer}"));
    }
    // A service that tells as usual says what it knows in sentences; only a verbose one lists it.
    if !names(&consumer).is_empty() {
        return Err(format!("consumers read {:?}", names(&consumer)));
    }
    let whole = [
        code.kinds().consumer,
        code.kinds().publisher,
        code.kinds().operator,
    ]
    .concat();
    match all.iter().find(|name| !whole.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(format!(
            "`{name}` is evidence that the contract does not know"
        )),
    }
}

fn names(refusal: &Value) -> Names {
    let evidence = refusal["evidence"].as_array();
    let names = evidence
        .into_iter()
        .flatten()
        .filter_map(|one| one["name"].as_str());
    names.map(str::to_owned).collect()
}
