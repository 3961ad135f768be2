//! How each code is told, in every profile and disclosure, and what is recorded of it.

use super::ask::Asking;
use super::row::{Row, Telling};
use super::table::ROWS;
use super::text::{golden, of_response};
use super::tls::Tls;
use super::world::{Place, configuration};
use crate::harness::gateway::cli;
use crate::harness::problem::{contract, is_id};
use crate::harness::{Gateway, Response, eventually};
use postern_model::Code;
use postern_model::denial::Audience;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Write as _;

/// A refusal that came.
struct Told {
    row: &'static Row,
    telling: Telling,
    response: Response,
}

#[test]
fn every_code_is_told_as_its_service_says_and_recorded_as_itself() {
    let place = Place::new();
    let tellings: Vec<Telling> = Telling::all().collect();
    let gateway = Gateway::start(configuration(&tellings, &place).to_string());
    let told: Vec<Told> = std::thread::scope(|scope| {
        let (gateway, tls) = (gateway.address, &place.tls);
        let asked = tellings
            .iter()
            .map(|telling| scope.spawn(move || all_rows(gateway, tls, *telling)))
            .collect::<Vec<_>>();
        let told = asked.into_iter().map(|one| one.join().expect("a thread"));
        told.flatten().collect()
    });
    let mut wrong = String::new();
    let mut note = |told: &Told, why: Result<(), String>| {
        if let Err(why) = why {
            let _ = writeln!(
                wrong,
                "{}, {} and {}: {why}",
                told.row.code,
                told.telling.profile(),
                told.telling.disclosure()
            );
        }
    };
    for one in &told {
        note(one, shape(one));
    }
    let records = records(&gateway, told.len());
    for one in &told {
        note(one, recorded(one, &records));
    }
    for row in ROWS {
        let of_row: Vec<&Told> = told.iter().filter(|one| one.row.code == row.code).collect();
        let text = page(row, &of_row);
        note(of_row[0], golden(&format!("told/{}.txt", row.code), &text));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every row, told in one way: the refusal, and that its look-alike passes.
fn all_rows(gateway: std::net::SocketAddr, tls: &Tls, telling: Telling) -> Vec<Told> {
    let one = |(number, row): (usize, &'static Row)| {
        let asking = Asking {
            gateway,
            tls,
            number,
            row,
            telling,
        };
        let response = asking.provoke();
        let alike = asking.send(row.alike);
        // The gateway answers a preflight itself.
        let passes = [200, 204].contains(&alike.status);
        assert!(passes, "like {}: {}", row.code, alike.text());
        assert_eq!(alike.denial(), None, "like {}", row.code);
        Told {
            row,
            telling,
            response,
        }
    };
    ROWS.iter().enumerate().map(one).collect()
}

impl Told {
    /// How it is told: where no service says so, as usual.
    fn effective(&self) -> Telling {
        if self.row.has_service() {
            self.telling
        } else {
            Telling::DEFAULT
        }
    }

    fn status(&self) -> u16 {
        self.row.status[self.effective().profile]
    }

    /// The code that it is told as.
    fn shown(&self) -> &'static str {
        if self.row.is_hidden(self.effective()) {
            "route.not_found"
        } else if self.row.shown.is_empty() {
            self.row.code
        } else {
            self.row.shown
        }
    }

    /// What stands wherever the code would. An unknown path is nobody's, whatever it hides.
    fn name(&self) -> &'static str {
        let shown = self.shown();
        if self.effective().disclosure() == "minimal" && shown != "route.not_found" {
            shown.split('.').next().unwrap_or_default()
        } else {
            shown
        }
    }
}

/// Checks status, fields and body.
fn shape(told: &Told) -> Result<(), String> {
    let response = &told.response;
    let (_, fault, error) = contract(told.shown());
    let name = told.name();
    if response.status != told.status() {
        return Err(format!(
            "status {}, not {}: {}",
            response.status,
            told.status(),
            response.text()
        ));
    }
    let id = response.header("x-request-id").unwrap_or_default();
    if !is_id(&id) {
        return Err(format!("no id: {:?}", response.headers));
    }
    let hidden = told.shown() == "route.not_found" && told.row.code != "route.not_found";
    let mut due = vec![
        ("Postern-Denial", name.to_owned()),
        ("Cache-Control", "no-store".to_owned()),
        ("Proxy-Status", format!("postern; error={error}")),
        ("Date", String::new()),
    ];
    if !told
        .row
        .fields
        .iter()
        .any(|(field, _)| *field == "Content-Type")
    {
        due.push(("Content-Type", "application/problem+json".to_owned()));
    }
    for (field, begins) in told.row.fields {
        let for_401 = ["WWW-Authenticate", "Accept-Signature"].contains(field);
        let for_405_or_415 = ["Allow", "Accept"].contains(field);
        let for_later = *field == "Retry-After";
        let status = response.status;
        if !hidden
            && (!for_401 || status == 401)
            && (!for_405_or_415 || [405, 415].contains(&status))
            && (!for_later || [429, 503].contains(&status))
        {
            due.push((field, (*begins).to_owned()));
        }
    }
    for (field, begins) in &due {
        match response.header(field) {
            Some(value) if value.starts_with(begins) => {}
            other => return Err(format!("{field} is {other:?}, not `{begins}…`")),
        }
    }
    let allowed = |field: &str| due.iter().any(|(due, _)| due.eq_ignore_ascii_case(field));
    for field in [
        "WWW-Authenticate",
        "Accept-Signature",
        "Allow",
        "Accept",
        "RateLimit",
    ] {
        if response.header(field).is_some() && !allowed(field) {
            return Err(format!("{field} is there"));
        }
    }
    let details = format!("details=\"{name}\"");
    let proxy = response.header("proxy-status").unwrap_or_default();
    if !proxy.ends_with(&details) {
        return Err(format!("Proxy-Status is {proxy}"));
    }
    document(told, &response.json(), &id, fault, name)
}

