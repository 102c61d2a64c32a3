//! Reads templates.

use serde_json::Value;

use super::{Expression, FUNCTIONS, Kind, Part, TemplateError};

/// A template's letters, and how far they are read.
pub(super) struct Parser {
    letters: Vec<char>,
    at: usize,
}

/// How a list of parts ends.
#[derive(PartialEq)]
enum End {
    /// With the template.
    Text,
    /// With `{{end}}`.
    Closed,
    /// With `{{else}}`, or `{{else if ..}}` whose condition is this.
    Else(Option<Expression>),
}

impl Parser {
    pub(super) fn new(text: &str) -> Self {
        Self {
            letters: text.chars().collect(),
            at: 0,
        }
    }

    pub(super) fn template(mut self) -> Result<Vec<Part>, TemplateError> {
        Ok(self.parts(None)?.0)
    }

    /// Parts up to their end; `begun` is the column of the `{{if}}` or `{{range}}` that they belong to.
    fn parts(&mut self, begun: Option<usize>) -> Result<(Vec<Part>, End), TemplateError> {
        let mut parts = Vec::new();
        loop {
            let text = self.text();
            if !text.is_empty() {
                parts.push(Part::Text(text));
            }
            let open = self.at;
            if self.at == self.letters.len() {
                return match begun {
                    Some(column) => Err(TemplateError::at(column, "no `{{end}}` belongs to this")),
                    None => Ok((parts, End::Text)),
                };
            }
            self.at += 2;
            if self.looks_like("- ") {
                self.at += 1;
                if let Some(Part::Text(text)) = parts.last_mut() {
                    text.truncate(text.trim_end().len());
                }
            }
            self.spaces();
            if self.looks_like("/*") {
                while !self.looks_like("*/") {
                    self.at += 1;
                    if self.at >= self.letters.len() {
                        return Err(TemplateError::at(open, "`{{` is not closed by `}}`"));
                    }
                }
                self.at += 2;
                self.close(open)?;
                continue;
            }
            let start = self.at;
            let word = self.peek_word();
            match word.as_str() {
                "if" | "range" => {
                    self.at += word.len();
                    let condition = self.pipeline()?;
                    self.close(open)?;
                    parts.push(self.branches(&word, condition, open)?);
                }
                "end" | "else" => {
                    if begun.is_none() {
                        return Err(TemplateError::at(
                            start,
                            format!("`{word}` without `if` or `range`"),
                        ));
                    }
                    self.at += word.len();
                    self.spaces();
                    let end = if word == "end" {
                        End::Closed
                    } else if self.peek_word() == "if" {
                        self.at += 2;
                        End::Else(Some(self.pipeline()?))
                    } else {
                        End::Else(None)
                    };
                    self.close(open)?;
                    return Ok((parts, end));
                }
                _ => {
                    let printed = self.pipeline()?;
                    self.close(open)?;
                    parts.push(Part::Print(printed));
                }
            }
        }
    }

    /// What stands between `{{if}}` or `{{range}}` and its `{{end}}`.
    fn branches(
        &mut self,
        word: &str,
        condition: Expression,
        open: usize,
    ) -> Result<Part, TemplateError> {
        let (then, end) = self.parts(Some(open))?;
        let otherwise = match end {
            End::Text | End::Closed => Vec::new(),
            End::Else(None) => self.parts(Some(open))?.0,
            End::Else(Some(condition)) => vec![self.branches("if", condition, open)?],
        };
        Ok(if word == "range" {
            Part::Range(condition, then, otherwise)
        } else {
            Part::If(condition, then, otherwise)
        })
    }

    /// Text up to the next `{{`.
    fn text(&mut self) -> String {
        let start = self.at;
        while self.at < self.letters.len() && !self.looks_like("{{") {
            self.at += 1;
        }
        self.letters[start..self.at].iter().collect()
    }

    /// Reads `}}`, or ` -}}` and the white space behind it.
    fn close(&mut self, open: usize) -> Result<(), TemplateError> {
        self.spaces();
        let trims = self.looks_like("-}}");
        self.at += usize::from(trims);
        if self.looks_like("}}") {
            self.at += 2;
            if trims {
                self.spaces();
            }
            return Ok(());
        }
        if self.at >= self.letters.len() {
            return Err(TemplateError::at(open, "`{{` is not closed by `}}`"));
        }
        let start = self.at;
        let mut rest = String::new();
        while let Some(letter) = self
            .letters
            .get(self.at)
            .filter(|letter| !letter.is_whitespace())
        {
            if self.looks_like("}}") {
                break;
            }
            rest.push(*letter);
            self.at += 1;
        }
        Err(TemplateError::at(
            start,
            format!("`{rest}` is one word too many"),
        ))
    }

