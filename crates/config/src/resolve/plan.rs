//! Plans, and limits wherever they stand.

use super::Resolver;
use super::account::names;
use super::declared::{Bound, SCOPE, SERVICE, TENANT, bounds, refer};
use super::role::listed;
use crate::code::Code;
use crate::document::plan as document;
use crate::findings::{Findings, quote};
use crate::located::{At, Map};
use crate::scalar::duration::Duration;
use crate::scalar::name::HeaderName;
use crate::scalar::period::{Per, Zone};
use crate::source::Span;
use postern_model::entity::{Coverage, Limit, LimitKey, Measure, Plan, QuotaPeriod, TimeZone};

/// The fields of a limit, as they are written.
pub(super) struct LimitFields<'a> {
    pub rate: Option<&'a At<u32>>,
    pub quota: Option<&'a At<u32>>,
    pub per: Option<&'a At<Per>>,
    pub time_zone: Option<&'a At<Zone>>,
    pub burst: Option<&'a At<u32>>,
    pub apart: Option<&'a At<Duration>>,
    pub limit: Option<&'a At<u32>>,
}

impl LimitFields<'_> {
    /// Which of them belong to a kind, and which it needs.
    pub(super) fn bounds(&self, kind: Option<document::LimitKind>) -> [Bound; 7] {
        let rate = kind == Some(document::LimitKind::Rate);
        let spacing = kind == Some(document::LimitKind::Spacing);
        let concurrency = kind == Some(document::LimitKind::Concurrency);
        let quota = kind == Some(document::LimitKind::Quota);
        [
            Bound::new("rate", self.rate, rate).needed("100"),
            Bound::new("quota", self.quota, quota).needed("10000"),
            Bound::new("per", self.per, rate || quota).needed(if quota { "month" } else { "1s" }),
            Bound::new("time_zone", self.time_zone, quota),
            Bound::new("burst", self.burst, rate),
            Bound::new("apart", self.apart, spacing).needed("100ms"),
            Bound::new("limit", self.limit, concurrency).needed("10"),
        ]
    }

    /// Finds periods and zones that do not go together with the kind, or with each other.
    pub(super) fn check_period(
        &self,
        findings: &mut Findings<'_>,
        shown: &str,
        kind: document::LimitKind,
    ) {
        let Some(per) = self.per else {
            return;
        };
        match (kind, per.value) {
            (document::LimitKind::Rate, Per::Calendar(unit)) => {
                let message = format!("{shown} is a rate per {} of the calendar", unit.name());
                findings
                    .error(
                        Code::Conflict,
                        per.span,
                        &message,
                        "a rate has a length of time",
                    )
                    .help("with `kind: quota` requests are counted per day, week or month");
            }
            (document::LimitKind::Quota, Per::Time(_)) => {
                if let Some(zone) = self.time_zone {
                    let message = format!("{shown} has no use for `time_zone`");
                    let label = "only days, weeks and months begin at a midnight";
                    findings.error(Code::Conflict, zone.span, &message, label);
                }
            }
            _ => {}
        }
    }

    /// What is measured; `None` if something is missing.
    pub(super) fn measure(&self, kind: document::LimitKind) -> Option<Measure> {
        Some(match kind {
            document::LimitKind::Rate => {
                let count = self.rate?.value;
                Measure::Rate {
                    count,
                    per: match self.per?.value {
                        Per::Time(time) => time.0,
                        Per::Calendar(_) => return None,
                    },
                    burst: self.burst.map_or(count, |burst| burst.value),
                }
            }
            document::LimitKind::Spacing => Measure::Spacing {
                apart: self.apart?.value.0,
            },
            document::LimitKind::Concurrency => Measure::Concurrency {
                most: self.limit?.value,
            },
            document::LimitKind::Quota => Measure::Quota {
                count: self.quota?.value,
                per: match self.per?.value {
                    Per::Time(time) => QuotaPeriod::Fixed(time.0),
                    Per::Calendar(unit) => {
                        let zone = self.time_zone.map_or(TimeZone::UTC, |zone| zone.value.0);
                        QuotaPeriod::Calendar { unit, zone }
                    }
                },
            },
        })
    }
}

