//! What rules about some requests ask, in words that name no list, caller or value of a claim.

use super::AskedCondition;
use postern_model::entity::{AboutSome, Conditions, Name, Policy, PolicyRule};
use postern_policy::hours::Shown;

/// What each of these policies asks; nothing of those of other kinds.
pub(super) fn conditions(policies: &[&Policy]) -> Vec<AskedCondition> {
    let asked = policies.iter().flat_map(|policy| {
        let (of, says): (&dyn AboutSome, Vec<String>) = match &policy.rule {
            PolicyRule::Conditions(rule) => (&**rule, words(&rule.require)),
            PolicyRule::Ownership(rule) => {
                let says = format!("{} is {}", rule.resource.words(), rule.owner.words());
                (&**rule, vec![says])
            }
            PolicyRule::StepUp(rule) => {
                let acr = (!rule.acr.is_empty())
                    .then(|| format!("somebody signed in with {}", either(&rule.acr)));
                let age = rule
                    .max_age
                    .map(|age| format!("somebody signed in within the last {} s", age.as_secs()));
                (&**rule, acr.into_iter().chain(age).collect())
            }
            _ => return Vec::new(),
        };
        let when = words(of.when()).join(" and ");
        let condition = |says| AskedCondition {
            kind: policy.rule.kind().to_owned(),
            when: (!when.is_empty()).then(|| when.clone()),
            says,
        };
        says.into_iter().map(condition).collect()
    });
    asked.collect()
}

/// A sentence for each condition.
fn words(these: &Conditions) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |holds: bool, words: &dyn Fn() -> String| {
        if holds {
            found.push(words());
        }
    };
    if let Some(hours) = &these.hours {
        say(true, &|| format!("it comes {}", Shown(hours)));
    }
    say(!these.methods.is_empty(), &|| {
        let methods = these.methods.iter().map(|method| method.as_str());
        format!("the method is {}", methods.collect::<Vec<_>>().join(" or "))
    });
    say(!these.environments.is_empty(), &|| {
        format!("the environment is {}", either(&these.environments))
    });
    for header in &these.headers {
        say(true, &|| {
            format!("header {} is {}", header.header, either(&header.allowed))
        });
    }
    say(!these.media_types.is_empty(), &|| {
        format!("the body is {}", either(&these.media_types))
    });
    if let Some(most) = these.max_size {
        say(true, &|| format!("the body has at most {most} bytes"));
    }
    say(!these.lists.is_empty(), &|| {
        "the address is a listed one".to_owned()
    });
    say(!these.countries.is_empty(), &|| {
        "the country is a listed one".to_owned()
    });
    say(!these.apps.is_empty(), &|| {
        "the app is a certain one".to_owned()
    });
    say(!these.groups.is_empty(), &|| {
        "the app is in a certain group".to_owned()
    });
    say(!these.access_roles.is_empty(), &|| {
        format!("the caller has access role {}", either(&these.access_roles))
    });
    for claim in &these.claims {
        say(true, &|| {
            format!("the token says in {} what is accepted", claim.name)
        });
    }
    for place in &these.body {
        say(true, &|| {
            format!("the body has {} at {}", either(&place.allowed), place.name)
        });
    }
    found
}

fn either(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    names.join(" or ")
}
