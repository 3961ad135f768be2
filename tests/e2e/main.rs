//! Whole-system tests: the real `postern` binary over real sockets, real clients before it, and
//! behind it an upstream of our own that misbehaves on command and remembers what it saw.
//!
//! `harness` starts things, `upstream` is the upstream, every other module proves one promise.
//! Clients that are not installed are skipped with a line that says so (`tests/setup.sh` installs
//! them where it can).

mod api;
mod basic;
mod blocks;
mod canaries;
mod captures;
mod clients;
mod codes;
mod commands;
mod conditions;
mod contract;
mod deciders;
mod differential;
mod dpop;
mod environments;
mod examples;
mod expectations;
mod forwarding;
mod geo;
mod grants;
mod harness;
mod introspection;
mod issuers;
mod lifecycle;
mod mask;
mod mtls;
mod observability;
mod origins;
mod post_403;
mod quota;
mod refusals;
mod resources;
mod selftest;
mod sessions;
mod signed;
mod smuggling;
mod transform;
mod upstream;
mod upstreams;
mod ways;
mod wellknown;
