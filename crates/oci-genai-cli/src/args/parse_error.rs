//! Errors of the command line.
//!
//! clap repeats the argument that it does not understand, which may be a secret.

use clap::ValueEnum as _;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error};
use oci_genai_auth::redact;

use super::Auth;

/// The parts of an error that come from the command line.
const REPEATED: [ContextKind; 4] = [
    ContextKind::InvalidArg,
    ContextKind::InvalidSubcommand,
    ContextKind::InvalidValue,
    ContextKind::TrailingArg,
];

/// Returns the text of an error, with secrets replaced by their kind.
pub(crate) fn text(mut error: Error) -> StyledStr {
    suggest_auth(&mut error);
    let mut has_secret = false;
    for kind in REPEATED {
        let value = match error.get(kind) {
            Some(ContextValue::String(value)) if redact::is_secret(value) => {
                ContextValue::String(redact::shown(value).to_string())
            }
            Some(ContextValue::Strings(values)) if values.iter().any(|v| redact::is_secret(v)) => {
                let shown = values.iter().map(|value| redact::shown(value).to_string());
                ContextValue::Strings(shown.collect())
            }
            _ => continue,
        };
        has_secret = true;
        error.insert(kind, value);
    }
    if has_secret {
        // Suggestions repeat it, too.
        error.remove(ContextKind::Suggested);
    }
    error.render()
}

/// Suggests our term for a term of Oracle's other tools.
fn suggest_auth(error: &mut Error) {
    let is_auth = matches!(
        error.get(ContextKind::InvalidArg),
        Some(ContextValue::String(name)) if name.starts_with("--auth ")
    );
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidValue) else {
        return;
    };
    let meant = Auth::meant(word).iter().filter_map(Auth::to_possible_value);
    let meant: Vec<_> = meant.map(|value| value.get_name().to_owned()).collect();
    if is_auth && !meant.is_empty() {
        error.insert(ContextKind::SuggestedValue, ContextValue::Strings(meant));
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Cli;

    fn said(arguments: &[&str]) -> String {
        let error = Cli::command()
            .try_get_matches_from([&["oci-genai"], arguments].concat())
            .unwrap_err();
        text(error).to_string()
    }

    #[test]
    fn a_secret_is_not_repeated() {
        let secret = "sk-3vTq9ZbX0LmKj7RwHs5NpYc2Ud8FgAe1";
        for arguments in [
            &["ask", "--auth", secret][..],
            &["ask", "one", secret],
            &["ask", "--sk-3vTq9ZbX0LmKj7RwHs5NpYc2Ud8FgAe1"],
            &[secret],
            &["sessions", secret],
            &["completions", secret],
            &["ask", "--expires-after", secret, "x"],
        ] {
            let said = said(arguments);
            assert!(!said.contains("3vTq9ZbX"), "{said}");
            assert!(said.contains("[API key, "), "{said}");
        }
    }

    #[test]
    fn a_word_of_oracles_tools_is_answered_with_ours() {
        let said = said(&["ask", "--auth", "security_token", "x"]);
        assert!(
            said.contains("'security_token' for '--auth <KIND>'"),
            "{said}"
        );
        assert!(
            said.contains("tip: a similar value exists: 'config'"),
            "{said}"
        );
    }
}
