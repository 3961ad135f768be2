//! Reading files and asking URLs.

use super::Validators;
use ::ipnet::IpNet;
use postern_model::entity::ListFormat;
use postern_outbound::HttpClient;
use postern_outbound::http::{Limits, Request};
use postern_policy::listing::{MOST_BYTES, parse};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

/// A file's identity and age: differs when the file was written or replaced.
pub(super) type Mark = Option<(u64, u64, i64, i64)>;

/// What a place says.
pub(super) enum Answer {
    /// These ranges.
    Says(Vec<IpNet>, Validators),
    /// What it said before.
    Unchanged,
    /// Nothing that can be used; why.
    Failed(String),
}

pub(super) fn mark(path: &Path) -> Mark {
    let about = std::fs::metadata(path).ok()?;
    Some((about.ino(), about.size(), about.mtime(), about.mtime_nsec()))
}

/// The ranges of a file.
///
/// # Errors
/// Why it cannot be used, as a sentence goes on.
pub fn read_file(path: &Path, format: ListFormat) -> Result<Vec<IpNet>, String> {
    let text = |error: std::io::Error| error.to_string();
    // A FIFO would block.
    if !std::fs::metadata(path).map_err(text)?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    // One more, so that it is seen where there is more.
    let most = u64::try_from(MOST_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let file = File::open(path).map_err(text)?;
    file.take(most).read_to_end(&mut bytes).map_err(text)?;
    parse(&bytes, format).map_err(|error| error.to_string())
}

/// Asks a URL, which says nothing where it has not changed.
pub(super) async fn ask(
    client: &HttpClient,
    url: &str,
    format: ListFormat,
    known: &Validators,
) -> Answer {
    let limits = Limits {
        total: Duration::from_secs(30),
        body: MOST_BYTES,
        redirects: 3,
        ..Limits::default()
    };
    let client = client.clone().limited(limits);
    let mut request = Request::get(url);
    for (name, value) in [
        ("if-none-match", &known.etag),
        ("if-modified-since", &known.modified),
    ] {
        if let Some(value) = value {
            request = match request.header(name, value) {
                Ok(request) => request,
                Err(error) => return Answer::Failed(error.to_string()),
            };
        }
    }
    let response = match client.send(request).await {
        Ok(response) => response,
        Err(error) => return Answer::Failed(error.to_string()),
    };
    match response.status.as_u16() {
        304 => return Answer::Unchanged,
        200 => {}
        status => return Answer::Failed(format!("it answered {status}")),
    }
    let header = |name: &str| {
        let value = response.headers.get(name)?.to_str().ok()?;
        (value.len() <= 256).then(|| value.to_owned())
    };
    let validators = Validators {
        etag: header("etag"),
        modified: header("last-modified"),
    };
    let body = response.body.clone();
    // 200,000 ranges take a while.
    let read = tokio::task::spawn_blocking(move || parse(&body, format)).await;
    match read {
        Ok(Ok(ranges)) => Answer::Says(ranges, validators),
        Ok(Err(why)) => Answer::Failed(why.to_string()),
        Err(_) => Answer::Failed("it could not be read".to_owned()),
    }
}
