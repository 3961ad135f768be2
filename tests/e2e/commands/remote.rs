//! Commands from another machine: the same program over HTTP, with profiles and tokens.
//!
//! The API here is a bridge to the socket of a real Postern, with one token: what the API itself
//! does with a token has tests of its own.

mod bridge;

use self::bridge::{Bridge, TOKEN};
use super::{Stored, code};
use crate::harness::files::{Scratch, scratch};
use crate::harness::program::{Program, Ran, free_address, installed, run_with_input};
use crate::harness::{SOON, binary, eventually};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

/// Somebody at another machine: a home of their own, and no Postern there.
pub(super) struct Away(Scratch);

impl Away {
    pub(super) fn new() -> Self {
        Self(scratch("away"))
    }

    fn command(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(binary::postern());
        command.args(arguments).current_dir(self.0.join(""));
        command
            .env("TZ", "UTC")
            .env("XDG_CONFIG_HOME", self.0.join("config"));
        for name in ["POSTERN_SERVER", "POSTERN_PROFILE", "POSTERN_TOKEN"] {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied());
        command
    }

    pub(super) fn with(
        &self,
        arguments: &[&str],
        environment: &[(&str, &str)],
        input: &str,
    ) -> Ran {
        let ran = run_with_input(
            &mut self.command(arguments, environment),
            input.as_bytes(),
            SOON,
        );
        let shown = format!("{}{}", ran.stdout, ran.stderr);
        assert!(
            !shown.contains(TOKEN),
            "{arguments:?} shows the token: {shown}"
        );
        ran
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.with(arguments, &[], "")
    }

    fn login(&self, bridge: &Bridge, name: &str) {
        let url = bridge.url();
        let words = ["login", &*url, "--token-stdin", "--name", name];
        let ran = self.with(&words, &[], &format!("{TOKEN}\n"));
        assert!(ran.status.success(), "{ran:?}");
        let said = format!("signed in to {url} as ");
        assert!(ran.stdout.starts_with(&said), "{ran:?}");
    }

    fn profiles(&self) -> PathBuf {
        self.0.join("config/postern/profiles.json")
    }
}

fn same(one: &Ran, other: &Ran) {
    assert_eq!(one.stdout, other.stdout);
    assert_eq!(one.stderr, other.stderr);
    assert_eq!(one.status.code(), other.status.code());
}

#[test]
fn commands_do_elsewhere_what_they_do_here() {
    let postern = Stored::start();
    let bridge = Bridge::to(&postern.data());
    let away = Away::new();
    away.login(&bridge, "production");
    let mode = std::fs::metadata(away.profiles()).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let key = postern.key("crm");
    let refused = postern.customers(&key);
    let id = refused.header("x-request-id").expect("an id");
    eventually("the record", || {
        postern.run(&["why", &id]).status.success().then_some(())
    });
    for arguments in [
        &["subscriptions", "list"][..],
        &["subscriptions", "list", "--json"],
        &["subscriptions", "suspend", "sub_crm", "--cause", "policy"],
        &["approvals"],
        &["apps", "show", "crm"],
        &["services", "list"],
        &["versions", "list", "partners", "--json"],
        &["versions", "publish", "partners", "v1"],
        &["lists", "list", "ofice"],
        &["keys", "list", "--app", "nobody"],
        &["subscriptions", "approve", "sub_x", "--comment", "x"],
        &["keys", "revoke", &super::id_of(&key), "--reason", "Lost"],
        &["policies", "effective", "partners", "v1", "set-confg"],
        &["requirements", "GET", "/partners/customers"],
        &["log", "--json", "--limit", "1"],
        &["blocks", "lift", "192.0.2.1"],
    ] {
        same(&away.run(arguments), &postern.run(arguments));
    }
    let broken = away
        .0
        .write("broken.yaml", "services: {a: {base_path: 7}}\n");
    let apply = ["apply", broken.to_str().unwrap()];
    let there = away.run(&apply);
    assert_eq!(there.status.code(), Some(1));
    same(&there, &postern.run(&apply));
    let why = away.run(&["why", &id, "--server", &bridge.url()]);
    assert!(
        why.stdout.contains(&format!("--server {}", bridge.url())),
        "{why:?}"
    );
    let ran = away.run(&["fix", &id, "--profile", "production"]);
    assert!(ran.status.success(), "{ran:?}");
    assert_eq!(postern.customers(&key).status, 200);
}

#[test]
fn requests_are_followed_as_they_come() {
    let postern = Stored::start();
    let bridge = Bridge::to(&postern.data());
    let away = Away::new();
    away.login(&bridge, "production");
    let mut command = away.command(&["log", "--follow", "--limit", "0"], &[]);
    let mut following = Program::start(&mut command, &away.0, "followed");
    for wanted in 1..=3 {
        eventually("the line", || {
            postern.customers("");
            (following.output().lines().count() >= wanted).then_some(())
        });
        assert_eq!(following.ended(), None);
    }
    assert!(following.output().contains("GET  /partners/customers"));
}

