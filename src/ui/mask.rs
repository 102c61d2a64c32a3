//! Credentials are masked in what people read.

use serde_json::Value;

use crate::model::Project;
use crate::model::credential::{MASK, is_credential_name, mask_urls};
use crate::state::Container;

/// Values shorter than this are not looked for: they would be found in half of all words.
const SHORTEST: usize = 4;

/// Letters only, and fewer of them: it may be a word of a language.
const LONG_WORD: usize = 12;

/// The lines of secrets longer than this are not looked for: nobody prints them by accident.
const LONGEST: usize = 16 << 10;

/// The credentials of a project, those its files hold and those its containers have, to be masked wherever they turn up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask(Vec<String>);

impl Mask {
    /// What its secrets hold, line by line, and the values of all variables and build arguments whose names look like credentials, of the project's files and
    /// of its containers: those made earlier may have other values than the files.
    pub fn of(project: &Project, containers: &[Container]) -> Self {
        let said = project
            .with_sharing()
            .flat_map(|service| {
                let build = service.build.as_ref().map(|build| &build.args);
                service
                    .spec
                    .environment
                    .iter()
                    .chain(build.into_iter().flatten())
            })
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let had = containers
            .iter()
            .flat_map(|container| &container.environment)
            .filter_map(|variable| variable.split_once('='));
        let named = said.chain(had).filter(|(name, _)| is_credential_name(name));
        let secrets = project.secrets.values();
        let secrets = secrets
            .filter_map(|secret| std::str::from_utf8(secret.content.as_ref()?.bytes()).ok())
            .filter(|text| text.len() <= LONGEST)
            .flat_map(str::lines)
            .map(str::trim);
        Self::of_values(named.map(|(_, value)| value).chain(secrets))
    }

    fn of_values<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let mut values: Vec<String> = values
            .filter(|value| value.chars().count() >= SHORTEST)
            // As it is, and as it stands between quotes.
            .flat_map(|value| {
                let quoted = Value::from(value).to_string();
                [value.to_owned(), quoted[1..quoted.len() - 1].to_owned()]
            })
            .collect();
        // Longer ones first: one may be the beginning of another.
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self(values)
    }

    /// The text with every credential masked.
    pub fn text(&self, text: &str) -> String {
        let masked = mask_urls(text);
        self.0.iter().fold(masked, |text, value| {
            if is_word(value) {
                without_word(&text, value)
            } else {
                text.replace(value.as_str(), MASK)
            }
        })
    }
}

/// Whether a credential is a word such as others: as a part of longer words it is none, and those are to stay readable.
fn is_word(value: &str) -> bool {
    value.len() < LONG_WORD && value.chars().all(char::is_alphabetic)
}

/// The text with this word masked where it stands alone, or behind the letter of a flag (`-pWORD`).
fn without_word(text: &str, word: &str) -> String {
    let joins = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(word) {
        let before = &text[..at];
        let mut back = before.chars().rev();
        let is_flag = back.next().is_some_and(char::is_alphabetic)
            && back.next() == Some('-')
            && !back.next().is_some_and(joins);
        let is_part =
            before.ends_with(joins) && !is_flag || text[at + word.len()..].starts_with(joins);
        if !is_part {
            masked.push_str(&text[done..at]);
            masked.push_str(MASK);
            done = at + word.len();
        }
    }
    masked.push_str(&text[done..]);
    masked
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::model::ProjectName;

    #[test]
    fn credentials_are_masked_wherever_they_turn_up() {
        let mask = Mask(vec!["hunter2 long".into(), "hunter2".into()]);
        assert_eq!(
            mask.text("password hunter2 long, hunter2 and http://me:pw@host"),
            "password ***, *** and http://me:***@host"
        );
    }

    #[test]
    fn a_credential_that_is_a_word_leaves_longer_words_alone() {
        let mask = Mask(vec!["changed".into(), "root".into()]);
        for (text, masked) in [
            ("6 unchanged, uprooted", "6 unchanged, uprooted"),
            ("shop-root-1 root_data", "shop-root-1 root_data"),
            ("root: 'root' changed=", "***: '***' ***="),
            ("mysql -uroot -proot --x=root", "mysql -u*** -p*** --x=***"),
            ("x-proot", "x-proot"),
        ] {
            assert_eq!(mask.text(text), masked);
        }
    }

    #[test]
    fn what_containers_had_is_masked_too() {
        let project = Project {
            name: ProjectName::new("shop").unwrap(),
            separator: '-',
            working_dir: "/shop".into(),
            files: Vec::new(),
            services: IndexMap::new(),
            disabled_services: Vec::new(),
            contexts: IndexMap::new(),
            sharing: IndexMap::new(),
            networks: IndexMap::new(),
            volumes: IndexMap::new(),
            configs: IndexMap::new(),
            secrets: IndexMap::new(),
        };
        let container = Container {
            environment: ["DB_PASSWORD=old=\"one\"", "PIN_TOKEN=abc", "PLAIN=visible"]
                .map(str::to_owned)
                .into(),
            ..Container::default()
        };
        let mask = Mask::of(&project, &[container]);
        assert_eq!(
            mask.text(r#"--password=old="one" "x old=\"one\"" abc visible"#),
            r#"--password=*** "x ***" abc visible"#
        );
    }
}
