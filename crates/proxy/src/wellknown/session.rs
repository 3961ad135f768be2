//! Signing in and out at browsers: which service it is for, where browsers may be sent back to, and
//! what they are answered.

pub(crate) mod fuzz;

use super::answer::Answer;
use crate::sessions::SignedIn;
use postern_model::entity::{SameSite, Service, SessionRule};
use postern_policy::Rules;
use postern_policy::credential::answers_on;
use postern_policy::path;
use postern_policy::router::RESERVED;
use serde::Serialize;

/// Longest query that a provider may send a browser back with, bytes.
pub(crate) const LONGEST_QUERY: usize = 8 * 1024;

/// Longest address within the host that a browser is sent back to, bytes: it is kept in a cookie
/// meanwhile.
pub(crate) const LONGEST_BACK: usize = 1024;

/// Longest form that a provider may send to sign somebody out, bytes.
pub(crate) const LONGEST_FORM: usize = 16 * 1024;

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionPage {
    /// Sends a browser to the provider.
    SignIn,
    /// Where it comes back to.
    Callback,
    /// Ends a session.
    SignOut,
    /// Where providers say that they have signed somebody out.
    BackchannelLogout,
}

impl SessionPage {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "sign-in" => Self::SignIn,
            "callback" => Self::Callback,
            "sign-out" => Self::SignOut,
            "backchannel-logout" => Self::BackchannelLogout,
            _ => return None,
        })
    }
}

/// Scheme, host and port, as the browser has asked; `None` where that cannot stand in an address.
pub(crate) fn origin(authority: Option<&[u8]>, secure: bool) -> Option<String> {
    let authority = crate::refusal::safe_authority(authority?)?;
    let scheme = if secure { "https" } else { "http" };
    Some(format!("{scheme}://{}", authority.to_ascii_lowercase()))
}

/// The first value of a parameter, decoded; `None` where it is given twice.
pub(crate) fn parameter(query: &[u8], name: &str) -> Option<String> {
    let mut values = query.split(|&b| b == b'&').filter_map(|pair| {
        let value = pair.strip_prefix(name.as_bytes())?;
        value.strip_prefix(b"=")
    });
    let value = values.next().filter(|value| value.len() <= LONGEST_QUERY)?;
    if values.next().is_some() {
        return None;
    }
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            out.push(*first);
            continue;
        }
        let (digits, behind) = rest.split_at_checked(2)?;
        out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = behind;
    }
    String::from_utf8(out).ok()
}

/// The token of a form that a provider sends (OpenID Connect Back-Channel Logout 1.0 §2.5).
///
/// # Errors
/// Why there is none.
pub(crate) fn logout_token(kind: Option<&[u8]>, form: &[u8]) -> Result<String, &'static str> {
    let kind = kind.unwrap_or_default();
    let kind = kind.split(|&b| b == b';').next().unwrap_or_default();
    if !kind
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    {
        return Err("it is not sent as a form (`application/x-www-form-urlencoded`)");
    }
    if form.len() > LONGEST_FORM {
        return Err("the form is too long");
    }
    let token = parameter(form, "logout_token").filter(|token| !token.is_empty());
    token.ok_or("the form has no `logout_token`, or two, or one that is too long")
}

/// Where a browser wants to be sent back to: a path on this host in its normal form, and maybe a
/// query. Nothing that a browser could take for another host, and none of our own pages.
pub(crate) fn back(query: &[u8]) -> Option<String> {
    let wanted = parameter(query, "return")?;
    if wanted.len() > LONGEST_BACK {
        return None;
    }
    let (path, query) = match wanted.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (wanted.as_str(), None),
    };
    let normal = path::normalise(path.as_bytes()).ok()?;
    let graphic = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && b != b'#');
    let normal = normal.text;
    if !normal.starts_with('/') || normal.starts_with("//") || normal.starts_with(RESERVED) {
        return None;
    }
    match query {
        None => Some(normal.into_owned()),
        Some(query) if graphic(query) => Some(format!("{normal}?{query}")),
        Some(_) => None,
    }
}

/// The services on a host that sign people in, with how.
pub(crate) fn services<'a>(
    rules: &'a Rules,
    host: Option<&'a str>,
) -> impl Iterator<Item = (&'a Service, &'a SessionRule)> {
    let all = rules.configuration().services.iter();
    all.filter(move |service| answers_on(service, host))
        .filter_map(|service| {
            let accepted = service.authentication.as_ref()?;
            Some((service, accepted.session.as_deref()?))
        })
}

/// The service that a path on a host is of; where it is of none, the first that signs people in.
pub(crate) fn choose<'a>(
    rules: &'a Rules,
    host: Option<&'a str>,
    back: &str,
) -> Option<(&'a Service, &'a SessionRule)> {
    let path = back.split('?').next().unwrap_or_default();
    let is_below = |base: &str| {
        let rest = path.strip_prefix(base);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let below = services(rules, host).filter(|(service, _)| is_below(&service.base_path));
    let nearest = below.max_by_key(|(service, _)| service.base_path.len());
    nearest.or_else(|| services(rules, host).next())
}

/// The service of that name, if it signs people in on the host.
pub(crate) fn named<'a>(
    rules: &'a Rules,
    host: Option<&'a str>,
    name: &str,
) -> Option<(&'a Service, &'a SessionRule)> {
    services(rules, host).find(|(service, _)| *service.name == *name)
}

