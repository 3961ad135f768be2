//! Room: counts of quotas are never dropped, and yet nobody can take all the room there is.

use super::quotas::{BEGAN, HOUR, hourly};
use super::{Harness, START, Subject, check};

/// How [`Subject::commit`] says that there is no room.
const NO_ROOM: Result<(), usize> = Err(usize::MAX);

/// Whatever one limit is kept by, and however many there are of it: it finds no room beyond its
/// share, what it has counted stays counted, and other limits notice nothing.
pub(super) fn a_limit_that_holds_its_share_leaves_room_for_others<H: Harness>(
    subject: &Subject<'_, H>,
) {
    let room = subject.harness.room();
    let greedy = |who: u64| check(1, who.into(), hourly(5));
    let (counted, refused): (Vec<u64>, Vec<u64>) =
        (0..2 * room).partition(|who| subject.commit(&[greedy(*who)], 1, START).is_ok());
    let share = counted.len() as u64;
    assert!(
        (room / 64..=room / 4).contains(&share),
        "{share} of {room} for one limit"
    );

    for who in counted.iter().step_by(101) {
        assert_eq!(subject.commit(&[greedy(*who)], 1, START), Ok(()), "goes on");
        assert_eq!(subject.read(greedy(*who), 1, START).remaining, 3);
    }
    let other = check(2, 1, hourly(5));
    for who in refused.iter().step_by(1_009) {
        let both = [other, greedy(*who)];
        assert_eq!(subject.commit(&both, 1, START), NO_ROOM);
        assert_eq!(subject.read(other, 1, START).remaining, 5, "nor elsewhere");
    }
    for limit in 2..6 {
        for who in 0..room / 64 {
            let other = check(limit, who.into(), hourly(5));
            assert_eq!(subject.commit(&[other], 1, START), Ok(()), "limit {limit}");
        }
    }

    // The next period has the whole share, for those that were counted and for new ones.
    let known = counted.iter().copied().take(counted.len() / 4);
    let new = 2 * room..2 * room + share / 4;
    for who in known.chain(new) {
        assert_eq!(subject.commit(&[greedy(who)], 1, BEGAN + HOUR), Ok(()));
    }
}
