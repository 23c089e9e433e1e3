//! The HTTP client of the app API: blocking, one connection at a time, typed errors.

use std::io::Read;

use api::dto::ErrorBody;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, de::DeserializeOwned};
use ureq::{Agent, Body, BodyReader, SendBody, http};

use crate::failure::Failure;

const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Most bytes of a JSON answer: a directory of a million names fits.
const MAX_JSON: u64 = 512 << 20;

/// A client of one daemon.
#[derive(Debug)]
pub(crate) struct Wire {
    agent: Agent,
    base: String,
    bearer: String,
}

type Answer = http::Response<Body>;

impl Wire {
    pub(crate) fn new(api: &str, token: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Never through a proxy: the daemon is on this machine.
            .proxy(None)
            .build()
            .new_agent();
        Self {
            agent,
            base: format!("{api}/api/app"),
            bearer: format!("Bearer {token}"),
        }
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        json(self.get_raw(path)?)
    }

    /// The body of an answer as it comes.
    pub(crate) fn read(&self, path: &str) -> Result<impl Read + use<>, Failure> {
        Ok(self.get_raw(path)?.into_body().into_reader())
    }

    fn get_raw(&self, path: &str) -> Result<Answer, Failure> {
        let request = self
            .agent
            .get(self.url(path))
            .header("authorization", &self.bearer);
        checked(request.call())
    }

    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let request = self
            .agent
            .post(self.url(path))
            .header("authorization", &self.bearer);
        json(checked(request.send_json(body))?)
    }

    /// The body of the answer as it comes.
    pub(crate) fn post_and_read(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<BodyReader<'static>, Failure> {
        let request = self
            .agent
            .post(self.url(path))
            .header("authorization", &self.bearer);
        let answer = checked(request.send_json(body))?;
        Ok(answer.into_body().into_reader())
    }

    pub(crate) fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let request = self
            .agent
            .patch(self.url(path))
            .header("authorization", &self.bearer);
        json(checked(request.send_json(body))?)
    }

    /// Where the answer has no body.
    pub(crate) fn post_for_nothing(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(), Failure> {
        let request = self
            .agent
            .post(self.url(path))
            .header("authorization", &self.bearer);
        checked(request.send_json(body)).map(drop)
    }

    pub(crate) fn post_empty<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let request = self
            .agent
            .post(self.url(path))
            .header("authorization", &self.bearer);
        json(checked(request.send_empty())?)
    }

    /// Streams `source` as the body.
    pub(crate) fn send<T: DeserializeOwned>(
        &self,
        path: &str,
        source: &mut dyn Read,
    ) -> Result<T, Failure> {
        let request = self
            .agent
            .post(self.url(path))
            .header("authorization", &self.bearer)
            .header("content-type", "application/octet-stream");
        let mut source = source;
        json(checked(request.send(SendBody::from_reader(&mut source)))?)
    }

    pub(crate) fn delete(&self, path: &str) -> Result<(), Failure> {
        let request = self
            .agent
            .delete(self.url(path))
            .header("authorization", &self.bearer);
        checked(request.call()).map(drop)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// `text` as a value of a query or one part of a path.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

fn checked(answer: Result<Answer, ureq::Error>) -> Result<Answer, Failure> {
    let mut answer = answer.map_err(|error| Failure::Talk(error.into()))?;
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    match answer.body_mut().read_json::<ErrorBody>() {
        Ok(body) => Err(Failure::Refused(Box::new(body))),
        Err(_) => Err(Failure::Talk(
            format!("the daemon answered {status}").into(),
        )),
    }
}

fn json<T: DeserializeOwned>(mut answer: Answer) -> Result<T, Failure> {
    answer
        .body_mut()
        .with_config()
        .limit(MAX_JSON)
        .read_json()
        .map_err(|error| Failure::Talk(error.into()))
}
