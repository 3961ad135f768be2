//! Who may call: security schemes become scopes and places of keys, requirements become scopes of
//! operations. What cannot be said is said stricter, never wider.

use super::{Dialect, KeyPlaces, Members, Reader, one_line};
use crate::pointer::Pointer;
use crate::refs;
use crate::report::quote;
use postern_config::{TextKind, check_text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a document says about callers.
#[derive(Debug, Default)]
pub(super) struct Security {
    /// The names of its schemes.
    pub(super) schemes: BTreeSet<String>,
    /// Scopes, and what each allows.
    pub(super) scopes: BTreeMap<String, String>,
    /// Where keys stand.
    pub(super) key_places: KeyPlaces,
    /// What holds for an operation that says nothing itself.
    pub(super) default: Callers,
    /// Whether anything is said.
    pub(super) secured: bool,
}

/// Who may call an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Callers {
    pub(super) scopes: Vec<String>,
    pub(super) anonymous: bool,
}

/// The name of a scope as a configuration can have it.
pub(super) fn mended_scope(name: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
    let mended: String = name
        .trim()
        .chars()
        .take(128)
        .map(|c| if fits(c) { c } else { '_' })
        .collect();
    check_text(TextKind::Scope, &mended)
        .is_ok()
        .then_some(mended)
}

