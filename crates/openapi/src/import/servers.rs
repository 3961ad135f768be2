//! Where a document says that its API is served.

use super::{Dialect, Members, Reader};
use crate::pointer::Pointer;
use crate::read::text_of;
use crate::report::quote;
use postern_config::{TextKind, check_text};
use serde_json::Value;

/// Servers that are looked at.
const MOST: usize = 20;

/// Longest URL with variables, in bytes.
const LONGEST: usize = 4_096;

impl Reader<'_> {
    /// The servers as URLs, and the prefix of all paths.
    pub(super) fn servers(&mut self, members: &Members) -> (Vec<String>, String) {
        if self.dialect == Dialect::Swagger2 {
            return self.swagger(members);
        }
        let root = Pointer::ROOT;
        let at = root.member("servers");
        let Some(list) = members.get("servers") else {
            return (Vec::new(), String::new());
        };
        let Some(list) = list.as_array() else {
            let what = "`servers` is not a list";
            self.report.add(at, what, "the paths get no prefix");
            return (Vec::new(), String::new());
        };
        let mut urls = Vec::new();
        let mut prefix: Option<String> = None;
        for (index, server) in list.iter().enumerate().take(MOST) {
            let at = at.item(index);
            let Some(url) = server.get("url").and_then(Value::as_str) else {
                self.report.add(at, "a server without a URL", "left out");
                continue;
            };
            let Some(url) = self.without_variables(url, server, &at) else {
                continue;
            };
            let path = self.prefix(path_of(&url), &at);
            match &prefix {
                None => prefix = Some(path),
                Some(first) if *first != path => {
                    let what = format!("the server {} has another prefix", quote(&url));
                    self.report.add(
                        at,
                        what,
                        format!("the first server's counts: {}", quote(first)),
                    );
                }
                Some(_) => {}
            }
            urls.push(url);
        }
        if list.len() > MOST {
            let what = format!("more than {MOST} servers");
            self.report.add(at, what, "the rest is left out");
        }
        (urls, prefix.unwrap_or_default())
    }

    fn swagger(&mut self, members: &Members) -> (Vec<String>, String) {
        let root = Pointer::ROOT;
        let at = root.member("basePath");
        let given = members.get("basePath");
        let text = given.and_then(Value::as_str);
        if given.is_some() && text.is_none() {
            let what = "`basePath` is not a text";
            self.report.add(at, what, "the paths get no prefix");
        }
        let prefix = self.prefix(text.unwrap_or_default(), &at);
        let Some(host) = members.get("host").and_then(Value::as_str) else {
            return (Vec::new(), prefix);
        };
        let schemes = members.get("schemes").and_then(Value::as_array);
        let mut urls = Vec::new();
        for scheme in schemes.into_iter().flatten().filter_map(Value::as_str) {
            match scheme {
                "http" | "https" => urls.push(format!("{scheme}://{host}{prefix}")),
                other => self.report.add(
                    root.member("schemes"),
                    format!("the scheme {}", quote(other)),
                    "left out; set `websocket` on the operations that open one",
                ),
            }
        }
        if schemes.is_none() {
            urls.push(format!("https://{host}{prefix}"));
        }
        (urls, prefix)
    }

    /// A URL with the defaults of its variables in their places.
    fn without_variables(&mut self, url: &str, server: &Value, at: &Pointer<'_>) -> Option<String> {
        let mut out = String::new();
        let mut rest = url;
        while let Some((before, after)) = rest.split_once('{') {
            if url.len() > LONGEST || out.len() > LONGEST {
                self.report
                    .add(at, "a URL that is too long", "the server is left out");
                return None;
            }
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                let what = format!("the braces of the URL {} do not fit", quote(url));
                self.report.add(at, what, "the server is left out");
                return None;
            };
            let variables = server.get("variables");
            let variable = variables.and_then(|all| all.get(name));
            let default = variable
                .and_then(|one| one.get("default"))
                .and_then(text_of);
            let first = variable.and_then(|one| one.pointer("/enum/0"));
            let Some(value) = default.or_else(|| first.and_then(text_of)) else {
                let what = format!("the variable {} of a URL has no default", quote(name));
                self.report.add(at, what, "the server is left out");
                return None;
            };
            out.extend(value.chars().take(LONGEST));
            rest = after;
        }
        out.push_str(rest);
        Some(out)
    }

    /// A prefix as a configuration has it.
    fn prefix(&mut self, path: &str, at: &Pointer<'_>) -> String {
        let plain = path.trim_end_matches('/');
        let plain = plain.trim_start_matches('/');
        if plain.is_empty() || plain == "." {
            return String::new();
        }
        let prefix = format!("/{}", plain.trim_start_matches("./"));
        let better = match check_text(TextKind::BasePath, &prefix) {
            Ok(()) => return prefix,
            Err(rejected) => rejected.better,
        };
        let what = format!("the prefix {}", quote(path));
        let Some(better) = better else {
            let instead = "the paths get no prefix: requests never have this one";
            self.report.add(at, what, instead);
            return String::new();
        };
        self.report
            .add(at, what, format!("written {}", quote(&better)));
        better
    }
}

/// The path of a URL that may be without scheme and host.
fn path_of(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest,
        None => match url.strip_prefix("//") {
            Some(rest) => rest,
            None => return url,
        },
    };
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("")
}
