//! Whether somebody may make a change.

#[cfg(test)]
mod tests;

use super::{Look, Owner, machine, may_see, owners, publishing, rights_of};
use crate::{Actor, Refusal};
use postern_model::permission::Point;
use postern_store::{Entry, Kind, Proposal};
use serde_json::Value;

/// One document of a change set, before and after it.
pub(super) struct Step<'a> {
    pub(super) kind: &'a str,
    pub(super) id: &'a str,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// Refuses what the actor may not change. What they may not even see is answered as if it were
/// not there.
pub(crate) fn authorize(actor: &Actor, proposal: &Proposal<'_>) -> Result<(), Refusal> {
    let after = |kind: &str, id: &str| stored(proposal, kind, id);
    judged(actor, proposal.entries(), &after)
}

/// The same of documents that nobody has proposed to change yet; `after` finds the others.
pub(crate) fn judged(actor: &Actor, entries: &[Entry], after: Look<'_>) -> Result<(), Refusal> {
    publishing::approved(actor, entries)?;
    if actor.grants == postern_model::permission::Grants::everything() {
        return Ok(());
    }
    let before = |kind: &str, id: &str| {
        let entry = entries
            .iter()
            .find(|entry| entry.kind.as_str() == kind && &*entry.id == id);
        match entry {
            Some(entry) => value(entry.before.as_deref()),
            None => after(kind, id),
        }
    };
    for entry in entries {
        let step = Step::new(entry);
        judge(actor, &step, &before, after)?;
        gives(actor, &step, after)?;
        claims(actor, &step, after)?;
        machine::refers(actor, &step)?;
    }
    Ok(())
}

/// A document as it would be after a change set.
pub(crate) fn stored(proposal: &Proposal<'_>, kind: &str, id: &str) -> Option<Value> {
    let document = proposal.document(&Kind::new(kind).ok()?, id).ok()??;
    document.value().ok()
}

fn value(json: Option<&str>) -> Option<Value> {
    serde_json::from_str(json?).ok()
}

impl<'a> Step<'a> {
    pub(super) fn new(entry: &'a Entry) -> Self {
        Self {
            kind: entry.kind.as_str(),
            id: &entry.id,
            before: value(entry.before.as_deref()),
            after: value(entry.after.as_deref()),
        }
    }
}

/// Judges one document by its owner before the change, and by the one after it.
fn judge(actor: &Actor, step: &Step<'_>, before: Look<'_>, after: Look<'_>) -> Result<(), Refusal> {
    let Step { kind, id, .. } = step;
    let sides = [(&step.before, before), (&step.after, after)];
    for (document, look) in sides {
        let Some(document) = document else { continue };
        if step.before.is_some() && !may_see(actor, kind, id, document, look) {
            return Err(invisible(kind, id));
        }
        let (owner, other) = owners(kind, id, document, look);
        match other {
            Some(publisher) => subscription(actor, step, &owner, &publisher, look)?,
            None => {
                for point in points(step) {
                    holds(actor, point, &owner, step)?;
                }
            }
        }
    }
    Ok(())
}

/// Refuses to give what is not theirs to give: access roles are their owners', and so is what a
/// group carries. Otherwise whoever owns an app could let it call everything.
fn gives(actor: &Actor, step: &Step<'_>, after: Look<'_>) -> Result<(), Refusal> {
    const ROLES: (&str, &str, Point) = ("access_roles", "access_role", Point::AccessRolesWrite);
    const GROUPS: (&str, &str, Point) = ("groups", "group", Point::GroupsWrite);
    let lists: &[_] = match step.kind {
        "app" => &[ROLES, GROUPS],
        "group" => &[ROLES],
        _ => &[],
    };
    for (member, kind, point) in lists {
        let had = listed(step.before.as_ref(), member);
        let new =
            listed(step.after.as_ref(), member).filter(|name| !had.clone().any(|h| h == *name));
        for name in new {
            // One that is not there is a fault of the document.
            let Some(given) = after(kind, name) else {
                continue;
            };
            if !actor
                .grants
                .allow(*point, Owner::of(given.get("tenant")).tenant())
            {
                let noun = kind.replace('_', " ");
                let (what, id) = (step.kind, step.id.escape_debug());
                let name = name.escape_debug();
                let message = format!("{what} `{id}` cannot be given the {noun} `{name}`");
                return Err(Refusal::new("forbidden", message).help(format!(
                    "that takes the permission `{point}` where the {noun} belongs"
                )));
            }
        }
    }
    Ok(())
}

