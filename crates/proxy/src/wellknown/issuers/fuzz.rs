//! Forms that clients send to an issuer that is built in.

use super::{Form, LONGEST};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Reads bytes as a form, and as what its client shows.
///
/// # Errors
/// What does not hold.
pub fn fuzz(data: &[u8]) -> Result<(), String> {
    let kind = Some(&b"application/x-www-form-urlencoded"[..]);
    let plain = &b"grant_type=client_credentials&token=a.b.c"[..];
    let basic = [b"Basic ", STANDARD.encode(data).as_bytes()].concat();
    for (authorization, body) in [(None, data), (Some(data), plain), (Some(&*basic), plain)] {
        let Ok(form) = Form::read(kind, authorization, body) else {
            continue;
        };
        if body.len() > LONGEST {
            return Err(format!("a form of {} bytes was read", body.len()));
        }
        let (id, secret) = &form.client;
        // What is not UTF-8 becomes three bytes each.
        if id.len() + secret.len() > 3 * data.len() {
            return Err("a client shows more than was sent".to_owned());
        }
        if let Ok(Some(scopes)) = form.scopes()
            && scopes
                .iter()
                .any(|scope| scope.is_empty() || scope.contains(' '))
        {
            return Err(format!("scopes are {scopes:?}"));
        }
        if form.token().is_ok_and(str::is_empty) {
            return Err("an empty token is one".to_owned());
        }
    }
    Ok(())
}
