//! Options for creating a session.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{CompactionPolicy, HistoryBudget, HistoryMode, SessionId, SessionRecord};
use crate::turn::is_ours;

/// Maximum length of a name or title, in bytes.
const MAX_NAME: usize = 256;
/// The service's limits on metadata: pairs, characters of a key, characters of a value.
const MAX_PAIRS: usize = 16;
const MAX_KEY: usize = 64;
const MAX_VALUE: usize = 512;

/// Options for a new session. A string converts to options with that name.
///
/// ```
/// use oci_genai_session::SessionOptions;
///
/// let options = SessionOptions::new()
///     .name("offsite")
///     .model("openai.gpt-oss-120b")
///     .instructions("Answer briefly.");
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SessionOptions {
    pub(crate) name: Option<String>,
    history_mode: HistoryMode,
    conversation: Option<String>,
    title: Option<String>,
    metadata: BTreeMap<String, String>,
    defaults: Map<String, Value>,
    expires_after: Option<Duration>,
    budget: Option<HistoryBudget>,
    compaction: Option<CompactionPolicy>,
}

impl SessionOptions {
    /// Creates options without a name or settings, in [`HistoryMode::Conversation`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name that opens the session: 1 to 256 bytes without control characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the history mode. Default: [`HistoryMode::Conversation`].
    pub fn history_mode(mut self, history_mode: HistoryMode) -> Self {
        self.history_mode = history_mode;
        self
    }

    /// Continues an existing conversation on the service instead of creating one. Sets the history
    /// mode to [`HistoryMode::Conversation`].
    pub fn conversation(mut self, id: impl Into<String>) -> Self {
        self.history_mode = HistoryMode::Conversation;
        self.conversation = Some(id.into());
        self
    }

    /// Sets the title that people see, at most 256 bytes.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Adds a metadata pair to the session and its conversation. At most 16 pairs; a key has at
    /// most 64 characters, a value at most 512.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Sets the model of every turn. Default: the client's model.
    pub fn model(self, model: impl Into<String>) -> Self {
        self.extra_body("model", model.into())
    }

    /// Sets the instructions of every turn.
    pub fn instructions(self, instructions: impl Into<String>) -> Self {
        self.extra_body("instructions", instructions.into())
    }

    /// Adds a member to the body of every request.
    pub fn extra_body(mut self, member: impl Into<String>, value: impl Into<Value>) -> Self {
        self.defaults.insert(member.into(), value.into());
        self
    }

    /// Limits the history that each request carries in [`HistoryMode::Client`]. Default: the whole
    /// history.
    pub fn budget(mut self, budget: HistoryBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Lets [`Sessions::purge`](crate::Sessions::purge) remove the session this long after its
    /// creation. Default: never.
    pub fn expires_after(mut self, span: Duration) -> Self {
        self.expires_after = Some(span);
        self
    }

    /// Summarizes old turns automatically when the history exceeds a budget, in
    /// [`HistoryMode::Client`] only. See [`Session::compact`](crate::Session::compact) for the
    /// effect of a summary.
    pub fn compaction(mut self, policy: CompactionPolicy) -> Self {
        self.compaction = Some(policy);
        self
    }

    /// Turns the service's compaction of older turns on or off, in [`HistoryMode::Conversation`]
    /// only. Default: the setting of the service's project. Sets the metadata
    /// `short_term_memory_optimization`.
    pub fn service_compaction(self, on: bool) -> Self {
        self.metadata("short_term_memory_optimization", on.to_string())
    }

    pub(crate) fn into_record(self, now: Timestamp) -> Result<SessionRecord> {
        self.check()
            .map_err(|text| Error::new(ErrorKind::InvalidInput, text))?;
        let mut record = SessionRecord::new(SessionId::generate(), self.history_mode, now);
        record.name = self.name;
        record.conversation_id = self.conversation;
        record.title = self.title;
        record.metadata = self.metadata;
        record.defaults = self.defaults;
        record.budget = self.budget;
        record.compaction = self.compaction;
        record.expires_at = self.expires_after.map(|span| now.after(span));
        Ok(record)
    }

    fn check(&self) -> std::result::Result<(), String> {
        if let Some(name) = &self.name
            && (name.trim().is_empty()
                || name.len() > MAX_NAME
                || name.chars().any(char::is_control))
        {
            return Err(format!(
                "invalid session name: a name has 1 to {MAX_NAME} bytes and no control characters"
            ));
        }
        check_description(&self.title, &self.metadata)?;
        if let Some(policy) = self.compaction {
            check_compaction(policy, self.history_mode)?;
        }
        match self.defaults.keys().find(|member| is_ours(member)) {
            Some(member) => Err(format!("the session sets `{member}` itself")),
            None => Ok(()),
        }
    }
}

/// Checks what people and searches see of a session.
pub(crate) fn check_description(
    title: &Option<String>,
    metadata: &BTreeMap<String, String>,
) -> std::result::Result<(), String> {
    if title.as_ref().is_some_and(|title| title.len() > MAX_NAME) {
        return Err(format!(
            "invalid session title: a title has at most {MAX_NAME} bytes"
        ));
    }
    if metadata.len() > MAX_PAIRS {
        return Err(format!(
            "too many metadata pairs: a session has at most {MAX_PAIRS}"
        ));
    }
    for (key, value) in metadata {
        if key.is_empty() || key.chars().count() > MAX_KEY || value.chars().count() > MAX_VALUE {
            return Err(format!(
                "invalid metadata `{key}`: a key has 1 to {MAX_KEY} characters, a value at most {MAX_VALUE}"
            ));
        }
    }
    Ok(())
}

fn check_compaction(
    policy: CompactionPolicy,
    history_mode: HistoryMode,
) -> std::result::Result<(), String> {
    if history_mode != HistoryMode::Client {
        return Err(format!(
            "compaction needs history mode `local`, and this session has `{history_mode}`; \
             hint: for a conversation use `service_compaction`"
        ));
    }
    match policy.beyond {
        HistoryBudget {
            turns: None,
            tokens: None,
        } => Err("invalid compaction: the budget limits neither turns nor tokens".to_owned()),
        HistoryBudget {
            turns: Some(turns), ..
        } if policy.keep >= turns => Err(format!(
            "invalid compaction: beyond {turns} turns it must keep fewer than {turns}, not {}",
            policy.keep
        )),
        _ => Ok(()),
    }
}

impl From<&str> for SessionOptions {
    fn from(name: &str) -> Self {
        Self::new().name(name)
    }
}

impl From<String> for SessionOptions {
    fn from(name: String) -> Self {
        Self::new().name(name)
    }
}
