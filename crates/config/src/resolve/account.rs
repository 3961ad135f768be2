//! Tenants, apps and subscriptions.

use super::Resolver;
use super::declared::{APP, Bound, PLAN, SCOPE, SERVICE, TENANT, bounds, refer};
use crate::code::Code;
use crate::document::account as document;
use crate::document::settings::CallLog;
use crate::findings::quote;
use crate::located::{At, Map};
use crate::scalar::date::Date;
use crate::scalar::text::Text;
use postern_model::entity::{
    App, Decided, Name, Plan, Requested, Subscription, SubscriptionState, Suspension, Tenant,
    TenantDays,
};
use std::collections::HashMap;

/// The state of a tenant or an app, as it is written.
struct State<'a> {
    word: Option<&'a At<document::AccountState>>,
    suspended_at: Option<&'a At<Date>>,
    reason: Option<&'a At<Text>>,
}

impl Resolver<'_, '_> {
    /// The bounds of what tenants may say.
    pub(super) fn tenant_days(&mut self, given: Option<&CallLog>) {
        let Some(days) = given.and_then(|given| given.tenant_days.as_ref()) else {
            return;
        };
        let usual = TenantDays::default();
        let (least, most) = (days.value.least, days.value.most);
        if least.unwrap_or(usual.least) > most.unwrap_or(usual.most) {
            let message = "no tenant could keep its records between these bounds";
            let label = "`least` is more than `most`";
            self.findings
                .error(Code::Conflict, days.span, message, label);
        }
    }

    /// A tenant's days, if they are within the platform's bounds.
    fn days(&mut self, tenant: &str, given: Option<&At<u16>>, bounds: TenantDays) -> Option<u16> {
        let TenantDays { least, most } = bounds;
        let given = given?;
        if (least..=most).contains(&given.value) {
            return Some(given.value);
        }
        let message = format!(
            "tenant {} may not keep its records for {} days",
            quote(tenant),
            given.value
        );
        let label = format!("`call_log.tenant_days` allows {least} to {most}");
        self.findings
            .error(Code::OutOfRange, given.span, &message, &label);
        None
    }

    pub(super) fn tenants(
        &mut self,
        given: Map<document::Tenant>,
        bounds: TenantDays,
    ) -> Vec<Tenant> {
        let tenant = |(name, given): (At<String>, document::Tenant)| Tenant {
            suspended: self.suspension(
                &name,
                "tenant",
                &State {
                    word: given.state.as_ref(),
                    suspended_at: given.suspended_at.as_ref(),
                    reason: given.reason.as_ref(),
                },
            ),
            call_log_days: self.days(&name.value, given.call_log_days.as_ref(), bounds),
            name: name.value.into(),
            title: given.title.map(|title| title.0),
        };
        given.0.into_iter().map(tenant).collect()
    }

    pub(super) fn apps(&mut self, given: Map<document::App>) -> Vec<App> {
        let app = |(name, given): (At<String>, document::App)| {
            let suspended = self.suspension(
                &name,
                "app",
                &State {
                    word: given.state.as_ref(),
                    suspended_at: given.suspended_at.as_ref(),
                    reason: given.reason.as_ref(),
                },
            );
            let tenant = given.tenant?;
            let shown = format!("app {}", quote(&name.value));
            refer(self.findings, &TENANT, &self.names.tenants, &tenant, || {
                format!("{shown} belongs to a tenant that does not exist")
            });
            let roles = self.carried_roles(&shown, given.access_roles.as_deref());
            let groups = self.groups_of(&shown, &tenant.value, given.groups.as_deref());
            Some(App {
                name: name.value.into(),
                tenant: tenant.value.into(),
                title: given.title.map(|title| title.0),
                access_roles: roles.into(),
                groups: groups.into(),
                suspended,
            })
        };
        given.0.into_iter().filter_map(app).collect()
    }

