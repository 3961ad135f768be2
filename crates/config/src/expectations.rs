//! Files of expectations: who may call what, and who may not, for `postern test`.
//!
//! What a file says is checked by itself. Whether there is such an app, and what becomes of its
//! requests, is a question to the configuration that is tested.

#[cfg(test)]
mod tests;

use crate::code::Code;
use crate::diagnostic::Report;
use crate::document::expectation::{self as document, Case, Defaults, Expect, ExpectWord};
use crate::findings::{Findings, quote};
use crate::located::{At, Map};
use crate::scalar::date::Date;
use crate::scalar::name::HeaderName;
use crate::source::{Source, Span};
use crate::{check, de, schema, tree};
use postern_model::denial::Code as Denial;
use postern_model::entity::{AsNumber, Country, Name};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What a file of expectations says.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectations {
    /// The configuration that is tested, if the file names one.
    pub configuration: Option<PathBuf>,
    /// The cases, in the order of the file.
    pub cases: Vec<ExpectedRequest>,
}

/// A request, and what is expected to become of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedRequest {
    /// What it is called.
    pub name: String,
    /// The line of the file where it begins, from 1.
    pub line: usize,
    /// The method's token.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The host that it is sent to.
    pub host: String,
    /// The app that sends it.
    pub app: Option<String>,
    /// The id of the credential that it is sent with.
    pub credential: Option<String>,
    /// The scopes that this credential carries, if not those that the configuration says.
    pub scopes: Option<Vec<Name>>,
    /// The token that it is sent with.
    pub token: Option<ExpectedToken>,
    /// Further header fields.
    pub headers: Vec<(String, String)>,
    /// Its body, as text.
    pub body: Option<String>,
    /// The file that is its body.
    pub body_file: Option<PathBuf>,
    /// The address that it comes from.
    pub address: IpAddr,
    /// The country of that address, if it is said.
    pub country: Option<Country>,
    /// The autonomous system of that address, if it is said.
    pub asn: Option<AsNumber>,
    /// When it comes: Unix time in milliseconds; `None`: now.
    pub at: Option<i64>,
    /// Whether it comes over TLS.
    pub tls: bool,
    /// What is expected.
    pub expected: Expected,
}

/// A genuine token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedToken {
    /// The issuer, by its name in the configuration.
    pub issuer: String,
    /// The client that it was made for.
    pub client: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// The person that it was made for.
    pub user: Option<String>,
    /// The groups of that person.
    pub groups: Vec<String>,
    /// The scopes that it carries; `None`: all.
    pub scopes: Option<Vec<String>>,
    /// Whom it is for; `None`: whom tokens of its issuer have to be for.
    pub audience: Option<Vec<String>>,
    /// From when on it is not good any more: Unix time in seconds.
    pub expires_at: Option<i64>,
}

/// What is expected to become of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// It passes.
    Allow,
    /// It is refused.
    Refuse {
        /// With what.
        with: RefusedWith,
        /// By the policy of that name, if it is said.
        policy: Option<String>,
    },
}

/// The code that a refusal is expected to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusedWith {
    /// Whatever it is.
    Anything,
    /// One of this family, such as `credential`.
    Family(&'static str),
    /// This one.
    Code(Denial),
}

impl RefusedWith {
    /// Whether a code is what is expected.
    pub fn is(&self, code: Denial) -> bool {
        match self {
            Self::Anything => true,
            Self::Family(family) => code.family() == *family,
            Self::Code(expected) => *expected == code,
        }
    }

    /// `CODE` or `FAMILY`, if it is either.
    fn parse(text: &str) -> Option<Self> {
        if let Some(code) = Denial::parse(text) {
            return Some(Self::Code(code));
        }
        let family = text.strip_suffix(".*").unwrap_or(text);
        let mut codes = Denial::ALL.iter().map(|code| code.family());
        codes.find(|known| *known == family).map(Self::Family)
    }
}

