//! What a page says, in the part of Markdown that the gateway turns into HTML: headings, paragraphs,
//! lists, tables, blocks of code; within a line code, links and strong words.

use super::example::Example;
use postern_model::denial::{Code, Denial, Family, Reserved, Retry, peers};
use postern_model::entity::{Disclosure, StatusProfile};
use postern_model::{Fault, Stage};
use std::fmt::Write as _;

/// The page about a code.
pub(super) fn code(code: Code, example: Option<&Example>) -> String {
    let (row, guide) = (code.row(), code.guide());
    let mut out = begin(row.title, code.name());
    paragraph(&mut out, guide.means);
    if code.shown() != code {
        let shown = code.shown();
        paragraph(
            &mut out,
            &format!("Callers are not told this code: they see [`{shown}`]({shown}.md)."),
        );
    }
    if code.is_public_only() {
        let behind = Code::ALL
            .iter()
            .filter(|other| other.shown() == code && **other != code);
        let behind: Vec<String> = behind
            .map(|code| format!("[`{code}`]({code}.md)"))
            .collect();
        paragraph(
            &mut out,
            &format!(
                "This is what callers are told; recorded is one of {}.",
                behind.join(", ")
            ),
        );
    }
    facts(&mut out, code);
    let _ = write!(out, "\n## What to do as the caller\n\n");
    let fix = Denial::new(code).fix();
    paragraph(
        &mut out,
        fix.as_deref()
            .unwrap_or("Nothing: the connection is closed."),
    );
    let _ = write!(out, "\n## What to do as publisher or operator\n\n");
    paragraph(&mut out, guide.owner);
    if let Some(example) = example {
        commands(&mut out, example);
        shown(&mut out, example);
    }
    evidence(&mut out, code);
    others(&mut out, code.name(), guide.elsewhere);
    out
}

/// The page about a code that nothing raises yet.
pub(super) fn reserved(code: &Reserved) -> String {
    let mut out = begin(code.title, code.name);
    paragraph(&mut out, code.means);
    paragraph(
        &mut out,
        "**Nothing raises this code yet.** Its name and meaning are settled, so that clients can be written for it.",
    );
    table(&mut out, &["", ""]);
    let status = match code.status {
        0 => "as the upstream answered".to_owned(),
        status => status.to_string(),
    };
    line(&mut out, &["status", &status]);
    if !code.other_statuses.is_empty() {
        line(&mut out, &["may be chosen", &list(code.other_statuses)]);
    }
    line(&mut out, &["whose fault", fault(code.fault)]);
    line(&mut out, &["stage", &stage(code.stage)]);
    let _ = write!(out, "\n## What to do as the caller\n\n");
    paragraph(&mut out, code.caller);
    let _ = write!(out, "\n## What to do as publisher or operator\n\n");
    paragraph(&mut out, code.owner);
    others(&mut out, code.name, "");
    out
}

/// The page about a family.
pub(super) fn family(family: &Family) -> String {
    let mut out = format!("# {}\n\n", family.title);
    paragraph(
        &mut out,
        &format!("`{}` is about {}.", family.name, family.about),
    );
    paragraph(
        &mut out,
        "Under `disclosure: minimal` callers are told the family in place of the code:",
    );
    paragraph(&mut out, family.detail);
    let _ = write!(out, "\n## What to do as the caller\n\n");
    paragraph(&mut out, family.fix);
    let _ = write!(out, "\n## Codes of this family\n\n");
    codes(&mut out, family.name);
    out.push_str("\n[All codes](README.md)\n");
    out
}

/// The page that lists every code.
pub(super) fn index() -> String {
    let mut out = "# Denials\n\n".to_owned();
    paragraph(
        &mut out,
        "Every refusal that the gateway makes, and the codes that are reserved for refusals to come. A code stands in the answer's body (`code`) and in its header `Postern-Denial`, in the log and in metrics. A released code never changes its meaning.",
    );
    paragraph(
        &mut out,
        "In examples, `ID` stands for the id of the request and `N` for a number of the moment; keys, addresses and dates are examples too. The rest is what the program said.",
    );
    for family in Family::ALL {
        let _ = write!(
            out,
            "\n## {}\n\nAbout {}: [`{0}`]({0}.md).\n\n",
            family.name, family.about
        );
        codes(&mut out, family.name);
    }
    let mut named = Family::ALL
        .iter()
        .map(|family| family.name)
        .collect::<Vec<_>>();
    for code in Reserved::all() {
        if !named.contains(&code.family()) {
            named.push(code.family());
            let _ = write!(out, "\n## {}\n\n", code.family());
            codes(&mut out, code.family());
        }
    }
    out
}

fn begin(title: &str, name: &str) -> String {
    let family = name.split('.').next().unwrap_or_default();
    let of = match Family::parse(family) {
        Some(_) => format!("[`{family}`]({family}.md)"),
        None => format!("`{family}`"),
    };
    format!("# {title}\n\n`{name}`, of the family {of}.\n\n")
}

