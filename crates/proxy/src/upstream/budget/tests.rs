use super::*;
use proptest::prelude::*;

fn retry(percent: u8, per_second: u32) -> Retry {
    Retry {
        budget_percent: percent,
        budget_min_per_second: per_second,
        ..Retry::default()
    }
}

fn take_all(budget: &Budget, retry: &Retry, now: u64) -> usize {
    (0..10_000).take_while(|_| budget.take(retry, now)).count()
}

#[test]
fn five_requests_earn_one_retry() {
    let (budget, retry) = (Budget::default(), retry(20, 0));
    assert!(!budget.take(&retry, 1));
    budget.earn(&retry, 4);
    assert!(!budget.take(&retry, 1));
    budget.earn(&retry, 1);
    assert!(budget.take(&retry, 1));
    assert!(!budget.take(&retry, 1));
    assert_eq!(budget.refusals(), 3);
}

#[test]
fn savings_are_bounded() {
    let (budget, retry) = (Budget::default(), retry(20, 0));
    budget.earn(&retry, 1_000_000);
    assert_eq!(take_all(&budget, &retry, 1), 200);
}

#[test]
fn the_allowance_comes_every_second() {
    let (budget, retry) = (Budget::default(), retry(0, 10));
    assert_eq!(take_all(&budget, &retry, 5000), 10);
    assert_eq!(take_all(&budget, &retry, 5099), 0);
    assert_eq!(take_all(&budget, &retry, 5100), 1);
    assert_eq!(take_all(&budget, &retry, 60_000), 10);
}

#[test]
fn no_budget_no_retry() {
    let (budget, retry) = (Budget::default(), retry(0, 0));
    budget.earn(&retry, 1000);
    assert_eq!(take_all(&budget, &retry, 5000), 0);
}

proptest! {
    #[test]
    fn never_more_than_share_and_allowance(
        percent in 0_u8..=100,
        rate in 0_u32..50,
        steps in prop::collection::vec((0_u64..400, 0_u32..100, 0_usize..50), 1..100),
    ) {
        let (budget, retry) = (Budget::default(), retry(percent, rate));
        let (mut now, mut requests, mut retries) = (0_u64, 0_u64, 0_u64);
        for (pause, came, wanted) in steps {
            now += pause;
            requests += u64::from(came);
            budget.earn(&retry, came);
            retries += (0..wanted).filter(|_| budget.take(&retry, now)).count() as u64;
            let share = requests * u64::from(percent) / 100;
            // One allowance at once, and one more each second.
            let allowance = u64::from(rate) + now * u64::from(rate) / 1000;
            prop_assert!(retries <= share + allowance + 1, "{retries} > {share} + {allowance}");
        }
    }
}
