//! The `Date` of responses that are ours.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

thread_local! {
    static NOW: RefCell<(u64, Rc<str>)> = RefCell::new((u64::MAX, Rc::from("")));
}

/// The current date (RFC 9110 §5.6.7), written once a second.
pub(crate) fn now() -> Rc<str> {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let second = since.as_secs();
    NOW.with_borrow_mut(|(written, text)| {
        if *written != second {
            *written = second;
            let date =
                httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(second));
            *text = Rc::from(date);
        }
        text.clone()
    })
}
