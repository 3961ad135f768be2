//! What holds of any policies and any list.

use super::*;

fn any_level() -> impl Strategy<Value = Level> {
    prop_oneof![
        Just(Level::Platform),
        Just(Level::Tenant("commerce".into())),
        Just(Level::Service("orders".into())),
        Just(Level::Version("orders".into(), "v1".into())),
        Just(Level::Operation(
            "orders".into(),
            "v1".into(),
            "GET POST /orders".into()
        )),
    ]
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let lists = proptest::collection::vec(0..2usize, 0..3);
    let kind = any::<bool>();
    (
        any_level(),
        lists.clone(),
        lists,
        "[ab]",
        any::<bool>(),
        kind,
    )
        .prop_map(|(level, allow, deny, name, is_default, conditions)| {
            let rule = if conditions {
                only_from(&allow, &deny)
            } else {
                network(&allow, &deny)
            };
            Policy {
                is_default,
                ..policy(&name, level, rule)
            }
        })
}

/// Who is on one of the lists `when` has to be on one of `require`.
fn only_from(require: &[usize], when: &[usize]) -> PolicyRule {
    let on = |lists: &[usize]| postern_model::entity::Conditions {
        lists: lists.to_vec(),
        ..postern_model::entity::Conditions::default()
    };
    PolicyRule::Conditions(Box::new(postern_model::entity::ConditionsRule {
        when: on(when),
        require: on(require),
        ..postern_model::entity::ConditionsRule::default()
    }))
}

proptest! {
    #[test]
    fn a_mandatory_policy_more_never_lets_anybody_in(
        policies in proptest::collection::vec(any_policy(), 0..5),
        more in any_level(),
        lists in proptest::collection::vec(0..2usize, 0..3),
        last in 0..255u8,
        conditions in any::<bool>(),
    ) {
        let peer = format!("203.0.113.{last}");
        let before = get(&peer, &rules(policies.clone()));
        let mut with = policies;
        // A name of its own replaces nothing.
        let rule = if conditions {
            only_from(&lists, &[])
        } else {
            network(&lists, &[])
        };
        with.push(policy("c", more, rule));
        let after = get(&peer, &rules(with));
        prop_assert!(before.is_none() || after.is_some());
    }

    #[test]
    fn a_list_agrees_with_looking_at_every_entry(
        ranges in proptest::collection::vec((any::<u32>(), 0..=32u8), 0..40),
        address in any::<u32>(),
    ) {
        let nets: Vec<ipnet::Ipv4Net> = ranges
            .iter()
            .map(|&(bits, length)| ipnet::Ipv4Net::new(bits.into(), length).unwrap())
            .collect();
        let texts: Vec<String> = nets.iter().map(ToString::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let list = List::new(&list("l", &texts));
        let address = std::net::Ipv4Addr::from(address);
        let narrowest = nets.iter().filter(|n| n.contains(&address)).map(ipnet::Ipv4Net::prefix_len).max();
        let found = list.find(address.into(), NOW).map(|entry| entry.range.prefix_len());
        prop_assert_eq!(found, narrowest);
        let closest = nets.iter().map(|n| (n.network().to_bits() ^ address.to_bits()).leading_zeros()).max();
        let nearest = list.nearest(address.into(), NOW).map(|entry| super::super::list::shared(entry.range, std::net::IpAddr::from(address).into()));
        prop_assert_eq!(nearest, closest);
    }
}
