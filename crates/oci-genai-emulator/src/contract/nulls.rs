//! Members that are null although the contract allows only a value or nothing.
//!
//! Clients send null for members they do not set. Such members count as absent, and are reported,
//! because it is not confirmed that the service accepts them.

use serde_json::{Map, Value};

#[cfg(test)]
mod tests;

/// Members that the contract allows to be null only because clients send them, by the type of their
/// object.
const FOR_CLIENTS: [(&str, &str); 1] = [("reasoning", "content")];
/// Maximum number of reported members.
const MAX_NAMED: usize = 32;

/// Removes optional members that are null although their schema does not allow it. Returns their
/// names, such as `input[0].content`.
pub(super) fn take_out(definitions: &Value, body: &Value, value: &mut Value) -> Vec<String> {
    let mut walk = Walk {
        definitions,
        found: Vec::new(),
    };
    walk.value(&[body], value, "");
    walk.found
}

struct Walk<'a> {
    definitions: &'a Value,
    found: Vec<String>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, schemas: &[&'a Value], value: &mut Value, path: &str) {
        let mut parts = Vec::new();
        for schema in schemas {
            self.flatten(schema, value, &mut parts);
        }
        match value {
            Value::Object(members) => self.object(&parts, members, path),
            Value::Array(list) => {
                let items: Vec<&Value> = keyword(&parts, "items").collect();
                for (index, element) in list.iter_mut().enumerate() {
                    self.value(&items, element, &format!("{path}[{index}]"));
                }
            }
            _ => {}
        }
    }

    fn object(
        &mut self,
        parts: &[&'a Map<String, Value>],
        members: &mut Map<String, Value>,
        path: &str,
    ) {
        let required = |name: &str| {
            keyword(parts, "required")
                .filter_map(Value::as_array)
                .any(|list| list.iter().any(|required| required == name))
        };
        members.retain(|name, member| {
            let declared = declared(parts, name);
            let at = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            let stray = member.is_null()
                && !declared.is_empty()
                && !required(name)
                && (for_clients(parts, name)
                    || !declared.iter().all(|schema| self.allows_null(schema)));
            if stray {
                if self.found.len() < MAX_NAMED {
                    self.found.push(at);
                }
                return false;
            }
            match declared.is_empty() {
                true => {
                    let others: Vec<&Value> = keyword(parts, "additionalProperties").collect();
                    self.value(&others, member, &at);
                }
                false => self.value(&declared, member, &at),
            }
            true
        });
    }

    /// Collects the plain schemas that apply to a value.
    fn flatten(&self, schema: &'a Value, value: &Value, parts: &mut Vec<&'a Map<String, Value>>) {
        let Some(schema) = schema.as_object() else {
            return;
        };
        parts.push(schema);
        if let Some(target) = self.target(schema) {
            self.flatten(target, value, parts);
        }
        for part in schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            match part.get("if") {
                None => self.flatten(part, value, parts),
                Some(condition) if holds(condition, value) => {
                    self.flatten(&part["then"], value, parts);
                }
                Some(_) => {}
            }
        }
        // Of variants without a tag, takes the one whose required members are all present.
        let variants = schema.get("anyOf").and_then(Value::as_array);
        let chosen = variants.into_iter().flatten().find(|variant| {
            let mut own = Vec::new();
            self.flatten(variant, value, &mut own);
            own.iter().all(|part| required_is_there(part, value))
        });
        if let Some(variant) = chosen {
            self.flatten(variant, value, parts);
        }
    }

    fn allows_null(&self, schema: &'a Value) -> bool {
        let Some(schema) = schema.as_object() else {
            return true;
        };
        let null = |value: &Value| value.is_null();
        if schema
            .get("enum")
            .and_then(Value::as_array)
            .is_some_and(|list| !list.iter().any(null))
        {
            return false;
        }
        let types = match schema.get("type") {
            None => true,
            Some(Value::Array(list)) => list.iter().any(|name| name == "null"),
            Some(name) => name == "null",
        };
        let variants = schema.get("anyOf").and_then(Value::as_array);
        types
            && self
                .target(schema)
                .is_none_or(|target| self.allows_null(target))
            && variants.is_none_or(|list| list.iter().any(|one| self.allows_null(one)))
    }

    fn target(&self, schema: &Map<String, Value>) -> Option<&'a Value> {
        let target = schema.get("$ref")?.as_str()?;
        self.definitions.get(target.strip_prefix("#/$defs/")?)
    }
}

fn keyword<'a: 'b, 'b>(
    parts: &'b [&'a Map<String, Value>],
    name: &'b str,
) -> impl Iterator<Item = &'a Value> + 'b {
    parts.iter().filter_map(move |part| part.get(name))
}

/// Returns the schemas that name a member.
fn declared<'a>(parts: &[&'a Map<String, Value>], name: &str) -> Vec<&'a Value> {
    keyword(parts, "properties")
        .filter_map(|properties| properties.get(name))
        .collect()
}

fn for_clients(parts: &[&Map<String, Value>], name: &str) -> bool {
    let mut kinds = parts
        .iter()
        .filter_map(|part| part.get("properties")?.get("type")?.get("const")?.as_str());
    kinds.any(|kind| FOR_CLIENTS.contains(&(kind, name)))
}

fn required_is_there(schema: &Map<String, Value>, value: &Value) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    let named = required.into_iter().flatten().filter_map(Value::as_str);
    named.into_iter().all(|name| is_there(value, name))
}

/// Returns true if a member is present. Null counts as absent.
fn is_there(value: &Value, name: &str) -> bool {
    value.get(name).is_some_and(|member| !member.is_null())
}

/// Evaluates a condition by which body schemas select a variant: a JSON type, a tag, or the
/// presence of members.
fn holds(condition: &Value, value: &Value) -> bool {
    let Some(condition) = condition.as_object() else {
        return true;
    };
    condition
        .iter()
        .all(|(keyword, wanted)| match keyword.as_str() {
            "type" => match wanted {
                Value::Array(names) => names.iter().any(|name| is_of(value, name)),
                name => is_of(value, name),
            },
            "required" => required_is_there(condition, value),
            "properties" => wanted
                .as_object()
                .into_iter()
                .flatten()
                .all(|(name, schema)| {
                    let member = value.get(name).unwrap_or(&Value::Null);
                    schema
                        .get("const")
                        .is_none_or(|constant| constant == member)
                }),
            "not" => !holds(wanted, value),
            "anyOf" => {
                let each = wanted.as_array().into_iter().flatten();
                each.into_iter().any(|one| holds(one, value))
            }
            _ => true,
        })
}

fn is_of(value: &Value, name: &Value) -> bool {
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => return matches!(name.as_str(), Some("number" | "integer")),
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    name == own
}
