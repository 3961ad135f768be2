//! Where a redirect leads.

use super::target::Target;
use super::{HttpError, Response};
use ::http::StatusCode;

/// The next place, if the response is a redirect. From `https` it never leads to `http`.
pub(super) fn target(
    from: &Target,
    response: &Response,
    plain: bool,
) -> Result<Option<Target>, HttpError> {
    if !matches!(
        response.status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    ) {
        return Ok(None);
    }
    let nowhere = |why| HttpError::Redirect {
        host: from.host.clone(),
        why,
    };
    let location = response
        .header("location")
        .ok_or_else(|| nowhere("it has no Location that can be read"))?;
    let next = from.url.join(location);
    let next = next.map_err(|_| nowhere("its Location is no URL"))?;
    match Target::of(next, plain && !from.tls) {
        Ok(next) => Ok(Some(next)),
        Err(HttpError::Url(why)) => Err(nowhere(why)),
        Err(error) => Err(error),
    }
}
