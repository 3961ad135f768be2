//! Who may call what: every endpoint, as every role, on things of one's own tenant and of another.

mod requests;
mod things;

use super::world::Answered;
use crate::api::describe::openapi;
use crate::api::permission::Need;
use crate::api::{Row, table};
use axum::http::Method;
use requests::{FOREIGN, ask, has_id, thing};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use things::world;

const PAGE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/reference/permissions.md"
);

/// Roles, and whether they are held in a tenant (`commerce`).
const ROLES: [(&str, bool); 8] = [
    ("", false),
    ("owner", false),
    ("operator", false),
    ("auditor", false),
    ("admin", true),
    ("publisher", true),
    ("developer", true),
    ("viewer", true),
];

/// `yes`: the permission does, whatever else keeps it from being done.
fn cell(answer: &Answered) -> &'static str {
    match answer.status {
        401 => "401",
        403 => "403",
        404 => "404",
        _ => "yes",
    }
}

/// Whether what was sent was not read, so that nothing was judged.
fn is_unread(row: &Row, answer: &Answered) -> bool {
    matches!(answer.status, 400 | 413 | 415) && row.need != Need::Nothing
}

/// Whether the document says that such an answer can be.
fn is_described(document: &Value, row: &Row, answer: &Answered) -> bool {
    let operation = &document["paths"][format!("/api/v1{}", row.path)];
    let responses = &operation[row.method.as_str().to_lowercase()]["responses"];
    let Some(response) = responses.get(answer.status.to_string()) else {
        return false;
    };
    let kind = answer.headers.get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok());
    match (kind, response.get("content")) {
        (None, None) => true,
        (Some(kind), Some(content)) => content.get(kind).is_some(),
        _ => false,
    }
}

/// Whether others are asked about something else than before, once it was done.
fn is_final(row: &Row, answer: &Answered) -> bool {
    let ends = ["approve", "reject", "rollback"];
    let ends = row.method == Method::DELETE || ends.iter().any(|end| row.path.ends_with(end));
    ends && answer.status < 300
}

#[tokio::test]
async fn the_table_of_permissions_holds() {
    let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let document = openapi(&table());
    let (mut unread, mut undescribed) = (Vec::new(), Vec::new());
    let mut world = world().await;
    let mut n = 0;
    for row in table().rows() {
        let (mut own, mut foreign) = (Vec::new(), Vec::new());
        for role in ROLES {
            n += 1;
            let answer = ask(&world, row, role, false, n).await;
            assert_ne!(answer.status, 500, "{row:?} as {role:?}: {answer:?}");
            own.push(cell(&answer));
            if !is_described(&document, row, &answer) {
                undescribed.push(format!("{row:?} as {role:?}: {answer:?}"));
            }
            if is_unread(row, &answer) {
                unread.push(format!("{row:?} as {role:?}: {:?}", answer.body));
            }
            if is_final(row, &answer) {
                world = things::world().await;
            }
        }
        let has_tenants = thing(row).is_some_and(|(_, _, other)| other.is_some());
        for (at, role) in ROLES
            .into_iter()
            .enumerate()
            .filter(|(_, (_, tenant))| *tenant)
        {
            if !has_tenants || matches!(row.need, Need::Nothing | Need::SignedIn) {
                foreign.push("");
                continue;
            }
            n += 1;
            let answer = ask(&world, row, role, true, n).await;
            let said = cell(&answer);
            if is_unread(row, &answer) {
                unread.push(format!("{row:?} as {role:?} elsewhere: {:?}", answer.body));
            }
            if row.method == Method::GET && !has_id(row) {
                let other = thing(row).and_then(|(_, _, other)| *other).unwrap();
                let shown = answer.body.to_string().contains(&format!("\"{other}\""));
                assert!(!shown, "{row:?} as {role:?} shows what is another tenant's");
                foreign.push(if said == "yes" { "unseen" } else { said });
                continue;
            }
            // What is another's is as if it were not there; that a tenant cannot be made things
            // for is told, since it tells nothing of what it has.
            let hidden = match own[at] {
                "yes" | "404" if has_id(row) => said == "404",
                _ => matches!(said, "403" | "404"),
            };
            assert!(hidden, "{row:?} as {role:?}: {answer:?}");
            foreign.push(said);
        }
        let cells: Vec<_> = own.into_iter().chain(foreign).collect();
        let line = format!(
            "| `{} {}` | {} | {} |",
            row.method,
            row.path,
            row.need.name(),
            cells.join(" | ")
        );
        lines.entry(row.tag).or_default().push(line);
    }
    assert!(undescribed.is_empty(), "{}", undescribed.join("\n"));
    // A request that does not fit says nothing of who may send one that does.
    assert!(unread.is_empty(), "{}", unread.join("\n"));
    let page = page(&lines);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let committed = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        committed == page,
        "docs/reference/permissions.md is not current: UPDATE=1 writes it"
    );
}

fn page(lines: &BTreeMap<&str, Vec<String>>) -> String {
    let mut page = String::from(
        "# Who may call what\n\nWritten by a test that asks every endpoint as every built-in role: `UPDATE=1 cargo test -p postern-admin permissions`.\n\n- `yes`: the role is enough. `401`: sign in. `403`: the permission is missing. `404`: there is no such thing, or none for this role.\n- The first eight columns are about things of the platform or of one's own tenant; the last four, of a role in one tenant about things of another. `unseen`: the list does not show them.\n\n",
    );
    for (tag, lines) in lines {
        let _ = writeln!(page, "## {tag}\n");
        page.push_str("| endpoint | needs | nobody | owner | operator | auditor | admin | publisher | developer | viewer | admin elsewhere | publisher elsewhere | developer elsewhere | viewer elsewhere |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        let _ = writeln!(page, "{}\n", lines.join("\n"));
    }
    page.trim_end().to_owned() + "\n"
}

/// What is another tenant's is answered as what nobody has.
#[tokio::test]
async fn what_is_foreign_is_answered_as_what_is_not_there() {
    let world = world().await;
    let mut told = Vec::new();
    for row in table().rows() {
        let Some((_, _, Some(other))) = thing(row) else {
            continue;
        };
        // What is made under a name of one's own choice says whether the name is free.
        let makes = row.method == Method::PUT || row.id == "import_openapi";
        if !has_id(row) || makes {
            continue;
        }
        for role in ["admin", "publisher", "developer", "viewer"] {
            let who = format!("{role}@commerce");
            let ask = async |id: &str| {
                let path = FOREIGN.path(row, id);
                let sent = FOREIGN.body(row, 1);
                let answer = world.ask(&who, row.method.as_str(), &path, sent).await;
                let detail = answer.body["detail"]
                    .as_str()
                    .unwrap_or_default()
                    .replace(id, "");
                (answer.status, answer.body["code"].clone(), detail)
            };
            let absent = match row.path {
                path if path.starts_with("/calls") => "01JDB7Z3K8Q4M2T9V6X1C5N0RZ".to_owned(),
                _ => other.replace('b', "z").replace("partner", "nobody") + "x",
            };
            let (foreign, absent) = (ask(other).await, ask(&absent).await);
            if foreign != absent {
                told.push(format!("{row:?} as {role}: {foreign:?}, not {absent:?}"));
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}
