//! Explains problems with a profile's values that depend on other lines or keys.

use super::{AuthKind, Profile};
use crate::Result;
use crate::file_error::odd_characters;
use crate::redact::{key_name, shown};

impl Profile {
    /// Returns a required value.
    pub(super) fn require(&self, key: &str, kind: AuthKind) -> Result<&str> {
        if let Some(value) = self.value(key) {
            if value.joined.is_some() {
                let why = self.trouble(key).unwrap_or_default();
                return Err(
                    self.error(format!("has a {} of several lines: {why}", self.named(key)))
                );
            }
            return Ok(&value.text);
        }
        if let Some(why) = self.swallowed(key) {
            return Err(self.error(format!("has no {}: {why}", self.named(key))));
        }
        let needs = match kind {
            AuthKind::ApiSigningKey => "an API signing key needs",
            AuthKind::SessionToken => "a session needs",
            AuthKind::DelegationToken => "a delegation needs",
        };
        let hint = match (kind, self.get("security_token_file"), self.get("user")) {
            (AuthKind::ApiSigningKey, Some(_), _) => {
                "; the profile has `security_token_file`, so use it as a session"
            }
            (AuthKind::SessionToken, None, Some(_)) => {
                "; the profile has `user`, so use it with its API signing key"
            }
            (AuthKind::SessionToken, ..) => "; `oci session authenticate` writes it",
            _ => "; `oci setup config` writes it",
        };
        let hint = match self.variable_for(key) {
            Some(variable) => format!("; hint: set {variable}"),
            None => hint.to_owned(),
        };
        Err(self.error(format!("has no {}, which {needs}{hint}", self.named(key))))
    }

    /// Rejects multi-line values where one line is expected; otherwise they would cause a less
    /// clear error later.
    pub(crate) fn check_lines(&self) -> Result<()> {
        for key in ["region", "user", "tenancy", "fingerprint", "key_file"] {
            if self.value(key).is_some_and(|value| value.joined.is_some()) {
                self.require(key, AuthKind::ApiSigningKey)?;
            }
        }
        Ok(())
    }

    /// Explains why the keys match no kind of credential.
    pub(super) fn no_kind(&self) -> String {
        let missing =
            "has neither `user` (an API signing key) nor `security_token_file` (a session)";
        if let Some(why) = self
            .swallowed("user")
            .or_else(|| self.swallowed("security_token_file"))
        {
            return format!("{missing}: {why}");
        }
        match self.get("auth") {
            Some(auth) => format!(
                "{missing}, and its key `auth` is none that profiles have; hint: set OCI_CLI_AUTH={}",
                shown(auth)
            ),
            None => format!(
                "{missing}; `oci setup config` or `oci session authenticate` writes a usable profile"
            ),
        }
    }

    /// Explains the problem with a value that is present.
    pub(super) fn trouble(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        if let Some(line) = value.joined {
            return Some(format!(
                "line {line} is indented and so continues the value; hint: remove the blanks at its \
                 beginning"
            ));
        }
        odd_characters(&value.text).map(str::to_owned)
    }

    /// Explains that another value has absorbed the line of a missing key.
    fn swallowed(&self, key: &str) -> Option<String> {
        let is_line_of = |line: &str| {
            line.split_once(['=', ':'])
                .is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case(key))
        };
        let sections = self.own.iter().chain(&self.inherited);
        let (other, value) = sections
            .filter(|(_, value)| value.joined.is_some())
            .find(|(_, value)| value.text.lines().skip(1).any(is_line_of))?;
        let line = value.joined?;
        Some(format!(
            "its line is indented and so continues the value of `{}` (from line {line} on); hint: \
             remove the blanks at its beginning",
            key_name(other)
        ))
    }
}
