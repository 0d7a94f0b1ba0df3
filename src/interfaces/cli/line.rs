//! What a command asks of a spooler; tests put something else behind it.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::interfaces::client::{Client, ClientError};

/// A line to a spooler. Paths as in `interfaces::api`, without the root.
pub(super) trait Line: Clone + Send + Sync + 'static {
    /// Asks.
    fn get<T: DeserializeOwned + Send>(
        &self,
        path: &str,
    ) -> impl Future<Output = Result<T, ClientError>> + Send;

    /// Orders.
    fn post<B: Serialize + Sync + ?Sized, T: DeserializeOwned + Send>(
        &self,
        path: &str,
        body: &B,
    ) -> impl Future<Output = Result<T, ClientError>> + Send;
}

impl Line for Client {
    async fn get<T: DeserializeOwned + Send>(&self, path: &str) -> Result<T, ClientError> {
        Client::get(self, path).await
    }

    async fn post<B: Serialize + Sync + ?Sized, T: DeserializeOwned + Send>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        Client::post(self, path, body).await
    }
}

/// A value as a part of a path or query.
pub(super) fn part(value: impl std::fmt::Display) -> String {
    let mut text = String::new();
    for byte in value.to_string().bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
