//! From a name and a password to a token of one's own.

use super::http::{Http, Trusting};
use super::{ClientError, HttpServer};
use postern_model::Secret;
use postern_outbound::http::{Opened, Request};
use serde::Deserialize;
use serde_json::json;

/// The cookie of a session.
const SESSION: &str = "postern_session";

/// A token that was made.
#[derive(Debug)]
pub struct TokenMade {
    /// Its id.
    pub id: String,
    /// The token.
    pub token: Secret<String>,
}

/// What the API answers of it.
#[derive(Deserialize)]
struct Answered {
    id: String,
    token: String,
}

/// Signs in with a password, makes a token that is called `title`, and ends the session again.
///
/// # Errors
/// It was refused, there is no answer, or the password would go where others can read it.
pub fn sign_in(
    server: &HttpServer,
    trusting: &Trusting,
    email: &str,
    password: &Secret<String>,
    title: &str,
) -> Result<TokenMade, ClientError> {
    let http = Http::new(server, trusting)?;
    let given = json!({"email": email, "password": password.expose()}).to_string();
    let opened = http.open(http.post("/sign-in", given)?)?;
    if opened.status != 200 {
        return Err(http.refused(opened));
    }
    let session = session(&opened).ok_or_else(|| unreadable("no session came"))?;
    let with_session = |request: Request| {
        let cookie = format!("{SESSION}={}", session.expose());
        let request = request.header("cookie", &cookie);
        // With a session, what changes something says where it comes from.
        let request = request.and_then(|request| request.header("origin", &server.origin()));
        request.map_err(|_| unreadable("the session cannot be sent back"))
    };
    let wanted = http.post("/me/tokens", json!({ "title": title }).to_string())?;
    let made = http.open(with_session(wanted)?).and_then(|mut opened| {
        if opened.status != 201 {
            return Err(http.refused(opened));
        }
        let body = http.body(&mut opened)?;
        let made: Answered =
            serde_json::from_slice(&body).map_err(|_| unreadable("no token came"))?;
        Ok(TokenMade {
            id: made.id,
            token: Secret::new(made.token),
        })
    });
    let out = Request::post(
        &server.endpoint("/sign-out"),
        "application/json",
        Vec::new().into(),
    );
    if let Ok(out) = out {
        // A session that is not ended here ends by itself.
        let _ = with_session(out).and_then(|out| http.open(out));
    }
    made
}

/// Ends one's own token, with that token.
///
/// # Errors
/// It was refused, or there is no answer.
pub fn end_token(
    server: &HttpServer,
    trusting: &Trusting,
    made: TokenMade,
) -> Result<(), ClientError> {
    let http = Http::new(server, trusting)?.with_token(made.token);
    let opened = http.open(Request::delete(
        &server.endpoint(&format!("/me/tokens/{}", made.id)),
    ))?;
    if opened.status.is_success() {
        Ok(())
    } else {
        Err(http.refused(opened))
    }
}

/// The session that a response opens.
fn session(opened: &Opened) -> Option<Secret<String>> {
    let cookies = opened.headers.get_all("set-cookie").iter();
    let mut values = cookies.filter_map(|cookie| {
        let pair = cookie.to_str().ok()?.split(';').next()?;
        let (name, value) = pair.trim().split_once('=')?;
        (name == SESSION && !value.is_empty()).then(|| Secret::new(value.to_owned()))
    });
    values.next()
}

fn unreadable(what: &str) -> ClientError {
    ClientError::Unreadable(what.to_owned())
}
