use crate::decision::{Decision, Depth, FactRequest, Step};
use crate::facts::{CallerBlock, Live};
use crate::recorded::Recorded;
use crate::snapshot::Snapshot;
use crate::testing::callers::{NOW, World, verifier};
use crate::testing::connection;
use crate::walk::Walk;
use postern_model::denial::{Audience, Code, Denial, Retry};
use postern_model::entity::{AbuseRule, BlockedBy, Level, Mode, Policy, PolicyRule};
use std::time::Duration;

const AT: i64 = NOW * 1000;

fn abuse(by: BlockedBy, mode: Mode) -> World {
    let mut world = World::new();
    world.configuration.policies.push(Policy {
        name: "probing".into(),
        level: Level::Platform,
        mode,
        is_default: false,
        rule: PolicyRule::Abuse(AbuseRule {
            count: 3,
            per: Duration::from_mins(1),
            codes: vec![Code::ScopeMissing, Code::BodyTooLarge],
            by,
            block_for: Duration::from_mins(15),
        }),
    });
    world
}

fn block(number: u64, what: &str, who: &str) -> CallerBlock {
    CallerBlock {
        number,
        what: what.into(),
        who: who.into(),
        until: AT + 90_500,
        policy: (number != 0).then(|| "probing".into()),
        trigger: (number != 0).then(|| "authorization.scope_missing".into()),
        by: (number == 0).then(|| "ada".into()),
        reason: None,
    }
}

/// Decides `GET /orders` of an app for which somebody has found these blocks, and what a record of
/// it gives.
fn decide(world: &World, blocks: &[CallerBlock]) -> (Walk, Decision, Vec<FactRequest>) {
    let (rules, directory) = (world.rules(), world.directory());
    let snapshot = Snapshot {
        rules: &rules,
        directory: &directory,
    };
    let head = world.request("GET", "/orders", &[]);
    let peer = connection("198.51.100.1");
    let mut live = Live::new(&head, &peer, AT).with_blocks(!blocks.is_empty());
    let mut walk = Walk::new(Depth::FirstDenial);
    let mut asked = Vec::new();
    let decision = loop {
        match walk.step(&snapshot, &live) {
            Step::Done(decision) => break decision,
            Step::Need(FactRequest::Credential) => {
                let route = walk.route().unwrap();
                let verdict = crate::credential::verify(&live, &snapshot, route, verifier());
                live.provide_credential(verdict);
            }
            Step::Need(fact) => {
                asked.push(fact);
                assert_eq!(fact, FactRequest::CallerBlocks);
                let places: Vec<u64> = walk
                    .block_places(&rules, AT)
                    .map(|place| place.number)
                    .collect();
                assert_eq!(places[..2], [0, 0], "those that somebody made");
                live.provide_caller_blocks(blocks.to_vec());
            }
        }
    };
    let recorded = Recorded::of(&live, &walk, &snapshot);
    let kept = serde_json::to_string(&recorded).unwrap();
    let recorded: Recorded = serde_json::from_str(&kept).unwrap();
    let rows = recorded.directory();
    let past = Snapshot {
        rules: &rules,
        directory: &rows,
    };
    let again = Walk::new(Depth::FirstDenial).step(&past, &recorded);
    assert_eq!(again, Step::Done(decision.clone()), "as the record has it");
    (walk, decision, asked)
}

fn refused(world: &World, blocks: &[CallerBlock]) -> Option<Denial> {
    match decide(world, blocks).1 {
        Decision::Refuse(denial) => Some(denial),
        Decision::Allow => None,
        other => panic!("{other:?}"),
    }
}

/// The number of the policy in [`abuse`].
fn number(world: &World) -> u64 {
    let walk = decide(world, &[block(0, "app", "nobody")]).0;
    let rules = world.rules();
    let places: Vec<_> = walk.block_places(&rules, AT).collect();
    assert_eq!(places.len(), 3);
    places[2].number
}

