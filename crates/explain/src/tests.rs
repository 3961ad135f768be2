//! Explanations of requests to a small world.

mod again;
mod blame;
mod cases;
mod expectation;
mod made;
mod properties;
mod refusals;
mod replay;
mod requirements;
mod scene;
mod since;
