use super::*;

#[test]
fn stored_numbers_and_names_lead_back_to_what_they_stand_for() {
    for (at, stage) in (1..).zip(STAGES) {
        assert_eq!(stage.number(), at);
        assert_eq!(stage_from(at), Some(stage));
    }
    for fault in Fault::ALL {
        assert_eq!(fault_from(fault_number(Some(fault))), Some(fault));
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::from_number(outcome.number()), Some(outcome));
        assert_eq!(Outcome::parse(outcome.name()), Some(outcome));
    }
    for protocol in Protocol::ALL {
        assert_eq!(Protocol::from_number(protocol.number()), Some(protocol));
    }
    assert_eq!(Outcome::ALL.map(Outcome::number), [1, 2, 3, 4, 5]);
    assert_eq!(fault_from(0), None);
    assert_eq!(stage_from(18), None);
}

#[test]
fn facts_are_as_many_as_are_written() {
    let facts = Facts::written(|room| {
        room.fill(7);
        3
    });
    assert_eq!(facts.bytes(), Some(&[7; 3][..]));
    assert_eq!(Facts::of(&[7; 3]), Some(facts));
    assert_eq!(Facts::NONE.bytes(), None);
    assert_eq!(Facts::of(&[0; Facts::MOST + 1]), None);
    assert_eq!(Facts::written(|_| 300).bytes().map(<[u8]>::len), Some(200));
}
