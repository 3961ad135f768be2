//! Explanations of requests to a small world.

mod refusals;
mod scene;
mod since;
