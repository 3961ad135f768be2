//! An issuer that is asked, and answers, lies, hangs, dies and comes back.

use super::super::fetch::{Asking, Fetching};
use super::*;
use postern_model::entity::{ClaimNames, Egress, IssuerKeys, JwtProof};
use postern_model::key::Keyer;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// What is answered, and how often somebody asked.
#[derive(Debug)]
struct Endpoint {
    answer: Mutex<Result<Reply, String>>,
    /// How long that takes.
    takes: Mutex<Duration>,
    asked: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Endpoint {
    fn new() -> Arc<Self> {
        let endpoint = Self {
            answer: Mutex::new(Err("connection refused".to_owned())),
            takes: Mutex::default(),
            asked: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        };
        Arc::new(endpoint)
    }

    fn says(&self, status: u16, body: &str) {
        *lock(&self.answer) = Ok(Reply {
            status,
            body: body.into(),
        });
    }

    fn dies(&self) {
        *lock(&self.answer) = Err("connection refused".to_owned());
    }

    fn takes(&self, time: Duration) {
        *lock(&self.takes) = time;
    }

    fn asked(&self) -> usize {
        self.asked.load(SeqCst)
    }
}

impl Fetch for Endpoint {
    fn get<'a>(&'a self, _: &'a str, _: Permit) -> Fetching<'a> {
        Box::pin(std::future::ready(Err("nothing is there".to_owned())))
    }

