//! Answering a browser that asks whether a page of another origin may send something.

use super::attempt::Passed;
use super::decide::Deciding;
use super::faults::Failed;
use super::intake::Intake;
use super::journal::Journal;
use super::message::{RequestSource, ResponseSink};
use super::own::rest_unread;
use crate::date;
use crate::gateway::CoreState;
use crate::http1::Length;
use postern_model::{Code, Denial};
use postern_policy::head::Head;

/// Answers that it may (Fetch Standard §3.3.3).
pub(super) async fn answer<S: RequestSource>(
    state: &CoreState,
    head: &Head,
    deciding: &Deciding,
    intake: &mut Intake<'_, S>,
    journal: &mut Journal<'_>,
    sink: &mut impl ResponseSink,
) -> Result<Passed, Failed> {
    let rules = &state.snapshot().rules;
    let Some(preflight) = deciding.walk().preflight(rules, head, journal.now()) else {
        return Err(Failed::Refused(Denial::new(Code::Internal)));
    };
    rest_unread(intake, journal, sink);
    sink.begin(204);
    sink.field(b"date", date::now().as_bytes());
    preflight.fields(|name, value| sink.field(name.as_bytes(), value));
    sink.field(b"x-request-id", journal.id().as_str().as_bytes());
    sink.end_head(Length::None);
    journal.own(204);
    if sink.end(None).await.is_err() {
        journal.undelivered();
    }
    Ok(Passed::Own)
}
