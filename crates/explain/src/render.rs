//! Explanations as text, in the style of a good compiler.

mod style;
mod wire;

use crate::explanation::{Audience, Explanation, Fix, Proof, Since, Step, Told, Verdict, Who};
use crate::passed::short;
use crate::picture::{Clock, picture};
use crate::time;
use std::fmt::Write as _;
pub use style::Style;
use style::{Paint, Text};

impl Explanation {
    /// The explanation as text, with a line feed at its end.
    pub fn render(&self, style: &Style) -> String {
        let mut out = Text::new(style);
        self.head(&mut out);
        self.drawn(&mut out, style);
        self.facts(&mut out, style);
        self.passed_line(&mut out);
        out.finish()
    }

    fn head(&self, out: &mut Text<'_>) {
        match (&self.refusal, self.verdict) {
            (Some(refusal), _) => {
                out.paint(Paint::Refused, &format!("refused[{}]", refusal.code));
            }
            (None, Verdict::CannotTell) => out.paint(Paint::Unknown, "cannot tell"),
            (None, _) => out.paint(Paint::Allowed, "allowed"),
        }
        let asked = &self.asked;
        out.push(&format!(": {} {}", asked.method, asked.path));
        if let Some(app) = &asked.app {
            out.push(&format!(" by app `{app}`"));
        }
        if let Some(refusal) = &self.refusal {
            out.push(&format!(" → {}", refusal.status));
        }
        out.end();
        let mut place = Vec::new();
        if let Some(refusal) = &self.refusal {
            place.push(format!(
                "stage {} of 17, {}",
                refusal.stage_number, refusal.stage
            ));
        }
        if let (Some(service), Some(version)) = (&asked.service, &asked.version) {
            place.push(format!("service `{service}` {version}"));
        }
        if let Some(revision) = &self.revision {
            place.push(format!("revision {revision}"));
        }
        if !place.is_empty() {
            out.paint(Paint::Frame, "  --> ");
            out.push(&place.join(" · "));
            out.end();
        }
    }

    fn drawn(&self, out: &mut Text<'_>, style: &Style) {
        let Some(refusal) = &self.refusal else {
            return;
        };
        let clock = Clock {
            at: self.at,
            offset: style.offset,
        };
        out.bar("");
        // Where there is little to draw, words say it.
        let is_bare = self.audience == Audience::Consumer;
        if is_bare {
            if refusal.detail.is_empty() {
                out.bar(&refusal.title);
            } else {
                out.bar(&refusal.detail);
            }
        } else {
            let drawn = picture(refusal, &self.asked, clock);
            let before = format!("{}  ──✕──  ", drawn.came);
            let indent = " ".repeat(style.width_of(&before));
            out.bar(&format!("{before}{}", drawn.met));
            for note in &drawn.notes {
                out.bar(&format!("{indent}{note}"));
            }
        }
        out.bar("");
    }

    fn facts(&self, out: &mut Text<'_>, style: &Style) {
        if let Some(refusal) = &self.refusal {
            let because: Vec<String> = refusal.because.iter().cloned().collect();
            out.item("fault", &fault(&refusal.code, &refusal.fault), &because);
            if self.audience == Audience::Consumer {
                if let Some(fix) = &refusal.fix {
                    out.item("fix", fix, &[]);
                }
            } else {
                self.owners_facts(out);
            }
        }
        self.unknown_line(out);
        if let Some(since) = &self.since {
            out.item("since", &since_words(since, style.offset), &[]);
        }
        if let Some(compared) = &self.compared {
            let when = time::moment(compared.at.div_euclid(1000), style.offset);
            let head = format!("request {} of {when}, which passed", compared.id);
            let nothing = || "(nothing)".to_owned();
            let lines = compared.differences.iter().map(|difference| {
                let then = difference.then.clone().unwrap_or_else(nothing);
                let now = difference.now.clone().unwrap_or_else(nothing);
                format!("{}: {now} here, {then} then", difference.what)
            });
            let lines: Vec<String> = lines.collect();
            if lines.is_empty() {
                out.item(
                    "compared with",
                    &format!("{head}: no difference that is kept"),
                    &[],
                );
            } else {
                out.item("compared with", &head, &lines);
            }
        }
        for finding in &self.shadow {
            let by = finding.policy.as_deref().unwrap_or_default();
            out.item(
                "in shadow mode",
                &format!("{} by policy `{by}`", finding.code),
                &[],
            );
        }
        for note in &self.notes {
            out.item("note", note, &[]);
        }
        if let Some(passed) = &self.wire {
            wire::wire(passed, out);
        }
    }

