use super::*;

/// Two profiles; that of `b.example` is in use.
fn profiles() -> anyhow::Result<Profiles> {
    let mut all = Profiles::default();
    for (name, server) in [("a", "https://a.example"), ("b", "https://b.example")] {
        all.put(name, profile(server, name))?;
    }
    Ok(all)
}

fn profile(server: &str, token: &str) -> Profile {
    Profile {
        server: server.parse().unwrap(),
        token: Secret::new(token.into()),
        token_id: None,
        ca: None,
        insecure_http: false,
    }
}

/// What the environment says: the server, the profile, the token.
fn environment(server: &str, profile: &str, token: &str) -> Environment {
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Environment {
        server: said(server),
        profile: said(profile),
        token: said(token).map(Secret::new),
        settings: Some("/home/lin/.config".into()),
    }
}

/// What the command line says.
fn at(data: &str, server: &str, profile: &str) -> Where {
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Where {
        data: said(data).map(Into::into),
        server: said(server).map(|text| text.parse().unwrap()),
        profile: said(profile),
        trust: Trust::default(),
    }
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_what_is_found() {
    let everything = environment("https://c.example", "b", "token");
    let place = |at: &Where, environment: &Environment| said(at, environment, &profiles).unwrap();
    for (at, place_said) in [
        (at("d", "", ""), Place::Data("d".into())),
        (at("", "unix:///s", ""), Place::Socket("/s".into())),
        (
            at("", "", "a"),
            Place::Http(profile("https://a.example", "a")),
        ),
        (
            at("", "https://a.example", ""),
            Place::Http(profile("https://a.example", "token")),
        ),
        (
            at("", "", ""),
            Place::Http(profile("https://c.example", "token")),
        ),
    ] {
        assert_eq!(place(&at, &everything), place_said);
    }
    let nothing = at("", "", "");
    let by_profile = environment("", "a", "token");
    // A token that was meant for a server that is not named goes nowhere.
    assert_eq!(
        place(&nothing, &by_profile),
        Place::Http(profile("https://a.example", "a"))
    );
    let socket = environment("/run/postern.sock", "a", "");
    assert_eq!(
        place(&nothing, &socket),
        Place::Socket("/run/postern.sock".into())
    );
    let empty = environment("", "", "token");
    assert!(matches!(place(&nothing, &empty), Place::Unsaid(_)));
}

#[test]
fn a_server_gets_the_token_that_is_its_own() {
    let none = environment("", "", "");
    let known = said(&at("", "https://b.example/", ""), &none, &profiles).unwrap();
    assert_eq!(known, Place::Http(profile("https://b.example", "b")));
    for other in [
        "https://c.example",
        "https://b.example:444",
        "http://b.example",
    ] {
        let error = said(&at("", other, ""), &none, &profiles).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(&format!("postern login {other}")), "{error}");
    }
    let homeless = Environment {
        settings: None,
        ..environment("", "", "token")
    };
    let unread = || panic!("there are none to read");
    let place = said(&at("", "https://c.example", ""), &homeless, &unread).unwrap();
    assert_eq!(place, Place::Http(profile("https://c.example", "token")));
}

#[test]
fn what_is_wrong_is_said() {
    let none = environment("", "", "");
    let unknown = said(&at("", "", "c"), &none, &profiles).unwrap_err();
    assert!(unknown.to_string().contains("there is a, b"), "{unknown}");
    let unread = environment("ssh://c.example", "", "");
    let unread = said(&at("", "", ""), &unread, &profiles).unwrap_err();
    assert!(
        unread.to_string().starts_with("POSTERN_SERVER: "),
        "{unread}"
    );
    let mut trusting = at("d", "", "");
    trusting.trust.insecure_http = true;
    let local = said(&trusting, &none, &profiles).unwrap_err();
    assert!(local.to_string().contains("are about HTTP"), "{local}");
    for bad in ["", "  \n", "two words", "tök"] {
        let error = token(bad).unwrap_err().to_string();
        assert!(error.contains("token") && !error.contains("two"), "{error}");
    }
    assert_eq!(token(" good\n").unwrap().expose(), "good");
}

#[test]
fn what_is_said_about_trust_goes_before_what_was_kept() {
    let kept = Profile {
        ca: Some("kept.pem".into()),
        ..profile("https://a.example", "a")
    };
    let said = Trust {
        ca: Some("said.pem".into()),
        insecure_http: true,
    };
    assert_eq!(with(kept.clone(), &Trust::default()), kept);
    let both = with(kept, &said);
    assert_eq!(
        (both.ca, both.insecure_http),
        (Some("said.pem".into()), true)
    );
}
