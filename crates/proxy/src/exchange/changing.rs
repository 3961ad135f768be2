//! What policies of the kinds `transform` and `mask` make of a request and of its answer. Requests
//! of other operations have none of this, and stream.

mod asked;
mod message;

pub(super) use message::{Kind, changed_digest, pairs};

use super::attempt::Exchange;
use super::faults::{Failed, caller_fault};
use super::journal::Journal;
use super::message::{Piece, RequestSource};
use crate::http1::Length;
use postern_model::entity::{Method, Name};
use postern_model::{Code, Denial};
use postern_policy::path;
use postern_transform::{Failure, Header, Json, Mask, Message, Notes, Reads, Scene, Transform};
use smallvec::SmallVec;

/// The policies of one exchange, and what they made of its request.
#[derive(Debug)]
pub(crate) struct Changing<'a> {
    pub(super) transforms: SmallVec<[(&'a Name, &'a Transform); 2]>,
    /// With their indices among the policies.
    pub(super) masks: SmallVec<[(usize, &'a Name, &'a Mask); 2]>,
    /// What templates read, where there are any.
    pub(super) scene: Option<Scene>,
    /// What goes up, where that is not what came.
    pub(super) sent: Option<Sent>,
}

/// A request that was changed.
#[derive(Debug)]
pub(crate) struct Sent {
    /// Path and query.
    pub(super) target: Vec<u8>,
    pub(super) fields: Vec<Header>,
    /// In place of the caller's, which was read to its end.
    pub(super) body: Option<Vec<u8>>,
}

/// What was changed and hidden, for the record.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) request: Notes,
    pub(super) response: Notes,
    /// By policy and rule.
    pub(super) masked: Vec<(Name, Name, u64)>,
}

/// A step that could not be carried out.
pub(super) fn failed(policy: &Name, failure: &Failure) -> Denial {
    Denial::new(Code::TransformFailed)
        .by_policy(policy.clone())
        .saw("step", failure.step.clone())
        .saw("error", failure.problem.clone())
}

/// A body that is longer than a policy takes.
pub(super) fn too_long(policy: &Name, side: &str, most: usize) -> Denial {
    let failure = Failure::new(format!("{side}.body"), "the body is too long to be changed");
    failed(policy, &failure).saw("limit", most as u64)
}

impl<'a> Changing<'a> {
    /// What holds for an exchange; `None` for most.
    pub(super) fn of(exchange: &Exchange<'a>) -> Option<Box<Self>> {
        let rules = &exchange.state.snapshot().rules;
        let (route, now) = (&exchange.allowed.route, exchange.now);
        let transforms: SmallVec<_> = rules.transforms(route, now).collect();
        let masks = rules.masks(route, now);
        let masks: SmallVec<_> = masks
            .filter(|(.., mask)| mask.hides_from_callers())
            .collect();
        if transforms.is_empty() && masks.is_empty() {
            return None;
        }
        Some(Box::new(Self {
            transforms,
            masks,
            scene: None,
            sent: None,
        }))
    }

    /// Whether the answer's body has to be read.
    pub(super) fn reads_answer(&self) -> bool {
        !self.masks.is_empty() || self.transforms.iter().any(|(_, one)| one.reads_answer())
    }

    /// Changes the request.
    pub(super) async fn prepare<S: RequestSource>(
        &mut self,
        exchange: &Exchange<'_>,
        source: &mut S,
        journal: &mut Journal<'_>,
    ) -> Result<(), Failed> {
        if self.transforms.iter().any(|(_, one)| one.has_templates()) {
            let reads = self.transforms.iter().map(|(_, one)| one.reads());
            self.scene = Some(exchange.scene(reads.fold(Reads::default(), Reads::and)));
        }
        let changes = self
            .transforms
            .iter()
            .any(|(_, one)| one.changes_requests());
        let reads_answer = self.reads_answer() && !exchange.allowed.websocket;
        if !changes && !reads_answer {
            return Ok(());
        }
        let mut message = Self::request(exchange);
        let body = if changes && !exchange.allowed.websocket {
            self.body(exchange, source, &mut message).await?
        } else {
            None
        };
        let before = message.body.clone();
        let params = exchange.params();
        let mut notes = Notes::default();
        for (policy, transform) in &self.transforms {
            let scene = self.scene.as_ref();
            let changed = transform.request(policy, &mut message, scene, &params, &mut notes);
            changed.map_err(|failure| Failed::Refused(failed(policy, &failure)))?;
        }
        if let Err(failure) = exchange.normal(&mut message)
            && let Some((policy, _)) = self.transforms.first()
        {
            return Err(Failed::Refused(failed(policy, &failure)));
        }
        let validating = self.transforms.iter().find(|(_, one)| one.validates());
        if let Some((policy, _)) = validating {
            let (rules, allowed) = (&exchange.state.snapshot().rules, &exchange.allowed);
            let against = rules.against_document(&allowed.route, allowed.method, &message, &params);
            if let Some(failure) = against {
                return Err(Failed::Refused(failed(policy, &failure)));
            }
        }
        if !notes.is_empty() {
            journal.changes().request = notes;
        }
        let mut fields = message.headers;
        if reads_answer {
            fields.retain(|field| !is_for_parts(&field.name, exchange.allowed.method));
        }
        let body = match (body, message.body) {
            (Some(came), after) if after == before => Some(came),
            (Some(_), Some(after)) => {
                fields.retain(|field| !changed_digest(&field.name));
                Some(after.write())
            }
            (body, _) => body,
        };
        let mut target = message.path.into_bytes();
        if let Some(query) = message.query {
            target.push(b'?');
            target.extend_from_slice(&query);
        }
        self.sent = Some(Sent {
            target,
            fields,
            body,
        });
        Ok(())
    }

