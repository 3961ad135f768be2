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

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/cli.md");

/// The page about the command line: what `--help` says, command by command.
fn page() -> String {
    let mut out = "# The command line\n\nWritten from the program's own `--help`.\n".to_owned();
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