impl Reader<'_> {
    pub(super) fn security(&mut self, members: &Members) -> Security {
        let mut security = Security::default();
        let root = Pointer::ROOT;
        let components = root.member("components");
        let (schemes, at) = if self.dialect == Dialect::Swagger2 {
            let found = members.get("securityDefinitions");
            (found, root.member("securityDefinitions"))
        } else {
            let found = members.get("components");
            let found = found.and_then(|all| all.get("securitySchemes"));
            (found, components.member("securitySchemes"))
        };
        match schemes.map(|schemes| (schemes, schemes.as_object())) {
            Some((_, Some(schemes))) => {
                for (name, scheme) in schemes {
                    self.scheme(name, scheme, &at.member(name), &mut security);
                }
            }
            Some((_, None)) => {
                self.report
                    .add(at, "the security schemes are not a mapping", "left out");
            }
            None => {}
        }
        if let Some(given) = members.get("security") {
            let at = root.member("security");
            let mut scopes = BTreeMap::new();
            security.default = self.callers(given, &at, &security, &mut scopes);
            security.scopes.extend(scopes);
            security.secured = true;
        }
        security.secured |= !security.schemes.is_empty();
        security
    }

    fn scheme(&mut self, name: &str, scheme: &Value, at: &Pointer<'_>, security: &mut Security) {
        // Whatever it is, who refers to it asks for a credential.
        security.schemes.insert(name.to_owned());
        let scheme = match refs::follow(self.root, scheme) {
            Ok(scheme) => scheme,
            Err(lost) => {
                self.report.add(
                    at,
                    lost.what(),
                    "operations with this scheme ask for an API key",
                );
                return;
            }
        };
        let text = |member: &str| scheme.get(member).and_then(Value::as_str);
        match text("type").unwrap_or_default() {
            "apiKey" => self.key_place(text("in"), text("name"), at, &mut security.key_places),
            "oauth2" => {
                self.instead_a_key("OAuth 2.0", at);
                self.flows(scheme, at, security);
            }
            "openIdConnect" => self.instead_a_key("OpenID Connect", at),
            "mutualTLS" => self.report.add(
                at,
                "the security scheme `mutualTLS`",
                "callers need an API key; set `client_certificate` in the service",
            ),
            "basic" => self.instead_a_key("HTTP Basic", at),
            "http" => {
                let what = format!("HTTP {}", quote(text("scheme").unwrap_or_default()));
                self.instead_a_key(&what, at);
            }
            other => self.instead_a_key(&quote(other), at),
        }
    }

    fn instead_a_key(&mut self, what: &str, at: &Pointer<'_>) {
        self.report.add(
            at,
            format!("credentials of the kind {what}"),
            "callers need an API key; its scopes are the ones that are asked for",
        );
    }

    fn key_place(
        &mut self,
        place: Option<&str>,
        name: Option<&str>,
        at: &Pointer<'_>,
        places: &mut KeyPlaces,
    ) {
        let name = name.unwrap_or_default();
        let (kind, list) = match place {
            Some("header") => (TextKind::HeaderName, &mut places.headers),
            Some("query") => (TextKind::ParameterName, &mut places.query),
            _ => {
                let what = format!("API keys in {}", quote(place.unwrap_or_default()));
                self.report
                    .add(at, what, "callers send the key in a header");
                return;
            }
        };
        if check_text(kind, name).is_err() {
            let what = format!("the name {} for where a key stands", quote(name));
            self.report
                .add(at, what, "callers send the key in `X-API-Key`");
        } else if !list.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            list.push(name.to_owned());
        }
    }

    /// The scopes of OAuth 2.0: below each flow, or below the scheme in Swagger 2.
    fn flows(&mut self, scheme: &Value, at: &Pointer<'_>, security: &mut Security) {
        let flows = scheme.get("flows").and_then(Value::as_object);
        let around = at.member("flows");
        let below = flows.into_iter().flatten();
        let below = below.map(|(name, flow)| (flow, Some(name.as_str())));
        for (holder, flow) in below.chain([(scheme, None)]) {
            let Some(scopes) = holder.get("scopes").and_then(Value::as_object) else {
                continue;
            };
            let inside = flow.map(|flow| around.member(flow));
            let at = inside.as_ref().unwrap_or(at);
            let at = at.member("scopes");
            for (name, description) in scopes {
                // Vendor extensions stand among scopes too.
                if name.starts_with("x-") {
                    continue;
                }
                let said = description.as_str().and_then(one_line);
                if let Some(scope) = self.scope(name, &at.member(name)) {
                    let said = said.unwrap_or_else(|| scope.clone());
                    security.scopes.entry(scope).or_insert(said);
                }
            }
        }
    }

    /// A scope's name as a configuration can have it.
    fn scope(&mut self, name: &str, at: &Pointer<'_>) -> Option<String> {
        let mended = mended_scope(name);
        match &mended {
            Some(mended) if mended == name => {}
            Some(mended) => self.report.add(
                at,
                format!("the scope {}", quote(name)),
                format!("called {}", quote(mended)),
            ),
            None => self.report.add(at, "a scope without a name", "left out"),
        }
        mended
    }

    /// Who may call by a list of requirements. Scopes that are not declared are added to `scopes`.
    pub(super) fn callers(
        &mut self,
        given: &Value,
        at: &Pointer<'_>,
        security: &Security,
        scopes: &mut BTreeMap<String, String>,
    ) -> Callers {
        let Some(alternatives) = given.as_array() else {
            let what = "`security` is not a list";
            self.report
                .add(at, what, "callers need a credential, without a scope");
            return Callers::default();
        };
        let mut anonymous = alternatives.is_empty();
        let mut all: Vec<BTreeSet<String>> = Vec::new();
        for (index, alternative) in alternatives.iter().enumerate() {
            let at = at.item(index);
            let Some(schemes) = alternative.as_object() else {
                let what = "a security requirement that is not a mapping";
                self.report.add(at, what, "left out");
                all.push(BTreeSet::new());
                continue;
            };
            if schemes.is_empty() {
                anonymous = true;
                continue;
            }
            all.push(self.required(schemes, &at, security, scopes));
        }
        let differ = all.windows(2).any(|pair| matches!(pair, [a, b] if a != b));
        let union: BTreeSet<String> = all.into_iter().flatten().collect();
        if anonymous && !union.is_empty() {
            let what = "callers with a credential need a scope, callers without one may pass";
            self.report
                .add(at, what, "everybody may pass: without the scope");
            return Callers {
                scopes: Vec::new(),
                anonymous,
            };
        }
        if differ {
            let what = "alternatives that ask for different scopes";
            self.report
                .add(at, what, "callers need all of these scopes");
        }
        Callers {
            scopes: union.into_iter().collect(),
            anonymous,
        }
    }

    /// The scopes of one alternative.
    fn required(
        &mut self,
        schemes: &Members,
        at: &Pointer<'_>,
        security: &Security,
        scopes: &mut BTreeMap<String, String>,
    ) -> BTreeSet<String> {
        let mut needed = BTreeSet::new();
        for (scheme, wanted) in schemes {
            let at = at.member(scheme);
            if !security.schemes.contains(scheme) {
                let what = format!("the security scheme {} is not declared", quote(scheme));
                self.report.add(at, what, "callers need an API key");
            }
            let Some(wanted) = wanted.as_array() else {
                let what = "the scopes of a requirement are not a list";
                self.report.add(at, what, "left out");
                continue;
            };
            for (index, name) in wanted.iter().enumerate() {
                let name = name.as_str().unwrap_or_default();
                let Some(scope) = self.scope(name, &at.item(index)) else {
                    continue;
                };
                if !security.scopes.contains_key(&scope) && !scopes.contains_key(&scope) {
                    self.report.add(
                        at.item(index),
                        format!("the scope {} is not declared", quote(&scope)),
                        "declared in the service",
                    );
                    scopes.insert(scope.clone(), scope.clone());
                }
                needed.insert(scope);
            }
        }
        needed
    }
}
