//! The INI dialect of OCI configuration files: that of Python's `configparser` without interpolation.

use std::collections::BTreeMap;

/// A section's keys, in lower case, and values.
pub(super) type Section = BTreeMap<String, String>;

/// A file taken apart.
#[derive(Default)]
pub(super) struct Ini {
    /// `[DEFAULT]`, which every other section inherits.
    pub(super) defaults: Section,
    /// The other sections in the order of the file.
    pub(super) sections: Vec<(String, Section)>,
}

/// What is wrong, and on which line (from 1).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IniError {
    pub(super) line: usize,
    pub(super) what: String,
}

impl Ini {
    /// Reads the text of a file.
    ///
    /// Full-line `#` and `;` comments only; `%` is literal; `=` or `:` splits key and value; keys are
    /// case-insensitive; a more deeply indented line continues the value above it; a section or a
    /// key given twice is an error.
    pub(super) fn parse(text: &str) -> Result<Self, IniError> {
        let mut ini = Self::default();
        let mut current: Option<usize> = None; // index into `sections`; `None` is `[DEFAULT]`
        let mut in_section = false;
        let mut seen_default = false;
        let mut last: Option<(String, usize)> = None; // the key a continuation belongs to, its indent
        for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let error = |what: String| IniError {
                line: index + 1,
                what,
            };
            let line = raw.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let indent = raw.len() - raw.trim_start().len();
            if let Some((key, _)) = last.as_ref().filter(|(_, key_indent)| indent > *key_indent) {
                let section = ini.section(current);
                if let Some(value) = section.get_mut(key) {
                    value.push('\n');
                    value.push_str(line);
                }
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                let name = name.0;
                in_section = true;
                last = None;
                if name == "DEFAULT" {
                    if std::mem::replace(&mut seen_default, true) {
                        return Err(error("the section [DEFAULT] is there twice".to_owned()));
                    }
                    current = None;
                    continue;
                }
                if ini.sections.iter().any(|(existing, _)| existing == name) {
                    return Err(error(format!("the section [{name}] is there twice")));
                }
                ini.sections.push((name.to_owned(), Section::new()));
                current = Some(ini.sections.len() - 1);
                continue;
            }
            if !in_section {
                return Err(error(
                    "there is a line before the first [section]".to_owned(),
                ));
            }
            let Some((key, value)) = line.split_once(['=', ':']) else {
                // The line is not repeated: it may be part of a secret.
                return Err(error(
                    "the line is neither `key=value`, `[section]` nor a comment".to_owned(),
                ));
            };
            let key = key.trim().to_lowercase();
            if key.is_empty() {
                return Err(error("there is no key before `=`".to_owned()));
            }
            let section = ini.section(current);
            if section
                .insert(key.clone(), value.trim().to_owned())
                .is_some()
            {
                return Err(error(format!(
                    "the key `{key}` is there twice in its section"
                )));
            }
            last = Some((key, indent));
        }
        Ok(ini)
    }

    fn section(&mut self, current: Option<usize>) -> &mut Section {
        match current.and_then(|index| self.sections.get_mut(index)) {
            Some((_, section)) => section,
            None => &mut self.defaults,
        }
    }
}
