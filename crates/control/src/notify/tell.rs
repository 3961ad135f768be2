//! From what happened to what is sent to whom.

use super::addressees::Addressees;
use super::happened::Happened;
use super::mailing::{self, Mails};
use super::sides::{Side, sides};
use super::webhooks::{Webhooks, enabled};
use super::{millis, named};
use crate::management::mail::Mail;
use crate::management::webhook::Webhook;
use crate::{Refusal, Service};
use jiff::Timestamp;
use postern_outbound::mail::{Template, is_address};
use postern_outbound::webhook::{Event, EventKind};
use postern_store::{Kind, Store};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The lane of mails that are no tenant's. No tenant is called so.
const PLATFORM: &str = "-";

/// Apps that an event names at most.
const MOST_APPS: usize = 1000;

/// Tells what happened to those who listen now.
#[derive(Debug)]
pub(super) struct Teller<'a> {
    service: &'a Service,
    store: &'a Store,
    addressees: &'a dyn Addressees,
    webhooks: Vec<(String, Webhook)>,
    mail: Option<Mail>,
    links: String,
    now: Timestamp,
}

impl<'a> Teller<'a> {
    pub(super) async fn new(
        service: &'a Service,
        store: &'a Store,
        addressees: &'a dyn Addressees,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let mail = mailing::settings(store).await?;
        Ok(Self {
            webhooks: enabled(store).await?,
            links: mailing::links(service, mail.as_ref()),
            service,
            store,
            addressees,
            mail,
            now,
        })
    }

    /// Where links of mails begin.
    pub(super) fn links(&self) -> &str {
        &self.links
    }

    /// Whether anybody listens.
    pub(super) const fn is_heard(&self) -> bool {
        !self.webhooks.is_empty() || self.mail.is_some()
    }

    /// Puts it into the queues, once however often it is told.
    ///
    /// # Errors
    /// The store cannot be used; then some of those whom it concerns may have been told.
    pub(super) async fn tell(&self, happened: Happened) -> Result<(), Refusal> {
        if !self.is_heard() {
            return Ok(());
        }
        let sides = sides(self.service, self.store, &happened.parties).await?;
        for (at, side) in sides.iter().enumerate() {
            self.webhooks_of(&happened, side, at == 0).await?;
        }
        let (Some(mail), Some(template)) = (&self.mail, &happened.mail) else {
            return Ok(());
        };
        for side in self.mailed(&happened, &sides).await? {
            let addresses = self.addresses(side).await?;
            let mut template = template.clone();
            if let Template::Version { apps, .. } = &mut template {
                apps.clone_from(&side.apps);
            }
            let lane = side.tenant.as_deref().unwrap_or(PLATFORM);
            self.mail(&happened, mail, &template, lane, addresses)
                .await?;
        }
        if let Some(to) = happened.to.clone().filter(|to| is_address(to)) {
            self.mail(&happened, mail, template, PLATFORM, [to].into())
                .await?;
        }
        Ok(())
    }

    /// The sides that get mails. A side that did it itself gets none where that is said; whoever
    /// acts for all of them may have meant any.
    async fn mailed<'s>(
        &self,
        happened: &Happened,
        sides: &'s [Side],
    ) -> Result<Vec<&'s Side>, Refusal> {
        let mut others = Vec::new();
        for side in sides {
            let theirs = match &happened.by {
                Some(doer) if side.unless_theirs => {
                    let tenant = side.tenant.as_deref();
                    self.addressees.acts_for(doer, tenant).await?
                }
                _ => false,
            };
            if !theirs {
                others.push(side);
            }
        }
        if others.is_empty() && sides.len() > 1 {
            return Ok(sides.iter().collect());
        }
        Ok(others)
    }

    /// `first`: whether it is their business above all, so that the platform is told of it too.
    async fn webhooks_of(
        &self,
        happened: &Happened,
        side: &Side,
        first: bool,
    ) -> Result<(), Refusal> {
        let tenant = side.tenant.as_deref();
        let wants = |webhook: &Webhook| {
            let theirs = webhook.tenant.as_deref() == tenant;
            let platform = first && webhook.tenant.is_none();
            (theirs || platform) && webhook.events.contains(&happened.kind)
        };
        let mut event = None;
        for (id, _) in self.webhooks.iter().filter(|(_, webhook)| wants(webhook)) {
            let event = event.get_or_insert_with(|| event_of(happened, side));
            Webhooks::enqueue(self.store, id, event, millis(self.now)).await?;
        }
        Ok(())
    }

    /// Who gets the mails of a side.
    async fn addresses(&self, side: &Side) -> Result<BTreeSet<String>, Refusal> {
        let Some(point) = side.mailed else {
            return Ok(BTreeSet::new());
        };
        let tenant = side.tenant.as_deref();
        let people = self.addressees.with_point(point, tenant).await?;
        let mut addresses: BTreeSet<String> = people.into_iter().collect();
        for app in &side.apps {
            addresses.extend(self.contact(app).await?);
        }
        Ok(addresses)
    }

    async fn mail(
        &self,
        happened: &Happened,
        mail: &Mail,
        template: &Template,
        lane: &str,
        addresses: BTreeSet<String>,
    ) -> Result<(), Refusal> {
        let from = mailing::installation(mail);
        let name = happened.mailed_as.as_ref().unwrap_or(&happened.name);
        for address in addresses {
            let parts = [parts(name, happened.kind), vec![address.as_str()]].concat();
            let id = named("mail_", &parts);
            let message = template.message(&from, &id, &address);
            let (at, now_ms) = (happened.at, millis(self.now));
            Mails::enqueue(self.store, lane, &message, at, now_ms).await?;
        }
        Ok(())
    }

    /// Where whoever is responsible for an app gets mails, if that is known.
    async fn contact(&self, app: &str) -> Result<Option<String>, Refusal> {
        let found = self.store.document(Kind::new("app")?, app).await?;
        let Some(found) = found else { return Ok(None) };
        let value = found.value()?;
        let contact = value.get("contact").and_then(Value::as_str);
        let contact = contact.filter(|text| is_address(text));
        Ok(contact.map(str::to_owned))
    }
}

fn parts(name: &[String], kind: EventKind) -> Vec<&str> {
    let name = name.iter().map(|part| &**part);
    name.chain([kind.as_str()]).collect()
}

fn event_of(happened: &Happened, side: &Side) -> Event {
    let tenant = side.tenant.as_deref().unwrap_or_default();
    let parts = [parts(&happened.name, happened.kind), vec![tenant]].concat();
    let mut data = happened.data.clone();
    // Which app of theirs it is about, where what happened does not say so itself.
    if let Value::Object(members) = &mut data
        && !side.apps.is_empty()
        && !members.contains_key("app")
    {
        let apps: Vec<_> = side.apps.iter().take(MOST_APPS).collect();
        members.insert("apps".to_owned(), json!(apps));
    }
    Event {
        id: named("evt_", &parts),
        kind: happened.kind,
        occurred_at: happened.at,
        tenant: side.tenant.clone(),
        data,
    }
}
