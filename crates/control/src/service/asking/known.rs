//! A recorded request as somebody may know it. What is hidden from them is not in it, neither to be
//! shown nor to be looked for: a filter that saw more would tell it by what it finds.

use super::why::Kept;
use postern_calllog::{Entry, Facts, Filter, Outcome};
use postern_explain::Audience;
use postern_model::entity::{Configuration, StatusProfile};
use postern_model::{Code, Stage};

/// What of a record an audience knows.
pub(super) fn known(entry: &Entry, audience: Audience, configuration: &Configuration) -> Entry {
    let mut known = Entry {
        // Evidence for the operator stands there too.
        detail: None,
        facts: Facts::NONE,
        trace: None,
        directory: 0,
        ..entry.clone()
    };
    if audience != Audience::Consumer {
        return known;
    }
    known.policy = None;
    known.upstream = None;
    known.target = None;
    known.attempts = 0;
    known.revision = 0;
    let Some(code) = entry.code else {
        return known;
    };
    let shown = shown(entry, code, configuration);
    if shown != code {
        known.code = Some(shown);
        known.stage = Some(shown.row().stage);
        known.fault = Some(shown.row().fault);
    }
    if shown == Code::NotFound && shown != code {
        // The service conceals itself: there is none for whoever asked.
        known.tenant = None;
        known.service = None;
        known.version = None;
        known.operation = None;
        known.environment = None;
        known.subscription = None;
    }
    known
}

/// The code that the caller was shown, by the document that was sent; without one, by what the
/// service says of its refusals.
fn shown(entry: &Entry, code: Code, configuration: &Configuration) -> Code {
    let told = Kept::of(entry).denial.and_then(|denial| denial.told);
    let told = told.and_then(|told| Code::parse(told.get("code")?.as_str()?));
    let conceals = || {
        let mut services = configuration.services.iter();
        let service = services.find(|one| Some(&*one.name) == entry.service.as_deref());
        entry.outcome == Outcome::Refused
            && code.row().stage > Stage::Route
            && service.is_some_and(|one| one.status_profile == StatusProfile::Conceal)
    };
    told.unwrap_or_else(|| {
        if conceals() {
            Code::NotFound
        } else {
            code.shown()
        }
    })
}

/// A filter that finds every record of which something that is known passes the given one.
pub(super) fn wider(filter: &Filter) -> Filter {
    Filter {
        code: None,
        stage: None,
        fault: None,
        phrase: None,
        without: Vec::new(),
        ..filter.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_calllog::{CodeFilter, Column};
    use postern_model::RequestId;

    fn refused(code: Code) -> Entry {
        let peer = "192.0.2.9:80".parse().unwrap();
        let text = |text: &str| Some(text.into());
        Entry {
            outcome: Outcome::Refused,
            code: Some(code),
            stage: Some(code.row().stage),
            fault: Some(code.row().fault),
            service: text("orders"),
            app: text("till"),
            policy: text("calm"),
            target: text("10.0.0.5:8080"),
            ..Entry::new(
                RequestId::parse("01JDB7Z3K8Q4M2T9V6X1C5N0RW").unwrap(),
                1,
                peer,
            )
        }
    }

    fn finds(entry: &Entry, audience: Audience, filter: &Filter) -> bool {
        let known = known(entry, audience, &Configuration::default());
        let found = filter.matches(&known);
        assert!(!found || wider(filter).matches(entry));
        found
    }

    #[test]
    fn consumers_find_nothing_by_what_they_are_not_shown() {
        let entry = refused(Code::CredentialUnknown);
        let by = |column, value: &str| Filter {
            columns: vec![(column, value.into())],
            ..Filter::default()
        };
        let code = |name: &str| Filter {
            code: CodeFilter::parse(name),
            ..Filter::default()
        };
        for (filter, publisher, consumer) in [
            (by(Column::Target, "10.0.0.5:8080"), true, false),
            (by(Column::Policy, "calm"), true, false),
            (code("credential.unknown"), true, false),
            (code("credential.invalid"), false, true),
            (code("credential"), true, true),
        ] {
            assert_eq!(finds(&entry, Audience::Publisher, &filter), publisher);
            assert_eq!(finds(&entry, Audience::Consumer, &filter), consumer);
        }
    }

    #[test]
    fn a_service_that_conceals_itself_is_not_told_to_consumers() {
        let mut entry = refused(Code::CredentialExpired);
        let told = serde_json::json!({
            "denial": {"code": "credential.expired"}, "consumer": {"code": "route.not_found"},
        });
        entry.detail = Some(told.to_string().into_bytes().into());
        let known = known(&entry, Audience::Consumer, &Configuration::default());
        assert_eq!((known.code, known.service), (Some(Code::NotFound), None));
        assert_eq!(known.stage, Some(Code::NotFound.row().stage));
    }
}
