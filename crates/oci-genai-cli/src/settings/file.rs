//! The program's configuration file: profiles, each a set of settings with a name.
//!
//! ```toml
//! profile = "work"
//!
//! [profiles.work]
//! region = "us-chicago-1"
//! project = "ocid1.generativeaiproject.oc1.us-chicago-1.…"
//! ```
//!
//! It is read strictly: a key that is not known is an error, since a misspelt one would otherwise be
//! a setting that silently does nothing. Errors name key, file and line, never a value, which might
//! be a secret.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use oci_genai_auth::Environment;
use toml::de::{DeTable, DeValue};

use super::source::{Source, Sourced, shown};
use super::variable;
use crate::args::Choice;
use crate::error::Error;

/// Where the file may be named, instead of by `--config`.
const FILE: &str = "OCI_GENAI_CONFIG";
/// Where the profile may be named, instead of by `--use`.
const PROFILE: &str = "OCI_GENAI_PROFILE";

/// No settings are longer.
const MAX_BYTES: u64 = 1024 * 1024;

/// What a profile may have.
pub(super) const KEYS: [&str; 9] = [
    "auth",
    "region",
    "project",
    "compartment",
    "model",
    "base_url",
    "oci_config",
    "oci_profile",
    "store",
];

/// What people write when they mean a secret; the key's words are compared.
const SECRETS: [&str; 7] = [
    "key",
    "apikey",
    "token",
    "secret",
    "password",
    "passphrase",
    "phrase",
];

/// A configuration file and the profile chosen in it.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// The profiles there are.
    pub(crate) names: Vec<String>,
    /// The one in use, if one was chosen.
    pub(crate) profile: Option<Sourced<String>>,
    values: BTreeMap<String, (String, usize)>,
}

impl ConfigFile {
    /// Reads the file that is named, or the one in the platform's place if it is there, and chooses a
    /// profile: the one named by flag or variable, else by the file's own `profile`.
    pub(super) fn load(choice: &Choice, env: &Environment) -> Result<Option<Self>, Error> {
        let named = match &choice.config {
            Some(path) => Some(Sourced::new(path.clone(), Source::Flag("--config"))),
            None => variable(env, FILE)
                .map(|path| Sourced::new(env.expand(&path), Source::Variable(FILE))),
        };
        let wanted = match &choice.use_profile {
            Some(name) => Some(Sourced::new(name.clone(), Source::Flag("--use"))),
            None => {
                variable(env, PROFILE).map(|name| Sourced::new(name, Source::Variable(PROFILE)))
            }
        };
        let path = match &named {
            Some(named) => named.value.clone(),
            None => match default_path().filter(|path| path.is_file()) {
                Some(path) => path,
                None => return no_file(wanted),
            },
        };
        let text = read(&path).map_err(|source| Error::ConfigFile {
            path: path.clone(),
            named: named.map(|named| named.source),
            source,
        })?;
        let document = Document::parse(&path, &text)?;
        document.choose(path, wanted).map(Some)
    }

    /// A setting of the profile in use.
    pub(super) fn get(&self, key: &str) -> Option<Sourced<String>> {
        let (value, line) = self.values.get(key)?;
        let source = Source::File {
            path: self.path.clone(),
            line: *line,
        };
        Some(Sourced::new(value.clone(), source))
    }
}

/// Where the file lies if nobody names another.
pub(crate) fn default_path() -> Option<PathBuf> {
    ProjectDirs::from("", "", "oci-genai").map(|folders| folders.config_dir().join("config.toml"))
}

fn no_file(wanted: Option<Sourced<String>>) -> Result<Option<ConfigFile>, Error> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let place = default_path().map_or_else(
        || "this platform has no place for one: name it with --config".to_owned(),
        |path| format!("make {}, or name one with --config", shown(&path)),
    );
    Err(Error::usage(format!(
        "{} asks for the profile {:?}, but there is no configuration file; {place}",
        wanted.source, wanted.value
    )))
}

fn read(path: &Path) -> std::io::Result<String> {
    if std::fs::metadata(path)?.len() > MAX_BYTES {
        return Err(std::io::Error::other("it is larger than 1 MiB"));
    }
    std::fs::read_to_string(path)
}

