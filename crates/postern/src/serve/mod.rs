//! `postern run`: from a configuration, of a file or of the store, to a gateway that serves,
//! reloads and drains.

mod admin;
mod begin;
mod builtin;
mod completion;
mod counters;
mod counts;
mod database;
mod demo;
mod egress;
mod given_up;
mod health;
mod issuers;
mod lists;
mod notify;
mod people;
mod records;
mod requests;
mod running;
mod sessions;
mod sign_on;
mod source;
mod welcome;

use crate::cli::RunArgs;
use crate::{log, output};
use admin::Status;
use anyhow::Context as _;
use completion::Completion;
use counts::Counts;
use given_up::Revocations;
use notify::Notifying;
use postern_admin::api::Api;
use postern_calllog::CallLog;
use postern_control::browsers::BrowserSessions;
use postern_control::socket::Socket;
use postern_control::sourced::Keeper;
use postern_control::{Candidate, Remembered, Running as _, Service};
use postern_model::key::Keyer;
use postern_policy::Directory;
use postern_proxy::metrics::Metrics;
use postern_proxy::{Gateway, Options};
use postern_store::DataDirectory;
use running::Process;
use source::Source;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::MissedTickBehavior;

/// How often the configuration's files are looked at. A look is one `stat` a file.
const WATCH: Duration = Duration::from_millis(100);

/// Where metrics and health are served if nobody says anything else.
const DEFAULT_ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9090);

/// What an empty store is begun with.
const BEGIN: &str =
    "Nothing is served yet. Begin with a configuration of your own or one of `examples/`:
  postern apply FILE --comment \"The first services\"
`postern schema` prints what a file may say; `postern check FILE` says what is wrong with one.";

/// Runs until a signal ends it.
#[expect(
    clippy::too_many_lines,
    reason = "what a process is made of, in the order in which it has to be made"
)]
pub(crate) fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    let directory = Arc::new(DataDirectory::lock(&args.data, SystemTime::now())?);
    postern_control::socket::clear(directory.path())?;
    let shared = database::shared(args)?;
    let installation = database::key(args, &directory, shared.as_ref())?;
    let keyer = Keyer::new(installation.expose());
    let completion = Arc::new(Completion::new(args.gateway.clone()));
    let control = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let remembered = Remembered::default();
    let begun = match &args.config {
        Some(file) => begin::by_file(file, &completion, keyer.clone(), &remembered),
        None => begin::open(&directory, &installation, shared.as_ref()).and_then(|store| {
            let begun = begin::by_store(
                store,
                &directory,
                &completion,
                keyer.clone(),
                args.demo,
                &args.masters,
            );
            control.block_on(begun)
        }),
    };
    let Some(begun) = begun.map_err(|report| output::complain(&report)).ok() else {
        return Ok(ExitCode::FAILURE);
    };
    let _log = log::start(args.log_format, args.log_level)?;
    let address = args.admin.or(begun.configuration.admin.address);
    let address = address.unwrap_or(DEFAULT_ADMIN);
    let admin = std::net::TcpListener::bind(address)
        .with_context(|| format!("admin address {address} cannot be bound"))?;
    let cores = args.cores.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    );
    let metrics = Arc::new(Metrics::new());
    let records = records::Records::new(args, &metrics, &control)?;
    let calls = postern_calllog::Options::new(args.data.join("calls"));
    let call_log = Arc::new(CallLog::open(calls)?);
    let keeper = Arc::new(Keeper::new(&args.data));
    let used = Arc::new(Counts::new(&args.data));
    let kept = BrowserSessions::new(begun.store.clone(), directory.clone());
    let kept = Arc::new(kept);
    let revocations = Arc::new(Revocations::new(control.handle().clone()));
    let options = Options {
        cores,
        revision: begun.revision,
        metrics,
        sinks: records.sinks(),
        counting: Arc::new(used.counting()),
        keyer,
        fetch: Arc::new(issuers::Issuers::new()?),
        revoke: revocations.clone(),
        sessions: sessions::outside(kept.clone())?,
        call_log: Some(call_log.clone()),
        requests: Some(requests::requests(&call_log, &installation)),
        directory: begun.directory,
        listings: keeper
            .prepare(&begun.configuration.lists, lists::seconds())
            .unwrap_or_default(),
        freshness: Arc::new(database::freshness(begun.store.as_ref())),
    };
    let configuration = Arc::new(begun.configuration);
    // From when it can be reached on, what ends it ends it in order.
    let signals = {
        let _entered = control.enter();
        Signals::new()?
    };
    let gateway = control.block_on(Gateway::start(configuration.clone(), options))?;
    let gateway = Arc::new(gateway);
    let status = Arc::new(Status::new(
        gateway.clone(),
        configuration.admin.clone(),
        keeper.clone(),
    ));
    let place = admin.local_addr()?;
    let process = Process::new(
        gateway,
        completion,
        status,
        place,
        configuration.clone(),
        remembered,
        keeper,
    );
    let process = Arc::new(process);
    let keeping = control.spawn(lists::keep(process.clone(), lists::client(&process)?));
    let counted = control.spawn(counts::keep(process.gateway.clone(), used.clone()));
    let ending = control.spawn(sessions::follow(kept.clone(), process.clone()));
    call_log.tenants_keep(tenants_keep(process.clone()));
    let service = Service::new(begun.source, process.clone(), call_log.clone());
    let service = service.knowing_sessions(kept);
    let service = Arc::new(service.mailing(notify::mail_dialer()?));
    revocations.kept_by(service.clone());
    let arrival = control.block_on(people::arrival(&service, begun.demo.is_some()))?;
    let socket = {
        let _entered = control.enter();
        Socket::bind(directory.path())
            .with_context(|| format!("no socket in {} can be made", args.data.display()))?
    };
    directory.announce(&format!("http://{}", welcome::reachable(place)))?;
    let api = people::api(&service, &process)?;
    let hint = args.config.is_none().then_some(BEGIN);
    match &begun.demo {
        Some(demo) => {
            let gateway = process.gateway.listeners().into_iter().next();
            let gateway = gateway.map_or(place, |(_, address, _)| address);
            let url = |address| format!("http://{}", welcome::reachable(address));
            let token = arrival.token.as_ref();
            let places = (url(gateway), url(place));
            let stories = demo.tell(&places, token, &args.data, &output::program())?;
            welcome::print_demo(&process.gateway, &place, &stories);
        }
        None => welcome::print(&process.gateway, &configuration, &place, hint),
    }
    if let Some(link) = &arrival.link {
        welcome::print_link(link);
    }
    let socket = control.spawn(socket.serve(service.clone()));
    let following = database::follow(begun.store, service.clone(), process.clone());
    let following = control.spawn(following);
    let notifying = Notifying::start(&control, &service, &process)?;
    let left = control.block_on(serve(
        &process,
        (&service, api),
        begun.file,
        (admin, signals),
    ))?;
    socket.abort();
    keeping.abort();
    let _ = control.block_on(keeping);
    counted.abort();
    let _ = control.block_on(counted);
    // Nothing is counted any more.
    used.write(&process.gateway);
    ending.abort();
    let _ = control.block_on(ending);
    control.block_on(notifying.end());
    following.abort();
    let _ = control.block_on(following);
    // It removes its file.
    let _ = control.block_on(socket);
    drop((service, process));
    call_log.close();
    control.block_on(records.finish());
    control.shutdown_background();
    if left > 0 {
        tracing::warn!(connections = left, "cut off what had not ended in time");
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Serves the admin address and keeps the configuration up to date until the process is told to
/// end, then drains; says how many connections were cut off.
async fn serve(
    process: &Arc<Process>,
    (service, api): (&Service, Arc<Api>),
    mut file: Option<Source>,
    (admin, mut signals): (std::net::TcpListener, Signals),
) -> anyhow::Result<usize> {
    let (gateway, status) = (&process.gateway, &process.status);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let memory = gateway.watch_memory(stopped.clone());
    let places = gateway.watch_places(stopped.clone());
    let admin = admin::serve(admin, status.clone(), api, stopped);
    let control = async {
        let mut tick = tokio::time::interval(WATCH);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                received = received(&mut signals.hangup) => received,
                _ = received(&mut signals.terminate) => break,
                _ = received(&mut signals.interrupt) => break,
                _ = tick.tick() => false,
            };
            // A signal reloads in any case: it may be meant for what no file says, such as the
            // authorities of the system.
            let Some(file) = &mut file else {
                if asked {
                    said(
                        gateway,
                        &service.reload().await.map_err(|why| why.to_string()),
                    );
                }
                continue;
            };
            if asked {
                reload(process, file).await;
            } else if file.has_changed(Instant::now()) {
                if file.is_served() {
                    keep(gateway, status);
                } else {
                    reload(process, file).await;
                }
            }
        }
        status.drain();
        tracing::info!("draining");
        let gateway = gateway.clone();
        anyhow::Ok(tokio::task::spawn_blocking(move || gateway.drain()).await?)
    };
    tokio::select! {
        left = control => {
            let _ = stop.send(true);
            left
        }
        ended = admin => {
            ended.context("the admin server ended")?;
            anyhow::bail!("the admin server ended")
        }
        () = memory => anyhow::bail!("the watch over memory ended"),
        () = places => anyhow::bail!("the watch over databases of addresses ended"),
    }
}

