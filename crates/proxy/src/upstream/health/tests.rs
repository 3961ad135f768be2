use super::*;
use crate::upstream::tests::{configuration, upstream};
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

pub(super) fn settings() -> ActiveHealth {
    ActiveHealth {
        path: "/healthz".into(),
        interval: Duration::from_secs(10),
        timeout: Duration::from_secs(2),
        healthy_after: 2,
        unhealthy_after: 3,
        statuses: (200, 299),
        host: None,
    }
}

#[test]
fn results_in_a_row_change_the_state() {
    let mut checks = Checks::default();
    let mut healthy = true;
    let mut states = String::new();
    // Three failures in a row make it unhealthy, two successes healthy again.
    for (at, result) in "--+---+-++--+".chars().enumerate() {
        let error = (result == '-').then_some(CheckError::NotHttp);
        let now = at as u64;
        if let Some(new) = observe(&mut checks, &settings(), healthy, error.as_ref(), now) {
            healthy = new;
            assert_eq!(checks.since, now);
        }
        states.push(if healthy { '+' } else { '-' });
    }
    assert_eq!(states, "+++++----++++");
    assert_eq!(checks.error, "the answer is not HTTP/1.1");
}

/// Connections that hang for ever, or fail at once.
struct Broken {
    hang: bool,
    dials: AtomicUsize,
}

impl Dial for Broken {
    fn dial<'a>(
        &'a self,
        _: &'a UpstreamState,
        _: &'a TargetState,
        address: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Connection, String>> + Send + 'a>> {
        self.dials.fetch_add(1, Relaxed);
        Box::pin(async move {
            if self.hang {
                std::future::pending::<()>().await;
            }
            Err(format!("connection to {address} refused"))
        })
    }
}

fn checked() -> Upstreams {
    let mut config = upstream(&[("10.0.0.1", 1)]);
    config.active_health = Some(settings());
    Upstreams::build(&configuration(config), None, Instant::now())
}

fn broken(hang: bool) -> Arc<Broken> {
    Arc::new(Broken {
        hang,
        dials: AtomicUsize::new(0),
    })
}

#[tokio::test(start_paused = true)]
async fn a_target_that_fails_checks_is_out() {
    for (hang, error) in [
        (true, "no answer within 2000 ms"),
        (false, "connection to 10.0.0.1:80 refused"),
    ] {
        let set = checked();
        let target = set.get(0).unwrap().targets[0].target.clone();
        let dial = broken(hang);
        let monitor = Monitor::start(&set, &(dial.clone() as Arc<dyn Dial>), 7);
        // Two checks begin within 1 s + 2 s + 11 s.
        tokio::time::sleep(Duration::from_secs(14)).await;
        assert!(target.status().usable);
        assert_eq!(dial.dials.load(Relaxed), 2);
        tokio::time::sleep(Duration::from_secs(13)).await;
        assert!(target.status().unhealthy);
        assert_eq!(target.checks().error, error);
        drop(monitor);
        let made = dial.dials.load(Relaxed);
        tokio::time::sleep(Duration::from_secs(100)).await;
        assert_eq!(dial.dials.load(Relaxed), made, "checks end with their set");
    }
}

#[tokio::test(start_paused = true)]
async fn upstreams_that_do_not_ask_are_left_alone() {
    let config = configuration(upstream(&[("10.0.0.1", 1)]));
    let before = checked();
    let target = before.get(0).unwrap().targets[0].target.clone();
    before.get(0).unwrap().set_status(&target, UNHEALTHY, true);
    let set = Upstreams::build(&config, Some(&before), Instant::now());
    assert!(
        target.status().usable,
        "nobody would find out that it is healthy again"
    );
    let dial = broken(false);
    let _monitor = Monitor::start(&set, &(dial.clone() as Arc<dyn Dial>), 7);
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!(dial.dials.load(Relaxed), 0);
}
