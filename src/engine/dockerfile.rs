//! Dockerfiles, as far as a build needs them read before the builder does: which images they start from, and on which
//! line a step stands. Pure.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::DockerfileLine;

/// A Dockerfile as the builder gets it: with further contexts as stages in front.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Script {
    /// The name that people know.
    name: String,
    /// The image of the program that reads the Dockerfile (`# syntax=`), where it names one.
    syntax: Option<String>,
    instructions: Instructions,
    /// How many lines were added, and before which line.
    added: (usize, usize),
}

impl Script {
    /// Reads a Dockerfile's text.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            syntax: directive(text, "syntax"),
            instructions: Instructions::parse(text),
            added: (0, 0),
        }
    }

    /// The images that a build of this stage (absent: the last one) needs: the program that reads the Dockerfile, and
    /// what [`Instructions::images`] tells.
    pub(crate) fn images(
        &self,
        arguments: &IndexMap<String, String>,
        target: Option<&str>,
    ) -> Vec<String> {
        let images = self.instructions.images(arguments, target);
        self.syntax.iter().cloned().chain(images).collect()
    }

    /// The text with these images as stages in front; none where the builder would take that for something else.
    pub(crate) fn with_stages(
        &self,
        text: &str,
        stages: &[(&str, &str)],
    ) -> Option<(String, Self)> {
        let names = stages.iter().map(|(name, _)| *name);
        let before = self.instructions.place_for(names)?;
        let lines: Vec<&str> = text.lines().collect();
        let (head, tail) = lines.split_at(before - 1);
        let added = stages
            .iter()
            .map(|(name, image)| format!("FROM {image} AS {name}"));
        let all = head.iter().map(|line| (*line).to_owned()).chain(added);
        let all = all.chain(tail.iter().map(|line| (*line).to_owned()));
        let text: String = all.map(|line| line + "\n").collect();
        let script = Self {
            added: (stages.len(), before),
            ..Self::new(&self.name, &text)
        };
        Some((text, script))
    }

    /// The line that a build failed at: that of the step, or the one that the builder's words name.
    pub(crate) fn line(&self, step: Option<&str>, why: &str) -> Option<Box<DockerfileLine>> {
        let named = || {
            let rest = why.split_once("dockerfile parse error")?.1;
            let number = rest
                .split_once("line ")?
                .1
                .split(|c: char| !c.is_ascii_digit());
            let line = number.into_iter().next()?.parse().ok()?;
            Some((line, self.instructions.on_line(line)?))
        };
        // Podman says so, and not always which steps there were before.
        let quoted = || {
            let rest = why.split_once("building at STEP \"")?.1;
            let step = rest.split_once("\": ")?.0.replace("\\\"", "\"");
            self.instructions.find(&format!("[1] {step}"))
        };
        let (line, text) = step
            .and_then(|step| self.instructions.find(step))
            .or_else(named)
            .or_else(quoted)?;
        let (count, before) = self.added;
        Some(Box::new(DockerfileLine {
            file: self.name.clone(),
            line: if line >= before + count {
                line - count
            } else {
                line
            },
            text,
        }))
    }
}

/// The instructions of a Dockerfile, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Instructions(Vec<Instruction>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Instruction {
    /// Number of its first line, from 1.
    line: usize,
    /// In capital letters.
    keyword: String,
    /// What follows, on one line; the text of here-documents is left out.
    rest: String,
}

/// A stage's `FROM` line.
struct Stage<'a> {
    /// The image or stage it starts from, as it is written.
    base: &'a str,
    name: Option<String>,
    /// The place of its `FROM` among the instructions.
    at: usize,
}

/// Instructions that make a layer, and count in the numbers of steps.
const LAYERS: [&str; 4] = ["ADD", "COPY", "RUN", "WORKDIR"];