    fn owners_facts(&self, out: &mut Text<'_>) {
        if let Some(told) = &self.told {
            out.item("consumer was told", &told_words(told), &[]);
        }
        if let Some(fix) = self
            .refusal
            .as_ref()
            .and_then(|refusal| refusal.fix.as_ref())
        {
            out.item("consumer's fix", fix, &[]);
        }
        for fix in self.fixes.iter().filter(|fix| !fix.if_wrong) {
            let name = if fix.unproved.is_some() {
                "may help"
            } else {
                "fix"
            };
            fix_item(name, fix, out);
        }
        for fix in self.fixes.iter().filter(|fix| fix.if_wrong) {
            fix_item("if this refusal was wrong", fix, out);
        }
    }

    /// What would have come next, how the limits stood, and what nobody looked at.
    fn unknown_line(&self, out: &mut Text<'_>) {
        if self.audience == Audience::Consumer
            || (self.refusal.is_none() && self.not_known.is_empty())
        {
            return;
        }
        let mut parts = Vec::new();
        let mut lines = Vec::new();
        if self.refusal.is_some() && self.next.is_empty() {
            parts.push("nothing known".to_owned());
        }
        for next in &self.next {
            parts.push(format!("{} ({})", next.code, next.stage));
            lines.push(next.detail.clone());
        }
        for limit in &self.limits {
            parts.push(format!(
                "limit `{}` {} of {} used",
                limit.name, limit.used, limit.of
            ));
        }
        let listed = |wanted: bool| {
            let list = self
                .not_known
                .iter()
                .filter(|unknown| unknown.not_looked_at == wanted);
            let mut stages: Vec<&str> = list.map(|unknown| unknown.stage.as_str()).collect();
            stages.dedup();
            stages.join(", ")
        };
        let unread = listed(true);
        if !unread.is_empty() {
            parts.push(format!("not looked at: {unread}"));
        }
        parts.extend(self.untold());
        let name = if self.refusal.is_some() {
            "would have come next"
        } else {
            "as far as known"
        };
        out.item(name, &parts.join("; "), &lines);
    }

    /// What cannot be told, by what is missing for it.
    fn untold(&self) -> Vec<String> {
        let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
        for unknown in self
            .not_known
            .iter()
            .filter(|unknown| !unknown.not_looked_at)
        {
            match by_reason.iter_mut().find(|(what, _)| *what == unknown.what) {
                Some((_, stages)) => stages.push(&unknown.stage),
                None => by_reason.push((&unknown.what, vec![&unknown.stage])),
            }
        }
        let words = by_reason.into_iter().map(|(what, mut stages)| {
            stages.dedup();
            let why = match what {
                "identity" => "who calls is not known".to_owned(),
                "subscription" => "there is no subscription".to_owned(),
                _ => format!("{} was not kept", what.replace('_', " ")),
            };
            format!("cannot tell: {} ({why})", stages.join(", "))
        });
        words.collect()
    }

    fn passed_line(&self, out: &mut Text<'_>) {
        let shown = self
            .passed
            .iter()
            .filter(|passed| passed.stage != "connection");
        let words: Vec<String> = shown
            .map(|passed| match (&passed.saw, passed.asked) {
                (_, false) => format!("{} –", passed.stage),
                (Some(saw), true) if passed.stage == "authenticate" => saw.clone(),
                (Some(saw), true) => format!("{} {saw}", passed.stage),
                (None, true) => passed.stage.clone(),
            })
            .collect();
        if !words.is_empty() {
            out.end();
            out.push(&format!("passed: {}", words.join(" · ")));
            out.end();
        }
        if let Some(id) = &self.asked.credential
            && self.audience == Audience::Consumer
        {
            out.end();
            out.push(&format!("{}: {}", self.asked.noun(), short(id)));
            out.end();
        }
    }
}

/// Whose business it is, and what that means.
fn fault(code: &str, fault: &str) -> String {
    let meaning = match (code, fault) {
        ("subscription.pending", "publisher") => "a decision is due",
        (_, "consumer") => "the request, or what its sender holds",
        (_, "publisher") => "how the service is published",
        (_, "operator") => "how the gateway is set up",
        (_, "identity_provider") => "whoever issues tokens",
        (_, "upstream") => "what stands behind the gateway",
        _ => "the gateway itself",
    };
    format!("{} ({meaning})", fault.replace('_', " "))
}

