//! Explanations of requests to a small world.

mod again;
mod blame;
mod cases;
mod made;
mod properties;
mod refusals;
mod requirements;
mod scene;
mod since;