/// Refuses to make an app of whoever has a certificate with some name: which names certificates have
/// is for those to say who run their authorities. One certificate, by its fingerprint, is whose it is.
fn claims_certificates(actor: &Actor, step: &Step<'_>) -> Result<(), Refusal> {
    let name = |document: Option<&Value>| {
        let known = document?.get("certificate")?.as_object()?;
        let mut names = known.iter().filter(|(by, _)| *by != "fingerprint");
        names.next().map(|(by, name)| (by.clone(), name.clone()))
    };
    let new = name(step.after.as_ref());
    if new.is_none() || new == name(step.before.as_ref()) {
        return Ok(());
    }
    let point = Point::IssuersWrite;
    if actor.grants.allow(point, None) {
        return Ok(());
    }
    let message = "certificates with that name cannot be made an app's";
    Err(Refusal::new("forbidden", message).help(format!(
        "that takes the permission `{point}` of the platform; one certificate is known by its \
         `fingerprint` without"
    )))
}

/// Refuses to make an app of a client that is not theirs: tokens of an issuer are its owner's, but
/// where both are of one tenant.
fn claims(actor: &Actor, step: &Step<'_>, after: Look<'_>) -> Result<(), Refusal> {
    let client = |document: Option<&Value>| {
        let client = document?.get("client")?;
        let text = |member| client.get(member).and_then(Value::as_str);
        Some((text("issuer")?.to_owned(), text("id")?.to_owned()))
    };
    if step.kind == "credential" {
        claims_certificates(actor, step)?;
    }
    let new = client(step.after.as_ref());
    let Some((issuer, id)) = new.filter(|_| step.kind == "credential") else {
        return Ok(());
    };
    if client(step.before.as_ref()) == Some((issuer.clone(), id.clone())) {
        return Ok(());
    }
    // What is not there is a fault of the document.
    let Some(given) = after("issuer", &issuer) else {
        return Ok(());
    };
    let document = step.after.as_ref().unwrap_or(&Value::Null);
    let (of_app, _) = owners(step.kind, step.id, document, after);
    let of_issuer = Owner::of(given.get("tenant"));
    let theirs = of_issuer.tenant().is_some() && of_issuer.tenant() == of_app.tenant();
    if theirs || actor.grants.allow(Point::IssuersWrite, of_issuer.tenant()) {
        return Ok(());
    }
    let (name, client) = (issuer.escape_debug(), id.escape_debug());
    let message = format!("the client `{client}` of the issuer `{name}` cannot be made an app's");
    let point = Point::IssuersWrite;
    Err(Refusal::new("forbidden", message).help(format!(
        "that takes the permission `{point}` where the issuer belongs"
    )))
}

