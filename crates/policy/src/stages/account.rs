//! Stage 10: whether whoever calls may act at all.

use super::connection::moment;
use super::{Check, Outcome};
use crate::facts::Facts;
use crate::snapshot::Snapshot;
use crate::walk::Progress;
use postern_model::denial::{Code, Denial};
use postern_model::entity::Suspension;

pub(super) const CHECKS: &[Check] = &[tenant, app];

fn tenant(progress: &mut Progress, _: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let Some(identity) = progress.caller.identity() else {
        return Outcome::Pass;
    };
    let tenant = &identity.tenant;
    let code = Code::TenantSuspended;
    suspended(code, "tenant", &tenant.name, tenant.suspended.as_ref())
}

fn app(progress: &mut Progress, _: &Snapshot<'_>, _: &dyn Facts) -> Outcome {
    let Some(identity) = progress.caller.identity() else {
        return Outcome::Pass;
    };
    let app = &identity.app;
    suspended(Code::AppSuspended, "app", &app.name, app.suspended.as_ref())
}

fn suspended(
    code: Code,
    what: &'static str,
    name: &str,
    suspension: Option<&Suspension>,
) -> Outcome {
    let Some(suspension) = suspension else {
        return Outcome::Pass;
    };
    let denial = Denial::new(code)
        .saw(what, name.to_owned())
        .saw("since", moment(suspension.since));
    Outcome::Refuse(match &suspension.reason {
        Some(reason) => denial.saw("reason", reason.to_string()),
        None => denial,
    })
}
