//! What an operation says beside its parameters and bodies: its id, the status of a success, whether it
//! is deprecated, and what has to be sent to be let in.

use std::collections::BTreeSet;

use serde_json::Value;

use super::difference::{Difference, Effect, Kind};
use super::operations::{Operation, differing};
use crate::codegen::document::{flag, text};
use crate::codegen::names::snake;

/// Compares two operations.
pub(super) fn compare(
    pin: &Operation<'_>,
    other: &Operation<'_>,
    documents: (&Value, &Value),
) -> Vec<Difference> {
    let id = |operation: &Operation<'_>| text(operation.value, "operationId").map(snake);
    let found = [
        // A function is called after its operation.
        match (id(pin), id(other)) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                Some((Kind::Name, Effect::Breaks, "name", ours, theirs))
            }
            _ => None,
        },
        statuses(pin.value, other.value)
            .map(|(ours, theirs)| (Kind::Status, Effect::None, "status", ours, theirs)),
        deprecation(
            flag(pin.value, "deprecated"),
            flag(other.value, "deprecated"),
        )
        .map(|(ours, theirs)| (Kind::Deprecated, Effect::None, "deprecated", ours, theirs)),
        own_security(pin.value, other.value, documents)
            .map(|(ours, theirs)| (Kind::Security, Effect::None, "security", ours, theirs)),
    ];
    let found = found.into_iter().flatten();
    found
        .map(|(kind, effect, what, ours, theirs)| {
            let location = format!("{} {what}", pin.name);
            differing(kind, effect, &location, (ours, theirs))
        })
        .collect()
}

/// What both documents ask for where an operation does not say.
pub(super) fn security(pin: &Value, other: &Value) -> Option<Difference> {
    let words = |document: &Value| requirements(document.get("security"), document);
    let (ours, theirs) = (words(pin), words(other));
    (ours != theirs).then(|| differing(Kind::Security, Effect::None, "security", (ours, theirs)))
}

/// Whether something is deprecated in only one of the documents, in words.
pub(super) fn deprecation(ours: bool, theirs: bool) -> Option<(String, String)> {
    let word = |deprecated: bool| if deprecated { "deprecated" } else { "in use" };
    (ours != theirs).then(|| (word(ours).to_owned(), word(theirs).to_owned()))
}

/// The statuses of successes, where they differ. A range stands for any status in it.
fn statuses(pin: &Value, other: &Value) -> Option<(String, String)> {
    let successes = |operation: &Value| -> BTreeSet<String> {
        let responses = operation.get("responses").and_then(Value::as_object);
        let statuses = responses.into_iter().flatten().map(|(status, _)| status);
        statuses
            .filter(|status| status.starts_with('2'))
            .map(|status| status.to_ascii_uppercase())
            .collect()
    };
    let (ours, theirs) = (successes(pin), successes(other));
    let any = |statuses: &BTreeSet<String>| statuses.is_empty() || statuses.contains("2XX");
    if ours == theirs || any(&ours) || any(&theirs) {
        return None;
    }
    let words = |statuses: BTreeSet<String>| statuses.into_iter().collect::<Vec<_>>().join(" or ");
    Some((words(ours), words(theirs)))
}

/// What the operations ask for, where one of them does not follow its document.
fn own_security(
    pin: &Value,
    other: &Value,
    (pin_document, other_document): (&Value, &Value),
) -> Option<(String, String)> {
    if pin.get("security").is_none() && other.get("security").is_none() {
        return None;
    }
    let words = |operation: &Value, document: &Value| {
        let own = operation.get("security").or(document.get("security"));
        requirements(own, document)
    };
    let (ours, theirs) = (words(pin, pin_document), words(other, other_document));
    (ours != theirs).then_some((ours, theirs))
}

/// Alternatives of credentials, by what they are and not by what a document calls them.
fn requirements(list: Option<&Value>, document: &Value) -> String {
    let alternatives: BTreeSet<String> = list
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|needed| {
            let mut schemes: Vec<String> =
                needed.keys().map(|name| scheme(name, document)).collect();
            schemes.sort_unstable();
            if schemes.is_empty() {
                "nothing".to_owned()
            } else {
                schemes.join(" with ")
            }
        })
        .collect();
    if alternatives.is_empty() {
        "nothing".to_owned()
    } else {
        alternatives.into_iter().collect::<Vec<_>>().join(" or ")
    }
}

fn scheme(name: &str, document: &Value) -> String {
    let Some(scheme) = document
        .get("components")
        .and_then(|components| components.get("securitySchemes")?.get(name))
    else {
        return name.to_owned();
    };
    let said = |member: &str| text(scheme, member).unwrap_or_default();
    match said("type") {
        "http" => said("scheme").to_ascii_lowercase(),
        "apiKey" => format!("{} {}", said("in"), said("name")),
        "" => name.to_owned(),
        other => other.to_owned(),
    }
}
