//! Objects with members.

use serde_json::{Map, Value};

use super::build::Builder;
use super::{Constant, Field, Object, Presence};
use crate::codegen::document::{flag, join, ref_name, text};
use crate::codegen::error::Result;
use crate::codegen::names::{snake, unique};

/// Fields and methods every struct has.
const TAKEN: [&str; 2] = ["extra", "new"];

pub(super) fn build(builder: &Builder<'_>, schema: &Value, pointer: &str) -> Result<Object> {
    let empty = Map::new();
    let members = schema
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let pointer = join(pointer, "properties");
    let mut taken: Vec<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let mut object = Object {
        constants: Vec::new(),
        fields: Vec::new(),
    };
    for (wire, member) in members {
        let pointer = join(&pointer, wire);
        let required = is_required(schema, wire);
        let wanted = text(member, "x-rust-name").map_or_else(|| snake(wire), snake);
        let wanted = if TAKEN.contains(&wanted.as_str()) {
            format!("{wanted}_")
        } else {
            wanted
        };
        let ident = unique(&wanted, |name| taken.iter().any(|taken| taken == name));
        taken.push(ident.clone());
        if let Some(value) = fixed_value(member)
            && (required || builder.tags.contains(wire))
        {
            object.constants.push(Constant {
                ident,
                value: value.to_owned(),
                wire: wire.clone(),
            });
            continue;
        }
        let nullable = builder.is_nullable(member);
        let ty = builder.type_ref(member, &pointer)?;
        let presence = match (required, nullable) {
            (true, false) => Presence::Required,
            (true, true) => Presence::Nullable,
            (false, _) => Presence::Optional,
        };
        let doc = text(member, "description").or_else(|| {
            let target = ref_name(member).and_then(|name| builder.components.get(name))?;
            text(target, "description")
        });
        object.fields.push(Field {
            ident,
            doc: doc.map_or_else(|| format!("The member `{wire}`."), str::to_owned),
            deprecated: flag(member, "deprecated"),
            wire: wire.clone(),
            ty,
            presence,
            boxed: false,
        });
    }
    Ok(object)
}

/// Whether an object has to have a member.
pub(super) fn is_required(schema: &Value, member: &str) -> bool {
    schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|names| names.iter().any(|name| name == member))
}

/// The one value a member can have.
pub(super) fn fixed_value(member: &Value) -> Option<&str> {
    match member.get("enum")?.as_array()?.as_slice() {
        [Value::String(value)]
            if text(member, "type") == Some("string") && !flag(member, "nullable") =>
        {
            Some(value)
        }
        _ => None,
    }
}
