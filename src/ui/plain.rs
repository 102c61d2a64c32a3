//! Progress without a terminal: one line per change.

use super::change::Update;

/// The line for an update: ` Container shop-db-1 Created`; none for what will be overtaken.
pub(super) fn line(update: &Update) -> Option<String> {
    if update.passing {
        return None;
    }
    let details = if update.details.is_empty() {
        String::new()
    } else {
        format!(" {}", update.details)
    };
    Some(format!(" {} {}{details}\n", update.id, update.text))
}
