//! Credentials are masked in what people read.

use crate::model::Project;
use crate::model::credential::{MASK, is_credential_name, mask_urls};

/// Values shorter than this are not looked for: they would be found in half of all words.
const SHORTEST: usize = 4;

/// The credentials that a project's files hold, to be masked wherever they turn up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask(Vec<String>);

impl Mask {
    /// The values of all variables and build arguments whose names look like credentials.
    pub fn of(project: &Project) -> Self {
        let mut values: Vec<String> = project
            .services
            .values()
            .flat_map(|service| {
                let build = service.build.as_ref().map(|build| &build.args);
                service
                    .spec
                    .environment
                    .iter()
                    .chain(build.into_iter().flatten())
            })
            .filter(|(name, value)| is_credential_name(name) && value.len() >= SHORTEST)
            .map(|(_, value)| value.clone())
            .collect();
        // Longer ones first: one may be the beginning of another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self(values)
    }

    /// The text with every credential masked.
    pub fn text(&self, text: &str) -> String {
        let masked = mask_urls(text);
        self.0
            .iter()
            .fold(masked, |text, value| text.replace(value.as_str(), MASK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_wherever_they_turn_up() {
        let mask = Mask(vec!["hunter2 long".into(), "hunter2".into()]);
        assert_eq!(
            mask.text("password hunter2 long, hunter2 and http://me:pw@host"),
            "password ***, *** and http://me:***@host"
        );
    }
}
