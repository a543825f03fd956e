//! An endpoint: its handler and its description in one, so that the OpenAPI document can't say otherwise.

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{MethodRouter, get, post};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::Api;
use ballast_protocol::api::ApiError;

/// Makes a schema with a generator that collects definitions.
type Shape = fn(&mut SchemaGenerator) -> Schema;

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
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
    answer: Shape,
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
            answer: shape::<A>,
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
            said: Some(shape::<B>),
            handler: post(handler),
            ..Self::get::<A, _, _>(path, summary, async || ())
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
            "responses": {
                "200": { "description": "Done", "content": json_content(&(endpoint.answer)(&mut generator)) },
                "default": { "description": "Refused, and why", "content": json_content(&error) },
            },
        });
        if let Some(said) = endpoint.said {
            let body = json!({ "required": true, "content": json_content(&said(&mut generator)) });
            operation["requestBody"] = body;
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