fn told_words(told: &Told) -> String {
    let mut parts = vec![format!("code {}", told.code)];
    if told.detail.is_some() {
        parts.push("sentence".to_owned());
    }
    if told.fix.is_some() {
        parts.push("fix".to_owned());
    }
    let end = parts.pop().unwrap_or_default();
    let list = if parts.is_empty() {
        end
    } else {
        format!("{} and {end}", parts.join(", "))
    };
    format!("{list} (disclosure: {})", told.disclosure)
}

/// How far a fix is proved.
fn proved(proof: &Proof) -> String {
    let mut proved = format!(
        "proved through {}: decided again from the recorded facts",
        proof.through
    );
    if let Some(assumed) = &proof.assumed {
        let _ = write!(proved, ", assuming that {assumed}");
    }
    if !proof.not_checked.is_empty() {
        let _ = write!(proved, "; not checked: {}", proof.not_checked.join(", "));
    }
    proved
}

fn fix_item(name: &str, fix: &Fix, out: &mut Text<'_>) {
    let mut lines = Vec::new();
    let head = match fix.commands.split_first() {
        Some((first, rest)) => {
            lines.extend(rest.iter().cloned());
            lines.push(format!("{}: {}", fix.number, fix.sentence));
            first.clone()
        }
        None => format!("{}: {}", fix.number, fix.sentence),
    };
    for step in &fix.steps {
        if let Step::Change(change) = step {
            lines.push(format!(
                "changes {} `{}`: {}",
                change.kind, change.id, change.patch
            ));
        }
    }
    lines.extend(fix.proof.as_ref().map(proved));
    lines.extend(
        fix.unproved
            .as_ref()
            .map(|why| format!("not proved: {why}")),
    );
    let reach = &fix.reach;
    let mut also = format!("also lets in: {}", reach.sentence);
    if reach.refusals > 0 {
        let _ = write!(
            also,
            "; of {} other refusal{} in {}, {} would have passed",
            reach.refusals,
            if reach.refusals == 1 { "" } else { "s" },
            reach.over,
            reach.pass
        );
        if reach.unknown > 0 {
            let _ = write!(also, "; of {} it cannot be told", reach.unknown);
        }
    }
    lines.push(also);
    out.item(name, &head, &lines);
}

fn since_words(since: &Since, offset: i32) -> String {
    let by = |by: &Who| {
        let mut words = time::moment(by.at.div_euclid(1000), offset);
        if !by.who.is_empty() {
            words = format!("{}, {words}", by.who);
        }
        if !by.comment.is_empty() {
            let _ = write!(words, ", “{}”", by.comment);
        }
        words
    };
    let count = |requests: &Option<u64>| match requests {
        Some(1) => ", 1 request since".to_owned(),
        Some(count) => format!(", {count} requests since"),
        None => String::new(),
    };
    let before = |allowed: &Option<bool>| match allowed {
        Some(true) => "allowed",
        Some(false) => "refused otherwise",
        None => "allowed, as far as is known,",
    };
    match since {
        Since::Always {
            oldest: Some(oldest),
        } => {
            format!("always, as far as is kept (revision {oldest})")
        }
        Since::Always { oldest: None } => "always, as far as is kept".to_owned(),
        Since::Revision {
            before: last,
            since,
            gone,
            allowed_before,
            by: who,
            requests,
        } => {
            let mut words = format!(
                "{} until revision {last}, refused since {since} ({}){}",
                before(allowed_before),
                by(who),
                count(requests)
            );
            if !gone.is_empty() {
                let gone: Vec<String> = gone.iter().map(u64::to_string).collect();
                let _ = write!(
                    words,
                    "; perhaps since {}, which cannot be read any more",
                    gone.join(" or ")
                );
            }
            words
        }
        Since::Row {
            row,
            id,
            sequence,
            allowed_before,
            by: who,
            requests,
        } => format!(
            "{} until change {sequence} of {row} `{id}` ({}){}",
            before(allowed_before),
            by(who),
            count(requests)
        ),
        Since::Moment { at, what } => format!("{} ({what})", time::moment(*at, offset)),
    }
}
