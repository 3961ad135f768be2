//! Requirements as text for people.

use super::{
    AskedSignature, Browsers, Header, Limit, Network, PageToken, Requirements, Retry, Role,
};
use std::fmt::Write as _;

impl Requirements {
    /// Lines for a terminal: what is asked for, then what can be refused.
    pub fn render(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{}/{}/{}  {} {}",
            self.service,
            self.version,
            self.operation,
            or_any(&self.methods, ", ", "any method"),
            self.path
        );
        for (name, says) in self.asks() {
            let _ = writeln!(out, "  {name:<14} {says}");
        }
        let _ = writeln!(out, "\npossible refusals:");
        for refusal in &self.refusals {
            let retry = match refusal.retry {
                Retry::Never => "do not repeat it".to_owned(),
                Retry::AfterChange => "repeat it after a change".to_owned(),
                Retry::After(seconds) => format!("repeat it after {seconds} s or Retry-After"),
            };
            let _ = writeln!(
                out,
                "  {} {:<34} {} ({retry})",
                refusal.status, refusal.code, refusal.title
            );
        }
        out.trim_end().to_owned()
    }

    fn asks(&self) -> Vec<(&'static str, String)> {
        let mut asks = vec![("state", self.life())];
        let mut ask = |name, says: String| {
            if !says.is_empty() {
                asks.push((name, says));
            }
        };
        ask("hosts", self.hosts.join(", "));
        ask("environments", self.environments.join(", "));
        ask("connection", self.connection_words());
        ask("credential", self.credential_words());
        if self.subscription {
            let plans = or_any(&self.plans, ", ", "there is none");
            let approved = if self.approval {
                "approved by the owners"
            } else {
                "approved at once"
            };
            ask("subscription", format!("{approved}; plans: {plans}"));
        }
        let scopes = self.scopes.iter().map(|scope| scope.name.as_str());
        ask("scopes", scopes.collect::<Vec<_>>().join(" and "));
        let roles = self.access_roles.iter().map(role);
        ask("access role", roles.collect::<Vec<_>>().join(" or "));
        ask("asked besides", self.deciders.join(", "));
        for header in &self.headers {
            ask("header", header_words(header));
        }
        for types in &self.media_types {
            ask("media type", types.join(" or "));
        }
        if self.length_required {
            ask("length", "Content-Length is required".to_owned());
        }
        if let Some(most) = self.max_body {
            ask("body", format!("at most {most} bytes"));
        }
        if !self.contract.is_empty() {
            ask(
                "document",
                format!(
                    "{} as the OpenAPI document has it",
                    self.contract.join(", ")
                ),
            );
        }
        for condition in &self.conditions {
            ask(
                "condition",
                match &condition.when {
                    Some(when) => format!("where {when}: {}", condition.says),
                    None => condition.says.clone(),
                },
            );
        }
        match self.network {
            Network::Anywhere => {}
            Network::NotEverywhere => ask(
                "network",
                "some networks or countries are denied".to_owned(),
            ),
            Network::InternalOnly => ask("network", "some networks or countries only".to_owned()),
        }
        match self.browsers {
            Browsers::UpToUpstream => {}
            Browsers::AnyOrigin => ask("browsers", "pages of every origin".to_owned()),
            Browsers::SomeOrigins => ask("browsers", "pages of some origins".to_owned()),
            Browsers::SomeOriginsOnly => {
                ask("browsers", "pages of some origins, no others".to_owned());
            }
        }
        if self.own_pages_only {
            ask(
                "pages",
                "of the host itself, to change something".to_owned(),
            );
        }
        for token in &self.page_tokens {
            ask("page token", token_words(token));
        }
        for limit in &self.limits {
            ask("limit", limit_words(limit));
        }
        asks
    }

    fn life(&self) -> String {
        let seen = if self.private { ", private" } else { "" };
        match &self.successor {
            Some(successor) => format!("{}; move to {successor}{seen}", self.state),
            None => format!("{}{seen}", self.state),
        }
    }

    fn connection_words(&self) -> String {
        let parts = [
            (self.connection.tls, "TLS"),
            (self.connection.client_certificate, "a client certificate"),
            (self.websocket, "a WebSocket may be opened"),
        ];
        let asked = parts.into_iter().filter(|(is, _)| *is);
        asked.map(|(_, words)| words).collect::<Vec<_>>().join(", ")
    }

    fn credential_words(&self) -> String {
        let Some(accepted) = &self.credentials else {
            return "none is asked for".to_owned();
        };
        let headers = accepted.headers.iter().map(|name| format!("header {name}"));
        let query = accepted.query.iter().map(|name| format!("query {name}"));
        let places: Vec<String> = headers.chain(query).collect();
        let issuers: Vec<&str> = accepted.issuers.iter().map(|one| &*one.iss).collect();
        let kinds = accepted.kinds.iter().map(|kind| match &**kind {
            "jwt" => {
                let kind = match accepted.dpop.as_deref() {
                    None => "bearer token",
                    Some("required") => "token with a proof of possession (DPoP)",
                    Some(_) => "bearer token, or token with a proof of possession (DPoP),",
                };
                format!("{kind} of {}", issuers.join(" or "))
            }
            "session" => {
                let at = accepted.sign_in.as_ref().map_or("", |one| &*one.iss);
                format!("somebody signed in at {at} (cookie)")
            }
            "signature" => signature_words("RFC 9421", accepted.signature.as_ref()),
            "hmac" => signature_words("HMAC in Authorization", accepted.hmac.as_ref()),
            "basic" => "user name and password (Basic)".to_owned(),
            "mtls" => "client certificate".to_owned(),
            _ => format!("API key in {}", places.join(" or ")),
        });
        let optional = if accepted.optional { ", optional" } else { "" };
        format!("{}{optional}", kinds.collect::<Vec<_>>().join(", or "))
    }
}

