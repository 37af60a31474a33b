//! Environment variables that override a profile's keys, as in Oracle's command line.

use zeroize::Zeroizing;

use super::super::ini::{Section, Value};
use super::Profile;
use crate::Environment;

/// Variables and the keys that they override.
const VARIABLES: [(&str, &str); 10] = [
    ("OCI_CLI_USER", "user"),
    ("OCI_CLI_TENANCY", "tenancy"),
    ("OCI_CLI_FINGERPRINT", "fingerprint"),
    ("OCI_CLI_KEY_FILE", "key_file"),
    ("OCI_CLI_KEY_CONTENT", "key_content"),
    ("OCI_CLI_PASSPHRASE", "pass_phrase"),
    ("OCI_CLI_REGION", "region"),
    ("OCI_CLI_SECURITY_TOKEN_FILE", "security_token_file"),
    ("OCI_DELEGATION_TOKEN_FILE", "delegation_token_file"),
    ("OCI_CLI_DELEGATION_TOKEN_FILE", "delegation_token_file"),
];

impl Profile {
    /// Creates a profile without a file.
    pub(crate) fn empty(name: &str, environment: &Environment) -> Self {
        let place = "the environment".to_owned();
        let (own, inherited) = (Section::new(), Section::new());
        Self::new(name, place, own, inherited, environment.clone())
    }

    /// Replaces the profile's keys with the variables `OCI_CLI_USER`, `OCI_CLI_TENANCY` and so on.
    pub(crate) fn with_variables(mut self) -> Self {
        let mut overridden = Vec::new();
        for (variable, key) in VARIABLES {
            let Some(text) = self.environment.var(variable) else {
                continue;
            };
            let value = Value {
                text: Zeroizing::new(text.trim().to_owned()),
                joined: None,
            };
            self.own.insert(key.to_owned(), value);
            overridden.insert(0, (key, variable));
        }
        self.overridden = Some(overridden);
        // If both forms of the key are given, the one from a variable wins.
        if self.is_overridden("key_file") && !self.is_overridden("key_content") {
            self.own.remove("key_content");
            self.inherited.remove("key_content");
        }
        self
    }

    /// Returns the name of a key for an error, with its variable if the value came from one.
    pub(super) fn named(&self, key: &str) -> String {
        let overridden = self.overridden.iter().flatten();
        let found = overridden.into_iter().find(|(name, _)| *name == key);
        match found {
            Some((_, variable)) => format!("`{key}` (from {variable})"),
            None => format!("`{key}`"),
        }
    }

    /// Returns true if a variable has set a key.
    pub(crate) fn is_overridden(&self, key: &str) -> bool {
        let mut overridden = self.overridden.iter().flatten();
        overridden.any(|(name, _)| *name == key)
    }

    /// Returns true if the fingerprint must be computed from the key: a variable has replaced the
    /// key but not the fingerprint, or there is no fingerprint.
    pub(crate) fn fingerprint_follows_key(&self) -> bool {
        let is_key = self.is_overridden("key_file") || self.is_overridden("key_content");
        let is_absent = self.overridden.is_some() && self.get("fingerprint").is_none();
        (is_key || is_absent) && !self.is_overridden("fingerprint")
    }

    /// Returns the variable that would set a missing key, if variables are used.
    pub(super) fn variable_for(&self, key: &str) -> Option<&'static str> {
        self.overridden.as_ref()?;
        let mut variables = VARIABLES.iter().rev();
        variables
            .find(|(_, name)| *name == key)
            .map(|(variable, _)| *variable)
    }
}