    fn ask<'a>(&'a self, question: Question<'a>, _: Permit) -> Asking<'a> {
        assert_eq!(
            (question.client, &**question.secret.expose()),
            ("gateway", "s3cret")
        );
        Box::pin(async move {
            self.asked.fetch_add(1, SeqCst);
            let now = self.under_way.fetch_add(1, SeqCst) + 1;
            self.most.fetch_max(now, SeqCst);
            let takes = *lock(&self.takes);
            tokio::time::sleep(takes).await;
            self.under_way.fetch_sub(1, SeqCst);
            lock(&self.answer).clone()
        })
    }
}

fn asked(endpoint: &Arc<Endpoint>, answers: &Arc<Answers>) -> Arc<Asked> {
    let issuer = Issuer {
        name: "corp".into(),
        tenant: None,
        iss: "https://login.example.com".into(),
        keys: IssuerKeys::Untold,
        introspection: Some(Box::new(Introspection {
            url: "https://login.example.com/introspect".into(),
            client: "gateway".into(),
            secret: Secret::new("s3cret".into()),
            timeout: Duration::from_secs(2),
            keep: Duration::from_secs(30),
            opaque: true,
            jwt: JwtProof::Introspection,
        })),
        algorithms: Vec::new(),
        audiences: vec!["orders".into()],
        leeway: Duration::ZERO,
        claims: ClaimNames::default(),
    };
    let keyer = Keyer::new(&[1; 32]);
    let mut issuers = Issuers::new(endpoint.clone(), &keyer, Arc::new(Metrics::new()));
    issuers.answers = answers.clone();
    let permit = Permit {
        anywhere: true,
        egress: Egress::default(),
        own: Vec::new(),
    };
    Asked::new(&issuer, permit, &issuers).unwrap()
}

fn answers() -> Arc<Answers> {
    Arc::new(Answers::new(&Keyer::new(&[1; 32])))
}

async fn about(asked: &Arc<Asked>, token: &[u8]) -> Arc<Heard> {
    asked.clone().about(token, 7, &Handle::current()).await
}

fn silence(heard: &Heard) -> &Silence {
    match &heard.said {
        Said::Nothing(silence) => silence,
        other => panic!("{other:?}"),
    }
}

fn good(exp: i64) -> String {
    json!({"active": true, "client_id": "till", "exp": exp}).to_string()
}

#[tokio::test(start_paused = true)]
async fn many_who_bring_one_token_ask_once() {
    let (endpoint, answers) = (Endpoint::new(), answers());
    endpoint.says(200, &good(now() / 1000 + 600));
    endpoint.takes(Duration::from_millis(500));
    let asked = asked(&endpoint, &answers);
    let all: Vec<_> = (0..50)
        .map(|_| {
            let asked = asked.clone();
            tokio::spawn(async move { about(&asked, b"a").await })
        })
        .collect();
    for one in all {
        assert!(matches!(one.await.unwrap().said, Said::Active(_)));
    }
    assert_eq!(endpoint.asked(), 1);
    let name = answers.name(b"a");
    assert!(answers.get(&name, "corp", 7, now() + 29_000).is_some());
    assert!(answers.get(&name, "corp", 7, now() + 31_000).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_question_goes_on_when_whoever_asked_first_goes_away() {
    let (endpoint, answers) = (Endpoint::new(), answers());
    endpoint.says(200, &good(now() / 1000 + 600));
    endpoint.takes(Duration::from_millis(500));
    let asked = asked(&endpoint, &answers);
    let first = tokio::time::timeout(Duration::from_millis(100), about(&asked, b"a"));
    assert!(first.await.is_err());
    assert!(matches!(about(&asked, b"a").await.said, Said::Active(_)));
    assert_eq!(endpoint.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn that_a_token_is_good_never_counts_beyond_its_end() {
    let (endpoint, answers) = (Endpoint::new(), answers());
    let end = now() / 1000 + 3;
    endpoint.says(200, &good(end));
    about(&asked(&endpoint, &answers), b"a").await;
    let name = answers.name(b"a");
    assert!(answers.get(&name, "corp", 7, end * 1000 - 1).is_some());
    assert!(answers.get(&name, "corp", 7, end * 1000).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_the_issuers_fault_and_never_the_tokens() {
    let long = format!(r#"{{"active":true,"x":"{}"}}"#, "x".repeat(1 << 20));
    for (status, body, why, ours) in [
        (401, "", "client and secret (401)", true),
        (403, r#"{"active":false}"#, "client and secret (403)", true),
        (302, "", "leads elsewhere (302)", false),
        (500, "oops", "answered 500", false),
        (200, "<html>", "is not JSON", false),
        (200, "{}", "`active`", false),
        (200, &long, "is longer than", false),
    ] {
        let (endpoint, answers) = (Endpoint::new(), answers());
        endpoint.says(status, body);
        let heard = about(&asked(&endpoint, &answers), b"a").await;
        let silence = silence(&heard);
        let error = silence.error.as_deref().unwrap();
        assert!(error.contains(why), "{error}");
        assert!(
            silence.since.is_some() && silence.rejects_us == ours,
            "{why}"
        );
        // It is asked again soon.
        let name = answers.name(b"a");
        assert!(answers.get(&name, "corp", 7, now() + 1_100).is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_waited_for_as_long_as_is_said() {
    let (endpoint, answers) = (Endpoint::new(), answers());
    endpoint.takes(Duration::from_hours(1));
    let asked = asked(&endpoint, &answers);
    let begun = Instant::now();
    let heard = about(&asked, b"a").await;
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
    assert!(
        silence(&heard)
            .error
            .as_deref()
            .unwrap()
            .contains("2000 ms")
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dead_is_left_alone_and_asked_again_when_it_is_back() {
    let (endpoint, answers) = (Endpoint::new(), answers());
    let asked = asked(&endpoint, &answers);
    let mut since = None;
    for n in 0..100_u8 {
        let heard = about(&asked, &[n]).await;
        let first = *since.get_or_insert(silence(&heard).since);
        assert_eq!(silence(&heard).since, first, "since the first failure");
    }
    assert_eq!(endpoint.asked(), FAILURES as usize);
    endpoint.says(200, r#"{"active":false}"#);
    tokio::time::sleep(REST).await;
    assert_eq!(about(&asked, b"a").await.said, Said::Inactive);
    endpoint.dies();
    let heard = about(&asked, b"b").await;
    assert!(silence(&heard).since.is_some(), "and it fails anew");
}

#[tokio::test(start_paused = true)]
async fn only_so_many_questions_are_under_way() {
    let (endpoint, answers) = (Endpoint::new(), answers());
    endpoint.says(200, r#"{"active":false}"#);
    endpoint.takes(Duration::from_millis(10));
    let asked = asked(&endpoint, &answers);
    let all: Vec<_> = (0..WAITING + 100)
        .map(|n| {
            let asked = asked.clone();
            tokio::spawn(async move { about(&asked, &n.to_be_bytes()).await })
        })
        .collect();
    let mut too_many = 0;
    for one in all {
        let heard = one.await.unwrap();
        if let Said::Nothing(silence) = &heard.said {
            assert!(silence.error.as_deref().unwrap().contains("too many"));
            too_many += 1;
        }
    }
    assert_eq!(too_many, 100);
    assert_eq!(endpoint.most.load(SeqCst), PLACES);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_issuer_is_not_taken_for_one_of_this() {
    let (endpoint, answers) = (Endpoint::new(), answers());
    let other = json!({"active": true, "client_id": "till", "iss": "https://other.example.com"});
    endpoint.says(200, &other.to_string());
    let heard = about(&asked(&endpoint, &answers), b"a").await;
    assert_eq!(
        heard.said,
        Said::Foreign("https://other.example.com".into())
    );
}
