//! What would become of a request that nobody has sent.

use super::Asking;
use super::reach::Reach;
use super::rights::Explained;
use super::world::Rows;
use crate::remembered::now as millis;
use crate::service::Service;
use crate::{Actor, Refusal};
use postern_explain::{Audience, Body, MadeUp, can};
use postern_policy::policies::LimitUse;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::IpAddr;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::service) struct Wanted {
    #[serde(default)]
    app: Option<String>,
    #[serde(default)]
    key: Option<String>,
    method: String,
    target: String,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// The body's length and its first bytes, as text.
    #[serde(default)]
    body: Option<(u64, String)>,
    from: IpAddr,
    /// Unix time in milliseconds; now, if this is not said.
    #[serde(default)]
    at_ms: Option<i64>,
    #[serde(default)]
    tls: bool,
    /// Who it is told to; as much as may be told, if this is not said.
    #[serde(default)]
    audience: Option<Audience>,
}

impl Service {
    /// Decides a made-up request.
    pub(in crate::service) async fn can(
        &self,
        actor: &Actor,
        wanted: Wanted,
    ) -> Result<Value, Refusal> {
        let reach = self.reach(actor);
        let answer = self.ask(move |asking| asking.can(&reach, &wanted)).await?;
        self.with_rights(actor, answer).await
    }
}

impl Asking {
    fn can(&self, reach: &Reach, wanted: &Wanted) -> Result<Explained, Refusal> {
        let now = self.now(&self.rows_for(wanted)?)?;
        let made = MadeUp {
            method: &wanted.method,
            target: &wanted.target,
            host: wanted.host.as_deref(),
            app: wanted.app.as_deref(),
            key: wanted.key.as_deref(),
            token: None,
            headers: &wanted.headers,
            body: wanted.body.as_ref().map(|(size, start)| Body {
                size: *size,
                start: start.as_bytes(),
            }),
            from: wanted.from,
            at: wanted.at_ms.unwrap_or_else(millis),
            tls: wanted.tls,
        };
        // At another time the counters stand otherwise.
        let is_now = wanted.at_ms.is_none();
        let readings = |uses: &[LimitUse]| is_now.then(|| self.running.readings(uses));
        let locate = |address| self.running.locate(address);
        let decide = |audience| can(&now.world(), &made, None, &readings, &locate, audience);
        // Whose service it is is known only after it was decided.
        let first = decide(Audience::Operator)?;
        let publisher = first.explanation.asked.tenant.as_deref();
        let most = reach.audience(publisher, self.app_of(wanted).as_deref());
        let most = most.ok_or_else(|| {
            Refusal::new(
                "forbidden",
                "neither the app nor the service is one of yours",
            )
            .help("ask about an app of your own, or about a service that you publish")
        })?;
        let answer = match Reach::told(most, wanted.audience) {
            Audience::Operator => first,
            audience => decide(audience)?,
        };
        let more = json!({ "allowed": answer.allowed });
        Ok(Explained::of(answer.explanation, more))
    }

    /// The app that would send it.
    fn app_of(&self, wanted: &Wanted) -> Option<String> {
        let owner = || {
            let directory = self.running.directory();
            let credential = directory.credential(wanted.key.as_deref()?)?;
            Some(credential.app.to_string())
        };
        wanted.app.clone().or_else(owner)
    }

    /// The rows of the app that would send it, and the key that was named.
    fn rows_for(&self, wanted: &Wanted) -> Result<Rows, Refusal> {
        let key = wanted.key.as_deref();
        let mut rows = match self.app_of(wanted) {
            Some(app) => self.rows_of_app(&app, wanted.at_ms.unwrap_or_else(millis))?,
            None => Rows::default(),
        };
        if let Some(key) = key {
            rows.credential = Some(key.to_owned());
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;
    use serde_json::{from_value, json};

    #[test]
    fn a_question_needs_a_method_a_target_and_an_address() {
        let whole = json!({"method": "GET", "target": "/", "from": "127.0.0.1"});
        assert!(from_value::<Wanted>(whole.clone()).is_ok());
        for name in ["method", "target", "from"] {
            let mut part = whole.clone();
            part.as_object_mut().unwrap().remove(name);
            assert!(from_value::<Wanted>(part).is_err(), "{name}");
        }
    }
}
