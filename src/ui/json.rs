//! Progress for programs: one JSON object per change and line.

use serde::Serialize;

use super::change::{Standing, Update};

/// One change, in docker compose's form.
#[derive(Serialize)]
struct Change<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<&'a str>,
    status: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    details: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u64>,
}

/// The line for an update.
pub(super) fn line(update: &Update) -> String {
    let percent = match (update.current, update.total) {
        (Some(current), Some(total)) if total > 0 => {
            Some((current.saturating_mul(100) / total).min(100))
        }
        _ => None,
    };
    let change = Change {
        id: &update.id,
        parent_id: update.parent.as_deref(),
        status: match update.standing {
            Standing::Working => "Working",
            Standing::Done => "Done",
            Standing::Warning => "Warning",
            Standing::Error => "Error",
        },
        // The colon only leads to the details that stand behind it in a line of text.
        text: update.text.trim_end_matches(':'),
        details: &update.details,
        current: update.current,
        total: update.total,
        percent,
    };
    let mut line = serde_json::to_string(&change).unwrap_or_default();
    line.push('\n');
    line
}
