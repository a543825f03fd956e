//! An endpoint: its handler and its description in one, so that the OpenAPI document can't say otherwise.

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::Api;
use super::batch::BYTES;
use super::reads::HEIGHT;
use ballast_protocol::api::ApiError;

/// Makes a schema with a generator that collects definitions.
type Shape = fn(&mut SchemaGenerator) -> Schema;

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// How an endpoint answers.
#[derive(Clone, Copy)]
enum Answers {
    /// In JSON.
    Json,
    /// In JSON, with the height of what it tells in a header.
    AtHeight,
    /// In text.
    Text,
    /// By messages over a WebSocket.
    Messages,
}

/// An endpoint.
pub(crate) struct Endpoint {
    method: &'static str,
    pub(crate) path: &'static str,
    summary: &'static str,
    /// What stands in the path, and in the query.
    named: Option<Shape>,
    asked: Option<Shape>,
    said: Option<Shape>,
    /// Whether the body may also be the canonical bytes of what is said.
    takes_bytes: bool,
    answer: Shape,
    answers: Answers,
    pub(crate) handler: MethodRouter<Arc<Api>>,
}

impl Endpoint {
    /// A `GET` that answers with an `A`.
    pub(crate) fn get<A: JsonSchema, H, T>(path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<Api>>,
        T: 'static,
    {
        Self {
            method: "get",
            path,
            summary,
            named: None,
            asked: None,
            said: None,
            takes_bytes: false,
            answer: shape::<A>,
            answers: Answers::Json,
            handler: get(handler),
        }
    }

    /// A `POST` of a `B` that answers with an `A`.
    pub(crate) fn post<B: JsonSchema, A: JsonSchema, H, T>(
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<Api>>,
        T: 'static,
    {
        Self {
            method: "post",
            path,
            summary,
            named: None,
            asked: None,
            said: Some(shape::<B>),
            takes_bytes: false,
            answer: shape::<A>,
            answers: Answers::Json,
            handler: post(handler),
        }
    }

    /// It tells of a height, which a header names.
    pub(crate) fn at_height(self) -> Self {
        let answers = Answers::AtHeight;
        Self { answers, ..self }
    }

    /// It answers in text.
    pub(crate) fn in_text(self) -> Self {
        let answers = Answers::Text;
        Self { answers, ..self }
    }

    /// It is a WebSocket, and each message is an answer.
    pub(crate) fn in_messages(self) -> Self {
        let answers = Answers::Messages;
        Self { answers, ..self }
    }

    /// Its body may be canonical bytes too.
    pub(crate) fn or_bytes(self) -> Self {
        Self {
            takes_bytes: true,
            ..self
        }
    }

    /// Its path names a `T`.
    pub(crate) fn naming<T: JsonSchema>(self) -> Self {
        let named: Option<Shape> = Some(|generator| generator.root_schema_for::<T>());
        Self { named, ..self }
    }

    /// Its query asks a `T`.
    pub(crate) fn asking<T: JsonSchema>(self) -> Self {
        let asked: Option<Shape> = Some(|generator| generator.root_schema_for::<T>());
        Self { asked, ..self }
    }
}

/// The OpenAPI 3.1 document of these endpoints.
pub(crate) fn document(endpoints: &[Endpoint]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let error = shape::<ApiError>(&mut generator);
    let mut paths = Map::new();
    for endpoint in endpoints {
        let mut parameters = Vec::new();
        for (place, shape) in [("path", endpoint.named), ("query", endpoint.asked)] {
            if let Some(shape) = shape {
                parameters.extend(properties(&mut generator, place, shape));
            }
        }
        let mut operation = json!({
            "summary": endpoint.summary,
            "operationId": operation_id(endpoint),
            "parameters": parameters,
            "responses": responses(endpoint.answers, &(endpoint.answer)(&mut generator), &error),
        });
        if let Some(said) = endpoint.said {
            let mut content = json_content(&said(&mut generator));
            if endpoint.takes_bytes {
                content[BYTES] = json!({ "schema": { "type": "string", "format": "binary" } });
            }
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ballast",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Amounts, prices and ratios are decimal strings: amounts in base units, prices in USD for a whole \
                            unit. Times are seconds since 1970 on the chain's clock.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": { "schemas": generator.take_definitions(true) },
    })
}

fn responses(answers: Answers, answer: &Schema, error: &Schema) -> Value {
    let again = json!({
        "description": "Seconds after which to ask again: with 429 and 503",
        "schema": { "type": "integer", "minimum": 0 },
    });
    let refused = json!({
        "description": "Refused, and why",
        "headers": { "retry-after": again },
        "content": json_content(error),
    });
    let done = |content: Value| json!({ "description": "Done", "content": content });
    let (status, done) = match answers {
        Answers::Json => ("200", done(json_content(answer))),
        Answers::Text => ("200", done(json!({ "text/plain": { "schema": answer } }))),
        Answers::Messages => {
            let told = "A WebSocket from now on; each message has this shape";
            ("101", json!({ "description": told, "content": json_content(answer) }))
        }
        Answers::AtHeight => {
            let height = json!({
                "description": "The height of the state that the answer tells of",
                "required": true,
                "schema": { "type": "integer", "minimum": 0 },
            });
            let mut done = done(json_content(answer));
            done["headers"] = json!({ HEIGHT: height });
            ("200", done)
        }
    };
    let mut all = json!({ status: done, "default": refused });
    if matches!(answers, Answers::Messages) {
        let not_asked = "Not asked for a WebSocket";
        all["426"] = json!({ "description": not_asked, "content": json_content(error) });
    }
    all
}

fn json_content(schema: &Schema) -> Value {
    json!({ "application/json": { "schema": schema } })
}

/// A name for clients made of this document, such as `get_vaults_id`.
fn operation_id(endpoint: &Endpoint) -> String {
    let words = endpoint
        .path
        .split(['/', '{', '}', '-', '.'])
        .filter(|word| !word.is_empty() && *word != "v1");
    std::iter::once(endpoint.method)
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

/// The fields of a path or query as parameters.
fn properties(generator: &mut SchemaGenerator, place: &str, shape: Shape) -> Vec<Value> {
    let schema = shape(generator).to_value();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let fields = schema["properties"].as_object().cloned().unwrap_or_default();
    let parameter = |(name, mut field): (String, Value)| {
        let description = field.as_object_mut().and_then(|field| field.remove("description"));
        json!({
            "name": name,
            "in": place,
            "required": place == "path" || required.contains(&name.as_str()),
            "description": description.unwrap_or_default(),
            "schema": field,
        })
    };
    fields.into_iter().map(parameter).collect()
}
