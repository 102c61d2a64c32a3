//! What looks like a credential is masked in everything that windlass shows.

/// Stands where a credential would stand.
pub const MASK: &str = "***";

/// Whether a variable or option of this name is likely to hold a credential.
pub fn is_credential_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "credential",
        "apikey",
    ]
    .iter()
    .any(|word| name.contains(word))
        || words.contains(&"pass")
        || words.len() > 1 && words.last() == Some(&"pwd")
        || words.windows(2).any(|pair| {
            pair[1] == "key"
                && [
                    "api",
                    "access",
                    "private",
                    "encryption",
                    "signing",
                    "master",
                ]
                .contains(&pair[0])
        })
}

/// The text with the password of every `scheme://user:password@host` in it masked.
pub fn mask_urls(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(scheme) = rest.find("://") {
        let (before, after) = rest.split_at(scheme + 3);
        masked.push_str(before);
        let end = authority_length(after);
        rest = match after[..end]
            .rfind('@')
            .and_then(|at| Some((at, after[..at].find(':')?)))
        {
            Some((at, colon)) => {
                masked.push_str(&after[..=colon]);
                masked.push_str(MASK);
                &after[at..]
            }
            None => after,
        };
    }
    masked.push_str(rest);
    masked
}

/// How much of what follows a `://` names user, password and host. What stands between `${` and `}` belongs to it, so that
/// a variable in a password is covered with it, even one that is not written as variables are.
pub fn authority_length(text: &str) -> usize {
    let mut in_variable = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '"' | '\'' | '\n' => return at,
            '{' if before == '$' => in_variable = true,
            '}' => in_variable = false,
            _ if in_variable => {}
            _ if c.is_whitespace() || "/?#".contains(c) => return at,
            _ => {}
        }
        before = c;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_known() {
        for name in [
            "MYSQL_ROOT_PASSWORD",
            "api-key",
            "GITHUB_TOKEN",
            "DB_PASS",
            "MYSQL_PWD",
            "CLIENT_SECRET",
            "passwd",
        ] {
            assert!(is_credential_name(name), "{name}");
        }
        for name in [
            "PWD",
            "KEYBOARD",
            "DEBUG",
            "BYPASS",
            "PRIMARY_KEY_NAME",
            "COMPASS",
        ] {
            assert!(!is_credential_name(name), "{name}");
        }
    }

    #[test]
    fn passwords_in_urls_are_masked() {
        assert_eq!(
            mask_urls("a mysql://root:pa@ss@db:3306/x and http://h/p?x=1:2@3"),
            "a mysql://root:***@db:3306/x and http://h/p?x=1:2@3"
        );
        assert_eq!(mask_urls("no url at all"), "no url at all");
        for written in ["ab${c d}x", "ab${c d", "${PW:-a/b}"] {
            assert_eq!(
                mask_urls(&format!("mysql://root:{written}@db/x")),
                "mysql://root:***@db/x"
            );
        }
        assert_eq!(
            mask_urls("http://${HOST:-h} mail@x: y://a"),
            "http://${HOST:-h} mail@x: y://a"
        );
    }
}
