//! Explanations of requests to a small world.

mod made;
mod properties;
mod refusals;
mod scene;
mod since;