fn signature_words(how: &str, asked: Option<&AskedSignature>) -> String {
    let Some(asked) = asked else {
        return "signature".to_owned();
    };
    let mut covered = asked.components.join(" ");
    if asked.digest {
        covered.push_str(", and the digest of a body");
    }
    let nonce = if asked.nonce { ", with a nonce" } else { "" };
    let age = asked.max_age_s;
    format!("signature ({how}) over {covered}{nonce}, good for {age} s")
}

fn or_any(list: &[String], between: &str, none: &str) -> String {
    if list.is_empty() {
        none.to_owned()
    } else {
        list.join(between)
    }
}

fn role(role: &Role) -> String {
    if role.methods.is_empty() {
        role.name.clone()
    } else {
        format!("{} (for {})", role.name, role.methods.join(", "))
    }
}

fn header_words(header: &Header) -> String {
    let mut words = header.name.clone();
    if !header.values.is_empty() {
        words.push_str(": ");
        words.push_str(&header.values.join(" or "));
    }
    if !header.required {
        words.push_str(", if it is sent");
    }
    if !header.methods.is_empty() {
        words.push_str(" (for ");
        words.push_str(&header.methods.join(", "));
        words.push(')');
    }
    words
}

fn token_words(token: &PageToken) -> String {
    let field = token.field.as_ref();
    let field = field.map_or_else(String::new, |name| format!(" or form field {name}"));
    format!(
        "from {}, with its cookie, in header {}{field}",
        token.from, token.header
    )
}

fn limit_words(limit: &Limit) -> String {
    let by = match limit.by.as_slice() {
        [] => "for everybody together".to_owned(),
        by => format!("for each {}", by.join(" and ")),
    };
    let plan = limit.plan.as_ref();
    let plan = plan.map_or_else(String::new, |plan| format!(", with plan {plan}"));
    format!("{}: {} {by}{plan}", limit.name, limit.says)
}
