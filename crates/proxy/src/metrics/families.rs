//! Every metric, once: name, kind, labels and meaning. The reference page is made of this.

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) labels: &'static [&'static str],
    pub(super) help: &'static str,
}

macro_rules! families {
    ($($id:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal;)*) => {
        $(pub(super) const $id: Family = Family {
            name: $name,
            kind: Kind::$kind,
            labels: &[$($label),*],
            help: $help,
        };)*
        /// Every metric, in the order of the page and of a scrape.
        #[cfg(test)]
        pub(super) const ALL: &[&Family] = &[$(&$id),*];
    };
}

families! {
    BUILD = Gauge "postern_build_info" ["version"]
        "Always 1; the label says which version runs.";
    REQUESTS = Counter "postern_requests_total" ["service", "version", "operation", "status", "outcome"]
        "Requests that are over. `status` is the class that went out (`2xx`, or `none`); `outcome` is `allowed`, `refused` (by the gateway), `cancelled` (the caller left), `origin_refused` (the upstream itself answered 4xx) or `own` (the gateway answered about itself). Empty names: the request led to no operation.";
    DENIALS = Counter "postern_denials_total" ["code", "service"]
        "Refusals of the gateway by code, as recorded. What the upstream itself refuses is not among them: see `outcome` of `postern_requests_total`.";
    DURATION = Histogram "postern_request_duration_seconds" ["service"]
        "From the first byte of a request to the last of its response, or the end of its WebSocket.";
    IN_FLIGHT = Gauge "postern_requests_in_flight" []
        "Requests that have begun and are not over.";
    BYTES_IN = Counter "postern_request_body_bytes_total" ["service"]
        "Bytes of request bodies, and of WebSockets from callers.";
    BYTES_OUT = Counter "postern_response_body_bytes_total" ["service"]
        "Bytes of response bodies, and of WebSockets to callers.";
    SHADOW = Counter "postern_shadow_refusals_total" ["policy", "code"]
        "What policies in shadow mode would have refused, by policy and code. At most 4,096 pairs on each core; further ones are counted under an empty policy.";
    ATTEMPTS = Counter "postern_upstream_attempts_total" ["upstream"]
        "Attempts at targets, first ones and retries.";
    RETRIES = Counter "postern_upstream_retries_total" ["upstream"]
        "Attempts that were not the first of their request.";
    FAILURES = Counter "postern_upstream_failures_total" ["upstream", "reason"]
        "Attempts that failed: `dns`, `forbidden` (egress rule), `connect`, `tls`, `timeout`, `reset`, `protocol`, `status` (one that is tried again).";
    TARGET_HEALTHY = Gauge "postern_upstream_target_healthy" ["upstream", "target"]
        "1 where a target takes requests, 0 where it is unhealthy or ejected.";
    TARGET_IN_FLIGHT = Gauge "postern_upstream_target_in_flight" ["upstream", "target"]
        "Requests that a target is working on.";
    BREAKER = Gauge "postern_upstream_breaker_state" ["upstream", "state"]
        "1 for the state of a circuit breaker (`closed`, `half_open`, `open`), 0 for the others.";
    CONNECTIONS = Counter "postern_connections_total" ["listener"]
        "Connections accepted.";
    CONNECTIONS_OPEN = Gauge "postern_connections_open" ["listener"]
        "Connections open.";
    CONNECTIONS_REFUSED = Counter "postern_connections_refused_total" ["listener"]
        "Connections closed at once: a limit was reached, or the peer may not connect.";
    HANDSHAKES = Counter "postern_tls_handshake_failures_total" ["listener"]
        "TLS handshakes that failed.";
    MASKED = Counter "postern_masked_values_total" ["policy", "rule"]
        "Values that policies of the kind `mask` have hidden in answers. `rule` is the place, the kind of value, or `matching` and the number of the expression.";
    RELOADS = Counter "postern_config_reloads_total" ["result"]
        "Configurations that were applied (`success`, the first one included) and that were not (`failure`).";
    RELOAD_TIME = Gauge "postern_config_last_success_timestamp_seconds" []
        "When a configuration was last applied; 0 before the first.";
    STALE = Gauge "postern_config_stale" []
        "1 while the newest configuration could not be applied and an older one is in force.";
    DATABASE_AWAY = Gauge "postern_database_away" []
        "1 once a shared database has not been reached for 5 s: requests are decided by what was read before.";
    DATABASE_SILENT = Gauge "postern_database_silent_seconds" []
        "For how long this node does not know whether what it serves is still what the shared database holds.";
    INTROSPECTIONS = Counter "postern_introspections_total" ["result"]
        "Questions to issuers about tokens that are over: the token is good (`active`) or not (`inactive`), there was no answer (`failed`), or the issuer did not take the gateway's own client and secret (`rejected`). What was heard before and still counts is no question.";
    SPANS_DROPPED = Counter "postern_trace_spans_dropped_total" []
        "Spans that could not be exported: the queue was full, or the collector did not take them.";
    DECISIONS = Counter "postern_external_decisions_total" ["policy", "result"]
        "Questions of policies of the kind `external` to other services: they let the request pass (`passed`), refused it (`refused`), or gave no answer that counts (`failed`).";
    DECISION_TIME = Histogram "postern_external_decision_duration_seconds" ["policy"]
        "How long those questions took.";
    PLACES_BUILT = Gauge "postern_geo_database_built_timestamp_seconds" ["database"]
        "When the database that is asked for the `country` or the `asn` of addresses was built. Providers publish new ones each week or month.";
    PLACES_BROKEN = Gauge "postern_geo_database_broken" ["database"]
        "1 while the database's file cannot be used and an older one answers. `/readyz` and the process log say why.";
    CALLS_WRITTEN = Counter "postern_call_log_rows_written_total" []
        "Rows of the call log that the operating system has taken.";
    CALLS_INDEXED = Counter "postern_call_log_rows_indexed_total" []
        "Rows that were moved from segments into day files, those of an earlier process too.";
    CALLS_FOLDED = Counter "postern_call_log_requests_folded_total" []
        "Refusals without a row of their own: in a flood of the same, one row stands for many.";
    CALLS_SAMPLED = Counter "postern_call_log_requests_sampled_out_total" []
        "Allowed requests without a row of their own: under overload, one row stands for many.";
    CALLS_DROPPED = Counter "postern_call_log_requests_dropped_total" ["reason"]
        "Requests of which nothing is left: `queue` (an allowed one, and no room), `queue_refused` (another one, and no room), `disk` (the disk took nothing for too long). Anything above 0 is worth an alarm.";
    CALLS_DETAILS = Counter "postern_call_log_details_dropped_total" []
        "Rows without what is kept beside their columns, for want of memory: they can be found, and not explained.";
    CALLS_DAMAGED = Counter "postern_call_log_damaged_bytes_total" []
        "Bytes of segments that do not pass their checksum.";
    CALLS_TORN = Counter "postern_call_log_torn_segments_total" []
        "Segments that end within a record, as a process that was killed leaves them.";
    CALLS_DAYS = Counter "postern_call_log_days_removed_total" []
        "Day files that retention has deleted, by age or by size.";
    CALLS_QUEUED = Gauge "postern_call_log_queue_rows" []
        "Rows that wait in the queues of the cores.";
    CALLS_HELD = Gauge "postern_call_log_held_bytes" ["waits_for"]
        "Memory that rows hold: those in queues (`queue`; what callers determine of them), and those that the disk has not taken yet (`disk`).";
    CALLS_DISK = Gauge "postern_call_log_disk_bytes" ["kind"]
        "What the call log takes on the disk: `segments`, looked at each second, and `day_files`, each ten seconds.";
    CALLS_LAG = Gauge "postern_call_log_index_lag_seconds" []
        "For how long rows have waited that could be moved into day files; 0 where there are none. They can be asked for meanwhile.";
    CALLS_ALARM = Gauge "postern_call_log_alarm" ["part", "cause"]
        "1 while a part of the call log (`writer`, `sync`, `indexer`, `retention`) does not work: the disk is `full`, `read_only` or `slow`, it may not write there (`denied`), the `clock` jumped, or `other`. `/readyz` and the process log say more. Requests go on.";
    PROCESS_CPU = Counter "process_cpu_seconds_total" []
        "User and system time of the process (Linux).";
    PROCESS_MEMORY = Gauge "process_resident_memory_bytes" []
        "Memory of the process that is in RAM (Linux).";
    PROCESS_FDS = Gauge "process_open_fds" []
        "Open file descriptors (Linux).";
    PROCESS_MAX_FDS = Gauge "process_max_fds" []
        "Most file descriptors that the process may open (Linux).";
    PROCESS_START = Gauge "process_start_time_seconds" []
        "When the process started, Unix time (Linux).";
}
