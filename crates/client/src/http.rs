//! Requests and answers: one attempt each, bounded in time and bytes.

use std::time::Duration;

use ballast_protocol::api::ApiError;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, cause};

/// Most bytes of an answer: a full block in JSON is less.
pub(crate) const ANSWER_MAX: usize = 128 << 20;
/// How long a connection may take to open.
pub(crate) const CONNECTING: Duration = Duration::from_secs(5);
/// How long an answer may take. A transaction's comes when it is durable.
pub(crate) const ANSWERING: Duration = Duration::from_secs(20);

/// Where a node is, and how it is asked.
pub(crate) struct Http {
    client: reqwest::Client,
    base: Url,
}

/// A field of a query, where it is asked.
pub(crate) fn asked(name: &'static str, value: Option<impl ToString>) -> Option<(&'static str, String)> {
    value.map(|value| (name, value.to_string()))
}

impl Http {
    /// Errors: `BadUrl`; `Unreachable` by https on a machine that trusts nobody.
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        let bad = |why: String| Error::BadUrl { url: url.into(), why };
        let mut base: Url = url.parse().map_err(|why| bad(format!("{why}")))?;
        let is_secret = base.scheme() == "https";
        if !(is_secret || base.scheme() == "http") || base.host().is_none() {
            return Err(bad("it begins with http:// or https://, and names a host".into()));
        }
        base.set_query(None);
        base.set_fragment(None);
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let mut builder = reqwest::Client::builder();
        if !is_secret {
            // So that a machine without certificates can speak to its own node.
            builder = builder.tls_certs_only([]);
        }
        let client = builder
            // Proxies of the environment are for the web, and would see what is signed.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECTING)
            .timeout(ANSWERING)
            .pool_idle_timeout(Duration::from_secs(8))
            .build()
            .map_err(|why| Error::Unreachable {
                url: url.into(),
                why: cause(&why),
            })?;
        Ok(Self { client, base })
    }

    /// The node's URL, without a slash at its end.
    pub(crate) fn shown(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The URL of a path and its query.
    pub(crate) fn url(&self, path: &str, query: impl IntoIterator<Item = (&'static str, String)>) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path()));
        let pairs: Vec<_> = query.into_iter().collect();
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        url
    }

    /// A read. Errors: `Unreachable`, `NoAnswer`, `Refused`, `BadAnswer`.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<T, Error> {
        self.ask(self.client.request(Method::GET, self.url(path, query))).await
    }

    /// Says something. Errors: those of [`Http::get`].
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, said: &impl Serialize) -> Result<T, Error> {
        let request = self.client.request(Method::POST, self.url(path, []));
        let body = serde_json::to_vec(said).expect("all that is said has a JSON form");
        let request = request.header(CONTENT_TYPE, "application/json").body(body);
        self.ask(request).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let mut answer = request.send().await.map_err(|error| self.broken(&error))?;
        let status = answer.status();
        let bad = |why: String| Error::BadAnswer {
            url: self.shown().into(),
            status: status.as_u16(),
            why,
        };
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.broken(&error))? {
            if body.len().saturating_add(chunk.len()) > ANSWER_MAX {
                return Err(bad(format!("an answer of more than {ANSWER_MAX} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|why| bad(why.to_string()));
        }
        let refusal = refused(status.as_u16(), &body, retry_after(answer.headers()));
        Err(refusal.unwrap_or_else(|| bad(beginning(&body))))
    }

    fn broken(&self, error: &reqwest::Error) -> Error {
        let url = self.shown().to_owned();
        let why = cause(error);
        if error.is_connect() {
            Error::Unreachable { url, why }
        } else {
            Error::NoAnswer { url, why }
        }
    }
}

/// A refusal as nodes make it; none where another speaks.
pub(crate) fn refused(status: u16, body: &[u8], retry_after: Option<Duration>) -> Option<Error> {
    let error: ApiError = serde_json::from_slice(body).ok()?;
    Some(Error::Refused {
        status,
        error: Box::new(error),
        retry_after,
    })
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..200).unwrap_or(body));
    text.escape_debug().to_string()
}