/// The file's contents, checked.
#[derive(Debug, Default)]
struct Document {
    profile: Option<Value>,
    profiles: Vec<(String, BTreeMap<String, Value>)>,
}

/// A value, and the line it stands in.
type Value = (String, usize);

impl Document {
    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let reader = Reader { path, text };
        let table = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            // Only the message: the parser's own report repeats the line, which may hold a secret.
            reader.wrong(at, format!("this is not TOML: {}", error.message().trim()))
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
                                format!("`profiles.{}` is no table; write [profiles.{0}] and the settings below it", name.get_ref()),
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
                    let cure = if KEYS.contains(&key) {
                        "settings belong to a profile: put it below a line [profiles.NAME]"
                    } else {
                        "beside [profiles.NAME] there is only `profile`, which names the one in use"
                    };
                    return Err(reader.wrong(at, format!("unknown key `{key}`; {cure}")));
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

    fn choose(self, path: PathBuf, wanted: Option<Sourced<String>>) -> Result<ConfigFile, Error> {
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
                    "it has no profiles: a profile begins with a line [profiles.NAME]".to_owned()
                } else {
                    format!("there are {}", names.join(", "))
                };
                return Err(Error::usage(format!(
                    "{} asks for the profile {:?}, which {} does not have; {there}",
                    wanted.source,
                    wanted.value,
                    shown(&path),
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

/// The text of a file, for errors that name the line.
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
            shown(self.path),
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
                    format!("unknown key `{key}` in [profiles.{profile}]; {meant}"),
                ));
            }
            let Some(text) = value.get_ref().as_str() else {
                let found = value.get_ref().type_str();
                return Err(
                    self.wrong(at, format!("`{key}` must be a text in quotes, not {found}"))
                );
            };
            if text.starts_with("sk-") {
                return Err(self.secret(at, &format!("the value of `{key}`")));
            }
            settings.insert(key.to_owned(), (text.to_owned(), self.line(at)));
        }
        Ok(settings)
    }

    fn refuse_secret(&self, at: usize, key: &str) -> Result<(), Error> {
        let lower = key.to_ascii_lowercase();
        if lower
            .split(['_', '-', '.'])
            .any(|word| SECRETS.contains(&word))
        {
            return Err(self.secret(at, &format!("`{key}`")));
        }
        Ok(())
    }

    fn secret(&self, at: usize, what: &str) -> Error {
        self.wrong(
            at,
            format!(
                "{what} looks like a secret, which this file does not take; set an API key in the \
                 variable OCI_GENAI_API_KEY, and keep an API signing key or a session in the OCI \
                 config file (`auth = \"config\"`)"
            ),
        )
    }
}

/// The key somebody probably meant, if it differs in little: case, a dash, a letter or two.
fn meant(key: &str) -> Option<&'static str> {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(key);
    let aliases = [
        ("profile", "oci_profile"),
        ("compartmentid", "compartment"),
        ("projectid", "project"),
        ("url", "base_url"),
        ("endpoint", "base_url"),
        ("configfile", "oci_config"),
    ];
    if let Some((_, meant)) = aliases.iter().find(|(alias, _)| *alias == wanted) {
        return Some(meant);
    }
    let off = |known: &str| {
        let (a, b) = (plain(known), wanted.clone());
        let same_start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        let same_end = a
            .bytes()
            .rev()
            .zip(b.bytes().rev())
            .take_while(|(a, b)| a == b)
            .count();
        a.len().max(b.len()).saturating_sub(same_start + same_end)
    };
    KEYS.into_iter()
        .map(|known| (off(known), known))
        .min()
        .filter(|(off, _)| *off <= 2)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(text: &str, wanted: Option<&str>) -> Result<ConfigFile, Error> {
        let path = Path::new("/etc/config.toml");
        let wanted = wanted.map(|name| Sourced::new(name.to_owned(), Source::Flag("--use")));
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
        for word in ["--use", "\"c\"", "/etc/config.toml", "a, b"] {
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
                ["line 2", "not TOML", "config.toml"],
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
