//! Answers that policies of the kinds `transform` and `mask` change before callers get them.

use super::{Ended, Over};
use crate::exchange::changing::{Changing, Kind, changed_digest, failed, pairs, too_long};
use crate::exchange::faults::Failed;
use crate::exchange::message::{BodyFault, Piece, ResponseHead, ResponseSink, ResponseSource};
use crate::exchange::relay::Broken;
use crate::http1::Length;
use crate::redact::hides_header;
use postern_model::entity::{Method, Name};
use postern_policy::fields::{Fields, Known};
use postern_transform::{Failure, Header, Json, Message, Notes};

/// A body that was read to be changed.
struct Read {
    bytes: Vec<u8>,
    json: Option<Json>,
}

impl<K: ResponseSink> Over<'_, '_, '_, K> {
    /// Begins the final response, and passes its body on: changed.
    pub(super) async fn changed(
        &mut self,
        changing: &Changing<'_>,
        head: &ResponseHead,
        input: &mut impl ResponseSource,
    ) -> Result<Result<(), Broken>, Ended> {
        let read = match self.read(changing, head, input).await? {
            Ok(read) => read,
            Err(broken) => return Ok(Err(broken)),
        };
        let (bytes, json) = read.map_or((None, None), |read| (Some(read.bytes), read.json));
        let mut message = Message {
            body: json,
            ..Message::default()
        };
        self.exchange.forward_response(head, |name, value| {
            message.headers.push(Header {
                name: name.to_vec(),
                value: value.to_vec(),
            });
        });
        let before = message.body.clone();
        self.apply(changing, head, &mut message)?;
        let body = match (bytes, message.body) {
            (Some(came), after) if after == before => Some(came),
            (Some(_), Some(after)) => {
                let headers = &mut message.headers;
                headers.retain(|header| !is_of_other_bytes(&header.name));
                Some(after.write())
            }
            (bytes, _) => bytes,
        };
        self.begin_changed(changing, head, &message.headers, body.as_deref(), input);
        let Some(body) = body else {
            return Ok(super::download(input, self.sink, self.exchange.traffic).await);
        };
        if !body.is_empty() {
            self.exchange.traffic.pass(&body);
            if let Err(fault) = self.sink.data(&body).await {
                return Ok(Err(Broken::Sink(fault)));
            }
        }
        Ok(self.sink.end(input.trailers()).await.map_err(Broken::Sink))
    }

    /// Carries the steps out, and hides what is to be hidden.
    fn apply(
        &mut self,
        changing: &Changing<'_>,
        head: &ResponseHead,
        message: &mut Message,
    ) -> Result<(), Ended> {
        let service = {
            let rules = &self.exchange.state.snapshot().rules;
            rules.service(&self.exchange.allowed.route)
        };
        let mut scene = changing.scene.clone();
        if let Some(scene) = &mut scene {
            let fields = head.fields.iter().map(|field| (field.name, field.value));
            let hides = |name: &[u8]| hides_header(Some(service), name);
            scene.answered(head.status, &pairs(fields, hides));
        }
        let mut notes = Notes::default();
        for (policy, transform) in &changing.transforms {
            transform
                .response(policy, message, scene.as_ref(), &mut notes)
                .map_err(|failure| refused(policy, &failure))?;
        }
        if !notes.is_empty() {
            self.journal.changes().response = notes;
        }
        let Some(json) = &mut message.body else {
            return Ok(());
        };
        let layout = &self.exchange.state.snapshot().layout;
        for (at, policy, mask) in &changing.masks {
            let counts = mask.apply(json, false);
            for (number, (label, count)) in mask.labels().zip(counts).enumerate() {
                if count == 0 {
                    continue;
                }
                let metrics = &self.exchange.core.metrics;
                metrics.masked(layout.mask(*at, number), count);
                let masked = ((*policy).clone(), label.clone(), count);
                self.journal.changes().masked.push(masked);
            }
        }
        Ok(())
    }

    /// Writes the head, and notes what the record is to have of it.
    fn begin_changed(
        &mut self,
        changing: &Changing<'_>,
        head: &ResponseHead,
        headers: &[Header],
        body: Option<&[u8]>,
        input: &impl ResponseSource,
    ) {
        self.journal.responded(head);
        if self.journal.is_copied() {
            let sent = self.exchange.sent(self.lease.index(), self.key.as_deref());
            let mut got = Fields::default();
            for header in headers {
                got.push(&header.name, &header.value);
            }
            self.journal.copied(sent, got);
        }
        self.sink.begin(head.status);
        for header in headers {
            self.sink.field(&header.name, &header.value);
        }
        let bodiless = self.exchange.allowed.method == Method::Head || head.status == 304;
        if bodiless
            && !changing.reads_answer()
            && let Some(length) = head.fields.get(Known::ContentLength)
        {
            // What a GET would have brought.
            self.sink.field(b"content-length", length);
        }
        self.sink.end_head(match body {
            Some(body) => Length::Exact(body.len() as u64),
            None => input.length(),
        });
    }

    /// Reads the answer where a policy needs it; `None`: it passes as it is.
    async fn read(
        &mut self,
        changing: &Changing<'_>,
        head: &ResponseHead,
        input: &mut impl ResponseSource,
    ) -> Result<Result<Option<Read>, Broken>, Ended> {
        let is_empty = matches!(input.length(), Length::None | Length::Exact(0));
        if !changing.reads_answer() || is_empty {
            return Ok(Ok(None));
        }
        let steps = changing.transforms.iter();
        let mut steps = steps.filter(|(_, one)| one.changes_answer_body());
        let has_steps = steps.next().is_some();
        let strict = changing
            .masks
            .iter()
            .find(|(.., mask)| !mask.passes_unreadable());
        let Some((policy, most)) = shortest(changing) else {
            return Ok(Ok(None));
        };
        let wrong = |policy: &Name, problem: String| {
            Err(refused(policy, &Failure::new("response.body", problem)))
        };
        match (Kind::of(&head.fields), strict) {
            (Kind::Json, _) if head.status != 206 => {}
            (Kind::Json, _) => return wrong(policy, "the answer is a part of one".to_owned()),
            (Kind::Coded(coding), _) if has_steps || !changing.masks.is_empty() => {
                return wrong(policy, format!("the answer is compressed ({coding})"));
            }
            (Kind::Other, Some((_, policy, _))) => {
                let problem =
                    "the answer is no JSON, by its media type: nothing can be hidden in it";
                return wrong(policy, problem.to_owned());
            }
            (Kind::Coded(_) | Kind::Other, _) => return Ok(Ok(None)),
        }
        let bytes = match whole(input, most).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let denial = too_long(policy, "response", most);
                return Err(Ended::Caller(Failed::Refused(denial)));
            }
            Err(fault) => return Ok(Err(Broken::Source(fault))),
        };
        if bytes.is_empty() {
            return Ok(Ok(Some(Read { bytes, json: None })));
        }
        match Json::read(&bytes) {
            Ok(json) => Ok(Ok(Some(Read {
                bytes,
                json: Some(json),
            }))),
            Err(broken) => wrong(
                policy,
                format!("the answer is no JSON that is taken: {broken}"),
            ),
        }
    }
}

