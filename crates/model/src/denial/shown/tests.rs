use super::*;
use crate::denial::Public;

const PROFILES: [StatusProfile; 3] = [
    StatusProfile::Standard,
    StatusProfile::Forbid,
    StatusProfile::Conceal,
];
const LEVELS: [Disclosure; 3] = [
    Disclosure::Minimal,
    Disclosure::Standard,
    Disclosure::Verbose { until: i64::MAX },
];

/// A refusal with a canary in all its evidence, by the audience that may read it.
fn laden(code: Code) -> Denial {
    let kinds = code.kinds();
    let mut denial = Denial::new(code).by_policy("POLICY".into());
    for name in kinds.consumer {
        denial = denial.saw(name, format!("own-{name}"));
    }
    for name in kinds.publisher.iter().chain(kinds.operator) {
        denial = denial.saw(name, "CANARY");
    }
    denial
}

fn everything(shown: &Shown<'_>) -> String {
    let mut out = format!("{} {} {} ", shown.name(), shown.status(), shown.title());
    shown.write_detail(&mut out).unwrap();
    shown.write_fix(&mut out).unwrap();
    out.push_str(shown.proxy_error());
    for evidence in shown.evidence() {
        write!(out, " {}={}", evidence.name, evidence.value).unwrap();
    }
    write!(
        out,
        " {:?} {:?} {:?}",
        shown.fault(),
        shown.retry(),
        shown.policy()
    )
    .unwrap();
    out
}

fn every_view() -> impl Iterator<Item = (Code, StatusProfile, Disclosure, bool)> {
    Code::ALL.iter().flat_map(|&code| {
        PROFILES.into_iter().flat_map(move |profile| {
            LEVELS
                .into_iter()
                .flat_map(move |level| [false, true].map(|proved| (code, profile, level, proved)))
        })
    })
}

#[test]
fn every_code_has_a_family_and_every_family_codes() {
    for code in Code::ALL {
        assert_eq!(Family::of(*code).name, code.family());
    }
    for family in Family::ALL {
        assert!(family.codes().next().is_some(), "{}", family.name);
        for text in [family.detail, family.fix] {
            assert!(text.ends_with('.'), "{text}");
        }
    }
}

#[test]
fn no_evidence_of_a_wider_audience_is_told() {
    for (code, profile, level, proved) in every_view() {
        let denial = laden(code);
        let told = everything(&denial.shown(profile, level, proved));
        assert!(
            !told.contains("CANARY"),
            "{code} {profile:?} {level:?}: {told}"
        );
    }
}

#[test]
fn minimal_disclosure_never_tells_the_code_or_its_evidence() {
    for (code, profile, _, proved) in every_view() {
        let denial = laden(code);
        let shown = denial.shown(profile, Disclosure::Minimal, proved);
        if shown.code() == Code::NotFound {
            // No service's, which could say how much is told.
            assert_eq!(shown.name(), "route.not_found");
            continue;
        }
        let told = everything(&shown);
        assert!(
            !told.contains(code.name()) && !told.contains(shown.code().name()),
            "{told}"
        );
        assert!(!told.contains("own-") && !told.contains("POLICY"), "{told}");
        assert_eq!(shown.name(), shown.code().family());
    }
}

#[test]
fn rule_and_evidence_are_told_when_verbose_only() {
    let denial = laden(Code::AddressNotAllowed);
    let of = |level| {
        let shown = denial.shown(StatusProfile::Standard, level, true);
        (shown.policy().is_some(), shown.evidence().count())
    };
    assert_eq!(LEVELS.map(of), [(false, 0), (false, 0), (true, 3)]);
}

