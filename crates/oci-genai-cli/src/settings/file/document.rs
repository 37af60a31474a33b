//! Parses the configuration file strictly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::ConfigFile;
use super::key::{KEYS, NUMBERS, is_credential, is_secret, meant};
use crate::error::Error;
use crate::secrets::{quoted, short_path, shown};
use crate::settings::shown_all;
use crate::settings::source::{Source, Sourced};

/// The validated contents of the file.
#[derive(Debug, Default)]
pub(super) struct Document {
    profile: Option<Value>,
    profiles: Vec<(String, BTreeMap<String, Value>)>,
}

/// A value and its line.
type Value = (String, usize);

impl Document {
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let reader = Reader { path, text };
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            // Only the message: the parser's full report repeats the line, which may hold a secret.
            reader.wrong(at, format!("invalid TOML: {}", error.message().trim()))
        })?;
        let mut document = Self::default();
        for (key, value) in table.get_ref() {
            let at = key.span().start;
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("profile", DeValue::String(name)) => {
                    document.profile = Some((name.to_string(), reader.line(at)));
                }
                ("profiles", DeValue::Table(profiles)) => {
                    for (name, settings) in profiles {
                        let DeValue::Table(settings) = settings.get_ref() else {
                            return Err(reader.wrong(
                                name.span().start,
                                format!(
                                    "`profiles.{}` is not a table; write [profiles.{0}] and the settings \
                                     below it",
                                    shown(name.get_ref())
                                ),
                            ));
                        };
                        let settings = reader.settings(name.get_ref(), settings)?;
                        document
                            .profiles
                            .push((name.get_ref().to_string(), settings));
                    }
                }
                (key @ ("profile" | "profiles"), value) => {
                    let wanted = if key == "profile" {
                        "a text"
                    } else {
                        "a table"
                    };
                    let found = value.type_str();
                    return Err(reader.wrong(at, format!("`{key}` must be {wanted}, not {found}")));
                }
                (key, _) => {
                    reader.refuse_secret(at, key)?;
                    let fix = if KEYS.contains(&key) {
                        "settings belong to a profile; move it below a line [profiles.NAME]"
                    } else {
                        "the only key outside of [profiles.NAME] is `profile`, which selects one"
                    };
                    return Err(reader.wrong(at, format!("unknown key `{}`; {fix}", shown(key))));
                }
            }
        }
        document.profiles.sort_by_key(|(_, settings)| {
            settings
                .values()
                .map(|(_, line)| *line)
                .min()
                .unwrap_or(usize::MAX)
        });
        Ok(document)
    }

    pub(super) fn choose(
        self,
        path: PathBuf,
        wanted: Option<Sourced<String>>,
    ) -> Result<ConfigFile, Error> {
        let names: Vec<String> = self.profiles.iter().map(|(name, _)| name.clone()).collect();
        let wanted = wanted.or_else(|| {
            let (name, line) = self.profile?;
            let path = path.clone();
            Some(Sourced::new(name, Source::File { path, line }))
        });
        let mut values = BTreeMap::new();
        if let Some(wanted) = &wanted {
            let found = self
                .profiles
                .into_iter()
                .find(|(name, _)| *name == wanted.value);
            let Some((_, found)) = found else {
                let there = if names.is_empty() {
                    "it has no profiles; a profile starts with a line [profiles.NAME]".to_owned()
                } else {
                    format!("its profiles: {}", shown_all(&names))
                };
                return Err(Error::usage(format!(
                    "{} selects the profile {}, which {} does not have; {there}",
                    wanted.source,
                    quoted(&wanted.value),
                    short_path(&path),
                )));
            };
            values = found;
        }
        Ok(ConfigFile {
            path,
            names,
            profile: wanted,
            values,
        })
    }
}

