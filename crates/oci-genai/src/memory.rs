//! Memory settings of a conversation: long-term memory and compaction.

/// Settings of the service's long-term and short-term memory for one conversation.
///
/// They are sent as metadata under keys that OCI defines, and take effect only in a project that
/// was created with memory.
///
/// ```
/// use oci_genai::{Memory, MemoryAccess};
///
/// let memory = Memory::new()
///     .subject("user_123456")
///     .access(MemoryAccess::RecallOnly)
///     .compaction(true);
/// # let _ = memory;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    subject: Option<String>,
    access: Option<MemoryAccess>,
    compaction: Option<bool>,
}

/// A conversation's access to long-term memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemoryAccess {
    /// Store content of the conversation, and recall what was stored before.
    #[default]
    StoreAndRecall,
    /// Store only.
    StoreOnly,
    /// Recall only.
    RecallOnly,
}

/// Metadata key of the subject, whose conversations share one long-term memory.
const SUBJECT: &str = "memory_subject_id";
/// Metadata key that limits the access to long-term memory.
const ACCESS: &str = "memory_access_policy";
/// Metadata key that enables compaction of earlier turns.
const COMPACTION: &str = "short_term_memory_optimization";

impl Memory {
    /// Creates settings with nothing set. The project's own settings apply.
    pub const fn new() -> Self {
        Self {
            subject: None,
            access: None,
            compaction: None,
        }
    }

    /// Sets the subject. Within a project, all conversations with the same subject share one
    /// memory.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the access to long-term memory. Default: store and recall.
    #[must_use]
    pub const fn access(mut self, access: MemoryAccess) -> Self {
        self.access = Some(access);
        self
    }

    /// Lets the service compact earlier turns automatically.
    #[must_use]
    pub const fn compaction(mut self, compaction: bool) -> Self {
        self.compaction = Some(compaction);
        self
    }

    /// Returns the settings as metadata.
    pub(crate) fn into_metadata(self) -> impl Iterator<Item = (&'static str, String)> {
        let access = match self.access {
            // The service's default is both.
            None | Some(MemoryAccess::StoreAndRecall) => None,
            Some(MemoryAccess::StoreOnly) => Some("store_only"),
            Some(MemoryAccess::RecallOnly) => Some("recall_only"),
        };
        [
            self.subject.map(|subject| (SUBJECT, subject)),
            access.map(|access| (ACCESS, access.to_owned())),
            // Spelled as in Oracle's own samples.
            self.compaction.map(|on| {
                let text = if on { "True" } else { "False" };
                (COMPACTION, text.to_owned())
            }),
        ]
        .into_iter()
        .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(memory: Memory) -> Vec<(&'static str, String)> {
        memory.into_metadata().collect()
    }

    #[test]
    fn settings_become_metadata_keys_of_the_service() {
        let memory = Memory::new()
            .subject("user_1")
            .access(MemoryAccess::StoreOnly)
            .compaction(true);
        assert_eq!(
            metadata(memory),
            [
                ("memory_subject_id", "user_1".to_owned()),
                ("memory_access_policy", "store_only".to_owned()),
                ("short_term_memory_optimization", "True".to_owned()),
            ]
        );
        assert!(metadata(Memory::new().access(MemoryAccess::StoreAndRecall)).is_empty());
        let off = Memory::new()
            .compaction(false)
            .access(MemoryAccess::RecallOnly);
        assert_eq!(metadata(off)[0].1, "recall_only");
    }
}
