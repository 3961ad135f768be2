//! One function a command.

mod access;
mod apply;
mod approvals;
mod apps;
mod audit;
mod backup;
mod blocks;
mod calls;
mod can;
mod catalogue;
mod change_requests;
mod declared;
mod fix;
mod import;
mod issuers;
mod keys;
mod listing;
mod lists;
mod login;
mod manual;
mod people;
mod place;
mod plan;
mod policies;
mod remote;
mod replay;
mod revisions;
mod secrets;
mod services;
mod sessions;
mod subscriptions;
mod table;
mod test;
mod tokens;
mod versions;
mod webhooks;
mod why;

use crate::cli::registry::Services;
use crate::cli::{CheckArgs, Command};
use crate::{output, serve};
use postern_config::{Diagnostic, System};
use postern_model::entity::{Configuration, ListPlace};
use std::process::ExitCode;
use std::sync::Arc;

/// Runs a command.
pub(crate) fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(args) => serve::run(&args),
        Command::Why(args) => why::why(&args),
        Command::Can(args) => Ok(can::can(&args)),
        Command::Requirements(args) => access::requirements(&args),
        Command::WhoCan(args) => access::who_can(&args),
        Command::Access(args) => access::access(&args),
        Command::Denials(args) => calls::denials(&args),
        Command::Log(args) => calls::log(&args),
        Command::Fix(args) => fix::fix(&args),
        Command::Check(args) => Ok(check(&args)),
        Command::Replay(args) => Ok(replay::replay(&args)),
        Command::Test(args) => Ok(test::test(&args)),
        Command::Apply(args) => apply::apply(&args),
        Command::Import(args) => import::import(&args),
        Command::Openapi(args) => import::openapi(&args),
        Command::Diff(args) => Ok(declared::diff(&args)),
        Command::Export(args) => declared::export(&args),
        Command::Delete(args) => declared::delete(&args),
        Command::Revisions(command) => revisions::dispatch(command),
        Command::ChangeRequests(command) => change_requests::dispatch(command),
        Command::Approvals(args) => approvals::approvals(&args),
        Command::Services(Services::List(args)) => services::list(&args),
        Command::Versions(command) => versions::dispatch(command),
        Command::Apps(command) => apps::dispatch(command),
        Command::Keys(command) => keys::dispatch(command),
        Command::Catalogue(args) => catalogue::catalogue(&args),
        Command::Subscriptions(command) => subscriptions::dispatch(command),
        Command::Issuers(command) => issuers::dispatch(command),
        Command::Lists(command) => lists::dispatch(command),
        Command::Blocks(command) => blocks::dispatch(command),
        Command::Sessions(command) => sessions::dispatch(command),
        Command::Policies(command) => policies::dispatch(command),
        Command::Audit(command) => audit::dispatch(command),
        Command::Backup(args) => backup::backup(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::Secrets(command) => secrets::dispatch(command),
        Command::AdminLink(args) => people::admin_link(&args),
        Command::Invite(args) => people::invite(&args),
        Command::Users(command) => people::users(command),
        Command::Members(command) => people::members(command),
        Command::Tokens(command) => tokens::dispatch(command),
        Command::Webhooks(command) => webhooks::dispatch(command),
        Command::Login(args) => login::login(&args),
        Command::Logout(args) => login::logout(&args),
        Command::Profiles(command) => login::profiles(command),
        Command::Schema => {
            output::say(&postern_config::json_schema());
            Ok(ExitCode::SUCCESS)
        }
        Command::Completions(args) => Ok(manual::completions(&args)),
        Command::Man(args) => manual::man(&args),
    }
}

/// The exit status of a command that failed: what the running Postern could make nothing of was
/// typed wrongly.
pub(crate) fn status_of(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<remote::Refused>() {
        Some(refused) if refused.code == "invalid" => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}

/// Says which files of lists cannot be read; whether there is one. URLs are not asked.
fn lists_fail(file: &std::path::Path, configuration: &Configuration) -> bool {
    let mut failed = false;
    for list in &configuration.lists {
        let Some(source) = &list.source else { continue };
        let ListPlace::File(path) = &source.place else {
            continue;
        };
        if let Err(why) = postern_control::sourced::read_file(path, source.format) {
            failed = true;
            output::complain(&format!(
                "error: {}: list `{}` cannot be read from {}: {why}",
                file.display(),
                list.name,
                path.display()
            ));
        }
    }
    failed
}

fn check(args: &CheckArgs) -> ExitCode {
    let mut failed = false;
    let mut all: Vec<Diagnostic> = Vec::new();
    for file in &args.files {
        let (diagnostics, text) = match postern_config::load(file, &System::throwaway()) {
            Ok(loaded) => {
                let text = postern_config::render_all(&loaded.warnings, output::colours());
                let configuration = Arc::new(loaded.configuration);
                match postern_proxy::check(&configuration) {
                    Ok(_) if lists_fail(file, &configuration) => failed = true,
                    Ok(_) if !args.json => output::say(&format!("{}: ok", file.display())),
                    Ok(_) => {}
                    Err(error) => {
                        failed = true;
                        output::complain(&format!("error: {}: {error}", file.display()));
                    }
                }
                (loaded.warnings, text)
            }
            Err(report) => {
                failed = true;
                let text = report.render(output::colours());
                (report.diagnostics, text)
            }
        };
        if !args.json && !text.is_empty() {
            output::complain(&text);
        }
        all.extend(diagnostics);
    }
    if args.json {
        output::say(&serde_json::to_string_pretty(&all).unwrap_or_default());
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
