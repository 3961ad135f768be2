//! Kind `transform`: what is changed in a message, step by step.

mod body;
#[cfg(test)]
mod tests;

use crate::context::{Reads, Scene, value};
use crate::failure::{Failure, Fault};
use crate::fields::{self, Header};
use crate::json::Json;
use crate::notes::{Did, Note, Notes};
use crate::path::Path;
use crate::query;
use crate::template::{Form, Names, Template, TemplateFault, Templates, is_template};
use body::Step;
use minijinja::Value;
use postern_model::entity::{Changes, FieldChanges, Name, TransformRule};

/// A policy of the kind `transform`, compiled.
#[derive(Debug)]
pub struct Transform {
    templates: Templates,
    request: Side,
    response: Side,
    max_body: usize,
    validates: bool,
    params: Vec<String>,
}

/// What is changed on one side.
#[derive(Debug, Default)]
struct Side {
    headers: Steps,
    query: Steps,
    path: Option<(Name, Path)>,
    body: Vec<Step>,
    has_templates: bool,
    reads_body: bool,
    reads: Reads,
}

/// What is changed of named fields.
#[derive(Debug, Default)]
struct Steps {
    remove: Vec<Name>,
    rename: Vec<(Name, Name)>,
    set: Vec<(Name, Text)>,
    add: Vec<(Name, Text)>,
}

/// A text, or what writes one.
#[derive(Debug)]
pub(crate) enum Text {
    Literal(Name),
    Template(Template),
}

/// A message on its way.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Its header fields.
    pub headers: Vec<Header>,
    /// The path of a request, without its query.
    pub path: String,
    /// The query of a request, without `?`.
    pub query: Option<Vec<u8>>,
    /// Its body, where that is JSON and was read.
    pub body: Option<Json>,
}

/// What is known while a side is compiled.
struct Compiling<'t> {
    templates: &'t mut Templates,
    side: &'static str,
    names: Names,
    has_templates: bool,
}

impl Compiling<'_> {
    fn text(
        &mut self,
        text: &Name,
        form: Form,
        step: impl FnOnce() -> String,
    ) -> Result<Text, Fault> {
        if !is_template(text) {
            return Ok(Text::Literal(text.clone()));
        }
        let answers = self.side == "response";
        match self.templates.add(text, form, answers) {
            Ok((template, names)) => {
                self.read(names);
                Ok(Text::Template(template))
            }
            Err(fault) => Err(faulty(step(), fault)),
        }
    }

    fn read(&mut self, names: Names) {
        self.has_templates = true;
        self.names.body |= names.body;
        self.names.request = self.names.request.and(names.request);
        self.names.params.extend(names.params);
    }

    fn steps(&mut self, what: &str, given: &FieldChanges) -> Result<Steps, Fault> {
        let mut steps = Steps {
            remove: given.remove.clone(),
            rename: given.rename.clone(),
            ..Steps::default()
        };
        for (verb, from, into) in [
            ("set", &given.set, &mut steps.set),
            ("add", &given.add, &mut steps.add),
        ] {
            for (name, text) in from {
                let side = self.side;
                let step = || format!("{side}.{what}.{verb} {name}");
                into.push((name.clone(), self.text(text, Form::Text, step)?));
            }
        }
        Ok(steps)
    }
}

fn faulty(step: String, fault: TemplateFault) -> Fault {
    Fault {
        step,
        problem: fault.problem,
        range: fault.range,
    }
}

impl Transform {
    /// Compiles a rule.
    ///
    /// # Errors
    /// The first step that cannot be carried out.
    pub fn new(rule: &TransformRule) -> Result<Self, Fault> {
        let mut templates = Templates::default();
        let mut params = Vec::new();
        let request = side(&rule.request, "request", &mut templates, &mut params)?;
        let response = side(&rule.response, "response", &mut templates, &mut params)?;
        params.sort();
        params.dedup();
        Ok(Self {
            templates,
            request,
            response,
            max_body: rule.max_body,
            validates: rule.validate,
            params,
        })
    }

    /// Parameters of the operation that it names.
    pub fn params(&self) -> &[String] {
        &self.params
    }

    /// Whether the changed request has to be as the OpenAPI document of its version has it.
    pub const fn validates(&self) -> bool {
        self.validates
    }

