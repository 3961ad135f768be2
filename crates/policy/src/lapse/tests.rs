use crate::decision::{Decision, Depth};
use crate::facts::{CredentialVerdict, Live};
use crate::snapshot::Snapshot;
use crate::testing::callers::{NOW, World, walk};
use crate::testing::connection;
use postern_model::denial::Code;
use postern_model::entity::{Revocation, SubscriptionState, Suspension};

/// Lets a request in, changes the world, and asks again so many seconds later.
fn later(change: impl FnOnce(&mut World), seconds: i64) -> Option<Code> {
    let mut world = World::new();
    world.credential().expires_at = Some(NOW + 60);
    let (rules, head, connection) = (
        world.rules(),
        world.request("GET", "/orders", &[]),
        connection("198.51.100.1"),
    );
    let (decision, walk, _) = walk(
        &rules,
        &world.directory(),
        &head,
        &connection,
        Depth::FirstDenial,
    );
    assert!(matches!(decision, Decision::Allow), "{decision:?}");
    let id = world.credential().id.clone();
    assert_eq!(walk.identity().unwrap().ends_at(), Some(NOW + 60));
    change(&mut world);
    let directory = world.directory();
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let live = Live::new(&head, &connection, (NOW + seconds) * 1000);
    live.provide_credential(CredentialVerdict::Verified { id });
    walk.lapsed(&snapshot, &live).map(|denial| denial.code)
}

#[test]
fn leave_holds_while_nothing_changes() {
    assert_eq!(later(|_| {}, 59), None);
}

#[test]
fn leave_lapses_with_each_thing_that_it_was_given_by() {
    let suspension = || Suspension {
        since: NOW,
        reason: None,
    };
    let revoked = Revocation {
        at: NOW,
        by: None,
        reason: None,
    };
    assert_eq!(later(|_| {}, 60), Some(Code::CredentialExpired));
    let code = later(
        |world| world.credential().revoked = Some(Box::new(revoked)),
        1,
    );
    assert_eq!(code, Some(Code::CredentialRevoked));
    let code = later(|world| world.accounts.credentials.clear(), 1);
    assert_eq!(code, Some(Code::CredentialUnknown));
    let code = later(
        |world| world.accounts.apps[0].suspended = Some(suspension()),
        1,
    );
    assert_eq!(code, Some(Code::AppSuspended));
    let code = later(
        |world| world.accounts.tenants[0].suspended = Some(suspension()),
        1,
    );
    assert_eq!(code, Some(Code::TenantSuspended));
    let code = later(
        |world| world.subscription().state = SubscriptionState::Cancelled,
        1,
    );
    assert_eq!(code, Some(Code::SubscriptionCancelled));
    let code = later(|world| world.credential().scopes = Some([].into()), 1);
    assert_eq!(code, Some(Code::ScopeMissing));
}

#[test]
fn who_proved_nothing_has_nothing_to_lose() {
    let world = World::new();
    let (rules, directory) = (world.rules(), world.directory());
    let head = crate::testing::head("GET", "/status", &["Host: api.example.com"]);
    let connection = connection("198.51.100.1");
    let (_, walk, _) = walk(&rules, &directory, &head, &connection, Depth::FirstDenial);
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let live = Live::new(&head, &connection, NOW * 1000);
    assert!(walk.lapsed(&snapshot, &live).is_none());
}