/// Reads a file of expectations. `name` is the file's name for diagnostics; relative paths in it
/// begin at its folder.
///
/// # Errors
/// Everything that is wrong with it.
pub fn expectations(name: &str, text: &str) -> Result<Expectations, Report> {
    static SCHEMA: LazyLock<serde_json::Value> =
        LazyLock::new(schema::of::<document::Expectations>);

    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source::new(name, text);
    let mut findings = Findings::new(&source);
    let Some(mut root) = tree::read(text, &mut findings) else {
        return Err(findings.into_report());
    };
    if root.is_null() {
        root = tree::Node::empty();
    }
    check::check(&mut root, &SCHEMA, &mut findings);
    let document: document::Expectations = match de::from_tree(&root) {
        _ if root.bad => document::Expectations::default(),
        Ok(document) => document,
        Err(error) => {
            let message = format!("the file has no expectations: {error}");
            let _ = findings.file(Code::InvalidValue, &message);
            return Err(findings.into_report());
        }
    };
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    let defaults = document.defaults.unwrap_or_default();
    let mut reader = Reader {
        findings: &mut findings,
        folder,
        defaults: &defaults,
        address: Some(Ipv4Addr::LOCALHOST.into()),
        headers: Vec::new(),
    };
    if let Some(address) = &defaults.address {
        reader.address = reader.address(address);
    }
    reader.headers = reader.headers(defaults.headers.as_ref());
    let cases = document.cases.iter().flatten();
    let cases: Vec<_> = cases.filter_map(|case| reader.case(case)).collect();
    findings.point(&root);
    if findings.failed() {
        return Err(findings.into_report());
    }
    Ok(Expectations {
        configuration: document.configuration.map(|path| folder.join(path.0)),
        cases,
    })
}

struct Reader<'a, 'f> {
    findings: &'a mut Findings<'f>,
    folder: &'a Path,
    defaults: &'a Defaults,
    /// The address of the defaults; `None`: it is none.
    address: Option<IpAddr>,
    /// The header fields of the defaults.
    headers: Vec<(String, String)>,
}

/// Method, path with query, and what a URL says besides: host and TLS.
struct Line<'a> {
    method: &'a str,
    target: &'a str,
    of_url: Option<(&'a str, bool)>,
}

impl Reader<'_, '_> {
    /// A case; `None` where something is missing that was found already.
    fn case(&mut self, case: &At<Case>) -> Option<ExpectedRequest> {
        let line = self.findings.line(case.span.start);
        let given = &case.value;
        let request = given.request.as_ref();
        let asked = request.and_then(|request| self.line(request));
        let expected = given.expect.as_ref().and_then(|one| self.expected(one));
        let address = match &given.address {
            Some(address) => self.address(address),
            None => self.address,
        };
        let headers = self.headers(given.headers.as_ref());
        self.conflicts(given);
        let (asked, expected) = (asked?, expected?);
        let host = given.host.as_ref().or(self.defaults.host.as_ref());
        let host = match (host, asked.of_url) {
            (_, Some((host, _))) => host,
            (Some(host), None) => &host.value.0,
            (None, None) => "localhost",
        };
        let own = |at: &Option<At<String>>| at.as_ref().map(|at| at.value.clone());
        let token = given
            .token
            .as_ref()
            .and_then(|token| self::token(&token.value));
        let sender = own(&given.app)
            .or_else(|| own(&given.credential))
            .or_else(|| token.as_ref()?.client.clone());
        let told = || {
            let (method, target) = (asked.method, asked.target);
            match &sender {
                Some(sender) => format!("{method} {target} as {sender}"),
                None => format!("{method} {target}"),
            }
        };
        let millis = |date: Date| date.0.saturating_mul(1000).saturating_add(date.1.into());
        let tls = given.tls.or(self.defaults.tls);
        Some(ExpectedRequest {
            name: given
                .name
                .as_ref()
                .map_or_else(told, |name| name.0.to_string()),
            line,
            method: asked.method.to_owned(),
            target: asked.target.to_owned(),
            host: host.to_owned(),
            app: own(&given.app),
            credential: own(&given.credential),
            scopes: given.scopes.as_ref().map(|scopes| {
                let names = scopes.iter().map(|scope| scope.value.as_str().into());
                names.collect()
            }),
            token,
            headers,
            body: own(&given.body),
            body_file: given
                .body_file
                .as_ref()
                .map(|at| self.folder.join(&at.value.0)),
            address: address?,
            country: given.country.as_ref().map(|code| code.0),
            asn: given.asn.as_ref().map(|asn| asn.0),
            at: given.time.or(self.defaults.time).map(millis),
            tls: asked.of_url.map_or(tls.unwrap_or(false), |(_, tls)| tls),
            expected,
        })
    }

