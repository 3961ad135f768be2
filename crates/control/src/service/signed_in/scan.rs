//! Finding sessions among all that are kept.

use super::super::Service;
use super::super::audit::now_ms;
use super::SignedIn;
use crate::browsers::KeptSession;
use crate::{Actor, Refusal};
use postern_model::permission::Point;

/// Sessions that are read at once.
const PART: usize = 500;
/// Sessions that are looked at for a page; where none fits, the next page goes on there.
const LOOKED_AT: usize = 50_000;
/// What the id of a session begins with; its key follows, as far as that is told.
pub(super) const PREFIX: &str = "ses_";
/// How much of its key an id has, in letters.
const TOLD: usize = 16;

/// Which sessions.
#[derive(Debug, Default)]
pub(super) struct Which<'a> {
    pub(super) service: Option<&'a str>,
    pub(super) issuer: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    /// What the upstream is told, or the issuer's subject.
    pub(super) user: Option<&'a str>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) found: Vec<(KeptSession, SignedIn)>,
    /// Where to go on.
    pub(super) next: Option<String>,
}

/// The beginning of the key of a session's id.
pub(super) fn prefix(id: &str) -> Option<&str> {
    let prefix = id.strip_prefix(PREFIX)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (prefix.len() == TOLD && prefix.bytes().all(is_digit)).then_some(prefix)
}

/// There is no such session, for whoever asks.
pub(super) fn missing(id: &str) -> Refusal {
    let id: String = id.chars().take(64).flat_map(char::escape_debug).collect();
    Refusal::new("not_found", format!("there is no session `{id}`"))
        .help("`postern sessions list` shows who is signed in")
}

/// Somebody may not do that.
pub(super) fn forbidden(point: Point) -> Refusal {
    let message = format!("this takes the permission `{point}`");
    Refusal::new("forbidden", message)
}

impl Which<'_> {
    fn fits(&self, one: &SignedIn) -> bool {
        let is = |wanted: Option<&str>, have: &[Option<&str>]| {
            wanted.is_none_or(|wanted| have.contains(&Some(wanted)))
        };
        is(self.service, &[Some(&one.service)])
            && is(self.issuer, &[Some(&one.issuer)])
            && is(self.user, &[one.user.as_deref(), one.subject.as_deref()])
            && self.host.is_none_or(|host| is_at(&one.origin, host))
    }

    /// Which, in words that follow "sessions".
    pub(super) fn words(&self) -> String {
        let all = [
            (" of ", self.user),
            (" at service ", self.service),
            (" at host ", self.host),
            (" by issuer ", self.issuer),
        ];
        let said = all.iter().filter_map(|(before, wanted)| {
            let wanted: String = wanted.as_ref()?.chars().take(256).collect();
            Some(format!("{before}{wanted}"))
        });
        said.collect()
    }
}

/// Whether an origin is at a host, which may be said with its port and without.
fn is_at(origin: &str, host: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else {
        return false;
    };
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let bare = authority.rsplit_once(':').filter(|(_, port)| is_port(port));
    let bare = bare.map_or(authority, |(bare, _)| bare);
    authority.eq_ignore_ascii_case(host) || bare.eq_ignore_ascii_case(host)
}

impl Service {
    /// The first sessions after one that are meant and that somebody has a permission for.
    pub(super) async fn scan(
        &self,
        actor: &Actor,
        which: &Which<'_>,
        point: Point,
        after: Option<&str>,
        most: usize,
    ) -> Result<Found, Refusal> {
        if !actor.grants.allow_somewhere(point) {
            return Err(forbidden(point));
        }
        let mut page = Found::default();
        let Some(sessions) = &self.sessions else {
            return Ok(page);
        };
        let mut after = match after {
            // After all keys that begin like that.
            Some(id) => {
                let message = "`after` is what the page before says as `next`".to_owned();
                let prefix = prefix(id).ok_or_else(|| Refusal::invalid(message))?;
                Some(format!("{prefix}g"))
            }
            None => None,
        };
        let (mut looked, now) = (0, now_ms());
        let directory = self.running.directory();
        let is_good = |one: &SignedIn| {
            let revoked = directory.revocation_of_session(&one.signed(), now.div_euclid(1000));
            one.until_ms > now && revoked.is_none()
        };
        loop {
            let part = sessions.list(after.as_deref(), PART, now).await?;
            let is_last = part.len() < PART;
            looked += part.len();
            after = part.last().map(|last| last.key.clone());
            for kept in part {
                let Some(one) = self.told(&kept).filter(&is_good) else {
                    continue;
                };
                if !which.fits(&one) || !actor.grants.allow(point, one.tenant.as_deref()) {
                    continue;
                }
                if page.found.len() >= most {
                    page.next = page.found.last().map(|(_, last)| last.id.clone());
                    return Ok(page);
                }
                page.found.push((kept, one));
            }
            if is_last {
                return Ok(page);
            }
            if looked >= LOOKED_AT {
                let told = after.as_deref().and_then(|key| key.get(..TOLD));
                page.next = told.map(|told| format!("{PREFIX}{told}"));
                return Ok(page);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_said_with_its_port_or_without() {
        for (origin, host, fits) in [
            ("https://shop.example", "shop.example", true),
            ("https://shop.example", "Shop.Example", true),
            ("https://shop.example:8443", "shop.example", true),
            ("https://shop.example:8443", "shop.example:8443", true),
            ("https://shop.example:8443", "shop.example:443", false),
            ("https://shop.example", "hop.example", false),
            ("http://[::1]:80", "[::1]", true),
            ("http://[::1]", "[::1]", true),
            ("http://[::1]", "[:", false),
            ("", "", false),
        ] {
            assert_eq!(is_at(origin, host), fits, "{origin} {host}");
        }
    }

    #[test]
    fn an_id_is_the_beginning_of_a_key() {
        assert_eq!(prefix("ses_0123456789abcdef"), Some("0123456789abcdef"));
        for wrong in [
            "ses_",
            "ses_0123456789abcde",
            "ses_0123456789ABCDEF",
            "0123456789abcdef",
            "ses_0123456789abcdefg",
        ] {
            assert_eq!(prefix(wrong), None, "{wrong}");
        }
    }
}
