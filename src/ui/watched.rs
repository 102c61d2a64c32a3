//! What watching tells: lines in docker compose's words.

use std::fmt::Write as _;

use super::change::{Standing, Update};
use crate::model::ServiceName;
use crate::watch::Copying;

/// How many files a line names.
const NAMED: usize = 3;

/// Names as a list: `["web" "db"]`.
pub fn quoted<'a>(names: impl IntoIterator<Item = &'a ServiceName>) -> String {
    let quoted: Vec<String> = names
        .into_iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    format!("[{}]", quoted.join(" "))
}

/// The same news for programs: one JSON object and a line break, as progress has it.
pub fn json(id: &str, standing: Standing, word: &str, details: &str) -> String {
    super::json::line(&Update {
        id: id.to_owned(),
        parent: None,
        standing,
        text: word.to_owned(),
        details: details.to_owned(),
        current: None,
        total: None,
        passing: false,
        aside: false,
    })
}

/// That changed files are copied into a service's containers: how many, and the first of them.
pub fn copying(service: &ServiceName, copying: &Copying) -> String {
    let mut line = format!(
        "Syncing service \"{service}\" after {} changes were detected: ",
        copying.len()
    );
    let removed = copying
        .removed
        .iter()
        .map(|path| format!("{path} (removed)"));
    let named: Vec<String> = copying
        .copied
        .keys()
        .cloned()
        .chain(removed)
        .take(NAMED)
        .collect();
    line.push_str(&named.join(", "));
    let rest = copying.len().saturating_sub(NAMED);
    if rest > 0 {
        // Writing to a string cannot fail.
        let _ = write!(line, " and {rest} more");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str) -> ServiceName {
        ServiceName::new(name).unwrap()
    }

    #[test]
    fn services_are_quoted_as_docker_compose_does() {
        assert_eq!(quoted(&[service("web"), service("db")]), r#"["web" "db"]"#);
    }

    #[test]
    fn programs_read_objects() {
        assert_eq!(
            json("Service web", Standing::Done, "Rebuilt", ""),
            "{\"id\":\"Service web\",\"status\":\"Done\",\"text\":\"Rebuilt\"}\n"
        );
    }

    #[test]
    fn a_batch_is_one_line_that_names_its_first_files() {
        let mut batch = Copying::default();
        batch.copied.insert("/app/a.py".into(), "/src/a.py".into());
        batch.removed.insert("/app/b.py".into());
        assert_eq!(
            copying(&service("web"), &batch),
            "Syncing service \"web\" after 2 changes were detected: /app/a.py, /app/b.py (removed)"
        );
        for number in 0..1999 {
            batch.copied.insert(format!("/app/{number}"), "x".into());
        }
        assert_eq!(
            copying(&service("web"), &batch),
            "Syncing service \"web\" after 2001 changes were detected: /app/a.py, /app/0, /app/1 and 1998 more"
        );
    }
}
