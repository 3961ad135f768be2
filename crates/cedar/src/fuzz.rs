//! What has to hold of any bytes.

use crate::{
    Caller, Checker, Document, Given, Holder, Looks, Parameters, Place, Question, References,
};
use crate::{Said, Verdict, decide, decide_without_body, exempting, nearest};
use postern_model::entity::{Level, Method};

/// Everything that is named is there.
pub(crate) struct Everything;

impl References for Everything {
    fn may_have(&self, _: &str, _: &str) -> bool {
        true
    }

    fn names(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn parameters(&self, _: &str, _: &str) -> Parameters {
        Parameters::default()
    }

    fn is_secret(&self, header: &str) -> bool {
        header == "authorization"
    }
}

/// Reads bytes as policies, and decides a request by them: what passes the checks is compiled, what
/// is told without the body stays so, and what is offered is Cedar.
///
/// # Errors
/// What does not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(data) else {
        return Ok(());
    };
    let level = Level::Service("orders".into());
    let faults = Checker::default().check(text, &level, &Parameters::default(), &Everything);
    for span in faults.iter().filter_map(|fault| fault.span.clone()) {
        if text.get(span).is_none() {
            return Err("a fault has a place outside of the text".to_owned());
        }
    }
    let document = match Document::compile(text, &level) {
        Ok(document) => document,
        Err(_) if faults.iter().all(|fault| fault.is_warning) => {
            return Err("what passes the checks is not compiled".to_owned());
        }
        Err(_) => return Ok(()),
    };
    let place = Place::new(Some("acme"), "orders", "v1", "list");
    let documents = [&document];
    let early = verdict(&documents, &place, None, decide_without_body)?;
    let late = verdict(&documents, &place, Some(Vec::new()), decide)?;
    let holds = match early {
        Verdict::Permitted => late == Verdict::Permitted,
        Verdict::Open => true,
        _ => late != Verdict::Permitted,
    };
    holds
        .then_some(())
        .ok_or_else(|| format!("{early:?} became {late:?}"))
}

type Decide = fn(&[&Document], &Question<'_>) -> Verdict;

fn verdict(
    documents: &[&Document],
    place: &Place,
    body: Option<Vec<(&str, std::borrow::Cow<'_, str>)>>,
    decide: Decide,
) -> Result<Verdict, String> {
    let mut looks = Looks::default();
    for document in documents {
        looks.add(document.looks());
    }
    let given = Given {
        caller: Caller::App(Holder {
            app: "shop",
            tenant: "partner",
            ..Holder::default()
        }),
        place,
        method: Method::Get,
        parameters: Some(Vec::new()),
        client: Some(std::net::Ipv4Addr::LOCALHOST.into()),
        country: None,
        now: 1_764_583_200_000,
        headers: Some(Vec::new()),
        size: Some(0),
        environment: "production",
        host: "api.example.com",
        is_secure: true,
        token: Said::Nothing,
        body,
        shown_parameters: &[],
        shows_header: |_| false,
    };
    let question = Question::new(&given, &looks).map_err(str::to_owned)?;
    let verdict = decide(documents, &question);
    if verdict == Verdict::NotPermitted
        && let Some(near) = nearest(documents, &question, 1).near.first()
        && let Some(document) = documents.get(near.permit.document)
        && let Some(offered) = exempting(document, near.permit.statement, &near.failing, &question)
        && Document::compile(&offered.text, &Level::Platform).is_err()
    {
        return Err(format!("what is offered is no Cedar: {}", offered.text));
    }
    Ok(verdict)
}