#[test]
fn statuses_are_those_of_the_contract() {
    for (code, profile, level, proved) in every_view() {
        let denial = laden(code);
        let shown = denial.shown(profile, level, proved);
        let row = shown.code().row();
        let expected = match profile {
            StatusProfile::Forbid if row.other_statuses.contains(&403) => 403,
            StatusProfile::Conceal if !proved && denial.stage() > Stage::Route => 404,
            _ => row.status,
        };
        assert_eq!(shown.status(), expected, "{code} {profile:?}");
    }
    let status = |code, profile, proved| {
        Denial::new(code)
            .shown(profile, Disclosure::Standard, proved)
            .status()
    };
    assert_eq!(
        status(Code::CredentialMissing, StatusProfile::Forbid, false),
        403
    );
    assert_eq!(
        status(Code::CredentialAmbiguous, StatusProfile::Forbid, false),
        400
    );
    assert_eq!(
        status(Code::TenantIsolated, StatusProfile::Forbid, true),
        404
    );
    assert_eq!(
        status(Code::CredentialMissing, StatusProfile::Conceal, false),
        404
    );
    assert_eq!(
        status(Code::ScopeMissing, StatusProfile::Conceal, true),
        403
    );
    assert_eq!(
        status(Code::EdgeAddressDenied, StatusProfile::Conceal, false),
        403
    );
    assert_eq!(
        status(Code::MethodNotAllowed, StatusProfile::Conceal, false),
        405
    );
}

#[test]
fn a_status_that_a_policy_chose_stays_when_a_code_is_disguised() {
    let denial = Denial::new(Code::CredentialUnknown).status(403);
    let shown = denial.shown(StatusProfile::Standard, Disclosure::Standard, false);
    assert_eq!((shown.name(), shown.status()), ("credential.invalid", 403));
}

#[test]
fn a_code_that_shows_as_another_is_that_one_in_every_respect() {
    for &code in Code::ALL {
        let Public::As(other) = code.row().public else {
            continue;
        };
        for profile in PROFILES {
            for level in LEVELS {
                let hidden = laden(code);
                let mut plain = Denial::new(other);
                for name in other.kinds().consumer {
                    plain = plain.saw(name, format!("own-{name}"));
                }
                assert_eq!(
                    everything(&hidden.shown(profile, level, false)),
                    everything(&plain.shown(profile, level, false)),
                    "{code}"
                );
            }
        }
    }
}

#[test]
fn what_is_concealed_cannot_be_told_from_an_unknown_path() {
    for &code in Code::ALL.iter().filter(|c| c.row().stage > Stage::Route) {
        let place = |mut denial: Denial| {
            // Whatever the order in which it was found.
            for name in ["nearest", "path", "host"] {
                denial.evidence.retain(|e| e.name != name);
                denial = denial.with(name, format!("own-{name}"), Audience::Consumer);
            }
            denial
        };
        let hidden = place(laden(code).retry_after(9).blame(Fault::Operator));
        let mut plain = Denial::new(Code::NotFound);
        for name in Code::NotFound.kinds().consumer {
            plain = plain.saw(name, format!("own-{name}"));
        }
        for level in LEVELS {
            assert_eq!(
                everything(&hidden.shown(StatusProfile::Conceal, level, false)),
                everything(&plain.shown(StatusProfile::Conceal, level, false)),
                "{code}"
            );
        }
        assert_eq!(
            hidden.shown_code(StatusProfile::Conceal, true),
            code.shown()
        );
    }
}

#[test]
fn verbosity_ends() {
    let verbose = Disclosure::Verbose { until: 100 };
    assert_eq!(verbose.at(99), verbose);
    assert_eq!(verbose.at(100), Disclosure::Standard);
    assert_eq!(Disclosure::Minimal.at(100), Disclosure::Minimal);
}

#[test]
fn what_is_told_aside_is_the_callers_and_no_part_of_the_refusal() {
    let aside = Aside {
        location: Some("https://sso.example.com/?rd=CANARY".into()),
        challenge: Some("Bearer realm=\"CANARY\"".into()),
    };
    let denial = Denial::new(Code::ExternalDenied).aside(aside);
    assert_eq!(denial, Denial::new(Code::ExternalDenied));
    assert!(!format!("{denial:?}").contains("CANARY"));
    for (_, profile, level, proved) in every_view().filter(|view| view.0 == Code::ExternalDenied) {
        let shown = denial.shown(profile, level, proved);
        assert!(!everything(&shown).contains("CANARY"));
        let is_open = shown.code() == Code::ExternalDenied;
        assert_eq!(shown.aside().is_some(), is_open, "{profile:?} {proved}");
    }
}
