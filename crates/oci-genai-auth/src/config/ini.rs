//! The INI dialect of OCI configuration files: Python's `configparser` without interpolation.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::redact::{key_name, shown};

/// The keys, in lower case, and values of a section.
pub(super) type Section = BTreeMap<String, Value>;

/// A value and its position in the file, for error messages.
#[derive(Clone)]
pub(super) struct Value {
    pub(super) text: Zeroizing<String>,
    /// The number, from 1, of a line that was joined to the value because of its deeper
    /// indentation.
    pub(super) joined: Option<usize>,
}

/// A parsed file.
#[derive(Default)]
pub(super) struct Ini {
    /// `[DEFAULT]`, which every other section inherits.
    pub(super) defaults: Section,
    /// The other sections in the order of the file.
    pub(super) sections: Vec<(String, Section)>,
}

/// A parse error and its line, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IniError {
    pub(super) line: usize,
    pub(super) what: String,
}

/// State of the parser.
#[derive(Default)]
struct Cursor {
    /// Index of the current section; `None` is `[DEFAULT]`.
    section: Option<usize>,
    is_in_section: bool,
    /// The key that a continuation line belongs to.
    key: Option<String>,
    /// A continuation line must be indented more than this, in characters.
    indent: usize,
}

impl Ini {
    /// Parses the text of a file.
    ///
    /// Lines end in LF, CR or both. Only full-line `#` and `;` comments are supported. `%` is
    /// literal. `=` or `:` separates key and value. Keys are case-insensitive. A line that is
    /// indented more deeply continues the value above it. `[DEFAULT]` may appear several times; any
    /// other duplicate section or key is an error.
    pub(super) fn parse(text: &str) -> Result<Self, IniError> {
        let mut ini = Self::default();
        let mut cursor = Cursor::default();
        for (index, raw) in lines(text.trim_start_matches('\u{feff}')).enumerate() {
            ini.line(&mut cursor, raw, index + 1)
                .map_err(|what| IniError {
                    line: index + 1,
                    what,
                })?;
        }
        for (_, section) in &mut ini.sections {
            section.values_mut().for_each(Value::finish);
        }
        ini.defaults.values_mut().for_each(Value::finish);
        Ok(ini)
    }

    fn line(&mut self, cursor: &mut Cursor, raw: &str, number: usize) -> Result<(), String> {
        let line = raw.trim();
        if line.starts_with(['#', ';']) {
            return Ok(());
        }
        if line.is_empty() {
            if let Some(value) = self.open_value(cursor) {
                value.text.push('\n');
            }
            return Ok(());
        }
        let indent = raw.chars().count() - raw.trim_start().chars().count();
        if indent > cursor.indent
            && let Some(value) = self.open_value(cursor)
        {
            value.text.push('\n');
            value.text.push_str(line);
            value.joined.get_or_insert(number);
            return Ok(());
        }
        cursor.indent = indent;
        if let Some((name, _)) = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .filter(|(name, _)| !name.is_empty())
        {
            return self.begin_section(cursor, name);
        }
        if !cursor.is_in_section {
            return Err("there is a line before the first [section]".to_owned());
        }
        // Do not repeat the line: it may be part of a secret.
        let (key, value) = line
            .split_once(['=', ':'])
            .ok_or("the line is neither `key=value`, `[section]` nor a comment")?;
        let written = key.trim();
        if written.is_empty() {
            return Err("there is no key before `=`".to_owned());
        }
        let key = written.to_lowercase();
        let value = Value {
            text: Zeroizing::new(value.trim().to_owned()),
            joined: None,
        };
        if self
            .section(cursor.section)
            .insert(key.clone(), value)
            .is_some()
        {
            return Err(format!(
                "the key `{}` appears twice in its section",
                key_name(written)
            ));
        }
        cursor.key = Some(key);
        Ok(())
    }

    fn begin_section(&mut self, cursor: &mut Cursor, name: &str) -> Result<(), String> {
        cursor.is_in_section = true;
        cursor.key = None;
        if name == "DEFAULT" {
            cursor.section = None;
            return Ok(());
        }
        if self.sections.iter().any(|(existing, _)| existing == name) {
            return Err(format!("the section [{}] appears twice", shown(name)));
        }
        self.sections.push((name.to_owned(), Section::new()));
        cursor.section = Some(self.sections.len() - 1);
        Ok(())
    }

    /// Returns the value that a continuation line belongs to.
    fn open_value(&mut self, cursor: &Cursor) -> Option<&mut Value> {
        let key = cursor.key.as_ref()?;
        self.section(cursor.section).get_mut(key)
    }

    fn section(&mut self, section: Option<usize>) -> &mut Section {
        match section.and_then(|index| self.sections.get_mut(index)) {
            Some((_, section)) => section,
            None => &mut self.defaults,
        }
    }
}

impl Value {
    /// Removes empty lines at the end of values.
    fn finish(&mut self) {
        let length = self.text.trim_end().len();
        self.text.truncate(length);
    }
}

/// Splits a text into lines with any line ending.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\n', '\r']) else {
            rest = None;
            return Some(text);
        };
        let tail = &text[end..];
        let tail = tail.strip_prefix("\r\n").unwrap_or(&tail[1..]);
        rest = Some(tail);
        Some(&text[..end])
    })
}
