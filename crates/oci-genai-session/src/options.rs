//! What a session is made with.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{CompactionPolicy, HistoryBudget, MemoryKind, SessionId, SessionRecord};
use crate::turn::is_ours;

/// The longest name or title, in bytes.
const MAX_NAME: usize = 256;
/// The service's bounds on metadata: pairs, and characters of a key and of a value.
const MAX_PAIRS: usize = 16;
const MAX_KEY: usize = 64;
const MAX_VALUE: usize = 512;

/// What a new session is like. A text stands for options with that name alone.
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
    memory: MemoryKind,
    conversation: Option<String>,
    title: Option<String>,
    metadata: BTreeMap<String, String>,
    defaults: Map<String, Value>,
    expires_after: Option<Duration>,
    budget: Option<HistoryBudget>,
    compaction: Option<CompactionPolicy>,
}

impl SessionOptions {
    /// No name, no settings, Conversation memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives it a name to open it by: 1 to 256 bytes without control characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says who holds the history. Default: [`MemoryKind::Conversation`].
    pub fn memory(mut self, memory: MemoryKind) -> Self {
        self.memory = memory;
        self
    }

    /// Goes on with a conversation that exists on the service, instead of making one.
    pub fn conversation(mut self, id: impl Into<String>) -> Self {
        self.memory = MemoryKind::Conversation;
        self.conversation = Some(id.into());
        self
    }

    /// Gives it a title for people, at most 256 bytes.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Adds a pair of metadata, which a conversation gets too. At most 16 pairs, keys of at most 64 and values of at
    /// most 512 characters.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Takes this model for every turn. Default: the client's.
    pub fn model(self, model: impl Into<String>) -> Self {
        self.set("model", model.into())
    }

    /// Gives the model these instructions in every turn.
    pub fn instructions(self, instructions: impl Into<String>) -> Self {
        self.set("instructions", instructions.into())
    }

    /// Puts a member into every request.
    pub fn set(mut self, member: impl Into<String>, value: impl Into<Value>) -> Self {
        self.defaults.insert(member.into(), value.into());
        self
    }

    /// Limits the history that goes out with each request, for Local memory. Default: all of it.
    pub fn budget(mut self, budget: HistoryBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Lets it be purged this long after it was made. Default: never.
    pub fn expires_after(mut self, span: Duration) -> Self {
        self.expires_after = Some(span);
        self
    }

    /// Has the model summarise old turns by itself when the history grows beyond a budget (Local memory only). See
    /// [`Session::compact`](crate::Session::compact) for what a summary does.
    pub fn compaction(mut self, policy: CompactionPolicy) -> Self {
        self.compaction = Some(policy);
        self
    }

    /// Has the service condense the older turns of the conversation, or not (Conversation memory). Left to the service's
    /// project when not said. Sets the metadata `short_term_memory_optimization`.
    pub fn service_compaction(self, on: bool) -> Self {
        self.metadata("short_term_memory_optimization", on.to_string())
    }

    pub(crate) fn into_record(self, now: Timestamp) -> Result<SessionRecord> {
        self.check()
            .map_err(|text| Error::new(ErrorKind::Invalid, text))?;
        let mut record = SessionRecord::new(SessionId::generate(), self.memory, now);
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
                "a session's name has 1 to {MAX_NAME} bytes and no control characters"
            ));
        }
        check_description(&self.title, &self.metadata)?;
        if let Some(policy) = self.compaction {
            check_compaction(policy, self.memory)?;
        }
        match self.defaults.keys().find(|member| is_ours(member)) {
            Some(member) => Err(format!("`{member}` is set by the session itself")),
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
        return Err(format!("a session's title has at most {MAX_NAME} bytes"));
    }
    if metadata.len() > MAX_PAIRS {
        return Err(format!(
            "a session has at most {MAX_PAIRS} pairs of metadata"
        ));
    }
    for (key, value) in metadata {
        if key.is_empty() || key.chars().count() > MAX_KEY || value.chars().count() > MAX_VALUE {
            return Err(format!(
                "metadata `{key}`: a key has 1 to {MAX_KEY} characters, a value at most {MAX_VALUE}"
            ));
        }
    }
    Ok(())
}

fn check_compaction(
    policy: CompactionPolicy,
    memory: MemoryKind,
) -> std::result::Result<(), String> {
    if memory != MemoryKind::Local {
        return Err(format!(
            "compaction is for Local memory, this session has {memory} memory; for a conversation use \
             `service_compaction`"
        ));
    }
    match policy.beyond {
        HistoryBudget {
            turns: None,
            tokens: None,
        } => Err("compaction needs a budget of turns or of tokens".to_owned()),
        HistoryBudget {
            turns: Some(turns), ..
        } if policy.keep >= turns => Err(format!(
            "compaction beyond {turns} turns keeps fewer than {turns}, not {}",
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
