//! What another service says that policies of rows ask.

use crate::introspection::endpoint::Says;

/// It lets pass who has a blue badge, has no answer about a broken one, and refuses everybody else.
pub(super) fn judge(question: &str) -> Says {
    let badge = question.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("x-badge: ")
            .map(str::to_owned)
    });
    match badge.as_deref() {
        Some("blue") => Says::answer(200, "", ""),
        Some("broken") => Says::answer(503, "", ""),
        _ => Says::answer(403, "Content-Type: text/plain\r\n", "no badge, no entry"),
    }
}
