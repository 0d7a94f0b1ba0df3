//! A spooler that answers what a test says.

use std::io;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::line::Line;
use super::super::style::Style;
use crate::interfaces::api::Refusal;
use crate::interfaces::client::ClientError;
use crate::interfaces::words::Lang;

type Answer = dyn Fn(&str, Option<&str>) -> Result<Value, ClientError> + Send + Sync;

/// Answers by a function of path and body, and remembers what was asked.
#[derive(Clone)]
pub(in crate::interfaces::cli) struct Fake {
    answer: Arc<Answer>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    pub(in crate::interfaces::cli) fn new(
        answer: impl Fn(&str, Option<&str>) -> Result<Value, ClientError> + Send + Sync + 'static,
    ) -> Fake {
        Fake {
            answer: Arc::new(answer),
            asked: Arc::default(),
        }
    }

    /// `GET /jobs`, `POST /jobs/..{}`, in order.
    pub(in crate::interfaces::cli) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// What it answers, for a fake around it.
    pub(in crate::interfaces::cli) fn answer(
        &self,
        path: &str,
        body: Option<&str>,
    ) -> Result<Value, ClientError> {
        (self.answer)(path, body)
    }

    fn ask<T: DeserializeOwned>(&self, path: &str, body: Option<&str>) -> Result<T, ClientError> {
        let answer = (self.answer)(path, body)?;
        serde_json::from_value(answer).map_err(|cause| ClientError::Broken {
            what: "read the answer".to_owned(),
            cause: cause.into(),
        })
    }
}

impl Line for Fake {
    async fn get<T: DeserializeOwned + Send>(&self, path: &str) -> Result<T, ClientError> {
        self.asked.lock().unwrap().push(format!("GET {path}"));
        self.ask(path, None)
    }

    async fn post<B: Serialize + Sync + ?Sized, T: DeserializeOwned + Send>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_string(body).unwrap();
        // Records are many and long: of them only the path is kept.
        let shown = if path == "/jobs" { "" } else { &body };
        self.asked
            .lock()
            .unwrap()
            .push(format!("POST {path} {shown}"));
        self.ask(path, Some(&body))
    }
}

pub(in crate::interfaces::cli) fn refused(status: u16, code: &str) -> ClientError {
    ClientError::Refused {
        status,
        refusal: Refusal::new(code),
    }
}

pub(in crate::interfaces::cli) fn unreachable() -> ClientError {
    ClientError::Unreachable {
        socket: "cetak-data/cetak.sock".into(),
        cause: io::ErrorKind::NotFound.into(),
    }
}

pub(in crate::interfaces::cli) fn broke_off() -> ClientError {
    ClientError::Broken {
        what: "receive the answer".to_owned(),
        cause: io::Error::from(io::ErrorKind::ConnectionReset).into(),
    }
}

/// Words without colour, in the zone of the office.
pub(in crate::interfaces::cli) fn style(lang: Lang) -> Style {
    Style {
        lang,
        zone: jiff::tz::TimeZone::get("Asia/Jakarta").unwrap(),
        colour: false,
        live: false,
        json: false,
        prefix: "cetak".to_owned(),
        speaks_as: None,
    }
}