    /// `POST /v1/orders`, or with a URL in the place of the path.
    fn line<'t>(&mut self, at: &'t At<String>) -> Option<Line<'t>> {
        let read = || {
            let (method, target) = at.value.split_once(' ')?;
            let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
            let is_method = !method.is_empty() && method.bytes().all(token);
            let url = |scheme| target.strip_prefix(scheme);
            let (target, of_url) = match (url("https://"), url("http://")) {
                (Some(rest), _) => within(rest, true)?,
                (None, Some(rest)) => within(rest, false)?,
                (None, None) => (target, None),
            };
            let visible = target.bytes().all(|b| b.is_ascii_graphic());
            (is_method && visible && target.starts_with('/')).then_some(Line {
                method,
                target,
                of_url,
            })
        };
        let found = read();
        if found.is_none() {
            let message = format!("{} is no request", quote(&at.value));
            let label = "expected a method and a path, or a URL";
            self.findings
                .error(Code::InvalidValue, at.span, &message, label)
                .help("such as `POST /v1/orders`, or `GET https://api.example.com/v1/orders`");
        }
        found
    }

    fn expected(&mut self, at: &At<Expect>) -> Option<Expected> {
        let refusal = match &at.value {
            Expect::Word(ExpectWord::Allow) => return Some(Expected::Allow),
            Expect::Word(ExpectWord::Refuse) => {
                return Some(Expected::Refuse {
                    with: RefusedWith::Anything,
                    policy: None,
                });
            }
            Expect::Refusal(refusal) => refusal,
        };
        let code = refusal.refuse.as_ref()?;
        let Some(with) = RefusedWith::parse(&code.value) else {
            let message = format!("there is no code {}", quote(&code.value));
            let codes = Denial::ALL
                .iter()
                .flat_map(|code| [code.name(), code.family()]);
            self.findings
                .error(
                    Code::InvalidValue,
                    code.span,
                    &message,
                    "no code of a refusal",
                )
                .did_you_mean(&code.value, codes);
            return None;
        };
        Some(Expected::Refuse {
            with,
            policy: refusal.policy.as_ref().map(|at| at.value.clone()),
        })
    }

    fn address(&mut self, at: &At<String>) -> Option<IpAddr> {
        let address = at.value.parse().ok();
        if address.is_none() {
            let message = format!("{} is no address", quote(&at.value));
            let label = "expected an IP address";
            self.findings
                .error(Code::InvalidAddress, at.span, &message, label);
        }
        address
    }

    /// Header fields, and those of the defaults that the case does not have by itself.
    fn headers(&mut self, own: Option<&Map<At<String>, HeaderName>>) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (name, value) in own.iter().flat_map(|own| &own.0) {
            if value.value.chars().any(char::is_control) {
                let message = format!("the value of {} has control characters", quote(&name.value));
                self.findings.error(
                    Code::InvalidHeader,
                    value.span,
                    &message,
                    "no value of a header field",
                );
            }
            all.push((name.value.clone(), value.value.trim().to_owned()));
        }
        let is_own = |name: &str| all.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let others = self.headers.iter().filter(|(name, _)| !is_own(name));
        let others: Vec<_> = others.cloned().collect();
        all.extend(others);
        all
    }

    /// Things that exclude each other.
    fn conflicts(&mut self, case: &Case) {
        let mut both = |one: Option<Span>, what: &str, with: &str, is_there: bool| {
            if let Some(span) = one.filter(|_| is_there) {
                let message = format!("`{what}` and `{with}` exclude each other");
                let label = "only one of them can be said";
                self.findings.error(Code::Conflict, span, &message, label);
            }
        };
        let body = case.body_file.as_ref().map(|at| at.span);
        both(body, "body_file", "body", case.body.is_some());
        let token = case.token.as_ref().map(|at| at.span);
        both(token, "token", "credential", case.credential.is_some());
        both(token, "token", "scopes", case.scopes.is_some());
        let nobody = case.app.is_none() && case.credential.is_none() && case.token.is_none();
        if let Some(first) = case.scopes.iter().flatten().next().filter(|_| nobody) {
            let message = "`scopes` are those of a credential, and none is sent";
            self.findings
                .error(Code::MissingField, first.span, message, "of whom?")
                .help("say the `app` or the `credential`, too");
        }
    }
}

/// The path of a URL without its scheme, and its host.
fn within(rest: &str, tls: bool) -> Option<(&str, Option<(&str, bool)>)> {
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, target) = rest.split_at_checked(at)?;
    let target = if target.is_empty() { "/" } else { target };
    (!host.is_empty()).then_some((target, Some((host, tls))))
}

fn token(given: &document::Token) -> Option<ExpectedToken> {
    let own = |at: &Option<At<String>>| at.as_ref().map(|at| at.value.clone());
    let all = |list: &Option<Vec<At<String>>>| {
        let list = list.as_ref()?;
        Some(list.iter().map(|at| at.value.clone()).collect::<Vec<_>>())
    };
    Some(ExpectedToken {
        issuer: own(&given.issuer)?,
        client: own(&given.client),
        subject: own(&given.subject),
        user: own(&given.user),
        groups: all(&given.groups).unwrap_or_default(),
        scopes: all(&given.scopes),
        audience: all(&given.audience),
        expires_at: given.expires_at.map(|date| date.0),
    })
}