    /// `VALUE | FUNCTION | ..`: each function gets what stands before it as its last argument.
    fn pipeline(&mut self) -> Result<Expression, TemplateError> {
        let mut value = self.command(None)?;
        loop {
            self.spaces();
            if !self.looks_like("|") {
                return Ok(value);
            }
            let bar = self.at;
            self.at += 1;
            self.spaces();
            if !self
                .letters
                .get(self.at)
                .is_some_and(|letter| letter.is_alphabetic())
            {
                return Err(TemplateError::at(bar, "a function is expected behind `|`"));
            }
            value = self.command(Some(value))?;
        }
    }

    /// A function with its arguments, or one value.
    fn command(&mut self, last: Option<Expression>) -> Result<Expression, TemplateError> {
        self.spaces();
        let column = self.at;
        let name = self.peek_word();
        if name.is_empty() || name == "true" || name == "false" {
            let Some(value) = self.operand()? else {
                return Err(TemplateError::at(
                    column,
                    "a field or a function is expected",
                ));
            };
            if value.kind == Kind::Field(vec!["Label".to_owned()]) {
                self.spaces();
                if let Some(key) = self.operand()? {
                    let kind = Kind::Label(Box::new(key));
                    return Ok(Expression { column, kind });
                }
            }
            return Ok(value);
        }
        if !FUNCTIONS.contains(&name.as_str()) {
            return Err(not_supported(column, &name));
        }
        self.at += name.len();
        let mut arguments = Vec::new();
        loop {
            self.spaces();
            match self.operand()? {
                Some(argument) => arguments.push(argument),
                None => break,
            }
        }
        arguments.extend(last);
        let kind = Kind::Call(name, arguments);
        Ok(Expression { column, kind })
    }

    /// A field, a text, a number or something in parentheses; none where nothing of this kind follows.
    fn operand(&mut self) -> Result<Option<Expression>, TemplateError> {
        let column = self.at;
        let Some(&first) = self.letters.get(self.at) else {
            return Ok(None);
        };
        let kind = match first {
            '(' => {
                self.at += 1;
                let inner = self.pipeline()?;
                self.spaces();
                if !self.looks_like(")") {
                    return Err(TemplateError::at(column, "`(` is not closed"));
                }
                self.at += 1;
                return Ok(Some(inner));
            }
            '"' | '`' => Kind::Literal(self.quoted(first)?.into()),
            '.' => Kind::Field(self.path()),
            '$' => {
                self.at += 1;
                let name = format!("${}", self.peek_word());
                return Err(not_supported(column, &name));
            }
            _ if first.is_ascii_digit() => {
                let digits = self.take(|letter| letter.is_ascii_digit());
                Kind::Literal(digits.parse::<u64>().unwrap_or(u64::MAX).into())
            }
            _ if first.is_alphabetic() => match self.peek_word().as_str() {
                word @ ("true" | "false") => {
                    self.at += word.len();
                    Kind::Literal(Value::Bool(word == "true"))
                }
                name => return Err(not_supported(column, name)),
            },
            _ => return Ok(None),
        };
        Ok(Some(Expression { column, kind }))
    }

    /// `.`, `.A` or `.A.B`.
    fn path(&mut self) -> Vec<String> {
        let mut path = Vec::new();
        while self.looks_like(".") {
            self.at += 1;
            let name = self.take(|letter| letter.is_alphanumeric() || letter == '_');
            if !name.is_empty() {
                path.push(name);
            }
        }
        path
    }

    fn quoted(&mut self, quote: char) -> Result<String, TemplateError> {
        let column = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(&letter) = self.letters.get(self.at) {
            self.at += 1;
            match letter {
                _ if letter == quote => return Ok(text),
                '\\' if quote == '"' => {
                    let escaped = self.letters.get(self.at).copied().unwrap_or('\\');
                    self.at += 1;
                    text.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                }
                _ => text.push(letter),
            }
        }
        Err(TemplateError::at(column, "the quotes are not closed"))
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self
            .letters
            .get(self.at)
            .is_some_and(|letter| fits(*letter))
        {
            self.at += 1;
        }
        self.letters[start..self.at].iter().collect()
    }

    fn peek_word(&self) -> String {
        let letters = self.letters[self.at.min(self.letters.len())..].iter();
        letters
            .take_while(|letter| letter.is_ascii_alphanumeric() && !letter.is_ascii_digit())
            .collect()
    }

    fn spaces(&mut self) {
        self.take(char::is_whitespace);
    }

    fn looks_like(&self, text: &str) -> bool {
        let mut letters = self.letters[self.at.min(self.letters.len())..].iter();
        text.chars().all(|letter| letters.next() == Some(&letter))
    }
}

fn not_supported(column: usize, name: &str) -> TemplateError {
    let known = FUNCTIONS.join(", ");
    TemplateError::at(
        column,
        format!("`{name}` is not supported: {known}, if and range are"),
    )
}
