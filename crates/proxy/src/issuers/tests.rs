//! An issuer that answers, dies, hangs, lies and comes back.

use super::*;
use crate::gateway::Revision;
use crate::metrics::Metrics;
use postern_model::entity::{Algorithm, ClaimNames, Configuration, Fetched};
use postern_policy::Rules;
use postern_proof::testing::{Signer, set};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

const ISS: &str = "https://login.example.com";

/// What stands at addresses, and how often somebody asked.
#[derive(Debug, Default)]
struct Web {
    answer: Mutex<HashMap<String, Result<String, String>>>,
    hangs: std::sync::atomic::AtomicBool,
    asked: AtomicUsize,
    permits: Mutex<Vec<Permit>>,
}

impl Web {
    fn put(&self, url: &str, answer: Result<&str, &str>) {
        let answer = answer.map(Into::into).map_err(Into::into);
        self.answer.lock().unwrap().insert(url.to_owned(), answer);
    }

    fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }
}

impl Fetch for Web {
    fn get<'a>(&'a self, url: &'a str, permit: Permit) -> Fetching<'a> {
        self.asked.fetch_add(1, SeqCst);
        self.permits.lock().unwrap().push(permit);
        Box::pin(async move {
            if self.hangs.load(SeqCst) {
                std::future::pending::<()>().await;
            }
            let answer = self.answer.lock().unwrap().get(url).cloned();
            let answer = answer.unwrap_or_else(|| Err("nothing is there".to_owned()));
            answer.map(String::into_bytes)
        })
    }

    fn ask<'a>(&'a self, _: Question<'a>, _: Permit) -> Asking<'a> {
        Box::pin(std::future::ready(Err("nobody is asked".to_owned())))
    }
}

fn issuer(keys: IssuerKeys) -> Issuer {
    Issuer {
        name: "corp".into(),
        tenant: None,
        iss: ISS.into(),
        keys,
        introspection: None,
        algorithms: vec![],
        audiences: vec!["orders".into()],
        leeway: Duration::ZERO,
        claims: ClaimNames::default(),
    }
}

fn fetched(url: &str) -> Fetched {
    Fetched {
        url: url.into(),
        every: Duration::from_mins(10),
        keep: Duration::from_hours(1),
    }
}

const URL: &str = "https://login.example.com/keys";

fn snapshot(issuers: Vec<Issuer>) -> Arc<Snapshot> {
    let configuration = Arc::new(Configuration {
        issuers,
        ..Configuration::default()
    });
    let revision = Revision {
        number: 1,
        name: "1".into(),
    };
    let rules = Rules::compile(configuration, "1".into()).unwrap();
    let metrics = Metrics::new();
    Arc::new(Snapshot::build(rules, 1, revision, None, Vec::new(), &metrics, None).unwrap())
}

/// Followed, with what is there.
fn follow(web: &Arc<Web>, issuer: Issuer) -> Issuers {
    let issuers = Issuers::new(web.clone(), &Keyer::new(&[1; 32]), Arc::new(Metrics::new()));
    issuers.follow(&snapshot(vec![issuer]));
    issuers
}

fn kids(issuers: &Issuers) -> Vec<String> {
    let known = issuers.keyring().of("corp").known.clone();
    known.map_or_else(Vec::new, |keys| {
        keys.kids().map(ToOwned::to_owned).collect()
    })
}