/// Checks the problem document.
fn document(told: &Told, body: &Value, id: &str, fault: &str, name: &str) -> Result<(), String> {
    let text = |member: &str| body[member].as_str().unwrap_or_default();
    // Relative, where the head was not read far enough to know the host.
    let page = format!("/.well-known/postern/denials/{name}");
    let place = text("type").strip_suffix(&page);
    let scheme = if told.row.is_secure() {
        "https"
    } else {
        "http"
    };
    let here = format!("{scheme}://{}", told.telling.host());
    let in_place = place.is_some_and(|place| place == here || place.is_empty());
    let instance = format!("/.well-known/postern/requests/{id}");
    let verbose = told.effective().disclosure() == "verbose";
    // What is listed is the caller's to read, by the code that the caller is told.
    let shown = Code::parse(told.shown()).expect("a code");
    let mut listed = body["evidence"].as_object().into_iter().flatten();
    let foreign = listed.find(|(name, _)| shown.audience(name) != Audience::Consumer);
    if let Some((name, _)) = foreign {
        return Err(format!("`{name}` is not the caller's to read: {body:#}"));
    }
    let checks = [
        ("type", in_place),
        ("title", text("title").len() > 3),
        ("status", body["status"] == told.status()),
        ("instance", text("instance") == instance),
        ("code", text("code") == name),
        ("detail", text("detail").len() > 10),
        ("fault", text("fault") == fault),
        ("retry", !body["retry"].is_null()),
        ("fix", text("fix").len() > 5),
        ("request_id", text("request_id") == id),
        ("correlation_id", text("correlation_id") == id),
        ("help", text("help").contains(&instance)),
        ("evidence", body["evidence"].is_null() || verbose),
        ("policy", body["policy"].is_null() || verbose),
    ];
    match checks.iter().find(|(_, holds)| !holds) {
        None => Ok(()),
        Some((member, _)) => Err(format!("member `{member}` of {body:#}")),
    }
}

/// The records of refusals, by request.
fn records(gateway: &Gateway, at_least: usize) -> HashMap<String, Value> {
    let data = gateway.file().with_file_name("data");
    let data = data.to_str().expect("a path of ours");
    eventually("every record", || {
        let arguments = ["log", "--json", "--limit", "10000", "--data", data];
        let ran = cli(&arguments);
        assert!(ran.status.success(), "{ran:?}");
        let rows = ran.stdout.lines().map(|line| {
            let row: Value = serde_json::from_str(line).expect("JSON");
            (row["id"].as_str().expect("an id").to_owned(), row)
        });
        let rows: HashMap<String, Value> = rows.collect();
        (rows.len() >= at_least).then_some(rows)
    })
}

/// Checks that the record names the code itself, whatever the caller was told.
fn recorded(told: &Told, records: &HashMap<String, Value>) -> Result<(), String> {
    let id = told.response.header("x-request-id").unwrap_or_default();
    let Some(record) = records.get(&id) else {
        return Err(format!("{id} is not recorded"));
    };
    let code = Code::parse(told.row.code).expect("a code").row();
    let due = [
        ("code", told.row.code),
        ("fault", contract(told.row.code).1),
        ("stage", code.stage.name()),
        ("outcome", "refused"),
    ];
    for (member, value) in due {
        if record[member] != value {
            return Err(format!("`{member}` of the record is not {value}: {record}"));
        }
    }
    if record["status"] != told.status() {
        return Err(format!("the record has another status: {record}"));
    }
    Ok(())
}

/// What is told of a code, one way after the other.
fn page(row: &Row, all: &[&Told]) -> String {
    let mut out = String::new();
    for one in all {
        let (profile, disclosure) = (one.telling.profile(), one.telling.disclosure());
        if profile == "standard" {
            let text = of_response(row, &one.response);
            let _ = writeln!(out, "## {disclosure}\n\n{text}");
        } else if disclosure == "standard" {
            let name = one.response.denial().unwrap_or_default();
            let _ = writeln!(out, "{profile}: {} {name}", one.response.status);
        }
    }
    out
}
