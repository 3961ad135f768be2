//! One request's life: decided, sent on, answered, recorded, whatever protocols the two sides speak.

mod attempt;
mod changing;
mod decide;
mod detail;
mod difference;
mod entry;
mod faults;
mod guard;
mod heads;
mod intake;
mod journal;
mod leave;
mod message;
mod own;
mod preflight;
mod refuse;
mod relay;
mod run;
mod standing;
#[cfg(test)]
mod tests;
mod verified;

pub(crate) use journal::Traffic;
pub(crate) use message::{
    BodyFault, Piece, RequestLine, RequestSink, RequestSource, ResponseFault, ResponseHead,
    ResponseSink, ResponseSource, Sink, SinkFault, Source,
};
pub(crate) use refuse::{closed_unheard, refuse_unread};
pub(crate) use run::run;
pub(crate) use standing::{enforced, standing};