/// The policy that takes the shortest answers.
fn shortest<'a>(changing: &Changing<'a>) -> Option<(&'a Name, usize)> {
    let transforms = changing.transforms.iter();
    let transforms = transforms
        .filter(|(_, one)| one.reads_answer())
        .map(|(policy, one)| (*policy, one.max_body()));
    let masks = changing.masks.iter();
    let masks = masks.map(|(_, policy, mask)| (*policy, mask.max_body()));
    transforms.chain(masks).min_by_key(|(_, most)| *most)
}

fn refused(policy: &Name, failure: &Failure) -> Ended {
    Ended::Caller(Failed::Refused(failed(policy, failure)))
}

/// The whole body; `None` where it is longer than `most` bytes.
async fn whole(input: &mut impl ResponseSource, most: usize) -> Result<Option<Vec<u8>>, BodyFault> {
    if matches!(input.length(), Length::Exact(length) if length > most as u64) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    loop {
        match input.take()? {
            Some(Piece::Data(piece)) => {
                if bytes.len() + piece.len() > most {
                    return Ok(None);
                }
                bytes.extend_from_slice(piece);
            }
            Some(Piece::End) => return Ok(Some(bytes)),
            None => input.fill().await?,
        }
    }
}

/// Fields that are about the bytes that the upstream sent. Without its `ETag` nobody takes this
/// answer for the one that the upstream knows by it.
fn is_of_other_bytes(name: &[u8]) -> bool {
    changed_digest(name)
        || name.eq_ignore_ascii_case(b"etag")
        || name.eq_ignore_ascii_case(b"accept-ranges")
}