fn failure(issuers: &Issuers) -> Option<String> {
    let away = issuers.keyring().of("corp").away.clone();
    away.map(|away| away.error.to_string())
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

fn keys(kid: &str) -> String {
    set(&[&Signer::new(Algorithm::EdDSA, kid)])
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_at_once_and_again_in_time() {
    let web = Arc::new(Web::default());
    web.put(URL, Ok(&keys("a")));
    let issuers = follow(&web, issuer(IssuerKeys::Url(fetched(URL))));
    assert!(issuers.ask("corp").await, "the first attempt is waited for");
    assert_eq!(kids(&issuers), ["a"]);
    web.put(URL, Ok(&keys("b")));
    pass(599).await;
    assert_eq!((kids(&issuers), web.asked()), (vec!["a".to_owned()], 1));
    pass(2).await;
    assert_eq!((kids(&issuers), web.asked()), (vec!["b".to_owned()], 2));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_known_is_asked_for_once_by_many_and_not_again_for_a_while() {
    let web = Arc::new(Web::default());
    web.put(URL, Ok(&keys("old")));
    let issuers = Arc::new(follow(&web, issuer(IssuerKeys::Url(fetched(URL)))));
    assert!(issuers.ask("corp").await);
    // It has just answered, and is left alone for a moment.
    web.put(URL, Ok(&keys("new")));
    let many = (0..100).map(|_| {
        let issuers = issuers.clone();
        tokio::spawn(async move { issuers.ask("corp").await })
    });
    let many: Vec<_> = many.collect();
    for one in many {
        assert!(one.await.unwrap());
    }
    assert_eq!((kids(&issuers), web.asked()), (vec!["new".to_owned()], 2));
    let begun = tokio::time::Instant::now();
    for _ in 0..10 {
        assert!(issuers.ask("corp").await);
    }
    assert_eq!(web.asked(), 12);
    assert!(
        begun.elapsed() >= 10 * watch::REST,
        "it rests between any two"
    );
    assert!(!issuers.ask("nobody").await);
}

#[tokio::test(start_paused = true)]
async fn keys_count_on_while_the_issuer_is_away_and_then_no_more() {
    let web = Arc::new(Web::default());
    web.put(URL, Ok(&keys("a")));
    let issuers = follow(&web, issuer(IssuerKeys::Url(fetched(URL))));
    assert!(issuers.ask("corp").await);
    web.put(URL, Err("connection refused"));
    assert!(issuers.ask("corp").await);
    pass(3500).await;
    assert!(
        !issuers.ask("corp").await,
        "nobody waits for one that is away"
    );
    assert_eq!(kids(&issuers), ["a"], "younger than `keep`");
    assert_eq!(failure(&issuers).unwrap(), "connection refused");
    let before = web.asked();
    pass(200).await;
    assert!(kids(&issuers).is_empty(), "older than `keep`");
    // At most once a minute.
    assert!(
        (2..=5).contains(&(web.asked() - before)),
        "{}",
        web.asked() - before
    );
    web.put(URL, Ok(&keys("b")));
    pass(61).await;
    assert_eq!(
        (kids(&issuers), failure(&issuers)),
        (vec!["b".to_owned()], None)
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_never_answers_keeps_nobody_waiting_for_long() {
    let web = Arc::new(Web::default());
    web.hangs.store(true, SeqCst);
    let issuers = follow(&web, issuer(IssuerKeys::Url(fetched(URL))));
    let begun = tokio::time::Instant::now();
    assert!(issuers.ask("corp").await, "who waits learns of it");
    assert_eq!(begun.elapsed(), watch::ATTEMPT);
    assert!(failure(&issuers).unwrap().contains("did not answer in 4 s"));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_an_answer_is_said() {
    let long = format!("{{\"keys\": [], \"x\": \"{}\"}}", "y".repeat(MOST_BYTES));
    for (answer, said) in [
        (Ok("<html>"), "is not JSON"),
        (Ok("{}"), "has no list `keys`"),
        (Ok("{\"keys\": []}"), "has no keys"),
        (Ok(&*long), "longer than"),
        (Err("it answered 500"), "it answered 500"),
    ] {
        let web = Arc::new(Web::default());
        web.put(URL, answer);
        let issuers = follow(&web, issuer(IssuerKeys::Url(fetched(URL))));
        assert!(issuers.ask("corp").await);
        let failure = failure(&issuers).unwrap();
        assert!(failure.contains(said), "{failure}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_describes_itself_is_believed_about_itself_alone() {
    let described = "https://login.example.com/.well-known/openid-configuration";
    let says = |issuer: &str| format!(r#"{{"issuer": "{issuer}", "jwks_uri": "{URL}"}}"#);
    for (document, said) in [
        (says(ISS), None),
        (
            says("https://evil.example"),
            Some("describes another issuer"),
        ),
        (says(&format!("{ISS}/")), Some("describes another issuer")),
        (format!(r#"{{"issuer": "{ISS}"}}"#), Some("no `jwks_uri`")),
        (
            says(ISS).replace("https://login.example.com/k", "http://login.example.com/k"),
            Some("`jwks_uri` without TLS"),
        ),
        ("<html>".to_owned(), Some("not JSON")),
    ] {
        let web = Arc::new(Web::default());
        web.put(described, Ok(&document));
        web.put(URL, Ok(&keys("a")));
        let issuers = follow(&web, issuer(IssuerKeys::Discovery(fetched(described))));
        assert!(issuers.ask("corp").await);
        match said {
            None => assert_eq!(kids(&issuers), ["a"]),
            Some(said) => assert!(failure(&issuers).unwrap().contains(said), "{document}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_tenant_configures_passes_the_egress_rule() {
    let web = Arc::new(Web::default());
    let mut own = issuer(IssuerKeys::Url(fetched(URL)));
    own.tenant = Some("partner".into());
    let issuers = follow(&web, own);
    assert!(issuers.ask("corp").await);
    let permit = web.permits.lock().unwrap()[0].clone();
    let metadata = ([169, 254, 169, 254], 80).into();
    assert!(permit.check(metadata).is_err() && permit.check(([127, 0, 0, 1], 80).into()).is_err());
    let platform = follow(&web, issuer(IssuerKeys::Url(fetched(URL))));
    assert!(platform.ask("corp").await);
    let permit = web.permits.lock().unwrap()[1].clone();
    assert!(permit.check(([127, 0, 0, 1], 80).into()).is_ok());
}

#[tokio::test(start_paused = true)]
async fn where_the_platform_s_issuer_leads_passes_the_egress_rule_too() {
    let described = "https://login.example.com/.well-known/openid-configuration";
    let here = ([127, 0, 0, 1], 443).into();
    for (place, is_own) in [
        (URL, true),
        ("HTTPS://login.example.com/other", true),
        ("https://keys.example.com/", false),
        ("https://login.example.com:8443/keys", false),
        ("https://login.example.com@keys.example.com/", false),
    ] {
        let web = Arc::new(Web::default());
        let document = format!(r#"{{"issuer": "{ISS}", "jwks_uri": "{place}"}}"#);
        web.put(described, Ok(&document));
        let issuers = follow(&web, issuer(IssuerKeys::Discovery(fetched(described))));
        assert!(issuers.ask("corp").await);
        let permits = web.permits.lock().unwrap().clone();
        assert!(permits[0].check(here).is_ok());
        assert_eq!(permits[1].check(here).is_ok(), is_own, "{place}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reload_keeps_what_is_the_same_and_forgets_what_is_not() {
    let web = Arc::new(Web::default());
    web.put(URL, Ok(&keys("a")));
    let issuers = follow(&web, issuer(IssuerKeys::Url(fetched(URL))));
    assert!(issuers.ask("corp").await);
    issuers.follow(&snapshot(vec![issuer(IssuerKeys::Url(fetched(URL)))]));
    assert_eq!((kids(&issuers), web.asked()), (vec!["a".to_owned()], 1));
    // Another address: what the old one said does not count.
    issuers.follow(&snapshot(vec![issuer(IssuerKeys::Url(fetched(
        "https://x.example",
    )))]));
    assert_eq!(kids(&issuers), Vec::<String>::new());
    issuers.follow(&snapshot(vec![]));
    assert!(!issuers.ask("corp").await);
    pass(7200).await;
    assert!(web.asked() <= 2, "nobody asks any more: {}", web.asked());
}

#[test]
fn keys_are_read_from_files_and_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, text: &str| -> Arc<Path> {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.into()
    };
    let good = [
        IssuerKeys::File(at("keys.json", &keys("a"))),
        IssuerKeys::Shared(postern_model::Secret::new([7; 32].into())),
    ];
    for one in good {
        assert_eq!(read(&[issuer(one)]).unwrap().len(), 1);
    }
    for (bad, said) in [
        (at("empty.json", ""), "has no `BEGIN PUBLIC KEY`"),
        (at("none.json", "{\"keys\": []}"), "has no keys"),
        (folder.path().join("missing").into(), "cannot be read"),
    ] {
        let (name, error) = read(&[issuer(IssuerKeys::File(bad))]).unwrap_err();
        assert!(&*name == "corp" && error.contains(said), "{error}");
    }
}

fn standing(issuers: &Issuers, issuer: &Issuer) -> Standing {
    issuers.standings(std::slice::from_ref(issuer)).remove(0)
}

#[tokio::test(start_paused = true)]
async fn how_keys_stand_is_told() {
    let web = Arc::new(Web::default());
    web.put(URL, Ok(&keys("a")));
    let corp = issuer(IssuerKeys::Url(fetched(URL)));
    let issuers = follow(&web, corp.clone());
    assert!(issuers.ask("corp").await);
    let good = standing(&issuers, &corp);
    assert_eq!((good.keys, &*good.names), (Some(1), &["a".to_owned()][..]));
    assert!(good.fetched.is_some() && good.failing.is_none() && good.kept_until.is_none());
    assert!(good.next >= good.fetched.map(|at| at + 599_000));
    web.put(URL, Err("connection refused"));
    issuers.refresh(&corp).await;
    let kept = standing(&issuers, &corp);
    assert_eq!(kept.keys, Some(1), "they count on");
    assert_eq!(kept.failing.unwrap().1, "connection refused");
    assert_eq!(kept.kept_until, good.fetched.map(|at| at + 3_600_000));
    pass(3700).await;
    let gone = standing(&issuers, &corp);
    assert_eq!((gone.keys, gone.names.len()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn whoever_insists_waits_for_no_rest() {
    let web = Arc::new(Web::default());
    web.put(URL, Err("connection refused"));
    let corp = issuer(IssuerKeys::Url(fetched(URL)));
    let issuers = follow(&web, corp.clone());
    assert!(issuers.ask("corp").await);
    // Away for long, it is left alone for a minute.
    pass(600).await;
    web.put(URL, Ok(&keys("a")));
    let (asked, begun) = (web.asked(), tokio::time::Instant::now());
    issuers.refresh(&corp).await;
    assert_eq!(
        (kids(&issuers), web.asked()),
        (vec!["a".to_owned()], asked + 1)
    );
    assert_eq!(begun.elapsed(), Duration::ZERO);
    pass(1).await;
    assert_eq!(web.asked(), asked + 1, "once is enough");
}

#[tokio::test]
async fn a_file_of_keys_is_read_again_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    std::fs::write(&path, keys("a")).unwrap();
    let corp = issuer(IssuerKeys::File(path.clone().into()));
    let issuers = follow(&Arc::new(Web::default()), corp.clone());
    std::fs::write(&path, keys("b")).unwrap();
    issuers.refresh(&corp).await;
    assert_eq!(kids(&issuers), ["b"]);
    assert_eq!(standing(&issuers, &corp).keys, Some(1));
    std::fs::write(&path, "{").unwrap();
    issuers.refresh(&corp).await;
    assert_eq!(kids(&issuers), ["b"]);
    let (_, why) = standing(&issuers, &corp).failing.unwrap();
    assert!(why.contains("keys.json"), "{why}");
}
