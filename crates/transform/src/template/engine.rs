//! The engine, with the guards that [`super::guard`] writes into templates.

use super::weigh::{bound, flat, item, key, made, read, scalar, text, weighed};
use super::{FUEL, compare, filters, sorting, to_json, write_value};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

/// An engine that carries out what the guards have written.
pub(super) fn engine() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // What the guards write has lost the line end that templates lose.
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    // It would write down everything there is.
    environment.remove_global("debug");
    environment.remove_filter("pprint");
    environment.add_filter("tojson", to_json);
    filters::add(&mut environment);
    sorting::add(&mut environment);
    compare::add(&mut environment);
    environment.add_function("__text", text);
    environment.add_function("__scalar", scalar);
    environment.add_function("__bound", bound);
    environment.add_function("__key", key);
    environment.add_function("__weighed", weighed);
    environment.add_function("__made", made);
    environment.add_function("__read", read);
    environment.add_function("__flat", flat);
    environment.add_function("__item", item);
    environment.set_auto_escape_callback(|name| match name.split('/').next() {
        Some("json") => AutoEscape::Json,
        Some("path") => AutoEscape::Custom("path".into()),
        _ => AutoEscape::None,
    });
    environment.set_formatter(write_value);
    environment
}