/// The texts in a list of a document.
fn listed<'d>(
    document: Option<&'d Value>,
    member: &str,
) -> impl Iterator<Item = &'d str> + Clone + use<'d> {
    let list = document.and_then(|document| document.get(member)?.as_array());
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// The points that a change takes.
fn points(step: &Step<'_>) -> Vec<Point> {
    let write = rights_of(step.kind).write;
    let mut points = vec![write];
    match step.kind {
        "service" if touches_published(step) => points.push(Point::ServicesPublish),
        "policy" if relaxes(step) => points.push(Point::PoliciesRelax),
        _ => {}
    }
    points
}

fn holds(actor: &Actor, point: Point, owner: &Owner, step: &Step<'_>) -> Result<(), Refusal> {
    if actor.grants.allow(point, owner.tenant()) {
        return Ok(());
    }
    Err(forbidden(point, owner, step))
}

/// Whether versions change that are, or will be, more than drafts.
fn touches_published(step: &Step<'_>) -> bool {
    fn versions(document: Option<&Value>) -> Option<&serde_json::Map<String, Value>> {
        document?.get("versions")?.as_object()
    }
    let empty = serde_json::Map::new();
    let before = versions(step.before.as_ref()).unwrap_or(&empty);
    let after = versions(step.after.as_ref()).unwrap_or(&empty);
    let published = |version: Option<&Value>| {
        version.is_some_and(|version| {
            let state = version.get("state").and_then(Value::as_str);
            state != Some("draft")
        })
    };
    let names = before.keys().chain(after.keys());
    names
        .map(|name| (before.get(name), after.get(name)))
        .any(|(old, new)| old != new && (published(old) || published(new)))
}

/// Whether a policy that was enforced no longer is, or no longer there.
fn relaxes(step: &Step<'_>) -> bool {
    let enforced = |document: &Value| {
        let mode = document.get("mode").and_then(Value::as_str);
        matches!(mode, None | Some("enforce"))
    };
    step.before.as_ref().is_some_and(enforced) && !step.after.as_ref().is_some_and(enforced)
}

/// The publisher decides; the consumer asks and cancels.
fn subscription(
    actor: &Actor,
    step: &Step<'_>,
    consumer: &Owner,
    publisher: &Owner,
    look: Look<'_>,
) -> Result<(), Refusal> {
    if actor
        .grants
        .allow(Point::SubscriptionsDecide, publisher.tenant())
    {
        return Ok(());
    }
    holds(actor, Point::SubscriptionsRequest, consumer, step)?;
    let own = match (&step.before, &step.after) {
        (None, Some(after)) => asks(after, look),
        (Some(before), Some(after)) => {
            only_cancels(before, after)
                || (is_over(before) && same(before, after) && asks(after, look))
        }
        _ => false,
    };
    if own {
        return Ok(());
    }
    Err(forbidden(Point::SubscriptionsDecide, publisher, step))
}

/// Whether a new subscription claims no more than asking for it gives.
fn asks(after: &Value, look: Look<'_>) -> bool {
    let text = |member: &str| after.get(member).and_then(Value::as_str);
    let automatic = || {
        let service = text("service").and_then(|name| look("service", name));
        service.as_ref().is_some_and(|service| {
            let said = |member: &str| service.get(member).and_then(Value::as_str);
            let shared = service.get("shared_with").and_then(Value::as_array);
            match said("approval") {
                Some(approval) => approval == "automatic",
                // Only apps of its own tenant see it.
                None => match said("visibility") {
                    Some("tenant") => true,
                    Some("private") => shared.is_none_or(Vec::is_empty),
                    _ => false,
                },
            }
        })
    };
    let free = after.get("scopes").is_none() && after.get("expires_at").is_none();
    match text("state") {
        None | Some("pending") => true,
        Some("approved") => free && automatic(),
        _ => false,
    }
}

/// Whether a subscription is over, so that it can be asked for anew.
fn is_over(before: &Value) -> bool {
    let state = before.get("state").and_then(Value::as_str);
    matches!(state, Some("rejected" | "expired" | "cancelled"))
}

/// Whether two say the same app and service.
fn same(before: &Value, after: &Value) -> bool {
    ["app", "service"]
        .iter()
        .all(|member| before.get(member) == after.get(member))
}

fn only_cancels(before: &Value, after: &Value) -> bool {
    const DECISION: [&str; 5] = ["state", "decided_at", "decided_by", "comment", "cause"];
    let rest = |document: &Value| {
        let mut document = document.clone();
        if let Some(members) = document.as_object_mut() {
            members.retain(|name, _| !DECISION.contains(&name.as_str()));
        }
        document
    };
    after.get("state").and_then(Value::as_str) == Some("cancelled") && rest(before) == rest(after)
}

fn forbidden(point: Point, owner: &Owner, step: &Step<'_>) -> Refusal {
    let place = match owner {
        Owner::Platform => "on the platform".to_owned(),
        Owner::Tenant(tenant) => format!("in tenant `{tenant}`"),
    };
    let (kind, id) = (step.kind, step.id.escape_debug());
    let message = format!("changing {kind} `{id}` takes the permission `{point}` {place}");
    Refusal::new("forbidden", message).help(format!(
        "ask an administrator for a role with `{point}`, or propose it as a change request"
    ))
}

fn invisible(kind: &str, id: &str) -> Refusal {
    Refusal::new(
        "not_found",
        format!("there is no {kind} `{}`", id.escape_debug()),
    )
}