impl Instructions {
    /// Reads a Dockerfile. What is no instruction is kept as one: the builder complains about it.
    pub(crate) fn parse(text: &str) -> Self {
        let escape = escape_character(text);
        let lines: Vec<&str> = text.lines().collect();
        let mut instructions = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let first = at;
            let mut joined = String::new();
            while let Some(line) = lines.get(at) {
                at += 1;
                let trimmed = line.trim();
                // Comments and empty lines may stand between the lines of one instruction.
                if trimmed.is_empty() || trimmed.starts_with('#') {
                    if joined.is_empty() {
                        break;
                    }
                    continue;
                }
                let part = trimmed.strip_suffix(escape);
                joined = format!("{joined} {}", part.unwrap_or(trimmed));
                if part.is_none() {
                    break;
                }
            }
            let rest = words(&joined);
            if rest.is_empty() {
                continue;
            }
            let (keyword, rest) = rest.split_once(' ').unwrap_or((&rest, ""));
            let keyword = keyword.to_ascii_uppercase();
            if ["RUN", "COPY", "ADD"].contains(&keyword.as_str()) {
                at = after_documents(rest, &lines, at);
            }
            instructions.push(Instruction {
                line: first + 1,
                keyword,
                rest: rest.to_owned(),
            });
        }
        Self(instructions)
    }

    fn stages(&self) -> Vec<Stage<'_>> {
        let stages = self.0.iter().enumerate();
        let stages = stages.filter(|(_, instruction)| instruction.keyword == "FROM");
        stages
            .map(|(at, instruction)| {
                let mut words = instruction.rest.split(' ');
                let base = words.find(|word| !word.starts_with("--"));
                let name = match (words.next(), words.next()) {
                    (Some(word), Some(name)) if word.eq_ignore_ascii_case("as") => {
                        Some(name.to_lowercase())
                    }
                    _ => None,
                };
                Stage {
                    base: base.unwrap_or_default(),
                    name,
                    at,
                }
            })
            .collect()
    }

    /// The images that a build of the stage `target` (absent: the last one) starts from or copies from, with these build
    /// arguments; those that only the builder can know are left out.
    pub(crate) fn images(
        &self,
        arguments: &IndexMap<String, String>,
        target: Option<&str>,
    ) -> Vec<String> {
        let stages = self.stages();
        let first = stages.first().map_or(self.0.len(), |stage| stage.at);
        let variables = declared(&self.0[..first], arguments);
        let find = |name: &str| {
            let named = |stage: &Stage<'_>| stage.name.as_deref() == Some(&name.to_lowercase());
            let number = || name.parse().ok().filter(|number| *number < stages.len());
            stages.iter().position(named).or_else(number)
        };
        let last = stages.len().checked_sub(1);
        let mut open: Vec<usize> = target.and_then(find).or(last).into_iter().collect();
        let mut seen = vec![false; stages.len()];
        let mut images: Vec<String> = Vec::new();
        while let Some(index) = open.pop() {
            if std::mem::replace(&mut seen[index], true) {
                continue;
            }
            let end = stages.get(index + 1).map_or(self.0.len(), |next| next.at);
            let range = stages[index].at..end;
            let sources = self.sources().filter(|(_, at)| range.contains(at));
            let sources = sources.map(|(source, _)| source);
            for reference in std::iter::once(stages[index].base).chain(sources) {
                let Some(image) = substituted(reference, &variables) else {
                    continue;
                };
                match find(&image) {
                    // What comes later is no stage yet.
                    Some(stage) if stage < index => open.push(stage),
                    _ if image != "scratch" && !images.contains(&image) => images.push(image),
                    _ => {}
                }
            }
        }
        images
    }

    /// What `COPY --from=` and `RUN --mount=from=` name, and the place of the instruction.
    fn sources(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().enumerate().flat_map(|(at, instruction)| {
            let flags = instruction.rest.split(' ');
            let flags = flags.take_while(|word| word.starts_with("--"));
            flags.filter_map(move |flag| {
                let from = match instruction.keyword.as_str() {
                    "COPY" => flag.strip_prefix("--from="),
                    "RUN" => (flag.strip_prefix("--mount=")?.split(','))
                        .find_map(|part| part.strip_prefix("from=")),
                    _ => None,
                };
                Some((from?.trim_matches('"'), at))
            })
        })
    }

    /// The line that a step of the builder stands on, such as `[base 2/4] RUN make`, and its text; none where it cannot
    /// be told.
    pub(crate) fn find(&self, step: &str) -> Option<(usize, String)> {
        let (place, wanted) = step.strip_prefix('[')?.split_once("] ")?;
        let wanted = words(wanted);
        let mut place: Vec<&str> = place.split(' ').collect();
        let number: usize = place.pop()?.split('/').next()?.parse().ok()?;
        let stages = self.stages();
        let stage = match place.last() {
            // A word with a slash is a platform.
            Some(name) if !name.contains('/') => stages.iter().position(|stage| {
                let numbered = name.strip_prefix("stage-").and_then(|n| n.parse().ok());
                stage.name.as_deref() == Some(&name.to_lowercase())
                    || numbered
                        .is_some_and(|n: usize| stages.get(n).map(|s| s.at) == Some(stage.at))
            }),
            _ => None,
        };
        let range = match stage {
            Some(index) => {
                let end = stages.get(index + 1).map_or(self.0.len(), |next| next.at);
                stages[index].at..end
            }
            None => 0..self.0.len(),
        };
        let all = &self.0[range];
        let same = |instruction: &&Instruction| instruction.text() == wanted;
        let keyword = wanted.split(' ').next().unwrap_or_default();
        let numbered = || {
            // The base counts as the first step where it is an image.
            let mut layers = all
                .iter()
                .filter(|it| LAYERS.contains(&it.keyword.as_str()));
            let found = layers.nth(number.checked_sub(2)?)?;
            (found.keyword == keyword).then_some(found)
        };
        let found = all.iter().find(same).or_else(numbered)?;
        Some((found.line, found.text()))
    }

    /// The instruction on this line.
    pub(crate) fn on_line(&self, line: usize) -> Option<String> {
        let found = self.0.iter().rev().find(|it| it.line <= line)?;
        Some(found.text())
    }

    /// The line before which these further contexts can be written as stages (`FROM REFERENCE AS NAME`); none where the
    /// builder would take that for something else.
    pub(crate) fn place_for<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> Option<usize> {
        let stages = self.stages();
        let first = self.0.get(stages.first()?.at)?;
        // Numbers of stages would mean others.
        let is_number = |source: &str| source.bytes().all(|byte| byte.is_ascii_digit());
        if self.sources().any(|(source, _)| is_number(source)) {
            return None;
        }
        let fits = names.all(|name| {
            is_stage_name(name)
                && !stages
                    .iter()
                    .any(|stage| stage.name.as_deref() == Some(name))
        });
        fits.then_some(first.line)
    }
}

