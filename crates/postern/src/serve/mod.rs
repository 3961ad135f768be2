//! `postern run`: from a configuration file to a gateway that serves, reloads and drains.

mod admin;
mod builtin;
mod records;
mod source;
mod welcome;

use crate::cli::RunArgs;
use crate::{log, output};
use admin::Status;
use anyhow::Context as _;
use postern_calllog::CallLog;
use postern_config::System;
use postern_model::entity::Name;
use postern_model::key::Keyer;
use postern_proxy::metrics::Metrics;
use postern_proxy::{Gateway, Options};
use source::Source;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::MissedTickBehavior;

/// How often the configuration's files are looked at. A look is one `stat` a file.
const WATCH: Duration = Duration::from_millis(100);

/// Where metrics and health are served if nobody says anything else.
const DEFAULT_ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9090);

/// Runs until a signal ends it.
pub(crate) fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    // The same for the keys of the file and for those that callers present.
    let keyer = Keyer::new(&[0; 32]);
    let mut source = Source::new(args, System::new(keyer.clone()));
    let Some(loaded) = source
        .load()
        .map_err(|report| output::complain(&report))
        .ok()
    else {
        return Ok(ExitCode::FAILURE);
    };
    std::fs::create_dir_all(&args.data)
        .with_context(|| format!("data directory {} cannot be created", args.data.display()))?;
    log::start(args.log_format, args.log_level);
    let address = args.admin.or(loaded.admin.address).unwrap_or(DEFAULT_ADMIN);
    let admin = std::net::TcpListener::bind(address)
        .with_context(|| format!("admin address {address} cannot be bound"))?;
    let control = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let cores = args.cores.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    );
    source.taken_over();
    let hosts = loaded.admin.hosts.clone();
    let configuration = Arc::new(loaded);
    let metrics = Arc::new(Metrics::new());
    let records = records::Records::new(args, &metrics, &control)?;
    let calls = postern_calllog::Options::new(args.data.join("calls"));
    let call_log = Arc::new(CallLog::open(calls)?);
    let options = Options {
        cores,
        metrics,
        sinks: records.sinks(),
        counting: Arc::default(),
        keyer,
        call_log: Some(call_log.clone()),
        requests: None,
    };
    let gateway = control.block_on(Gateway::start(configuration.clone(), options))?;
    welcome::print(&gateway, &configuration, &admin.local_addr()?);
    let gateway = Arc::new(gateway);
    let left = control.block_on(serve(&gateway, source, admin, hosts))?;
    drop(gateway);
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
    gateway: &Arc<Gateway>,
    mut source: Source,
    admin: std::net::TcpListener,
    hosts: Vec<Name>,
) -> anyhow::Result<usize> {
    let status = Arc::new(Status::new(gateway.clone(), hosts));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let memory = gateway.watch_memory(stopped.clone());
    let admin = admin::serve(admin, status.clone(), stopped);
    let control = async {
        let mut hangup = signal(SignalKind::hangup())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut tick = tokio::time::interval(WATCH);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                received = received(&mut hangup) => received,
                _ = received(&mut terminate) => break,
                _ = received(&mut interrupt) => break,
                _ = tick.tick() => false,
            };
            // A signal reloads in any case: it may be meant for what no file says, such as the
            // authorities of the system.
            if asked {
                reload(gateway, &mut source, &status).await;
            } else if source.has_changed(Instant::now()) {
                if source.is_served() {
                    keep(gateway, &status);
                } else {
                    reload(gateway, &mut source, &status).await;
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

async fn reload(gateway: &Gateway, source: &mut Source, status: &Status) {
    let outcome = match source.load() {
        Ok(new) => gateway
            .reload(Arc::new(new))
            .await
            .map_err(|error| error.to_string()),
        Err(report) => {
            gateway.metrics().reload_failed();
            Err(format!("the new configuration has errors\n{report}"))
        }
    };
    match &outcome {
        Ok(()) => {
            source.taken_over();
            tracing::info!(
                revision = gateway.revision(),
                "took over a new configuration"
            );
        }
        Err(why) => tracing::error!(
            revision = gateway.revision(),
            "kept the old configuration: {why}"
        ),
    }
    status.reloaded(outcome);
}