#[test]
fn nobody_is_looked_for_while_nobody_is_blocked() {
    let (_, decision, asked) = decide(&abuse(BlockedBy::App, Mode::Enforce), &[]);
    assert_eq!((decision, asked), (Decision::Allow, Vec::new()));
}

#[test]
fn blocks_that_somebody_made_hold_everywhere() {
    let world = World::new();
    let id = world.accounts.credentials[0].id.clone();
    for (what, who) in [("app", "shop"), ("credential", &*id)] {
        let denial = refused(&world, &[block(0, what, who)]).unwrap();
        assert_eq!(denial.code, Code::Blocked);
        assert_eq!(denial.retry, Retry::After(91));
        let text = |name| denial.evidence(name).map(ToString::to_string);
        assert_eq!(text("what").as_deref(), Some(what));
        assert_eq!(text("until"), Some((NOW + 91).to_string()));
        assert_eq!(Code::Blocked.audience("who"), Audience::Operator);
    }
    for (what, who) in [("app", "other"), ("credential", "shop"), ("app", &*id)] {
        assert_eq!(
            refused(&world, &[block(0, what, who)]),
            None,
            "{what} {who}"
        );
    }
}

#[test]
fn a_block_of_a_policy_holds_where_the_policy_does() {
    let world = abuse(BlockedBy::App, Mode::Enforce);
    let number = number(&world);
    let blocks = [block(number, "app", "shop")];
    let denial = refused(&world, &blocks).unwrap();
    assert_eq!(denial.code, Code::Blocked);
    let trigger = denial.evidence("trigger").map(ToString::to_string);
    assert_eq!(trigger.as_deref(), Some("authorization.scope_missing"));
    // Gone, in shadow mode or off, or about credentials now: it is another policy.
    assert_eq!(refused(&World::new(), &blocks), None);
    for mode in [Mode::Shadow { until: None }, Mode::Off { until: None }] {
        assert_eq!(refused(&abuse(BlockedBy::App, mode), &blocks), None);
    }
    let other = abuse(BlockedBy::Credential, Mode::Enforce);
    assert_eq!(refused(&other, &blocks), None);
}

#[test]
fn in_shadow_mode_a_block_is_noted() {
    let world = abuse(BlockedBy::App, Mode::Shadow { until: None });
    let number = number(&world);
    let enforced = abuse(BlockedBy::App, Mode::Enforce);
    assert_eq!(number, !self::number(&enforced), "shadow counts for itself");
    let (walk, decision, _) = decide(&world, &[block(number, "app", "shop")]);
    assert_eq!(decision, Decision::Allow);
    let codes: Vec<Code> = walk.shadow().iter().map(|denial| denial.code).collect();
    assert_eq!(codes, [Code::Blocked]);
}

#[test]
fn a_block_that_is_over_holds_nobody_up() {
    let world = World::new();
    let mut over = block(0, "app", "shop");
    over.until = AT;
    assert_eq!(refused(&world, &[over]), None);
}

#[test]
fn the_refusals_that_a_policy_names_count_against_their_caller() {
    let world = abuse(BlockedBy::Credential, Mode::Enforce);
    let rules = world.rules();
    let walk = decide(&world, &[]).0;
    let counted = |code| {
        let found: Vec<_> = walk.offences(&rules, code, AT).collect();
        found
            .iter()
            .map(|one| one.place.name.to_owned())
            .collect::<Vec<_>>()
    };
    let id = world.accounts.credentials[0].id.to_string();
    assert_eq!(counted(Code::ScopeMissing), std::slice::from_ref(&id));
    assert_eq!(counted(Code::BodyTooLarge), [id]);
    assert!(counted(Code::RoleMissing).is_empty());
    assert!(counted(Code::Blocked).is_empty());
    // Nobody is known yet: nobody is blamed.
    let nobody = Walk::new(Depth::FirstDenial);
    assert_eq!(nobody.offences(&rules, Code::ScopeMissing, AT).count(), 0);
}