impl Instruction {
    fn text(&self) -> String {
        format!("{} {}", self.keyword, self.rest)
            .trim_end()
            .to_owned()
    }
}

/// What the builder takes as the name of a stage.
fn is_stage_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(is_part)
        && name != "scratch"
}

/// The text on one line, with single spaces.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The character that joins lines: `# escape=` may say another one.
fn escape_character(text: &str) -> char {
    directive(text, "escape")
        .and_then(|value| value.chars().next())
        .unwrap_or('\\')
}

/// What a comment before the first instruction tells the builder: `# NAME=VALUE`.
fn directive(text: &str, wanted: &str) -> Option<String> {
    for line in text.lines() {
        let (name, value) = line.trim().strip_prefix('#')?.split_once('=')?;
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.trim().to_owned());
        }
    }
    None
}

/// The line after the here-documents that an instruction begins.
fn after_documents(rest: &str, lines: &[&str], from: usize) -> usize {
    let mut at = from;
    for word in rest.split(' ') {
        let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(name) = word
            .strip_prefix("<<")
            .filter(|name| !name.starts_with('<'))
        else {
            continue;
        };
        let (name, indented) = match name.strip_prefix('-') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let name = name.trim_matches(['"', '\'']);
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            continue;
        }
        let is_end = |line: &&str| {
            let line = if indented {
                line.trim_start_matches('\t')
            } else {
                line
            };
            line == name
        };
        if let Some(length) = lines[at..].iter().position(is_end) {
            at += length + 1;
        }
    }
    at
}

/// The variables that `ARG` lines before the first stage declare.
fn declared(head: &[Instruction], arguments: &IndexMap<String, String>) -> HashMap<String, String> {
    let mut variables = HashMap::new();
    for instruction in head.iter().filter(|it| it.keyword == "ARG") {
        for word in instruction.rest.split(' ') {
            let (name, default) = match word.split_once('=') {
                Some((name, default)) => (name, Some(default.trim_matches(['"', '\'']))),
                None => (word, None),
            };
            let default = default.and_then(|text| substituted(text, &variables));
            if let Some(value) = arguments.get(name).cloned().or(default) {
                variables.insert(name.to_owned(), value);
            }
        }
    }
    variables
}

/// The text with `$NAME`, `${NAME}` and `${NAME:-DEFAULT}` filled in; none where one is not known.
fn substituted(text: &str, variables: &HashMap<String, String>) -> Option<String> {
    let Some((before, after)) = text.split_once('$') else {
        return Some(text.to_owned());
    };
    let (value, rest) = if let Some(braced) = after.strip_prefix('{') {
        let (inner, rest) = braced.split_once('}')?;
        let (name, default) = match inner.split_once(":-").or_else(|| inner.split_once('-')) {
            Some((name, default)) => (name, Some(default.to_owned())),
            None => (inner, None),
        };
        (variables.get(name).cloned().or(default)?, rest)
    } else {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (name, rest) = after.split_at(end.unwrap_or(after.len()));
        (variables.get(name).cloned()?, rest)
    };
    Some(format!("{before}{value}{}", substituted(rest, variables)?))
}

#[cfg(test)]
mod tests;