    /// The longest body that is read to be changed, bytes.
    pub const fn max_body(&self) -> usize {
        self.max_body
    }

    /// Whether anything of requests is changed.
    pub fn changes_requests(&self) -> bool {
        !self.request.is_empty()
    }

    /// Whether anything of answers is changed.
    pub fn changes_answers(&self) -> bool {
        !self.response.is_empty()
    }

    /// Whether the body of requests has to be read.
    pub fn reads_request(&self) -> bool {
        self.request.reads_body()
    }

    /// Whether the body of answers has to be read.
    pub fn reads_answer(&self) -> bool {
        self.response.reads_body()
    }

    /// Whether the body of requests is changed, and not only looked at.
    pub fn changes_request_body(&self) -> bool {
        !self.request.body.is_empty()
    }

    /// Whether the body of answers is changed, and not only looked at.
    pub fn changes_answer_body(&self) -> bool {
        !self.response.body.is_empty()
    }

    /// Whether a [`Scene`] is looked at.
    pub const fn has_templates(&self) -> bool {
        self.request.has_templates || self.response.has_templates
    }

    /// What a [`Scene`] has to have of the request.
    pub const fn reads(&self) -> Reads {
        self.request.reads.and(self.response.reads)
    }

    /// Changes a request. `params`: the operation's parameters as they stand in the path that came.
    /// `scene` is needed where there are templates.
    ///
    /// # Errors
    /// The step that could not be carried out.
    pub fn request(
        &self,
        policy: &str,
        message: &mut Message,
        scene: Option<&Scene>,
        params: &[(&str, &str)],
        notes: &mut Notes,
    ) -> Result<(), Failure> {
        let mut applying = self.applying(policy, "request", message, scene, notes);
        applying.fields(&self.request, message)?;
        if let Some((text, path)) = &self.request.path {
            let written = path
                .write(&self.templates, params, || applying.root())
                .map_err(|problem| Failure::new("request.path", problem))?;
            if written != message.path {
                applying.note(Did::Path, "path", None, Some(text.to_string()));
                message.path = written;
            }
        }
        applying.body(&self.request, message)
    }

    /// Changes an answer.
    ///
    /// # Errors
    /// The step that could not be carried out.
    pub fn response(
        &self,
        policy: &str,
        message: &mut Message,
        scene: Option<&Scene>,
        notes: &mut Notes,
    ) -> Result<(), Failure> {
        let mut applying = self.applying(policy, "response", message, scene, notes);
        applying.fields(&self.response, message)?;
        applying.body(&self.response, message)
    }

    fn applying<'a>(
        &'a self,
        policy: &'a str,
        side: &'static str,
        message: &Message,
        scene: Option<&'a Scene>,
        notes: &'a mut Notes,
    ) -> Applying<'a> {
        let reads = if side == "request" {
            &self.request
        } else {
            &self.response
        };
        // What all templates of this policy read: the body before its first step.
        let body = message.body.as_ref().filter(|_| reads.has_templates);
        Applying {
            templates: &self.templates,
            policy,
            side,
            scene,
            body: body.map(value),
            max_body: self.max_body,
            notes,
        }
    }
}

impl Side {
    fn is_empty(&self) -> bool {
        self.headers.is_empty()
            && self.query.is_empty()
            && self.path.is_none()
            && self.body.is_empty()
    }

    const fn reads_body(&self) -> bool {
        self.reads_body || !self.body.is_empty()
    }
}

impl Steps {
    fn is_empty(&self) -> bool {
        self.remove.is_empty()
            && self.rename.is_empty()
            && self.set.is_empty()
            && self.add.is_empty()
    }
}

fn side(
    given: &Changes,
    side: &'static str,
    templates: &mut Templates,
    params: &mut Vec<String>,
) -> Result<Side, Fault> {
    let mut compiling = Compiling {
        templates,
        side,
        names: Names::default(),
        has_templates: false,
    };
    let headers = compiling.steps("headers", &given.headers)?;
    let query = compiling.steps("query", &given.query)?;
    let path = match &given.path {
        Some(text) => {
            let (path, names) = Path::new(text, compiling.templates)
                .map_err(|fault| faulty(format!("{side}.path"), fault))?;
            if matches!(path, Path::Template(_)) {
                compiling.read(names);
            } else {
                compiling.names.params.extend(names.params);
            }
            Some((text.clone(), path))
        }
        None => None,
    };
    let body = given.body.iter().enumerate();
    let body = body.map(|(at, change)| Step::new(at, change, &mut compiling));
    let body = body.collect::<Result<Vec<_>, _>>()?;
    params.append(&mut compiling.names.params);
    Ok(Side {
        headers,
        query,
        path,
        body,
        has_templates: compiling.has_templates,
        reads_body: compiling.names.body,
        reads: compiling.names.request,
    })
}