/// What the contract says of a code.
fn facts(out: &mut String, code: Code) {
    let row = code.row();
    let denial = Denial::new(code);
    let told = |profile| denial.shown(profile, Disclosure::Standard, false);
    table(out, &["", ""]);
    match code {
        Code::OriginRefused => line(out, &["status", "as the upstream answered"]),
        Code::ProxyProtocolInvalid => line(out, &["status", "none: the connection is closed"]),
        _ => {
            line(out, &["status", &row.status.to_string()]);
            if !row.other_statuses.is_empty() {
                line(out, &["may be chosen", &list(row.other_statuses)]);
            }
            let forbid = told(StatusProfile::Forbid).status().to_string();
            line(out, &["with `status_profile: forbid`", &forbid]);
            if told(StatusProfile::Conceal).code() == Code::NotFound && code != Code::NotFound {
                let conceal = "404, as [`route.not_found`](route.not_found.md), to callers who have not proved who they are";
                line(out, &["with `status_profile: conceal`", conceal]);
            }
        }
    }
    let whose = format!("{}, unless the evidence proves otherwise", fault(row.fault));
    line(out, &["whose fault", &whose]);
    let again = match row.retry {
        Retry::Never => "never helps".to_owned(),
        Retry::AfterChange => "helps once something has changed".to_owned(),
        Retry::After(seconds) => {
            format!("may help after {seconds} s, or the time that the refusal says")
        }
    };
    line(out, &["the same request again", &again]);
    line(out, &["stage", &stage(row.stage)]);
    if !row.proxy_error.is_empty() {
        line(
            out,
            &["`Proxy-Status`", &format!("`error={}`", row.proxy_error)],
        );
    }
}

/// The commands that mend the example.
fn commands(out: &mut String, example: &Example) {
    if example.commands.is_empty() {
        return;
    }
    out.push_str("\n```sh\n");
    for (command, does) in &example.commands {
        let _ = writeln!(out, "{command}   # {does}");
    }
    out.push_str("```\n");
}

/// Request, answer and explanation.
fn shown(out: &mut String, example: &Example) {
    out.push_str("\n## Example\n\n");
    if let Some(before) = &example.before {
        let _ = write!(out, "{before}\n\n");
    }
    block(out, "http", &example.request);
    block(out, "http", &example.response);
    if let Some(evidence) = &example.evidence {
        out.push_str("With `disclosure: verbose` the body has besides:\n\n");
        block(out, "json", evidence);
    }
    if let Some(why) = &example.why {
        out.push_str("What `postern why ID` says to an operator:\n\n");
        block(out, "text", why);
    }
    out.pop();
}

/// Who may read what.
fn evidence(out: &mut String, code: Code) {
    let kinds = code.kinds();
    let all = [
        ("everybody, the caller too", kinds.consumer),
        ("the service's publisher and operators", kinds.publisher),
        ("operators", kinds.operator),
    ];
    if all.iter().all(|(_, names)| names.is_empty()) {
        return;
    }
    out.push_str("\n## Evidence\n\n");
    table(out, &["evidence", "who may read it"]);
    for (whom, names) in all {
        for name in names {
            line(out, &[&format!("`{name}`"), whom]);
        }
    }
}

/// What others answer for the same cause.
fn others(out: &mut String, name: &str, sentence: &str) {
    let peers = peers(name);
    if peers.is_empty() && sentence.is_empty() {
        return;
    }
    out.push_str("\n## What others answer\n\n");
    if peers.is_empty() {
        paragraph(out, sentence);
        return;
    }
    table(out, &["who", "status", "says"]);
    for peer in peers {
        line(out, &[peer.who, peer.status, peer.says]);
    }
}

/// The codes of a family, raised and reserved.
fn codes(out: &mut String, family: &str) {
    table(out, &["code", "title", "status", "whose fault"]);
    for code in Code::ALL.iter().filter(|code| code.family() == family) {
        let row = code.row();
        let status = match code {
            Code::OriginRefused => "the upstream's".to_owned(),
            Code::ProxyProtocolInvalid => "closed".to_owned(),
            _ => row.status.to_string(),
        };
        let link = format!("[`{code}`]({code}.md)");
        line(out, &[&link, row.title, &status, fault(row.fault)]);
    }
    for code in Reserved::all().filter(|code| code.family() == family) {
        let status = match code.status {
            0 => "the upstream's".to_owned(),
            status => status.to_string(),
        };
        let link = format!("[`{0}`]({0}.md)", code.name);
        let title = format!("{}; reserved", code.title);
        line(out, &[&link, &title, &status, fault(code.fault)]);
    }
}

fn paragraph(out: &mut String, text: &str) {
    let _ = write!(out, "{text}\n\n");
}

fn block(out: &mut String, language: &str, text: &str) {
    let _ = write!(out, "```{language}\n{text}\n```\n\n");
}

fn table(out: &mut String, heads: &[&str]) {
    line(out, heads);
    let _ = writeln!(out, "|{}", "---|".repeat(heads.len()));
}

fn line(out: &mut String, cells: &[&str]) {
    out.push('|');
    for cell in cells {
        let space = if cell.is_empty() { "" } else { " " };
        let _ = write!(out, "{space}{} |", cell.replace('|', "\\|"));
    }
    out.push('\n');
}

fn list(statuses: &[u16]) -> String {
    let all: Vec<String> = statuses.iter().map(u16::to_string).collect();
    all.join(", ")
}

fn stage(stage: Stage) -> String {
    format!("{} of {}, `{stage}`", stage.number(), Stage::COUNT)
}

/// Whose business, in words.
const fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Consumer => "the caller",
        Fault::Publisher => "the publisher",
        Fault::Operator => "the operator",
        Fault::IdentityProvider => "the identity provider",
        Fault::Upstream => "the upstream",
        Fault::Gateway => "the gateway",
    }
}
