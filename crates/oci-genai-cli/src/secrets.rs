//! Masks secrets in messages.
//!
//! A setting or argument that looks like a secret is shown as its kind and length. In addition, all
//! text to standard error and the report of `doctor` pass through [`hide`], which knows the
//! credentials in this process's variables, arguments and settings.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use oci_genai_auth::redact;

/// Terms in the names of variables that hold credentials.
const SECRET_NAMES: [&str; 8] = [
    "KEY",
    "TOKEN",
    "SECRET",
    "PASS",
    "CREDENTIAL",
    "PEM",
    "RPST",
    "AUTHORIZATION",
];
/// Suffixes of variables that hold the location of a credential, not the credential.
const PLACE_NAMES: [&str; 5] = ["_FILE", "_PATH", "_ENDPOINT", "_URL", "_DIR"];
/// Minimum length of a secret; shorter values may be words of our own messages.
const LEAST: usize = 12;

/// Known credentials of this process.
static GIVEN: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Registers the credentials in this process's variables and arguments for [`hide`].
pub(crate) fn remember() {
    let text = |text: OsString| text.to_string_lossy().into_owned();
    let variables = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
    let arguments = std::env::args_os().skip(1).map(text);
    add(credentials(variables, arguments));
}

/// Registers parts of a setting's value that look like credentials.
pub(crate) fn remember_value(value: &str) {
    let mut found = Vec::new();
    pieces(value, &mut found);
    add(found);
}

fn add(found: Vec<String>) {
    if !found.is_empty() {
        let mut given = GIVEN.write().unwrap_or_else(PoisonError::into_inner);
        given.extend(found);
        given.sort_unstable();
        given.dedup();
    }
}

/// Masks known credentials, tokens, API keys and PEM blocks in a message.
pub(crate) fn hide(text: &str) -> Cow<'_, str> {
    let given = GIVEN.read().unwrap_or_else(PoisonError::into_inner);
    redact::mask(text, &given)
}

/// Returns a value, or its kind if it looks like a secret.
pub(crate) fn shown(value: &str) -> String {
    redact::shown(value).to_string()
}

/// Returns a value in quotes, or its kind if it looks like a secret.
pub(crate) fn quoted(value: &str) -> String {
    match redact::is_secret(value) {
        true => shown(value),
        false => format!("\"{}\"", shown(value)),
    }
}

/// Returns a path, or its kind if it looks like a secret.
pub(crate) fn shown_path(path: &Path) -> String {
    redact::shown_path(path).to_string()
}

/// Returns a path with `~` for the home directory.
pub(crate) fn short_path(path: &Path) -> String {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let below = home.and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned));
    match below {
        Some(rest) if !redact::is_secret(&path.to_string_lossy()) => {
            shown_path(&Path::new("~").join(rest))
        }
        _ => shown_path(path),
    }
}

/// Finds the credentials in variables and arguments.
fn credentials(
    variables: impl Iterator<Item = (String, String)>,
    arguments: impl Iterator<Item = String>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in variables {
        let upper = name.to_ascii_uppercase();
        let holds_one = SECRET_NAMES.iter().any(|word| upper.contains(word))
            && !PLACE_NAMES.iter().any(|end| upper.ends_with(end))
            && !Path::new(&value).is_absolute();
        if holds_one && !value.trim().is_empty() {
            found.push(value.trim().to_owned());
        }
        pieces(&value, &mut found);
    }
    for argument in arguments {
        let value = argument.split_once('=').map(|(_, value)| value);
        for text in [Some(argument.as_str()), value].into_iter().flatten() {
            pieces(text, &mut found);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Finds the parts of a value that look like secrets: a token, the lines of a key, the password and
/// the query of a URL.
fn pieces(value: &str, found: &mut Vec<String>) {
    found.extend(of_url(value).map(str::to_owned));
    if !redact::is_secret(value) {
        return;
    }
    // The boundary lines of a key are not secret, and messages mention them.
    let is_key = value.contains("-----");
    let lines = value.replace("\\n", "\n").replace("\\r", "\r");
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let is_piece = |word: &&str| {
        let is_line = is_key && word.bytes().all(is_base64);
        word.len() >= LEAST && (is_line || (redact::is_secret(word) && !word.contains("--")))
    };
    let words = lines.split(|c: char| c.is_whitespace() || c == '"');
    // The boundary line may continue with key data.
    let parts = words.flat_map(|word| word.split("-----"));
    found.extend(parts.filter(is_piece).map(str::to_owned));
}

/// Finds the password and the query values of a URL.
fn of_url(value: &str) -> impl Iterator<Item = &str> {
    let rest = value.split_once("://").map_or("", |(_, rest)| rest);
    let (rest, query) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
    let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
    let password = user.split_once(':').map(|(_, password)| password);
    let parameters = query.split(['&', ';', '#']);
    let values = parameters.map(|one| one.split_once('=').map_or(one, |(_, value)| value));
    password
        .into_iter()
        .chain(values)
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_variable(name: &str, value: &str) -> Vec<String> {
        let variable = (name.to_owned(), value.to_owned());
        credentials([variable].into_iter(), std::iter::empty())
    }

    fn of_argument(argument: &str) -> Vec<String> {
        credentials(std::iter::empty(), [argument.to_owned()].into_iter())
    }

    #[test]
    fn credentials_are_found_in_variables() {
        assert_eq!(of_variable("OCI_GENAI_API_KEY", " odd one "), ["odd one"]);
        assert_eq!(
            of_variable("OCI_CLI_PASSPHRASE", "open sesame"),
            ["open sesame"]
        );
        assert!(of_variable("OCI_CLI_KEY_FILE", "~/.oci/key.pem").is_empty());
        assert!(of_variable("OCI_RESOURCE_PRINCIPAL_RPST", "/etc/rpst").is_empty());
        assert!(of_variable("LANG", "en_US.UTF-8").is_empty());
        let proxy = "http://jane:hush-hush@proxy.example:80";
        assert_eq!(of_variable("HTTPS_PROXY", proxy), ["hush-hush"]);
        let url = "https://gateway.example/v1?key=hush&other=hush-hush#hash";
        assert_eq!(
            of_variable("OCI_GENAI_BASE_URL", url),
            ["hash", "hush", "hush-hush"]
        );
    }

    #[test]
    fn lines_of_a_key_are_found_and_its_boundaries_are_not() {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDOTQuBlwLq3Y";
        for end in ["\n", "\\n", " ", "\t", "\r"] {
            let key =
                format!("-----BEGIN PRIVATE KEY-----{end}{line}{end}-----END PRIVATE KEY-----");
            let found = of_argument(&format!("--project={key}"));
            assert_eq!(found, [line], "{end:?}");
        }
    }

    #[test]
    fn ordinary_arguments_are_no_secrets() {
        for argument in [
            "--region=us-chicago-1",
            "Give me three uncomplicated ideas for a conversation about authentication, please.",
            "/home/someone/.oci/oci_api_key.pem",
            "ocid1.generativeaiproject.oc1.us-chicago-1.amaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(of_argument(argument).is_empty(), "{argument}");
        }
        assert_eq!(of_argument("sk-abcdefghi"), ["sk-abcdefghi"]);
    }

    #[test]
    fn values_are_quoted_unless_they_are_secrets() {
        assert_eq!(quoted("us-chicgo-1"), "\"us-chicgo-1\"");
        assert_eq!(quoted("sk-abcdef"), "[API key, 9 characters]");
        assert_eq!(quoted("a\u{1b}b"), r#""a\u{1b}b""#);
    }
}
