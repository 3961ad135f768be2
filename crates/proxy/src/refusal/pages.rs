//! Pages about codes and families of codes, at `/.well-known/postern/denials/`: written from the
//! table, for everybody to read. They are the same for every gateway and every request.

use super::html::{POLICY, STYLE, prose, row};
use super::problem::text;
use postern_model::denial::{Code, Denial, Family, Retry};
use postern_model::entity::{Disclosure, StatusProfile};
use std::fmt::{self, Write as _};

/// `Content-Security-Policy` of the HTML pages: nothing but their own style sheet.
pub const PAGE_POLICY: &str = POLICY;

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

/// The page about a code or a family, by its name; `None`: there is no such page.
pub fn page(name: &str) -> Option<String> {
    let mut out = String::with_capacity(4096);
    // Writing to a String cannot fail.
    let _ = match (Code::parse(name), Family::parse(name)) {
        (Some(code), _) => code_page(code, &mut out),
        (None, Some(family)) => family_page(family, &mut out),
        (None, None) => return None,
    };
    Some(out)
}

/// The page that lists every code.
pub fn page_index() -> String {
    let mut out = String::with_capacity(16 * 1024);
    // Writing to a String cannot fail.
    let _ = index(&mut out);
    out
}

/// The same as JSON: about a code or a family; `None`: there is no such page.
pub fn page_json(name: &str) -> Option<String> {
    let mut out = String::with_capacity(2048);
    // Writing to a String cannot fail.
    let _ = match (Code::parse(name), Family::parse(name)) {
        (Some(code), _) => code_json(code, &mut out),
        (None, Some(family)) => family_json(family, &mut out),
        (None, None) => return None,
    };
    Some(out)
}

/// Every code as JSON.
pub fn page_index_json() -> String {
    let mut out = String::from("{\"families\":[");
    for (i, family) in Family::ALL.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        // Writing to a String cannot fail.
        let _ = family_json(family, &mut out);
    }
    out.push_str("]}");
    out
}

fn code_page(code: Code, out: &mut String) -> fmt::Result {
    let (table, guide, kinds) = (code.row(), code.guide(), code.kinds());
    begin(table.title, out)?;
    write!(out, "<p><code>{code}</code></p>\n<p>")?;
    prose(out, |out| out.write_str(guide.means))?;
    out.push_str("</p>\n");
    if code.shown() != code {
        out.push_str("<p>Callers are not told this code: they see <a href=\"");
        writeln!(out, "{0}\"><code>{0}</code></a>.</p>", code.shown())?;
    }
    paragraph("What to do as the caller", &caller_fix(code), out)?;
    paragraph("What to do as publisher or operator", guide.owner, out)?;
    if !guide.elsewhere.is_empty() {
        paragraph("Other gateways", guide.elsewhere, out)?;
    }
    out.push_str("<dl>\n");
    row(out, "Fault", table.fault.name())?;
    row(out, "Retry", retry(code))?;
    row(out, "Stage", table.stage)?;
    if code == Code::OriginRefused {
        row(out, "Status", "as the upstream answered")?;
    } else if code == Code::ProxyProtocolInvalid {
        row(out, "Status", "none: the connection is closed")?;
    } else {
        for (profile, status) in statuses(code) {
            row(out, &format!("Status, profile {profile}"), status)?;
        }
        if !table.other_statuses.is_empty() {
            let others: Vec<_> = table.other_statuses.iter().map(u16::to_string).collect();
            row(out, "May be chosen", others.join(", "))?;
        }
    }
    for (whom, names) in [
        ("Evidence for the caller", kinds.consumer),
        ("For the publisher too", kinds.publisher),
        ("For operators only", kinds.operator),
    ] {
        if !names.is_empty() {
            row(out, whom, names.join(", "))?;
        }
    }
    write!(
        out,
        "</dl>\n<p><a href=\"{0}\">All codes of family <code>{0}</code></a></p>\n",
        code.family()
    )?;
    end(out);
    Ok(())
}

fn family_page(family: &Family, out: &mut String) -> fmt::Result {
    begin(family.title, out)?;
    write!(
        out,
        "<p><code>{}</code> is about {}.</p>\n<p>{}</p>\n",
        family.name, family.about, family.detail
    )?;
    paragraph("What to do as the caller", family.fix, out)?;
    out.push_str("<h2>Codes of this family</h2>\n");
    codes(family, out)?;
    out.push_str("<p><a href=\"./\">All codes</a></p>\n");
    end(out);
    Ok(())
}

fn index(out: &mut String) -> fmt::Result {
    begin("Denials", out)?;
    out.push_str("<p>Every refusal that the gateway makes, by family.</p>\n");
    for family in Family::ALL {
        write!(
            out,
            "<h2><a href=\"{0}\">{0}</a></h2>\n<p>About {1}.</p>\n",
            family.name, family.about
        )?;
        codes(family, out)?;
    }
    end(out);
    Ok(())
}

fn codes(family: &Family, out: &mut String) -> fmt::Result {
    out.push_str("<ul>\n");
    for code in family.codes() {
        let title = code.row().title;
        writeln!(
            out,
            "<li><a href=\"{code}\"><code>{code}</code></a> {title}</li>"
        )?;
    }
    out.push_str("</ul>\n");
    Ok(())
}

fn begin(title: &str, out: &mut String) -> fmt::Result {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    )
}

fn end(out: &mut String) {
    out.push_str("</main>\n</body>\n</html>\n");
}

fn paragraph(heading: &str, words: &str, out: &mut String) -> fmt::Result {
    if words.is_empty() {
        return Ok(());
    }
    write!(out, "<h2>{heading}</h2>\n<p>")?;
    prose(out, |out| out.write_str(words))?;
    out.push_str("</p>\n");
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
    out.push_str("}}");
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
