//! For fuzzing.

use crate::context::{Asked, Reads, Scene, value};
use crate::json::Json;
use crate::mask::Mask;
use crate::template::{Form, Templates, check};
use postern_model::entity::{Hidden, MaskRule, Sought, ValueKind, Way};

/// What the templates are shown that chance has written.
const BODY: &[u8] = br#"{"a": "text", "l": [3, 1, "x", [1, {"a": 1}]], "m": {"a": {"b": null}}}"#;

/// Runs a text as a template, if it is one. What does not end in time is found by the fuzzer.
fn run(text: &str, form: Form) {
    let mut templates = Templates::default();
    if let (Ok((template, _)), Ok(body)) = (templates.add(text, form, true), Json::read(BODY)) {
        let scene = Scene::new(&Asked::default(), Reads::ALL);
        let _ = templates.render(&template, scene.root(Some(&value(&body))), 1 << 16);
    }
}

/// What holds of any text, taken as a document, as a template and as a pointer.
///
/// # Errors
/// What did not hold.
pub fn fuzz(data: &[u8]) -> Result<(), &'static str> {
    if let Ok(text) = std::str::from_utf8(data) {
        for form in [Form::Text, Form::Path, Form::Json] {
            if let Err(fault) = check(text, form, true)
                && let Some(range) = fault.range
                && range.end > text.len()
            {
                return Err("a place is outside of its text");
            }
            run(text, form);
        }
        let _ = crate::pointer::Pointer::new(text);
        let _ = crate::path::placeholders(text);
    }
    let Ok(mut json) = Json::read(data) else {
        return Ok(());
    };
    let written = json.write();
    if Json::read(&written).as_ref() != Ok(&json) {
        return Err("what is written is not what was read");
    }
    let hide = ValueKind::ALL.map(|kind| Hidden {
        what: Sought::Kind(kind),
        way: Way::Replace("*".into()),
        only_records: false,
    });
    let rule = MaskRule {
        hide: hide.into(),
        pass_unreadable: false,
        max_body: data.len(),
    };
    let mask = Mask::new(&rule).map_err(|_| "the kinds do not compile")?;
    mask.apply(&mut json, false);
    if Json::read(&json.write()).as_ref() != Ok(&json) {
        return Err("what was hidden broke the document");
    }
    Ok(())
}