/// What the process is told. Signals that come before anybody looks are not lost.
#[derive(Debug)]
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }
}

async fn received(signal: &mut Signal) -> bool {
    signal.recv().await.is_some()
}

/// The files were written, and say what is served.
fn keep(gateway: &Gateway, status: &Status) {
    tracing::info!(
        revision = gateway.revision(),
        "kept the configuration: its files were written, and say what they said"
    );
    gateway.metrics().reload_unneeded();
    status.reloaded(Ok(()));
}

async fn reload(process: &Process, source: &mut Source) {
    let gateway = &process.gateway;
    let outcome = match source.load() {
        Ok(read) => {
            let kept = process.remembered.next(read.documents);
            let candidate = Candidate {
                configuration: Some(Arc::new(read.configuration)),
                directory: Directory::new(read.accounts, gateway.revision() + 1),
                revision: kept.named(),
            };
            let outcome = process.serve(candidate).await;
            if outcome.is_ok() {
                process.remembered.keep(kept);
            }
            outcome
        }
        Err(report) => {
            gateway.metrics().reload_failed();
            Err(format!("the new configuration has errors\n{report}"))
        }
    };
    if outcome.is_ok() {
        source.taken_over();
    }
    said(gateway, &outcome);
    process.status.reloaded(outcome);
}

/// Says how a reload went.
fn said(gateway: &Gateway, outcome: &Result<(), String>) {
    match outcome {
        Ok(()) => tracing::info!(
            revision = gateway.revision(),
            "took over a new configuration"
        ),
        Err(why) => tracing::error!(
            revision = gateway.revision(),
            "kept the old configuration: {why}"
        ),
    }
}

/// For how long tenants keep what is recorded of their services, as is served now.
fn tenants_keep(process: Arc<Process>) -> impl Fn() -> Vec<(Arc<str>, u32)> {
    move || {
        let directory = process.directory();
        let kept = directory.tenants().filter_map(|tenant| {
            let days = tenant.call_log_days?;
            Some((tenant.name.clone(), days.into()))
        });
        kept.collect()
    }
}
