//! For fuzzing.

use crate::json::Json;
use crate::mask::Mask;
use crate::template::{Form, check};
use postern_model::entity::{Hidden, MaskRule, Sought, ValueKind, Way};

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