impl Resolver<'_, '_> {
    pub(super) fn plans(&mut self, given: Map<document::Plan>) -> Vec<Plan> {
        let plan = |(name, given): (At<String>, document::Plan)| self.plan(&name, given);
        given.0.into_iter().map(plan).collect()
    }

    fn plan(&mut self, name: &At<String>, given: document::Plan) -> Plan {
        let shown = format!("plan {}", quote(&name.value));
        let tenant = given.tenant.as_ref();
        if let Some(tenant) = tenant {
            refer(self.findings, &TENANT, &self.names.tenants, tenant, || {
                format!("{shown} belongs to a tenant that does not exist")
            });
        }
        let tenant = tenant.map(|tenant| &*tenant.value);
        let mut covers = Vec::new();
        for service in given.services.iter().flat_map(|list| &list.value) {
            if self.plan_service(&shown, tenant, service) {
                covers.push(Coverage {
                    service: service.value.as_str().into(),
                    versions: Vec::new(),
                    operations: Vec::new(),
                });
            }
        }
        let parts = given.covers.iter().flat_map(|list| &list.value);
        covers.extend(parts.filter_map(|part| self.coverage(&shown, tenant, &part.value)));
        let nothing = covers.is_empty() && given.services.is_none() && given.covers.is_none();
        if nothing && name.intact {
            let message = format!("{shown} covers no service");
            self.findings
                .error(
                    Code::MissingField,
                    name.span,
                    &message,
                    "`services` is missing",
                )
                .help("add `services: [orders]`, say");
        }
        for scope in given.scopes.iter().flatten() {
            refer(self.findings, &SCOPE, &self.names.scopes, scope, || {
                format!("{shown} grants a scope that no service declares")
            });
        }
        let limits = given.limits.unwrap_or_default().0.into_iter();
        let limits = limits.filter_map(|(limit, given)| self.plan_limit(&shown, &limit, &given));
        Plan {
            name: name.value.as_str().into(),
            covers,
            limits: limits.collect(),
            scopes: names(given.scopes.as_deref().unwrap_or_default()),
        }
    }

    /// Whether a plan may cover a service. One of a tenant is for the tenant's own services; what it
    /// may not cover is for it as if it were not there.
    fn plan_service(&mut self, shown: &str, tenant: Option<&str>, service: &At<String>) -> bool {
        let node = self.root.get("services");
        let intact =
            node.is_none_or(|all| !all.bad && all.get(&service.value).is_none_or(|one| one.intact));
        let own = tenant.is_none() || self.owner("services", &service.value) == tenant;
        if intact && !own {
            let message = format!("{shown} covers a service that does not exist");
            let label = format!("no service {} of its tenant", quote(&service.value));
            self.findings
                .error(Code::UnknownService, service.span, &message, &label);
            return false;
        }
        refer(
            self.findings,
            &SERVICE,
            &self.names.services,
            service,
            || format!("{shown} covers a service that does not exist"),
        )
    }

    fn coverage(
        &mut self,
        shown: &str,
        tenant: Option<&str>,
        given: &document::Coverage,
    ) -> Option<Coverage> {
        let service = given.service.as_ref()?;
        if !self.plan_service(shown, tenant, service) {
            return None;
        }
        let versions = listed(given.versions.as_ref());
        let operations = listed(given.operations.as_ref());
        self.parts_of(&format!("{shown} covers"), service, versions, operations);
        Some(Coverage {
            service: service.value.as_str().into(),
            versions: names(versions),
            operations: names(operations),
        })
    }

