//! Who gets the records of requests: the process log, and a collector of traces.

use crate::cli::{self, RunArgs};
use postern_proxy::metrics::Metrics;
use postern_proxy::record::{LogRequests, ProcessLog, Sink, Sinks};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// How long the last spans may take when the process ends.
const LAST_SPANS: Duration = Duration::from_secs(2);

/// The sinks, and the task behind them.
pub(crate) struct Records {
    sinks: Sinks,
    /// Sends spans; ends when nobody makes any more.
    exporter: Option<JoinHandle<()>>,
}

impl Records {
    /// What the command line asks for. Spans are sent on `control`.
    #[cfg_attr(
        not(feature = "otlp"),
        expect(
            unused_variables,
            clippy::unnecessary_wraps,
            reason = "only an exporter needs them, and can fail"
        )
    )]
    pub(crate) fn new(
        args: &RunArgs,
        metrics: &Arc<Metrics>,
        control: &Runtime,
    ) -> anyhow::Result<Self> {
        let which = match args.log_requests {
            cli::LogRequests::All => LogRequests::All,
            cli::LogRequests::Refused => LogRequests::Refused,
            cli::LogRequests::None => LogRequests::None,
        };
        let log: Arc<dyn Sink> = Arc::new(ProcessLog::new(which));
        #[cfg(feature = "otlp")]
        if let Some(endpoint) = &args.otlp_endpoint {
            use postern_proxy::record::otlp::{OtlpSettings, otlp};
            let _entered = control.enter();
            let settings = OtlpSettings {
                endpoint: endpoint.clone(),
                ..OtlpSettings::default()
            };
            let (sink, exporter) = otlp(&settings, metrics.clone())?;
            return Ok(Self {
                sinks: Sinks::new(vec![log, Arc::new(sink)]),
                exporter: Some(control.spawn(exporter.run())),
            });
        }
        Ok(Self {
            sinks: Sinks::new(vec![log]),
            exporter: None,
        })
    }

    /// For the gateway.
    pub(crate) fn sinks(&self) -> Sinks {
        self.sinks.clone()
    }

    /// Waits until what was recorded has been sent, for two seconds at most.
    pub(crate) async fn finish(self) {
        drop(self.sinks);
        if let Some(exporter) = self.exporter
            && tokio::time::timeout(LAST_SPANS, exporter).await.is_err()
        {
            tracing::warn!("the trace collector did not take the last spans in time");
        }
    }
}
