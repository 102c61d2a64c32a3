//! What Podman wants to be told in another way than Docker. Pure.

use serde_json::{Value, json};

/// Changes the body of `POST /containers/create` so that Podman makes of it what Docker would.
pub(super) fn for_podman(mut body: Value) -> Value {
    if let Some(test) = body.pointer_mut("/Healthcheck/Test")
        && let Some(whole) = test.as_array().and_then(|test| in_one_piece(test))
    {
        *test = json!([whole]);
    }
    body
}

/// A health test's command, which Podman puts together with spaces and takes apart at them, unless all of it is JSON.
fn in_one_piece(test: &[Value]) -> Option<String> {
    let (kind, command) = test.split_first()?;
    let breaks = |word: &Value| {
        let word = word.as_str().unwrap_or_default();
        word.is_empty() || word.contains(char::is_whitespace)
    };
    // A single word would be taken for a shell's.
    let is_whole = kind == "CMD" && command.len() > 1 && command.iter().any(breaks);
    is_whole.then(|| json!(command).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_health_test_stay_whole() {
        for (test, expected) in [
            (
                json!(["CMD", "sh", "-c", "a b"]),
                json!([r#"["sh","-c","a b"]"#]),
            ),
            (json!(["CMD", "x", ""]), json!([r#"["x",""]"#])),
            (json!(["CMD", "x", "y"]), json!(["CMD", "x", "y"])),
            (json!(["CMD-SHELL", "a b"]), json!(["CMD-SHELL", "a b"])),
            (json!(["NONE"]), json!(["NONE"])),
        ] {
            let body = for_podman(json!({ "Healthcheck": { "Test": test } }));
            assert_eq!(body["Healthcheck"]["Test"], expected);
        }
        let without = json!({ "Image": "x" });
        assert_eq!(for_podman(without.clone()), without);
    }
}