/// No content, for nobody to keep.
pub(crate) fn empty(status: u16) -> Answer {
    Answer {
        status,
        fields: vec![
            ("cache-control", "no-store".into()),
            ("referrer-policy", "no-referrer".into()),
        ],
        body: Vec::new(),
    }
}

/// Sends a browser to an address.
pub(crate) fn sent_to(url: String) -> Answer {
    empty(303).with("location", url)
}

/// Sends a browser that was signed in back to where it wanted to. A cookie for pages of the site
/// alone is not sent while a browser follows another site's redirection: so a page of ours sends it.
pub(crate) fn back_to(signed_in: &SignedIn, same_site: SameSite) -> Answer {
    let mut answer = match same_site {
        SameSite::Lax => sent_to(signed_in.back.clone()),
        SameSite::Strict => {
            let to = signed_in.back.replace('&', "&amp;").replace('"', "&quot;");
            let to = to.replace('<', "&lt;").replace('>', "&gt;");
            let body = format!(
                "<!doctype html>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"refresh\" content=\"0;url={to}\">\n<title>Signed in</title>\n<p>Signed in. <a href=\"{to}\">Go on</a></p>\n"
            );
            let mut page = empty(200)
                .with("content-type", "text/html; charset=utf-8")
                .with("content-security-policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
                .with("x-content-type-options", "nosniff");
            page.body = body.into_bytes();
            page
        }
    };
    for cookie in &signed_in.cookies {
        answer = answer.with("set-cookie", cookie.clone());
    }
    answer
}

#[derive(Debug, Serialize)]
struct SignedOut<'a> {
    /// Whether somebody was signed in.
    signed_out: bool,
    /// Where to go on: at the provider, to sign out there too, if it has such a place.
    next: &'a str,
}

/// What a browser is answered that was signed out.
pub(crate) fn signed_out(next: &str, ended: bool, navigates: bool) -> Option<Answer> {
    if navigates {
        return Some(sent_to(next.to_owned()));
    }
    let body = SignedOut {
        signed_out: ended,
        next,
    };
    Answer::personal(200, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_back_to_this_host_alone() {
        for (sent, to) in [
            ("return=/orders", Some("/orders")),
            ("return=%2Forders%3Fa%3D1%26b%3D2", Some("/orders?a=1&b=2")),
            ("x=1&return=/a/b/?q=%25", Some("/a/b/?q=%")),
            ("return=/%61", Some("/a")),
            ("return=/", Some("/")),
            ("", None),
            ("return=", None),
            ("return=orders", None),
            ("return=//evil.example", None),
            ("return=%2F%2Fevil.example", None),
            ("return=/%2F/evil.example", None),
            ("return=/%5Cevil.example", None),
            ("return=\\\\evil.example", None),
            ("return=https://evil.example", None),
            ("return=/..//evil.example", None),
            ("return=/.//evil.example", None),
            ("return=/%09/evil.example", None),
            ("return=/a%0d%0aSet-Cookie:x", None),
            ("return=/a?b%0d%0aSet-Cookie:x", None),
            ("return=/a%23b", None),
            ("return=/a?b%23c", None),
            ("return=/a&return=/b", None),
            ("return=/a%", None),
            ("return=/a%4", None),
            ("return=/a%zz", None),
            ("return=/%c3%a9", None),
            ("return=javascript:alert(1)", None),
            ("return=/.well-known/postern/session/sign-in", None),
            ("return=/%2ewell-known/postern/session/sign-in", None),
        ] {
            assert_eq!(back(sent.as_bytes()).as_deref(), to, "{sent}");
        }
        let long = format!("return=/{}", "a".repeat(LONGEST_BACK));
        assert_eq!(back(long.as_bytes()), None);
    }

    #[test]
    fn a_form_has_one_token() {
        const FORM: &[u8] = b"application/x-www-form-urlencoded";
        let read = |form: &str| logout_token(Some(FORM), form.as_bytes());
        assert_eq!(read("logout_token=a.b.c").as_deref(), Ok("a.b.c"));
        let more = read("x=1&logout_token=a%2Eb.c&logout_tokens=d");
        assert_eq!(more.as_deref(), Ok("a.b.c"));
        for wrong in [
            "",
            "logout_token=",
            "logout_token",
            "logout_token=a&logout_token=b",
            "logout_token=%",
            "logout_token=%ff",
            "logout_tokens=a",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&format!("logout_token={}", "a".repeat(LONGEST_FORM))).is_err());
        assert!(read(&format!("logout_token={}", "a".repeat(LONGEST_QUERY + 1))).is_err());
        let with = |kind: Option<&[u8]>| logout_token(kind, b"logout_token=a");
        let spoken: &[u8] = b"Application/X-WWW-Form-Urlencoded; charset=utf-8";
        assert!(with(Some(spoken)).is_ok());
        assert!(with(Some(b"application/json")).is_err());
        assert!(with(None).is_err());
    }

    #[test]
    fn an_origin_is_a_host_and_nothing_else() {
        let of = |authority: &str| origin(Some(authority.as_bytes()), true);
        assert_eq!(
            of("Shop.Example:8443").as_deref(),
            Some("https://shop.example:8443")
        );
        for bad in ["", "a/b", "a@b", "a b", "a\r\nb", "a?b"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
