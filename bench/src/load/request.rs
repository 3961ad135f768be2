//! The request that is sent: made of options, or read from a `curl` command.

use anyhow::{Context, Result, bail};

use super::Options;

/// A request, before it is written for one version of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    method: String,
    host: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// What the options say.
    pub(super) fn of(options: &Options) -> Result<Self> {
        if let Some(curl) = &options.curl {
            return Self::parse(curl);
        }
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        Ok(Self {
            method: options.method.clone(),
            host: "api.example.com".to_owned(),
            path: options.path.clone(),
            headers: (options.body > 0).then_some(json).into_iter().collect(),
            body: body(options.body),
        })
    }

    /// Reads one `curl` command with `-X`, `-H` and `-d`, each followed by its value, and a URL.
    /// The URL's authority becomes the host; where the request goes is said elsewhere.
    pub(crate) fn parse(curl: &str) -> Result<Self> {
        let mut words = words(curl)?.into_iter();
        if words.next().as_deref() != Some("curl") {
            bail!("not a `curl` command: {curl}");
        }
        let (mut method, mut url, mut body) = (None, None, None);
        let mut headers = Vec::new();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} has no value"));
            match word.as_str() {
                "-X" => method = Some(value()?),
                "-d" => body = Some(value()?.into_bytes()),
                "-H" => {
                    let header = value()?;
                    let (name, value) = header.split_once(':').context("-H is `Name: value`")?;
                    headers.push((name.to_owned(), value.trim().to_owned()));
                }
                option if option.starts_with('-') => bail!("curl's {option} is not read here"),
                _ => url = Some(word),
            }
        }
        let url = url.context("no URL")?;
        let rest = url.strip_prefix("http://").context("the URL is http://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let post = if body.is_some() { "POST" } else { "GET" };
        Ok(Self {
            method: method.unwrap_or_else(|| post.to_owned()),
            host: host.to_owned(),
            path: format!("/{path}"),
            headers,
            body: body.unwrap_or_default(),
        })
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: &str, value: String) -> Self {
        self.headers.push((name.to_owned(), value));
        self
    }

    /// The same with the headers of another that it lacks.
    pub(super) fn with_all(mut self, other: &Self) -> Self {
        for (name, value) in &other.headers {
            if !self.headers.iter().any(|(have, _)| have == name) {
                self.headers.push((name.clone(), value.clone()));
            }
        }
        self
    }

    /// Method, host, path and body.
    pub(crate) fn parts(&self) -> (&str, &str, &str, &[u8]) {
        (&self.method, &self.host, &self.path, &self.body)
    }

    /// As HTTP/1.1, with what an ordinary client sends beside it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: postern-bench/1\r\nAccept: */*\r\n",
            self.method, self.path, self.host
        );
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if !self.body.is_empty() {
            head.extend(["Content-Length: ", &self.body.len().to_string(), "\r\n"]);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// A JSON string of `length` bytes.
pub(super) fn body(length: usize) -> Vec<u8> {
    let mut body = vec![b'x'; length];
    if let Some(first) = body.first_mut() {
        *first = b'"';
    }
    if let Some(last) = body.last_mut() {
        *last = b'"';
    }
    body
}

/// The words of a command as a shell reads them, of which only quotes are known here.
fn words(command: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('\''), _) => word.get_or_insert_default().push(c),
            (_, '\\' | '$' | '`') => bail!("the command uses `{c}`, which is not read here"),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        bail!("a quote is not closed");
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests;