/// A policy at work on a message.
struct Applying<'a> {
    templates: &'a Templates,
    policy: &'a str,
    side: &'static str,
    scene: Option<&'a Scene>,
    body: Option<Value>,
    max_body: usize,
    notes: &'a mut Notes,
}

impl Applying<'_> {
    fn root(&self) -> Value {
        match self.scene {
            Some(scene) => scene.root(self.body.as_ref()),
            None => Value::from(()),
        }
    }

    fn note(&mut self, did: Did, what: &str, before: Option<String>, after: Option<String>) {
        self.notes.add(Note {
            policy: self.policy.into(),
            did,
            what: what.to_owned(),
            before,
            after,
        });
    }

    fn text(&self, text: &Text, most: usize, step: impl Fn() -> String) -> Result<String, Failure> {
        match text {
            Text::Literal(text) => Ok(text.to_string()),
            Text::Template(template) => {
                let written = self.templates.render(template, self.root(), most);
                written.map_err(|problem| Failure::new(step(), problem))
            }
        }
    }

    /// Header fields, and the query.
    fn fields(&mut self, side: &Side, message: &mut Message) -> Result<(), Failure> {
        let (steps, headers) = (&side.headers, &mut message.headers);
        for name in &steps.remove {
            if fields::remove(headers, name) > 0 {
                self.note(Did::Header, name, Some((**name).to_owned()), None);
            }
        }
        for (name, to) in &steps.rename {
            if fields::rename(headers, name, to) > 0 {
                let (before, after) = ((**name).to_owned(), (**to).to_owned());
                self.note(Did::Header, name, Some(before), Some(after));
            }
        }
        for (verb, list) in [("set", &steps.set), ("add", &steps.add)] {
            for (name, text) in list {
                let step = || format!("{}.headers.{verb} {name}", self.side);
                let written = self.text(text, fields::LONGEST, step)?;
                let value = fields::valid(&written).map_err(|why| Failure::new(step(), why))?;
                let before = verb == "set" && fields::remove(headers, name) > 0;
                fields::add(headers, name, value);
                let before = before.then(|| (**name).to_owned());
                self.note(Did::Header, name, before, Some((**name).to_owned()));
            }
        }
        let steps = &side.query;
        if steps.is_empty() {
            return Ok(());
        }
        let mut pairs = query::pairs(message.query.as_deref());
        let mut is_changed = !steps.set.is_empty() || !steps.add.is_empty();
        for name in &steps.remove {
            if query::remove(&mut pairs, name) > 0 {
                is_changed = true;
                self.note(Did::Query, name, Some((**name).to_owned()), None);
            }
        }
        for (name, to) in &steps.rename {
            if query::rename(&mut pairs, name, to) > 0 {
                is_changed = true;
                let (before, after) = ((**name).to_owned(), (**to).to_owned());
                self.note(Did::Query, name, Some(before), Some(after));
            }
        }
        for (verb, list) in [("set", &steps.set), ("add", &steps.add)] {
            for (name, text) in list {
                let step = || format!("{}.query.{verb} {name}", self.side);
                let written = self.text(text, fields::LONGEST, step)?;
                let before = verb == "set" && query::remove(&mut pairs, name) > 0;
                query::add(&mut pairs, name, &written);
                let before = before.then(|| (**name).to_owned());
                self.note(Did::Query, name, before, Some((**name).to_owned()));
            }
        }
        if is_changed {
            message.query = query::joined(&pairs);
        }
        Ok(())
    }

    fn body(&mut self, side: &Side, message: &mut Message) -> Result<(), Failure> {
        if let Some(json) = &mut message.body {
            for (at, step) in side.body.iter().enumerate() {
                step.apply(at, json, self)?;
            }
        }
        Ok(())
    }
}
