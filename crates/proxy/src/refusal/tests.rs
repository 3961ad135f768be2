mod pages;
mod shown;

use super::headers::names;
use super::*;
use postern_model::RequestId;
use postern_model::denial::{Audience, Denial};
use postern_model::entity::{Disclosure, StatusProfile};
use postern_policy::head::Head;
use proptest::prelude::*;
use serde_json::Value as Json;
use std::borrow::Cow;

fn context(form: Form) -> Context<'static> {
    Context {
        id: RequestId::new(1_732_000_000_000, 7).encode(),
        form,
        head_only: false,
        pseudonym: "postern",
        docs: None,
        tls: false,
        authority: Some(b"127.0.0.1:8080"),
        target: Some(b"/orders?q=%22"),
        challenges: &[],
        nonce: None,
        limits: &[],
        classic_limits: true,
        help: None,
        https_port: None,
    }
}

/// Renders what an ordinary service shows.
fn render(denial: &Denial, context: &Context<'_>) -> Refusal {
    let shown = denial.shown(StatusProfile::Standard, Disclosure::Standard, false);
    super::render(&shown, context)
}

fn json(refusal: &Refusal) -> Json {
    serde_json::from_slice(&refusal.body).unwrap()
}

fn list(items: &[&'static str]) -> Vec<Cow<'static, str>> {
    items.iter().map(|item| Cow::Borrowed(*item)).collect()
}

#[test]
fn the_problem_document_is_as_the_contract_shows_it() {
    let denial = Denial::new(Code::NotFound)
        .saw("host", "api.example")
        .saw("path", "/order")
        .saw("nearest", list(&["/orders"]));
    let refusal = render(&denial, &context(Form::Problem));
    let id = context(Form::Problem).id;
    let id = id.as_str();
    let written: Vec<_> = refusal
        .headers
        .iter()
        .map(|(name, value)| format!("{}: {value}", name.title))
        .collect();
    assert_eq!(
        written,
        [
            "Content-Type: application/problem+json".to_owned(),
            "Cache-Control: no-store".to_owned(),
            format!("X-Request-Id: {id}"),
            "Postern-Denial: route.not_found".to_owned(),
            "Proxy-Status: postern; error=http_request_error; details=\"route.not_found\""
                .to_owned(),
        ]
    );
    let expected = format!(
        concat!(
            r#"{{"type":"http://127.0.0.1:8080/.well-known/postern/denials/route.not_found","#,
            r#""title":"No such operation","status":404,"#,
            r#""instance":"/.well-known/postern/requests/{0}","code":"route.not_found","#,
            r#""detail":"Nothing is published at `/order` on `api.example`. What comes nearest is `/orders`.","#,
            r#""fault":"consumer","retry":"after_change","fix":"Use `/orders` instead of `/order`.","#,
            r#""request_id":"{0}","correlation_id":"{0}"}}"#
        ),
        id
    );
    assert_eq!(std::str::from_utf8(&refusal.body).unwrap(), expected);
    assert_eq!(refusal.content_length, expected.len());
}

#[test]
fn every_code_has_its_full_shape_in_every_form() {
    for &code in Code::ALL {
        let denial = Denial::new(code);
        let shown = code.shown();
        let grpc = Form::Grpc("application/grpc");
        for form in [Form::Problem, Form::OAuth, Form::Html, grpc] {
            let refusal = render(&denial, &context(form));
            let header = |name: &str| refusal.headers.get(name);
            assert_eq!(header("postern-denial"), Some(shown.name()), "{code}");
            assert_eq!(header("cache-control"), Some("no-store"));
            assert_eq!(header("x-request-id"), Some(context(form).id.as_str()));
            assert_eq!(
                header("proxy-status").is_some(),
                code != Code::OriginRefused
            );
            assert_eq!(refusal.content_length, refusal.body.len());
            match form {
                Form::Grpc(_) => {
                    assert_eq!((refusal.status, refusal.body.len()), (200, 0));
                    assert!(refusal.trailers_only);
                    assert!(header("grpc-message").is_some_and(|m| !m.is_empty()));
                }
                Form::Html => {
                    let page = String::from_utf8(refusal.body.clone()).unwrap();
                    assert!(
                        page.contains(shown.name()) && page.contains(context(form).id.as_str())
                    );
                    assert_eq!(refusal.status, shown.row().status);
                }
                Form::Problem | Form::OAuth => {
                    let body = json(&refusal);
                    assert_eq!(body["error"].is_string(), form == Form::OAuth);
                    assert_eq!(body["code"], shown.name());
                    assert_eq!(body["status"], u64::from(refusal.status));
                    assert_eq!(body["title"], denial.title());
                    assert_eq!(body["detail"], denial.detail());
                    assert_eq!(body["fix"].as_str(), denial.fix().as_deref());
                    assert_eq!(body["request_id"], body["correlation_id"]);
                    assert!(body.get("help").is_none());
                }
            }
            if matches!(refusal.status, 429 | 503) {
                assert!(header("retry-after").is_some(), "{code}");
            }
        }
    }
}

#[test]
fn a_hidden_code_is_byte_identical_to_what_it_shows_as() {
    for form in [Form::Problem, Form::Html, Form::Grpc("application/grpc")] {
        let tell = |code| {
            let denial = Denial::new(code)
                .saw("host", "api.example")
                .saw("path", "/v2/orders")
                .with("state", "draft", Audience::Publisher);
            let refusal = render(&denial, &context(form));
            let headers: Vec<_> = refusal
                .headers
                .iter()
                .map(|(name, value)| (name.title, value.to_owned()))
                .collect();
            (refusal.status, headers, refusal.body)
        };
        assert_eq!(tell(Code::NotPublished), tell(Code::NotFound));
    }
}

#[test]
fn head_gets_the_headers_of_get_and_no_body() {
    let denial = Denial::new(Code::NotFound).saw("path", "/x");
    for form in [Form::Problem, Form::Html] {
        let get = render(&denial, &context(form));
        let head = render(
            &denial,
            &Context {
                head_only: true,
                ..context(form)
            },
        );
        assert!(head.body.is_empty());
        assert_eq!(head.content_length, get.body.len());
        assert!(head.headers.iter().eq(get.headers.iter()));
    }
}

#[test]
fn a_405_always_has_allow_and_only_tokens_in_it() {
    let allow = |denial: Denial| {
        render(&denial, &context(Form::Problem))
            .headers
            .get("allow")
            .map(str::to_owned)
    };
    let denial = Denial::new(Code::MethodNotAllowed);
    let allowed = list(&["GET", "HEAD", "bad method", "a\r\nb"]);
    assert_eq!(
        allow(denial.clone().saw("allowed", allowed)).as_deref(),
        Some("GET, HEAD")
    );
    assert_eq!(allow(denial.clone()).as_deref(), Some(""));
    assert_eq!(allow(denial.status(403)), None);
}

#[test]
fn who_blocks_is_linked_to_from_a_451_alone() {
    let by = "https://www.example.com/blocked";
    let denial = |status: u16, by: &str| {
        Denial::new(Code::CountryNotAllowed)
            .status(status)
            .saw("blocked_by", by.to_owned())
    };
    let link = |denial: &Denial| {
        let refusal = render(denial, &context(Form::Problem));
        let mut headers = refusal.headers.iter();
        headers
            .find(|(name, _)| name.lower == "link")
            .map(|(_, value)| value.to_owned())
    };
    let told = "<https://www.example.com/blocked>; rel=\"blocked-by\"";
    assert_eq!(link(&denial(451, by)).as_deref(), Some(told));
    assert_eq!(link(&denial(403, by)), None);
    assert_eq!(link(&denial(451, "https://a/>; rel=next, <b")), None);
}

#[test]
fn another_services_headers_are_whole_whatever_is_kept_of_them() {
    let denial = |status| {
        Denial::new(Code::ExternalDenied)
            .status(status)
            .saw("location", "https://sso.example/in?…")
            .saw("challenge", "Bearer realm=\"[redacted]\"")
    };
    let aside = || Aside {
        location: Some("https://sso.example/in?rd=%2F".into()),
        challenge: Some("Bearer realm=\"https://a/?b\"".into()),
    };
    let told = |denial: Denial, name: &str| {
        let refusal = render(&denial, &context(Form::Problem));
        let body = String::from_utf8(refusal.body.clone()).unwrap();
        assert!(!body.contains("rd=") && !body.contains("?b"), "{body}");
        (refusal.status, refusal.headers.get(name).map(str::to_owned))
    };
    assert_eq!(
        told(denial(302).aside(aside()), "location"),
        (302, Some("https://sso.example/in?rd=%2F".to_owned()))
    );
    assert_eq!(
        told(denial(401).aside(aside()), "www-authenticate"),
        (401, Some("Bearer realm=\"https://a/?b\"".to_owned()))
    );
    // Nobody is sent to what was kept of an address.
    assert_eq!(told(denial(302), "location"), (403, None));
    // An address that was kept whole is one.
    let whole = Denial::new(Code::ExternalDenied)
        .status(302)
        .saw("location", "https://sso.example/in");
    assert_eq!(
        told(whole, "location"),
        (302, Some("https://sso.example/in".to_owned()))
    );
}

#[test]
fn the_redirection_to_https_needs_somewhere_safe_to_go() {
    let go = |context: Context<'_>| {
        let denial = Denial::new(Code::TlsRequired).status(308);
        let refusal = render(&denial, &context);
        assert_eq!(
            context.form == Form::Problem,
            refusal.body.first() == Some(&b'{')
        );
        (
            refusal.status,
            refusal.headers.get("location").map(str::to_owned),
        )
    };
    let plain = context(Form::Problem);
    let to = |url: &str| (308, Some(url.to_owned()));
    assert_eq!(go(plain), to("https://127.0.0.1/orders?q=%22"));
    assert_eq!(
        go(Context {
            https_port: Some(8443),
            authority: Some(b"[::1]:8080"),
            ..plain
        }),
        to("https://[::1]:8443/orders?q=%22")
    );
    assert_eq!(
        go(Context {
            authority: Some(b"[::1]"),
            ..plain
        }),
        to("https://[::1]/orders?q=%22")
    );
    for unsafe_one in [
        Context {
            authority: None,
            ..plain
        },
        Context {
            authority: Some(b"a/b"),
            ..plain
        },
        Context {
            authority: Some(b"user@a"),
            ..plain
        },
        Context {
            target: None,
            ..plain
        },
        Context {
            target: Some(b"*"),
            ..plain
        },
        Context {
            target: Some(b"/a\r\nSet-Cookie: x"),
            ..plain
        },
    ] {
        assert_eq!(go(unsafe_one), (403, None));
    }
}

#[test]
fn the_type_points_where_the_pages_are() {
    let of = |context: Context<'_>| {
        json(&render(&Denial::new(Code::Internal), &context))["type"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let plain = context(Form::Problem);
    let own = "/.well-known/postern/denials/gateway.internal";
    assert_eq!(of(plain), format!("http://127.0.0.1:8080{own}"));
    assert_eq!(
        of(Context { tls: true, ..plain }),
        format!("https://127.0.0.1:8080{own}")
    );
    assert_eq!(
        of(Context {
            authority: None,
            ..plain
        }),
        own
    );
    assert_eq!(
        of(Context {
            authority: Some(b"a\"b"),
            ..plain
        }),
        own
    );
    assert_eq!(
        of(Context {
            docs: Some("https://docs.example/"),
            ..plain
        }),
        "https://docs.example/denials/gateway.internal"
    );
}

#[test]
fn the_gateways_name_is_a_token_or_a_quoted_string() {
    let of = |pseudonym: &'static str| {
        let context = Context {
            pseudonym,
            ..context(Form::Problem)
        };
        let refusal = render(&Denial::new(Code::Internal), &context);
        let value = refusal.headers.get("proxy-status").unwrap();
        value.split("; error=").next().unwrap().to_owned()
    };
    assert_eq!(of("postern"), "postern");
    assert_eq!(of("gw.example:443"), "gw.example:443");
    assert_eq!(of("1st"), "\"1st\"");
    assert_eq!(of("a \"b\\ é"), "\"a \\\"b\\\\ ?\"");
    assert_eq!(of(""), "\"\"");
}

#[test]
fn a_known_time_is_told_and_a_closer_proxy_error_too() {
    let denial = Denial::new(Code::NoHealthyTarget)
        .retry_after(17)
        .proxy_error("dns_error");
    let refusal = render(&denial, &context(Form::Problem));
    assert_eq!(refusal.headers.get("retry-after"), Some("17"));
    assert_eq!(json(&refusal)["retry"]["after"], 17);
    let status = refusal.headers.get("proxy-status").unwrap();
    assert!(status.contains("error=dns_error"), "{status}");
}

#[test]
fn grpc_statuses_follow_the_design() {
    let of = |status| {
        let mut denial = Denial::new(Code::Internal);
        denial.status = status;
        let refusal = render(&denial, &context(Form::Grpc("application/grpc")));
        refusal.headers.get("grpc-status").unwrap().to_owned()
    };
    let table = [
        (401, "16"),
        (403, "7"),
        (404, "12"),
        (429, "8"),
        (503, "14"),
        (504, "4"),
        (400, "3"),
        (405, "3"),
        (410, "3"),
        (500, "13"),
        (502, "14"),
    ];
    for (status, expected) in table {
        assert_eq!(of(status), expected, "{status}");
    }
}

#[test]
fn what_a_caller_sent_stays_text() {
    let denial = Denial::new(Code::NotFound).saw("path", "/<script>`\"'&é%".to_owned());
    let page = render(&denial, &context(Form::Html));
    let page = String::from_utf8(page.body).unwrap();
    assert!(
        page.contains("<code>/&lt;script&gt;</code>&quot;&#39;&amp;é%"),
        "{page}"
    );
    assert_eq!(
        page.matches("<code>").count(),
        page.matches("</code>").count()
    );
    let grpc = render(&denial, &context(Form::Grpc("application/grpc")));
    let message = grpc.headers.get("grpc-message").unwrap();
    assert!(message.contains("&%C3%A9%25`"), "{message}");
    assert!(
        message.ends_with(". Check the path and the host."),
        "{message}"
    );
}

#[test]
fn the_policy_names_the_style_sheet() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(html::STYLE.as_bytes());
    let hash = base64::engine::general_purpose::STANDARD.encode(hash);
    assert!(html::POLICY.contains(&format!("'sha256-{hash}'")), "{hash}");
}