/// The text of a file, for line numbers in errors.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    fn wrong(&self, at: usize, what: impl AsRef<str>) -> Error {
        let what = what.as_ref();
        Error::usage(format!(
            "{}, line {}: {what}",
            short_path(self.path),
            self.line(at)
        ))
    }

    fn settings(
        &self,
        profile: &str,
        table: &DeTable<'_>,
    ) -> Result<BTreeMap<String, (String, usize)>, Error> {
        let mut settings = BTreeMap::new();
        for (key, value) in table {
            let (at, key) = (key.span().start, key.get_ref().as_ref());
            if !KEYS.contains(&key) {
                self.refuse_secret(at, key)?;
                let meant = meant(key).map_or_else(
                    || format!("the keys are {}", KEYS.join(", ")),
                    |meant| format!("did you mean `{meant}`?"),
                );
                return Err(self.wrong(
                    at,
                    format!(
                        "unknown key `{}` in [profiles.{}]; {meant}",
                        shown(key),
                        shown(profile)
                    ),
                ));
            }
            if let DeValue::Integer(number) = value.get_ref()
                && NUMBERS.contains(&key)
            {
                settings.insert(key.to_owned(), (number.to_string(), self.line(at)));
                continue;
            }
            let Some(text) = value.get_ref().as_str() else {
                let found = value.get_ref().type_str();
                return Err(self.wrong(
                    at,
                    format!("`{key}` must be a string in quotes, not {found}"),
                ));
            };
            if is_credential(text) {
                return Err(self.secret(at, &format!("the value of `{key}`")));
            }
            settings.insert(key.to_owned(), (text.to_owned(), self.line(at)));
        }
        Ok(settings)
    }

    fn refuse_secret(&self, at: usize, key: &str) -> Result<(), Error> {
        match is_secret(key) {
            true => Err(self.secret(at, &format!("`{key}`"))),
            false => Ok(()),
        }
    }

    fn secret(&self, at: usize, what: &str) -> Error {
        self.wrong(
            at,
            format!(
                "{what} looks like a secret, which this file must not contain; set an API key in the \
                 variable OCI_GENAI_API_KEY, and keep an API signing key or a session in the OCI \
                 config file (`auth = \"config\"`)"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(text: &str, wanted: Option<&str>) -> Result<ConfigFile, Error> {
        let path = Path::new("/etc/config.toml");
        let wanted = wanted.map(|name| Sourced::new(name.to_owned(), Source::Flag("--context")));
        Document::parse(path, text)?.choose(path.to_owned(), wanted)
    }

    fn wrong(text: &str) -> String {
        choose(text, None).unwrap_err().to_string()
    }

    #[test]
    fn a_profile_is_chosen_by_name_or_by_the_file() {
        let text =
            "profile = \"a\"\n[profiles.a]\nregion = \"ord\"\n\n[profiles.b]\nregion = \"iad\"\n";
        let file = choose(text, None).unwrap();
        let region = file.get("region").unwrap();
        assert_eq!(region.value, "ord");
        assert_eq!(region.source.to_string(), "/etc/config.toml:3");
        assert_eq!(file.names, ["a", "b"]);
        assert_eq!(
            choose(text, Some("b"))
                .unwrap()
                .get("region")
                .unwrap()
                .value,
            "iad"
        );
        let error = choose(text, Some("c")).unwrap_err().to_string();
        for word in ["--context", "\"c\"", "/etc/config.toml", "a, b"] {
            assert!(error.contains(word), "{error}");
        }
        let without = choose("[profiles.a]\nregion = \"ord\"", None).unwrap();
        assert!(without.profile.is_none() && without.get("region").is_none());
    }

    #[test]
    fn what_is_not_known_is_named_with_its_line() {
        for (text, words) in [
            (
                "[profiles.a]\nregoin = \"ord\"",
                ["line 2", "`regoin`", "`region`"],
            ),
            (
                "[profiles.a]\n\nbase-url = \"x\"",
                ["line 3", "`base-url`", "`base_url`"],
            ),
            (
                "[profiles.a]\nprofile = \"x\"",
                ["line 2", "`profile`", "`oci_profile`"],
            ),
            (
                "[profiles.a]\ncolour = \"x\"",
                ["line 2", "`colour`", "the keys are"],
            ),
            (
                "region = \"ord\"",
                ["line 1", "`region`", "[profiles.NAME]"],
            ),
            ("verbose = true", ["line 1", "`verbose`", "`profile`"]),
            ("[profiles.a]\nregion = 3", ["line 2", "`region`", "quotes"]),
            ("profile = 3", ["line 1", "`profile`", "a text"]),
            ("profiles = 3", ["line 1", "`profiles`", "a table"]),
            (
                "[profiles]\na = 3",
                ["line 2", "profiles.a", "[profiles.a]"],
            ),
            (
                "[profiles.a]\nregion = \"ord",
                ["line 2", "invalid TOML", "config.toml"],
            ),
            (
                "profile = \"x\"",
                ["config.toml:1", "\"x\"", "[profiles.NAME]"],
            ),
        ] {
            let error = wrong(text);
            for word in words {
                assert!(error.contains(word), "{text}: {error}");
            }
        }
    }

    #[test]
    fn a_secret_is_refused_and_not_repeated() {
        for text in [
            "[profiles.a]\napi_key = \"sk-verysecret\"",
            "[profiles.a]\nkey = \"sk-verysecret\"",
            "api-key = \"sk-verysecret\"",
            "[profiles.a]\npass_phrase = \"sk-verysecret\"",
            "[profiles.a]\nmodel = \"sk-verysecret\"",
            "[profiles.a]\ntoken = sk-verysecret",
        ] {
            let error = wrong(text);
            assert!(!error.contains("verysecret"), "{error}");
        }
        let error = wrong("[profiles.a]\nregion = \"ord\"\napi_key = \"x\"");
        assert!(
            error.contains("line 3") && error.contains("OCI_GENAI_API_KEY"),
            "{error}"
        );
    }
}
