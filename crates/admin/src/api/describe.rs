//! The OpenAPI document (version 3.1), made from the table of endpoints.
//!
//! Schemas come from the types that requests are read into, and those of documents from the JSON
//! schema of configuration files: what is described is what is enforced.

use super::endpoint::Endpoint;
use super::input::FromBody;
use super::permission::Need;
use super::problem::Code;
use super::table::{Row, Table};
use axum::http::{Method, StatusCode};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Makes descriptions, and collects the schemas that they refer to.
#[derive(Debug)]
pub struct Describer {
    generator: SchemaGenerator,
    documents: Value,
}

/// What the names of schemas begin with that are those of configuration files, so that types of the
/// API can have the same names.
const CONFIGURED: &str = "Configured";

/// What a change of anything can be refused with.
const CHANGING: [Code; 4] = [
    Code::ConfigurationInvalid,
    Code::Conflict,
    Code::NotFound,
    Code::VersionMismatch,
];

/// What the OpenAPI document says of one endpoint.
#[derive(Debug)]
pub struct Description {
    /// The parameters in the path, as a schema of an object.
    pub path: Value,
    /// The parameters in the query, as a schema of an object.
    pub query: Value,
    /// The media type of the body and its schema, if there is a body.
    pub body: Option<(&'static str, Value)>,
    /// The status of success, the media type of the answer, and its schema; without an answer,
    /// none.
    pub answer: (StatusCode, Option<(&'static str, Value)>),
    /// Another status of success, what it means, and the schema of its JSON.
    pub also: Option<(StatusCode, &'static str, Value)>,
    /// What it does, in more words.
    pub more: &'static str,
    /// Codes of problems besides those that every endpoint has.
    pub problems: Vec<Code>,
}

impl Describer {
    pub(crate) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        });
        let documents = serde_json::from_str(&postern_config::json_schema());
        Self {
            generator: settings.into_generator(),
            documents: moved(documents.unwrap_or_default()),
        }
    }

    /// What the types of an endpoint say.
    pub fn of<E: Endpoint + ?Sized>(&mut self) -> Description {
        let answer = self.generator.subschema_for::<E::Answer>().to_value();
        Description {
            path: self.schema_of::<E::Path>(),
            query: self.schema_of::<E::Query>(),
            body: E::Body::schema(&mut self.generator)
                .map(|schema| ("application/json", schema.to_value())),
            answer: match (E::ANSWERS, E::CREATES) {
                (false, _) => (StatusCode::NO_CONTENT, None),
                (true, true) => (StatusCode::CREATED, Some(("application/json", answer))),
                (true, false) => (StatusCode::OK, Some(("application/json", answer))),
            },
            also: None,
            more: "",
            problems: match E::METHOD {
                Method::GET => Vec::new(),
                _ => CHANGING.to_vec(),
            },
        }
    }

    /// The schema of a type, in full.
    pub fn schema_of<T: JsonSchema>(&mut self) -> Value {
        T::json_schema(&mut self.generator).to_value()
    }

    /// A reference to the schema of a type.
    pub fn reference_to<T: JsonSchema>(&mut self) -> Value {
        self.generator.subschema_for::<T>().to_value()
    }

    /// The schema of documents of a section of the configuration, `id` and `version` added: it
    /// gets a name of its own, and a reference to it is given.
    pub fn document(&mut self, name: &str, section: &str) -> Value {
        let found = self.documents.pointer(&format!("/properties/{section}"));
        let member = found.map(|section| {
            section
                .get("additionalProperties")
                .filter(|schema| schema.is_object())
                .or_else(|| {
                    section
                        .get("patternProperties")?
                        .as_object()?
                        .values()
                        .next()
                })
                .unwrap_or(section)
        });
        let mut schema = member.cloned().unwrap_or_else(|| json!({"type": "object"}));
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let definition = target.rsplit('/').next().unwrap_or_default();
            let definition = definition.strip_prefix(CONFIGURED).unwrap_or(definition);
            let found = self.documents.pointer(&format!("/$defs/{definition}"));
            schema = found.cloned().unwrap_or_default();
        }
        self.named(name, schema)
    }

    /// Puts `id` and `version` into the schema of an object and gives it a name.
    pub fn named(&mut self, name: &str, mut schema: Value) -> Value {
        if let Some(properties) = schema
            .as_object_mut()
            .map(|members| members.entry("properties").or_insert_with(|| json!({})))
            .and_then(Value::as_object_mut)
        {
            properties.insert(
                "id".to_owned(),
                json!({"type": "string", "description": "Its name among its kind."}),
            );
            properties.insert(
                "version".to_owned(),
                json!({"type": ["integer", "null"], "readOnly": true,
                    "description": "Grows with every change; the `ETag` of it."}),
            );
        }
        if let Ok(schema) = Schema::try_from(schema) {
            let definitions = self.generator.definitions_mut();
            definitions.insert(name.to_owned(), schema.to_value());
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }
}

/// The JSON schema of configuration files, with references as an OpenAPI document has them.
fn moved(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(members) => {
            for (name, value) in members {
                if let (true, Value::String(target)) = (name == "$ref", &mut *value) {
                    *target =
                        target.replace("#/$defs/", &format!("#/components/schemas/{CONFIGURED}"));
                } else {
                    *value = moved(value.take());
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = moved(item.take());
            }
        }
        _ => {}
    }
    schema
}

/// The OpenAPI document.
pub fn openapi(table: &Table) -> Value {
    let mut describer = Describer::new();
    let mut paths = Map::new();
    for row in table.rows() {
        let operation = operation(row, &mut describer);
        let path = paths
            .entry(format!("/api/v1{}", row.path))
            .or_insert_with(|| json!({}));
        if let Value::Object(methods) = path {
            methods.insert(row.method.as_str().to_lowercase(), operation);
        }
    }
    let problem = problem_schema(&mut describer);
    let mut schemas = describer.generator.take_definitions(true);
    if let Some(Value::Object(definitions)) = describer.documents.get_mut("$defs").map(Value::take)
    {
        for (name, schema) in definitions {
            schemas.insert(format!("{CONFIGURED}{name}"), schema);
        }
    }
    schemas.insert("Problem".to_owned(), problem);
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Postern",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The management of a Postern gateway. Whatever is not done is answered with a problem document (RFC 9457) that has a stable code, the fields that are meant, and what would be right.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "postern_session"},
            },
        },
    })
}

