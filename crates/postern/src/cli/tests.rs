use super::*;
use clap::CommandFactory as _;
use std::fmt::Write as _;

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn gateway_addresses_may_name_their_listener() {
    let named = gateway_address("tls=[::1]:8443").unwrap();
    assert_eq!(named.listener.as_deref(), Some("tls"));
    assert!(
        gateway_address("localhost")
            .unwrap_err()
            .contains("127.0.0.1:8080")
    );
}

/// Splits a line as a shell does whose words have plain quotes only, up to a comment or a
/// redirection.
fn words(line: &str) -> Vec<String> {
    let mut quote = None;
    let mut words = vec![String::new()];
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, ' ') => words.push(String::new()),
            (None, '#' | '<' | '>') => break,
            (_, c) => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_command_has_examples_that_it_would_take() {
    fn check(command: &clap::Command, path: &str) {
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        let examples = help.strip_prefix("Examples:\n").expect(path);
        let examples = examples.split("\n\n").next().unwrap();
        assert!(examples.contains(&format!("  {path} ")), "{path}: {help}");
        for line in examples.lines() {
            let words = words(line.trim());
            assert!(words[0] == "postern", "{line}");
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{line}: {error}");
            }
        }
        for command in command.get_subcommands() {
            check(command, &format!("{path} {}", command.get_name()));
        }
    }
    check(&Cli::command(), "postern");
}

/// What `--server` says, or the exit status and the error.
fn server(text: &str) -> Result<String, (i32, String)> {
    let cli = Cli::try_parse_from(["postern", "why", "--last", "--server", text]);
    match cli.map(|cli| cli.command) {
        Ok(Command::Why(args)) => Ok(args.shown.at.server.unwrap().to_string()),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err((error.exit_code(), error.to_string())),
    }
}

#[test]
fn a_server_is_a_socket_or_an_address() {
    for (text, place) in [
        ("unix:///srv/p/postern.sock", "/srv/p/postern.sock"),
        ("unix:/srv/p/postern.sock", "/srv/p/postern.sock"),
        ("unix:data/postern.sock", "data/postern.sock"),
        ("/srv/p/postern.sock", "/srv/p/postern.sock"),
        ("data", "data"),
        ("http://127.0.0.1:9090", "http://127.0.0.1:9090"),
        ("https://Postern.example/", "https://postern.example"),
    ] {
        assert_eq!(server(text).unwrap(), place);
    }
    for (text, said) in [
        ("https://", "expected https://HOST"),
        ("https://lin:pw@postern.example", "postern login"),
        ("unix://data/postern.sock", "begins with a slash"),
        ("ssh://host", "`ssh://`"),
        ("unix:", "expected unix:///"),
    ] {
        let (status, error) = server(text).unwrap_err();
        assert_eq!(status, 2);
        assert!(error.contains(said), "{text}: {error}");
    }
    for other in [["--data", "b"], ["--profile", "b"]] {
        let words = ["postern", "log", "--server", "/a", other[0], other[1]];
        assert!(Cli::try_parse_from(words).is_err(), "{other:?}");
    }
    let words = ["postern", "log", "--data", "a", "--profile", "b"];
    assert!(Cli::try_parse_from(words).is_err());
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/cli.md");

const ABOUT: &str = "# The command line

Written from the program's own `--help`; `postern man --out DIR` writes the same as manual pages, \
`postern completions SHELL` what a shell completes by.

Commands that ask or change a running Postern find it by its data directory (`--data DIR`), its socket \
(`--server unix:///DIR/postern.sock`), its address (`--server https://HOST`) or a profile \
(`--profile NAME`, made by `postern login`). If none of these is said, `POSTERN_SERVER` is asked, then \
`POSTERN_PROFILE`, then the Postern that runs on `data` here, then the profile in use: \
[from another machine](../guides/remote.md). Times are shown in the local \
zone with their offset; `--json` has them in UTC. Whatever takes something from somebody (`keys \
revoke`, `lists remove`, `subscriptions reject`, `suspend` and `cancel`, `versions retire`, `delete`, \
`apply`, `revisions rollback`, `change-requests approve`) says what it does and asks. Without a terminal to ask at it does nothing, \
unless `--yes` is given. So does `versions publish`. `fix` asks on a terminal only.

| exit status | when |
|---|---|
| 0 | It was done. `can`: the request would pass. |
| 1 | It was not done, or the answer is no: nothing was found, a file has errors, no Postern runs there or lets us in, it refused, somebody said no when asked. `can`: the request would be refused. `diff`, `revisions diff`, `versions diff`: something differs. |
| 2 | The command line is wrong. `can`: the question could not be answered. `diff`, `revisions diff`: it could not be told, or could not be applied. |
";

/// The page about the command line: what `--help` says, command by command.
fn page() -> String {
    let mut out = ABOUT.to_owned();
    let mut all = Cli::command();
    all.build();
    section(&mut out, &mut all);
    sections(&mut out, &mut all);
    out
}

fn sections(out: &mut String, command: &mut clap::Command) {
    for command in command.get_subcommands_mut() {
        if command.get_name() != "help" {
            section(out, command);
            sections(out, command);
        }
    }
}

fn section(out: &mut String, command: &mut clap::Command) {
    let name = command.get_bin_name().unwrap_or("postern").to_owned();
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let help = lines.join("\n");
    let _ = write!(out, "\n## `{name}`\n\n```text\n{}\n```\n", help.trim());
}

#[test]
fn the_page_about_the_command_line_is_what_help_says() {
    let committed = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        committed == page(),
        "{PAGE} is out of date; run `cargo test -p postern approve -- --ignored`"
    );
}

#[test]
#[ignore = "rewrites the page: run it by name, then read the difference"]
fn approve() {
    std::fs::write(PAGE, page()).unwrap();
}