#[test]
fn both_spellings_of_a_name_agree() {
    for name in names::ALL {
        assert_eq!(name.title.to_ascii_lowercase(), name.lower);
    }
}

fn head(method: &str, fields: &[(&str, &str)]) -> Head {
    let mut head = Head::default();
    head.method = head.fields.append(method.as_bytes());
    for (name, value) in fields {
        head.fields.push(name.as_bytes(), value.as_bytes());
    }
    head
}

#[test]
fn a_caller_gets_the_form_it_reads() {
    let form = |method, fields: &[(&str, &str)]| Form::of(&head(method, fields));
    let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    assert_eq!(form("GET", &[]), Form::Problem);
    assert_eq!(form("GET", &[("accept", "*/*")]), Form::Problem);
    assert_eq!(form("GET", &[("accept", chrome)]), Form::Html);
    assert_eq!(form("HEAD", &[("accept", chrome)]), Form::Html);
    assert_eq!(form("POST", &[("accept", chrome)]), Form::Problem);
    assert_eq!(
        form(
            "POST",
            &[("accept", chrome), ("sec-fetch-mode", "navigate")]
        ),
        Form::Html
    );
    assert_eq!(
        form("GET", &[("accept", chrome), ("sec-fetch-mode", "cors")]),
        Form::Problem
    );
    assert_eq!(
        form("GET", &[("accept", "application/json, text/html")]),
        Form::Problem
    );
    assert_eq!(
        form(
            "GET",
            &[("accept", "application/json"), ("accept", "text/html")]
        ),
        Form::Problem
    );
    assert_eq!(
        form("GET", &[("accept", "text/html, application/problem+json")]),
        Form::Html
    );
    assert_eq!(
        form("GET", &[("accept", "text/html;q=0.5, application/json")]),
        Form::Problem
    );
    assert_eq!(
        form(
            "GET",
            &[("accept", "application/json;q=0.50, text/html;q=0.6")]
        ),
        Form::Html
    );
    assert_eq!(form("GET", &[("accept", "text/html;q=0")]), Form::Problem);
    let grpc = |kind| {
        form(
            "POST",
            &[("content-type", kind), ("sec-fetch-mode", "cors")],
        )
    };
    assert_eq!(grpc("application/grpc"), Form::Grpc("application/grpc"));
    assert_eq!(
        grpc("Application/GRPC+proto; x=y"),
        Form::Grpc("application/grpc")
    );
    assert_eq!(
        grpc("application/grpc-web+proto"),
        Form::Grpc("application/grpc-web")
    );
    assert_eq!(
        grpc("application/grpc-web-text"),
        Form::Grpc("application/grpc-web-text")
    );
    assert_eq!(grpc("application/grpcx"), Form::Problem);
}

proptest! {
    #[test]
    fn no_evidence_breaks_a_refusal(text in "\\PC*|[\\x00-\\x7f]*", which in 0..Code::ALL.len()) {
        let mut denial = Denial::new(Code::ALL[which]);
        for name in ["path", "host", "error", "name", "segment", "subject", "method", "token", "section", "value"] {
            denial = denial.saw(name, text.clone());
        }
        let problem = render(&denial, &context(Form::Problem));
        prop_assert_eq!(&json(&problem)["detail"], &Json::from(denial.detail()));
        let page = render(&denial, &context(Form::Html));
        let page = String::from_utf8(page.body).unwrap();
        let bare = render(&Denial::new(Code::ALL[which]), &context(Form::Html));
        let bare = String::from_utf8(bare.body).unwrap();
        let elements = |page: &str| page.replace("<code>", "").matches('<').count() - page.matches("</code>").count();
        prop_assert_eq!(elements(&page), elements(&bare));
        let grpc = render(&denial, &context(Form::Grpc("application/grpc")));
        for refusal in [problem, grpc] {
            for (name, value) in refusal.headers.iter() {
                prop_assert!(value.bytes().all(|b| (b' '..=b'~').contains(&b)), "{}", name.title);
            }
        }
    }
}
