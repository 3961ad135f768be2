//! Pages about codes and families of codes, at `/.well-known/postern/denials/`: the files of
//! `docs/denials/`, which are written from the table of codes, for everybody to read. They are the
//! same for every gateway and every request.

mod markdown;

use super::problem::text;
use postern_model::denial::{Code, Denial, Family, Peer, Reserved, Retry, peers};
use postern_model::entity::{Disclosure, StatusProfile};
use std::borrow::Cow;
use std::fmt::{self, Write as _};

pub(crate) use markdown::POLICY as PAGE_POLICY;

/// The pages as they are in the repository.
#[derive(rust_embed::Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../docs/denials"]
struct Files;

/// The page that lists every code.
const INDEX: &str = "README";

/// The statuses of a code in each profile, as a caller without a proved identity meets them.
fn statuses(code: Code) -> [(&'static str, u16); 3] {
    let denial = Denial::new(code);
    let of = |profile| denial.shown(profile, Disclosure::Standard, false).status();
    [
        ("standard", of(StatusProfile::Standard)),
        ("forbid", of(StatusProfile::Forbid)),
        ("conceal", of(StatusProfile::Conceal)),
    ]
}

/// The page of that name in Markdown: about a code or a family, or all of them where it is empty.
/// `None`: there is no such page.
pub fn page(name: &str) -> Option<Cow<'static, str>> {
    let name = if name.is_empty() { INDEX } else { name };
    let file = Files::get(&format!("{name}.md"))?;
    match file.data {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
    }
}

/// The same as HTML, which needs nothing from anywhere.
pub fn page_html(name: &str) -> Option<String> {
    Some(markdown::html(&page(name)?))
}

/// What the page of that name says of a code or a family, as JSON; `None`: there is no such page.
pub fn page_json(name: &str) -> Option<String> {
    let mut out = String::with_capacity(4096);
    // Writing to a String cannot fail.
    let _ = if name.is_empty() {
        index_json(&mut out)
    } else if let Some(code) = Code::parse(name) {
        code_json(code, &mut out)
    } else if let Some(family) = Family::parse(name) {
        family_json(family, &mut out)
    } else {
        reserved_json(Reserved::parse(name)?, &mut out)
    };
    Some(out)
}

/// Every code, by family.
fn index_json(out: &mut String) -> fmt::Result {
    out.push_str("{\"families\":[");
    for (i, family) in Family::ALL.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        family_json(family, out)?;
    }
    out.push_str("],\"reserved\":[");
    for (i, code) in Reserved::all().enumerate() {
        if i > 0 {
            out.push(',');
        }
        text(code.name, out)?;
    }
    out.push_str("]}");
    Ok(())
}

/// A code that nothing raises yet.
fn reserved_json(code: &Reserved, out: &mut String) -> fmt::Result {
    let mut separator = "{";
    for (name, value) in [
        ("code", code.name),
        ("family", code.family()),
        ("title", code.title),
        ("meaning", code.means),
        ("fault", code.fault.name()),
        ("stage", code.stage.name()),
        ("consumer_fix", code.caller),
        ("owner_fix", code.owner),
    ] {
        write!(out, "{separator}\"{name}\":")?;
        text(value, out)?;
        separator = ",";
    }
    out.push_str(",\"reserved\":true,\"elsewhere\":");
    elsewhere(peers(code.name), out)?;
    out.push('}');
    Ok(())
}

/// What others answer for the same cause.
fn elsewhere(peers: &[Peer], out: &mut String) -> fmt::Result {
    out.push('[');
    for (i, peer) in peers.iter().enumerate() {
        out.push_str(if i > 0 { ",{" } else { "{" });
        for (j, (name, value)) in [
            ("who", peer.who),
            ("status", peer.status),
            ("says", peer.says),
        ]
        .into_iter()
        .enumerate()
        {
            let comma = if j > 0 { "," } else { "" };
            write!(out, "{comma}\"{name}\":")?;
            text(value, out)?;
        }
        out.push('}');
    }
    out.push(']');
    Ok(())
}

/// What the caller is told to do, where nothing more is known about the request.
fn caller_fix(code: Code) -> String {
    Denial::new(code).fix().unwrap_or_default()
}

fn retry(code: Code) -> String {
    match code.row().retry {
        Retry::Never => "never".to_owned(),
        Retry::AfterChange => "after_change".to_owned(),
        Retry::After(seconds) => format!("after {seconds} s, or the time that the refusal says"),
    }
}

fn code_json(code: Code, out: &mut String) -> fmt::Result {
    let (table, guide, kinds) = (code.row(), code.guide(), code.kinds());
    let fix = caller_fix(code);
    let mut separator = "{";
    for (name, value) in [
        ("code", code.name()),
        ("family", code.family()),
        ("shown_as", code.shown().name()),
        ("title", table.title),
        ("meaning", guide.means),
        ("fault", table.fault.name()),
        ("retry", &retry(code)),
        ("stage", table.stage.name()),
        ("consumer_fix", &fix),
        ("owner_fix", guide.owner),
        ("other_gateways", guide.elsewhere),
    ] {
        write!(out, "{separator}\"{name}\":")?;
        text(value, out)?;
        separator = ",";
    }
    out.push_str(",\"status\":{");
    for (i, (profile, status)) in statuses(code).into_iter().enumerate() {
        let comma = if i > 0 { "," } else { "" };
        write!(out, "{comma}\"{profile}\":{status}")?;
    }
    out.push_str("},\"evidence\":{");
    for (i, (whom, names)) in [
        ("consumer", kinds.consumer),
        ("publisher", kinds.publisher),
        ("operator", kinds.operator),
    ]
    .into_iter()
    .enumerate()
    {
        let comma = if i > 0 { "," } else { "" };
        write!(out, "{comma}\"{whom}\":[")?;
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            text(name, out)?;
        }
        out.push(']');
    }
    out.push_str("},\"elsewhere\":");
    elsewhere(peers(code.name()), out)?;
    out.push('}');
    Ok(())
}

fn family_json(family: &Family, out: &mut String) -> fmt::Result {
    let mut separator = "{";
    for (name, value) in [
        ("family", family.name),
        ("title", family.title),
        ("about", family.about),
        ("meaning", family.detail),
        ("consumer_fix", family.fix),
    ] {
        write!(out, "{separator}\"{name}\":")?;
        text(value, out)?;
        separator = ",";
    }
    out.push_str(",\"codes\":[");
    for (i, code) in family.codes().enumerate() {
        if i > 0 {
            out.push(',');
        }
        text(code.name(), out)?;
    }
    out.push_str("]}");
    Ok(())
}
