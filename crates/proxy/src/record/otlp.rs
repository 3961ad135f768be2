//! Records as spans, sent by OTLP over HTTP (binary protobuf): one `SERVER` span per request.
//!
//! The sink makes a span on the request's core and puts it into a bounded queue; one task sends
//! batches. A full queue or a collector that does not answer loses spans, never requests; what is
//! lost is counted in `postern_trace_spans_dropped_total`.

mod span;
#[cfg(test)]
mod tests;

use super::{Outcome, Record, Sink};
use crate::metrics::Metrics;
use hyper_rustls::HttpsConnectorBuilder;
use opentelemetry::KeyValue;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// How spans are sent.
#[derive(Debug, Clone)]
pub struct OtlpSettings {
    /// The collector's URL with its path, `http://127.0.0.1:4318/v1/traces`.
    pub endpoint: String,
    /// `service.name` of the resource.
    pub service_name: String,
    /// Spans that may wait; more are dropped.
    pub queue: usize,
    /// Most spans in one request to the collector.
    pub batch: usize,
    /// A batch that is not full is sent after this time.
    pub interval: Duration,
    /// A request to the collector that takes longer has failed.
    pub timeout: Duration,
}

impl Default for OtlpSettings {
    fn default() -> Self {
        Self {
            endpoint: "http://127.0.0.1:4318/v1/traces".into(),
            service_name: "postern".into(),
            queue: 4096,
            batch: 512,
            interval: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
        }
    }
}

/// Why spans cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum OtlpError {
    /// The URL is not one.
    #[error("the trace endpoint `{endpoint}` is not an http or https URL")]
    Endpoint {
        /// What was given.
        endpoint: String,
    },
    /// There is nobody to trust.
    #[error("the system's certificate authorities cannot be read: {0}")]
    Authorities(std::io::Error),
    /// The exporter cannot be made.
    #[error("the trace exporter cannot be made: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// Makes the two ends: a sink for every core, and the task that sends. Call it within a tokio
/// runtime.
///
/// # Errors
/// If the endpoint is not an HTTP URL, or TLS to it cannot be set up.
pub fn otlp(
    settings: &OtlpSettings,
    metrics: Arc<Metrics>,
) -> Result<(OtlpSink, OtlpExporter), OtlpError> {
    let builder = SpanExporter::builder().with_http();
    let builder = if settings.endpoint.starts_with("https://") {
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())
            .map_err(OtlpError::Authorities)?
            .https_only()
            .enable_http1()
            .build();
        builder.with_http_client(HyperClient::new(connector, settings.timeout, None))
    } else if settings.endpoint.starts_with("http://") {
        builder.with_http_client(HyperClient::with_default_connector(settings.timeout, None))
    } else {
        return Err(OtlpError::Endpoint {
            endpoint: settings.endpoint.clone(),
        });
    };
    let mut exporter = builder
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(settings.timeout)
        .with_endpoint(&settings.endpoint)
        .build()?;
    let resource = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", settings.service_name.clone()),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ])
        .build();
    exporter.set_resource(&resource);
    let (sender, queue) = mpsc::channel(settings.queue.max(1));
    let sink = OtlpSink {
        queue: sender,
        metrics: Arc::clone(&metrics),
    };
    let exporter = OtlpExporter {
        queue,
        exporter,
        metrics,
        batch: settings.batch.max(1),
        interval: settings.interval,
    };
    Ok((sink, exporter))
}

/// Turns records into spans. Clones share one queue.
#[derive(Debug, Clone)]
pub struct OtlpSink {
    queue: mpsc::Sender<SpanData>,
    metrics: Arc<Metrics>,
}

impl Sink for OtlpSink {
    fn wants(&self, _: Outcome) -> bool {
        true
    }

    fn traces(&self) -> bool {
        true
    }

    fn record(&self, record: &Record<'_>) {
        if record.trace.is_some_and(|trace| !trace.sampled) {
            return;
        }
        match self.queue.try_reserve() {
            Ok(place) => place.send(span::of(record)),
            Err(_) => self.metrics.spans_dropped(1),
        }
    }
}

/// Sends what sinks put into the queue.
#[derive(Debug)]
pub struct OtlpExporter {
    queue: mpsc::Receiver<SpanData>,
    exporter: SpanExporter,
    metrics: Arc<Metrics>,
    batch: usize,
    interval: Duration,
}

impl OtlpExporter {
    /// Runs until every sink is gone and what they left has been sent.
    pub async fn run(mut self) {
        let mut failing = false;
        while let Some(batch) = self.next_batch().await {
            let count = batch.len() as u64;
            match self.exporter.export(batch).await {
                Ok(()) if failing => {
                    failing = false;
                    tracing::info!("the trace collector takes spans again");
                }
                Ok(()) => {}
                Err(error) => {
                    self.metrics.spans_dropped(count);
                    // Once, not once a second.
                    if !failing {
                        failing = true;
                        tracing::warn!(%error, "the trace collector does not take spans");
                    }
                }
            }
        }
    }

    /// The next spans; `None` when there will be no more.
    async fn next_batch(&mut self) -> Option<Vec<SpanData>> {
        let mut batch = vec![self.queue.recv().await?];
        let end = Instant::now() + self.interval;
        while batch.len() < self.batch {
            let room = self.batch - batch.len();
            match timeout_at(end, self.queue.recv_many(&mut batch, room)).await {
                Ok(1..) => {}
                // No more sinks, or no more time.
                Ok(0) | Err(_) => break,
            }
        }
        Some(batch)
    }
}
