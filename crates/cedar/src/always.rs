//! What is permitted whatever else a request says: partial evaluation, in which everything but the
//! caller, the operation and the method is unknown.

use crate::decide::{Verdict, decide};
use crate::document::Document;
use crate::given::{Given, Said};
use crate::looks::Looks;
use crate::question::Question;

/// Whether a caller may do something in a place by these documents whatever its request says
/// besides: headers, parameters, body, address, size, time, token. What an attribute that not every
/// request has would say is never told, so that where one is looked at, nothing is.
pub fn permits_always(documents: &[&Document], given: &Given<'_>, looks: &Looks) -> bool {
    if !looks.may_stand() {
        return false;
    }
    let open = Given {
        caller: given.caller.clone(),
        parameters: None,
        client: None,
        country: None,
        headers: None,
        size: None,
        host: "",
        token: Said::NotKept,
        body: None,
        shown_parameters: &[],
        ..*given
    };
    let question = Question::open(&open, looks);
    question.is_ok_and(|question| decide(documents, &question) == Verdict::Permitted)
}
