//! What is asked and ordered of the spooler, whatever carries it.

use std::future::Future;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::interfaces::api::Refusal;

/// The spooler's door.
pub trait Orders: Send {
    /// Asks.
    fn get(&mut self, path: &str) -> impl Future<Output = Result<Value, OrderError>> + Send;
    /// Orders, in a person's name.
    fn post(
        &mut self,
        person: &str,
        path: &str,
        body: Value,
    ) -> impl Future<Output = Result<Value, OrderError>> + Send;
}

/// An order without a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Nobody answers.
    #[error("the spooler cannot be reached")]
    Unreachable,
    /// It says no.
    #[error("{what} is refused: {refusal}")]
    Refused {
        /// What was ordered.
        what: String,
        /// Why not.
        refusal: Refusal,
    },
    /// It says something that means nothing.
    #[error("{what}: {why}")]
    Broken {
        /// What was ordered.
        what: String,
        /// What came.
        why: String,
    },
}

/// An answer in its own type.
pub(super) fn understood<T: DeserializeOwned>(what: &str, answer: Value) -> Result<T, OrderError> {
    serde_json::from_value(answer).map_err(|error| OrderError::Broken {
        what: what.to_owned(),
        why: error.to_string(),
    })
}