    fn suspension(
        &mut self,
        name: &At<String>,
        noun: &str,
        given: &State<'_>,
    ) -> Option<Suspension> {
        let suspended = given
            .word
            .is_some_and(|state| state.value == document::AccountState::Suspended);
        let why = if suspended {
            "the state `suspended`"
        } else {
            "the state `active`"
        };
        bounds(
            self.findings,
            name.intact,
            given.word.map_or(name.span, |state| state.span),
            &format!("{noun} {}", quote(&name.value)),
            why,
            &[
                Bound::new("suspended_at", given.suspended_at, suspended).needed("2026-11-20"),
                Bound::new("reason", given.reason, suspended),
            ],
        );
        let since = given.suspended_at.filter(|_| suspended)?;
        Some(Suspension {
            since: since.value.0,
            reason: given.reason.map(|reason| reason.value.0.clone()),
        })
    }

    pub(super) fn subscriptions(
        &mut self,
        given: Map<document::Subscription>,
        plans: &[Plan],
    ) -> Vec<Subscription> {
        let plans: HashMap<&str, &Plan> = plans.iter().map(|plan| (&*plan.name, plan)).collect();
        let mut seen: HashMap<(Name, Name), (Name, usize)> = HashMap::new();
        let mut subscriptions = Vec::new();
        for (id, given) in given.0 {
            let Some(subscription) = self.subscription(&id, &given, &plans) else {
                continue;
            };
            let pair = (subscription.app.clone(), subscription.service.clone());
            let here = (subscription.id.clone(), id.span.start);
            if let Some((other, at)) = seen.get(&pair) {
                self.twice(&id, &subscription, other, *at);
            } else {
                seen.insert(pair, here);
            }
            subscriptions.push(subscription);
        }
        subscriptions
    }

    fn twice(&mut self, id: &At<String>, subscription: &Subscription, other: &str, at: usize) {
        let message = format!(
            "subscriptions {} and {} are both of app {} to service {}",
            quote(other),
            quote(&id.value),
            quote(&subscription.app),
            quote(&subscription.service)
        );
        let label = "the second one";
        let line = self.findings.line(at);
        self.findings
            .error(Code::DuplicateSubscription, id.span, &message, label)
            .help("keep the one that counts: an app has one subscription to a service, whose state changes")
            .note(format!("the first one is in line {line}"));
    }

    fn subscription(
        &mut self,
        id: &At<String>,
        given: &document::Subscription,
        plans: &HashMap<&str, &Plan>,
    ) -> Option<Subscription> {
        let shown = format!("subscription {}", quote(&id.value));
        let findings = &mut *self.findings;
        if let Some(app) = &given.app {
            refer(findings, &APP, &self.names.apps, app, || {
                format!("{shown} is for an app that does not exist")
            });
        }
        if let Some(service) = &given.service {
            refer(findings, &SERVICE, &self.names.services, service, || {
                format!("{shown} is to a service that does not exist")
            });
            if let Some(inside) = self.names.inside(&service.value) {
                for scope in given.scopes.iter().flatten() {
                    refer(findings, &SCOPE, &inside.scopes, scope, || {
                        let service = quote(&service.value);
                        format!("{shown} grants a scope that service {service} does not declare")
                    });
                }
            }
        }
        if let Some(plan) = &given.plan {
            refer(findings, &PLAN, &self.names.plans, plan, || {
                format!("{shown} is under a plan that does not exist")
            });
        }
        let (app, service) = (given.app.as_ref()?, given.service.as_ref()?);
        let (plan, state) = (given.plan.as_ref()?, given.state.as_ref()?);
        self.covered(&shown, service, plan, plans);
        let decided = self.decided(id, &shown, state, given);
        let at = |date: &Option<At<Date>>| date.as_ref().map(|date| date.value.0);
        let (requested_at, expires_at) = (at(&given.requested_at), at(&given.expires_at));
        let since = match state.value {
            document::SubscriptionState::Pending => requested_at,
            document::SubscriptionState::Expired => expires_at.or(at(&given.decided_at)),
            _ => at(&given.decided_at),
        };
        Some(Subscription {
            id: id.value.as_str().into(),
            app: app.value.as_str().into(),
            service: service.value.as_str().into(),
            plan: plan.value.as_str().into(),
            state: entity_state(state.value),
            since,
            scopes: given.scopes.as_deref().map(names),
            requested: Requested {
                at: requested_at,
                by: given.requested_by.as_ref().map(|by| by.0.clone()),
                reason: given.reason.as_ref().map(|reason| reason.0.clone()),
            },
            decided,
            expires_at,
        })
    }