fn problem_schema(describer: &mut Describer) -> Value {
    let errors = describer.reference_to::<Vec<super::problem::FieldError>>();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    json!({
        "type": "object",
        "description": "Why something was not done (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail", "fix", "request_id"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": codes},
            "detail": {"type": "string"},
            "fix": {"type": "string"},
            "request_id": {"type": "string"},
            "errors": errors,
        },
    })
}

fn operation(row: &Row, describer: &mut Describer) -> Value {
    let described = (row.describe)(describer);
    let mut parameters = parameters(&described.path, "path");
    parameters.extend(self::parameters(&described.query, "query"));
    parameters.extend(fields(row));
    let (status, answer) = described.answer;
    let success = match answer {
        Some((kind, schema)) => json!({
            "description": "Done.",
            "content": {kind: {"schema": schema}},
        }),
        None => json!({"description": "Done."}),
    };
    let mut responses = Map::new();
    responses.insert(status.as_str().to_owned(), success);
    if let Some((status, description, schema)) = described.also {
        let also = json!({
            "description": description,
            "content": {"application/json": {"schema": schema}},
        });
        responses.insert(status.as_str().to_owned(), also);
    }
    let has_body = described.body.is_some();
    for status in statuses(row, &parameters, has_body, &described.problems) {
        let name = status.canonical_reason().unwrap_or("A problem");
        responses.entry(status.as_str()).or_insert_with(|| {
            json!({
                "description": name,
                "content": {"application/problem+json":
                    {"schema": {"$ref": "#/components/schemas/Problem"}}},
            })
        });
    }
    responses.sort_keys();
    let mut operation = json!({
        "operationId": row.id,
        "summary": row.summary,
        "tags": [row.tag],
        "x-postern-permission": row.need.name(),
        "responses": responses,
    });
    if let Value::Object(members) = &mut operation {
        if !described.more.is_empty() {
            members.insert("description".to_owned(), described.more.into());
        }
        if !parameters.is_empty() {
            members.insert("parameters".to_owned(), parameters.into());
        }
        if let Some((kind, schema)) = described.body {
            let body = json!({"required": true, "content": {kind: {"schema": schema}}});
            members.insert("requestBody".to_owned(), body);
        }
        if row.need == Need::Nothing {
            members.insert("security".to_owned(), json!([{}]));
        }
    }
    operation
}

/// The header fields that an endpoint honours.
fn fields(row: &Row) -> Vec<Value> {
    let field = |name: &str, pattern: &str, description: &str| {
        json!({
            "name": name,
            "in": "header",
            "required": false,
            "description": description,
            "schema": {"type": "string", "pattern": pattern},
        })
    };
    let mut fields = Vec::new();
    if row.is_conditional {
        let says = "The `ETag` of what was read: it is done only if that is stored still; `*`: only if anything is.";
        fields.push(field("If-Match", "^(\\*|\"[0-9]+\")$", says));
    }
    if row.is_conditional && row.method == Method::PUT {
        let says = "`*`: it is done only if nothing is stored there.";
        fields.push(field("If-None-Match", "^\\*$", says));
    }
    if row.is_done_once() {
        let says = "Any text of one's own, new for each request: what is sent again with the same one within a day is answered again, without the secrets, and not done again.";
        fields.push(field("Idempotency-Key", "^[!-~]{1,255}$", says));
    }
    fields
}

/// The statuses of problems that an endpoint can answer with.
fn statuses(row: &Row, parameters: &[Value], body: bool, more: &[Code]) -> Vec<StatusCode> {
    let mut codes = vec![Code::Internal, Code::Unavailable];
    if row.need != Need::Nothing {
        codes.extend([Code::SessionMissing, Code::PermissionMissing]);
    }
    if !parameters.is_empty() || body {
        codes.push(Code::RequestInvalid);
    }
    if row.path.contains('{') {
        codes.push(Code::NotFound);
    }
    if body {
        codes.extend([Code::TooLarge, Code::ContentTypeUnsupported]);
    }
    if row.is_conditional {
        codes.push(Code::VersionMismatch);
    }
    if row.is_done_once() {
        codes.extend([Code::IdempotencyReused, Code::IdempotencyRunning]);
    }
    codes.extend(more);
    codes.iter().map(|code| code.status()).collect()
}

/// The members of an object's schema, as parameters.
fn parameters(schema: &Value, place: &str) -> Vec<Value> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let required = |name: &str| {
        let names = schema.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|one| one == name))
    };
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema
            .as_object_mut()
            .and_then(|members| members.shift_remove("description"));
        json!({
            "name": name,
            "in": place,
            "required": place == "path" || required(name),
            "description": description.unwrap_or_default(),
            "schema": schema,
        })
    };
    properties.iter().map(parameter).collect()
}
