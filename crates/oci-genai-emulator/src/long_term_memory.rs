//! Long-term memory: what a subject said in the other conversations of the project.
//!
//! Memories have no storage of their own. They are read from the conversations that share a
//! `memory_subject_id`, and disappear with their conversation.

use std::time::Duration;

use crate::app::App;
use crate::state::Project;
use crate::state::conversations::Conversation;

const SUBJECT: &str = "memory_subject_id";
const POLICY: &str = "memory_access_policy";

/// Returns the memories for a turn in this conversation, oldest conversation first.
pub(crate) fn recall(app: &App, project: &Project, conversation: &str) -> Vec<String> {
    let Some(delay) = app.config.long_term_memory else {
        return Vec::new();
    };
    let Some(here) = project.conversations.get(conversation) else {
        return Vec::new();
    };
    let Some(subject) = text(here, SUBJECT) else {
        return Vec::new();
    };
    if text(here, POLICY) == Some("store_only") {
        return Vec::new();
    }
    let settled = app.clock.unix().saturating_sub(whole_seconds(delay));
    let mut sources: Vec<&Conversation> = project
        .conversations
        .values()
        .filter(|other| other.id != here.id && text(other, SUBJECT) == Some(subject))
        .filter(|other| text(other, POLICY) != Some("recall_only"))
        .collect();
    sources.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    sources
        .iter()
        .flat_map(|source| source.user_texts_until(settled))
        .collect()
}

fn text<'a>(conversation: &'a Conversation, key: &str) -> Option<&'a str> {
    conversation.metadata.get(key)?.as_str()
}

/// Rounds up, because items are dated in seconds.
fn whole_seconds(delay: Duration) -> u64 {
    delay.as_secs() + u64::from(delay.subsec_nanos() > 0)
}