    /// The request as it would go up.
    fn request(exchange: &Exchange<'_>) -> Message {
        let mut headers = Vec::new();
        exchange.own_fields(&mut |name, value| {
            headers.push(Header {
                name: name.to_vec(),
                value: value.to_vec(),
            });
        });
        let mut target = Vec::new();
        let rules = &exchange.state.snapshot().rules;
        exchange
            .allowed
            .write_target(rules, exchange.head.query(), |piece| {
                target.extend_from_slice(piece);
            });
        let end = target.iter().position(|&b| b == b'?');
        let query = end.and_then(|at| target.get(at + 1..)).map(<[u8]>::to_vec);
        target.truncate(end.unwrap_or(target.len()));
        Message {
            headers,
            // What is matched is ASCII.
            path: String::from_utf8(target).unwrap_or_default(),
            query,
            body: None,
        }
    }

    /// Reads the body where a step needs it; gives it as it came.
    async fn body<S: RequestSource>(
        &self,
        exchange: &Exchange<'_>,
        source: &mut S,
        message: &mut Message,
    ) -> Result<Option<Vec<u8>>, Failed> {
        let reads = self
            .transforms
            .iter()
            .filter(|(_, one)| one.reads_request());
        let Some((policy, first)) = reads.min_by_key(|(_, one)| one.max_body()) else {
            return Ok(None);
        };
        let has_steps = self
            .transforms
            .iter()
            .any(|(_, one)| one.changes_request_body());
        if matches!(source.length(), Length::None | Length::Exact(0)) {
            return Ok(None);
        }
        let wrong = |problem: String| {
            let failure = Failure::new("request.body", problem);
            Err(Failed::Refused(failed(policy, &failure)))
        };
        match Kind::of(&exchange.head.fields) {
            Kind::Json => {}
            // A template that looks at it is told that there is none.
            _ if !has_steps => return Ok(None),
            Kind::Coded(coding) => return wrong(format!("the body is compressed ({coding})")),
            Kind::Other => return wrong("the body is no JSON, by its media type".to_owned()),
        }
        let most = first.max_body();
        let read = exchange.read(source, most).await;
        let read = read.map_err(|fault| caller_fault(fault, exchange.body_timeout))?;
        let Some(bytes) = read else {
            return Err(Failed::Refused(too_long(policy, "request", most)));
        };
        if bytes.is_empty() {
            return Ok(Some(bytes));
        }
        match Json::read(&bytes) {
            Ok(json) => message.body = Some(json),
            Err(broken) => return wrong(format!("the body is no JSON that is taken: {broken}")),
        }
        Ok(Some(bytes))
    }
}

impl Exchange<'_> {
    /// The caller's body; `None` where it is longer than `most` bytes.
    async fn read<S: RequestSource>(
        &self,
        source: &mut S,
        most: usize,
    ) -> Result<Option<Vec<u8>>, super::message::BodyFault> {
        if matches!(source.length(), Length::Exact(length) if length > most as u64) {
            return Ok(None);
        }
        source.proceed().await?;
        let mut bytes = Vec::new();
        loop {
            match source.take()? {
                Some(Piece::Data(piece)) => {
                    self.traffic.take(piece);
                    if bytes.len() + piece.len() > most {
                        return Ok(None);
                    }
                    bytes.extend_from_slice(piece);
                }
                Some(Piece::End) => return Ok(Some(bytes)),
                None => source.fill().await?,
            }
        }
    }

    /// Brings the path that a policy wrote to its one form, by the rules for paths that come in.
    fn normal(&self, message: &mut Message) -> Result<(), Failure> {
        let wrong = |what: &str| {
            let problem = format!("it wrote a path that no upstream is sent: {what}");
            Failure::new("request.path", problem)
        };
        if message.path.contains('?') {
            return Err(wrong("? in a path"));
        }
        let service = self.state.snapshot().rules.service(&self.allowed.route);
        let normal = path::normalise(message.path.as_bytes())
            .map_err(|rejected| wrong(rejected.reason.describe()))?;
        if normal.has_encoded_slash && !service.encoded_slash {
            return Err(wrong(path::Reason::EncodedSlash.describe()));
        }
        if normal.has_parameters && !service.path_parameters {
            return Err(wrong(path::Reason::Parameters.describe()));
        }
        message.path = normal.text.into_owned();
        let query = message.query.as_deref().unwrap_or_default();
        path::check_query(query)
            .map_err(|rejected| Failure::new("request.query", rejected.reason.describe()))
    }
}

/// Fields by which a caller asks for an answer that cannot be changed: in a coding, in part, or only
/// where it is another than the one it has, which was another before it was changed.
fn is_for_parts(name: &[u8], method: Method) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    let reads = matches!(method, Method::Get | Method::Head);
    is("accept-encoding")
        || is("range")
        || is("if-range")
        || reads && (is("if-none-match") || is("if-modified-since"))
}
