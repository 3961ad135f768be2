//! The client of a running Postern, for commands. It blocks.
//!
//! It asks by the local socket, or over the HTTP API: the same methods, the same answers.

mod error;
mod http;
mod problem;
mod server;
mod sign_in;
mod socket;
#[cfg(test)]
mod tests;

pub use error::ClientError;
pub use http::Trusting;
pub use server::{HttpServer, Server};
pub use sign_in::{TokenMade, end_token, sign_in};

use self::http::Http;
use self::socket::Socket;
use crate::protocol::Reply;
use postern_model::Secret;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// How long an answer, or the next part of one, may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// A way to a running Postern.
#[derive(Debug)]
pub struct Client(Way);

#[derive(Debug)]
enum Way {
    Socket(Socket),
    Http(Box<Http>),
}

impl Client {
    /// Connects to the Postern that runs on a data directory.
    ///
    /// # Errors
    /// There is none, or it is somebody else's.
    pub fn connect(directory: &Path) -> Result<Self, ClientError> {
        Ok(Self(Way::Socket(Socket::connect(directory)?)))
    }

    /// Connects to the Postern that listens at a socket.
    ///
    /// # Errors
    /// There is none, or it is somebody else's.
    pub fn connect_to(socket: &Path) -> Result<Self, ClientError> {
        Ok(Self(Way::Socket(Socket::connect_to(socket)?)))
    }

    /// Makes ready to ask over the HTTP API. Nothing is sent yet.
    ///
    /// # Errors
    /// The token would go where others can read it, or TLS cannot be set up.
    pub fn http(
        server: &HttpServer,
        token: Secret<String>,
        trusting: &Trusting,
    ) -> Result<Self, ClientError> {
        let http = Http::new(server, trusting)?.with_token(token);
        Ok(Self(Way::Http(Box::new(http))))
    }

    /// Asks for something that is answered at once.
    ///
    /// # Errors
    /// It was refused, or there is no answer.
    pub fn call(&mut self, method: &str, params: Value) -> Result<Value, ClientError> {
        self.stream(method, params, |_| true)
    }

    /// Asks for something that is answered in parts, each of which is handed to `item` until that
    /// says `false`.
    ///
    /// # Errors
    /// It was refused, or there is no answer.
    pub fn stream(
        &mut self,
        method: &str,
        params: Value,
        mut item: impl FnMut(Value) -> bool,
    ) -> Result<Value, ClientError> {
        match &mut self.0 {
            Way::Socket(socket) => socket.send(method, params)?,
            Way::Http(http) => http.send(method, params)?,
        }
        loop {
            let line = match &mut self.0 {
                Way::Socket(socket) => socket.line()?,
                Way::Http(http) => http.line()?,
            };
            let reply = serde_json::from_slice(&line)
                .map_err(|error| ClientError::Unreadable(error.to_string()))?;
            match reply {
                Reply::Item(value) => {
                    if !item(value) {
                        return Ok(Value::Null);
                    }
                }
                Reply::Ok(value) => return Ok(value),
                Reply::Error(refusal) => return Err(refusal.into()),
            }
        }
    }
}