    /// Whether the plan of a subscription has to do with its service.
    fn covered(
        &mut self,
        shown: &str,
        service: &At<String>,
        plan: &At<String>,
        plans: &HashMap<&str, &Plan>,
    ) {
        let covers = |plan: &&Plan| plan.covers.iter().any(|c| *c.service == *service.value);
        let around = self.around.and_then(|around| {
            let covered = around.known.plans.get(&*plan.value)?;
            Some(covered.contains(&*service.value))
        });
        let here = || {
            let plans_here = self.root.get("plans")?;
            let intact = plans_here.get(&plan.value)?.intact;
            plans
                .get(plan.value.as_str())
                .filter(|_| intact)
                .map(covers)
        };
        if around.or_else(here) == Some(false) && self.names.services.may_have(&service.value) {
            let message = format!("{shown} is under a plan that does not cover its service");
            let label = format!("does not cover {}", quote(&service.value));
            self.findings
                .error(Code::NotCovered, plan.span, &message, &label)
                .help(format!(
                    "choose another plan, or add {} to its `services`",
                    quote(&service.value)
                ));
        }
    }

    fn decided(
        &mut self,
        id: &At<String>,
        shown: &str,
        state: &At<document::SubscriptionState>,
        given: &document::Subscription,
    ) -> Option<Decided> {
        let open = state.value == document::SubscriptionState::Pending;
        let said = given.decided_by.is_some() || given.comment.is_some();
        let at = Bound::new("decided_at", given.decided_at.as_ref(), !open);
        let at = if said {
            at.needed("2026-11-20T09:12:00Z")
        } else {
            at
        };
        let why = if open {
            "the state `pending`"
        } else {
            "a decision"
        };
        let by = Bound::new("decided_by", given.decided_by.as_ref(), !open);
        let comment = Bound::new("comment", given.comment.as_ref(), !open);
        bounds(
            self.findings,
            id.intact,
            state.span,
            shown,
            why,
            &[at, by, comment],
        );
        let held = state.value == document::SubscriptionState::Suspended;
        let cause = Bound::new("cause", given.cause.as_ref(), held);
        let why = "the state `suspended`";
        bounds(self.findings, id.intact, state.span, shown, why, &[cause]);
        let text = |text: &Option<At<Text>>| text.as_ref().map(|text| text.value.0.clone());
        given.decided_at.as_ref().map(|at| Decided {
            at: at.value.0,
            millis: at.value.1,
            by: text(&given.decided_by),
            comment: text(&given.comment),
        })
    }
}

/// Names without their places.
pub(super) fn names(given: &[At<String>]) -> Vec<Name> {
    given
        .iter()
        .map(|name| name.value.as_str().into())
        .collect()
}

const fn entity_state(given: document::SubscriptionState) -> SubscriptionState {
    match given {
        document::SubscriptionState::Pending => SubscriptionState::Pending,
        document::SubscriptionState::Approved => SubscriptionState::Approved,
        document::SubscriptionState::Rejected => SubscriptionState::Rejected,
        document::SubscriptionState::Suspended => SubscriptionState::Suspended,
        document::SubscriptionState::Expired => SubscriptionState::Expired,
        document::SubscriptionState::Cancelled => SubscriptionState::Cancelled,
    }
}