#[test]
fn which_postern_is_asked_is_said_or_found() {
    let postern = Stored::start();
    let bridge = Bridge::to(&postern.data());
    let url = bridge.url();
    let away = Away::new();
    let list = ["subscriptions", "list"];
    let found = |ran: &Ran| ran.stdout.contains("sub_crm");
    let nothing = away.run(&list);
    assert_eq!(nothing.status.code(), Some(1));
    for said in [
        "no Postern runs on the data directory data",
        "postern login https://HOST",
    ] {
        assert!(nothing.stderr.contains(said), "{nothing:?}");
    }
    let environment = [("POSTERN_SERVER", &*url), ("POSTERN_TOKEN", TOKEN)];
    assert!(found(&away.with(&list, &environment, "")));
    let alone = away.with(&list, &environment[..1], "");
    assert!(alone.stderr.contains("there is no token for"), "{alone:?}");
    away.login(&bridge, "production");
    assert!(found(&away.run(&list)));
    assert!(found(&away.with(
        &list,
        &[("POSTERN_PROFILE", "production")],
        ""
    )));
    let unknown = away.with(&list, &[("POSTERN_PROFILE", "prod")], "");
    assert!(
        unknown.stderr.contains("there is production"),
        "{unknown:?}"
    );
    // One that runs here goes before the profile in use.
    let here = Stored::empty();
    let mut beside = away.command(&list, &[]);
    beside.current_dir(here.data().parent().unwrap());
    let ran = run_with_input(&mut beside, b"", SOON);
    assert!(ran.status.success() && !found(&ran), "{ran:?}");
    let listed = away.run(&["profiles", "list"]);
    assert!(
        listed
            .stdout
            .contains(&format!("production  {url}  in use")),
        "{listed:?}"
    );
    let out = away.run(&["logout"]);
    assert!(
        out.status.success() && out.stderr.contains("good until"),
        "{out:?}"
    );
    assert_eq!(away.run(&list).status.code(), Some(1));
}

#[test]
fn a_token_is_kept_from_others() {
    let postern = Stored::empty();
    let bridge = Bridge::to(&postern.data());
    let away = Away::new();
    let url = bridge.url();
    let wrong = away.with(&["login", &*url, "--token-stdin"], &[], "wrong\n");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(wrong.stderr.contains("postern login http://"), "{wrong:?}");
    assert!(!away.profiles().exists());
    let asked = away.run(&["login", &*url]);
    assert!(asked.stderr.contains("--token-stdin"), "{asked:?}");
    let plain = ["login", "http://192.0.2.1:9090", "--token-stdin"];
    let plain = away.with(&plain, &[], TOKEN);
    assert!(plain.stderr.contains("--insecure-http"), "{plain:?}");
    away.login(&bridge, "production");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(away.profiles(), open).unwrap();
    let open = away.run(&["log"]);
    assert_eq!(open.status.code(), Some(1));
    assert!(open.stderr.contains("chmod 600"), "{open:?}");
}

#[test]
fn a_terminal_does_not_show_the_token() {
    if !installed("script") {
        return;
    }
    let postern = Stored::empty();
    let bridge = Bridge::to(&postern.data());
    let away = Away::new();
    let program = binary::postern().display().to_string();
    let line = format!("'{program}' login '{}'", bridge.url());
    let mut script = Command::new("script");
    script.args(["-q", "-e", "-c", &line, "/dev/null"]);
    script.env("XDG_CONFIG_HOME", away.0.join("config"));
    let output = away.0.join("typescript");
    let mut child = script
        .stdin(std::process::Stdio::piped())
        .stdout(std::fs::File::create(&output).unwrap())
        .spawn()
        .unwrap();
    let shown = || std::fs::read_to_string(&output).unwrap_or_default();
    eventually("the question", || shown().contains("Token: ").then_some(()));
    // The terminal is told to be quiet right after the question.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, format!("{TOKEN}\n").as_bytes()).unwrap();
    eventually("the profile", || away.profiles().exists().then_some(()));
    drop(stdin);
    child.wait().unwrap();
    assert!(shown().contains("signed in to"), "{}", shown());
    assert!(!shown().contains(TOKEN), "{}", shown());
}

#[test]
fn what_is_elsewhere_but_no_postern_is_said_to_be_none() {
    let postern = Stored::empty();
    let away = Away::new();
    let gateway = format!("http://{}", postern.gateway);
    let environment = [("POSTERN_TOKEN", TOKEN)];
    let log = |server: &str| away.with(&["log", "--server", server], &environment, "");
    let other = log(&gateway);
    assert_eq!(other.status.code(), Some(1));
    assert!(other.stderr.contains("no Postern API is at"), "{other:?}");
    let nobody = log(&format!("http://{}", free_address()));
    assert!(nobody.stderr.contains("cannot be reached"), "{nobody:?}");
    assert_eq!(code(&postern.customers("")), "route.not_found");
}