    fn plan_limit(
        &mut self,
        shown: &str,
        name: &At<String>,
        given: &document::Limit,
    ) -> Option<Limit> {
        let kind = given
            .kind
            .as_ref()
            .map_or(document::LimitKind::Rate, |kind| kind.value);
        let fields = LimitFields {
            rate: given.rate.as_ref(),
            quota: given.quota.as_ref(),
            per: given.per.as_ref(),
            time_zone: given.time_zone.as_ref(),
            burst: given.burst.as_ref(),
            apart: given.apart.as_ref(),
            limit: given.limit.as_ref(),
        };
        let shown = format!("limit {} of {shown}", quote(&name.value));
        bounds(
            self.findings,
            name.intact,
            given.kind.as_ref().map_or(name.span, |kind| kind.span),
            &shown,
            kind_name(kind),
            &fields.bounds(Some(kind)),
        );
        fields.check_period(self.findings, &shown, kind);
        let by = given.by.as_ref();
        Some(Limit {
            name: name.value.as_str().into(),
            measure: fields.measure(kind)?,
            by: by.map_or_else(
                || vec![LimitKey::App],
                |by| self.limit_keys(&shown, kind, &by.0, given.header.as_ref()),
            ),
        })
    }

    /// What a counter is kept for, each once.
    pub(super) fn limit_keys(
        &mut self,
        shown: &str,
        kind: document::LimitKind,
        given: &[At<document::LimitKey>],
        header: Option<&At<HeaderName>>,
    ) -> Vec<LimitKey> {
        let by_header = given
            .iter()
            .find(|key| key.value == document::LimitKey::Header);
        let named = header.map(|header| header.value.0.to_ascii_lowercase());
        match (by_header, header) {
            (Some(key), None) => {
                let message = format!("{shown} has no `header`");
                self.findings
                    .error(
                        Code::MissingField,
                        key.span,
                        &message,
                        "it is kept by one, and does not say by which",
                    )
                    .help("add `header: X-Region`, say");
            }
            (None, Some(header)) => {
                let message = format!("{shown} has no use for `header`");
                let label = "not without `header` in `by`";
                self.findings
                    .error(Code::Conflict, header.span, &message, label);
            }
            _ => {}
        }
        if let (Some(header), Some(name)) = (header, &named)
            && CREDENTIALS.contains(&&**name)
        {
            let message = format!("{shown} is kept by `{name}`, which carries credentials");
            self.findings
                .error(Code::Conflict, header.span, &message, "a secret")
                .help("write `by: credential`: it tells callers apart by what they prove");
        }
        let proves = |key: &At<document::LimitKey>| {
            use document::LimitKey::{App, Credential, Tenant, User};
            matches!(key.value, App | Credential | Tenant | User)
        };
        if let Some(key) = by_header
            && kind == document::LimitKind::Quota
            && !given.iter().any(proves)
        {
            let message = format!("{shown} is kept by what callers choose");
            let label = "anybody could fill the counters, of which quotas forget none";
            self.findings
                .error(Code::Conflict, key.span, &message, label)
                .help("add `app`, `credential`, `tenant` or `user`");
        }
        let mut keys = Vec::new();
        for key in given {
            let Some(entity) = limit_key(key.value, named.as_deref()) else {
                continue;
            };
            if keys.contains(&entity) {
                let message = "a limit names what it is kept for twice";
                self.findings
                    .warning(Code::Conflict, key.span, message, "the second one");
            } else {
                keys.push(entity);
            }
        }
        keys
    }

    /// A list that must have something in it.
    pub(super) fn not_empty(&mut self, what: &str, empty: bool, span: Span) {
        if empty {
            self.findings
                .error(Code::OutOfRange, span, what, "at least one must be here");
        }
    }
}

const fn kind_name(kind: document::LimitKind) -> &'static str {
    match kind {
        document::LimitKind::Rate => "the kind `rate`",
        document::LimitKind::Spacing => "the kind `spacing`",
        document::LimitKind::Concurrency => "the kind `concurrency`",
        document::LimitKind::Quota => "the kind `quota`",
    }
}

/// Headers whose values are secrets.
const CREDENTIALS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

fn limit_key(given: document::LimitKey, header: Option<&str>) -> Option<LimitKey> {
    Some(match given {
        document::LimitKey::Address => LimitKey::Address,
        document::LimitKey::Credential => LimitKey::Credential,
        document::LimitKey::App => LimitKey::App,
        document::LimitKey::Tenant => LimitKey::Tenant,
        document::LimitKey::Service => LimitKey::Service,
        document::LimitKey::Operation => LimitKey::Operation,
        document::LimitKey::User => LimitKey::User,
        document::LimitKey::Header => LimitKey::Header(header?.into()),
    })
}
