//! From the lowered document to types.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    EnumValue, Kind, Shape, Type, TypeRef, boxing, modules, object, operation, security, union,
};
use crate::codegen::document::{flag, join, make_ref, ref_name, schemas, text};
use crate::codegen::error::{Error, Result};
use crate::codegen::names::{pascal, unique};

/// Builds the picture of a lowered document.
pub(crate) fn build(document: &Value) -> Result<Shape> {
    let empty = Map::new();
    let components = schemas(document).unwrap_or(&empty);
    let mut builder = Builder {
        components,
        indices: components
            .keys()
            .enumerate()
            .map(|(index, name)| (name.as_str(), index))
            .collect(),
        names: components
            .iter()
            .map(|(name, schema)| text(schema, "x-rust-name").unwrap_or(name))
            .collect(),
        taken: components
            .values()
            .filter_map(|schema| text(schema, "x-rust-name").map(str::to_owned))
            .collect(),
        tags: BTreeSet::from(["type".to_owned(), "object".to_owned()]),
        added: Vec::new(),
    };
    for schema in components.values() {
        if let Some(tag) = text(schema, "x-tag") {
            builder.tags.insert(tag.to_owned());
        }
    }
    let modules = modules::of_types(document, components);
    let mut types = Vec::new();
    for (name, schema) in components {
        let rust = text(schema, "x-rust-name").unwrap_or(name).to_owned();
        types.push(Type {
            schema: name.clone(),
            module: modules
                .get(name.as_str())
                .cloned()
                .unwrap_or_else(|| "common".into()),
            doc: text(schema, "description").unwrap_or_default().to_owned(),
            deprecated: flag(schema, "deprecated"),
            kind: builder.kind(schema, &rust, &make_ref(name))?,
            name: rust,
        });
    }
    for added in std::mem::take(&mut builder.added) {
        types.push(added);
    }
    let operations = operation::build(document, &builder)?;
    let info = document.get("info").cloned().unwrap_or_default();
    let mut shape = Shape {
        title: text(&info, "title").unwrap_or("the API").to_owned(),
        description: text(&info, "description").unwrap_or_default().to_owned(),
        version: text(&info, "version").unwrap_or("0").to_owned(),
        types,
        operations,
        base_url: security::base_url(document),
        schemes: security::build(document),
    };
    cut_circles(&mut shape);
    boxing::place(&mut shape);
    Ok(shape)
}

pub(super) struct Builder<'a> {
    pub(super) components: &'a Map<String, Value>,
    indices: BTreeMap<&'a str, usize>,
    /// The names of the components in Rust, by their indices.
    pub(super) names: Vec<&'a str>,
    /// The names of all types in Rust.
    taken: BTreeSet<String>,
    /// Names of members that tell the branches of a union apart.
    pub(super) tags: BTreeSet<String>,
    /// Types that no component stands for.
    added: Vec<Type>,
}

impl<'a> Builder<'a> {
    fn kind(&mut self, schema: &'a Value, name: &str, pointer: &str) -> Result<Kind> {
        if schema.get("oneOf").is_some() {
            return union::build(self, schema, name, pointer);
        }
        if ref_name(schema).is_none() {
            if let Some(Value::Array(values)) = schema.get("enum") {
                return Ok(Kind::OpenEnum(enum_values(schema, values)));
            }
            let members = schema.get("properties").and_then(Value::as_object);
            if text(schema, "type") == Some("object") {
                let open = schema.get("additionalProperties").is_some();
                if members.is_some_and(|members| !members.is_empty()) || !open {
                    return object::build(self, schema, pointer).map(Kind::Object);
                }
            }
        }
        Ok(Kind::Alias(self.type_ref(schema, pointer)?))
    }

    /// The component a name stands for.
    pub(super) fn component(&self, name: &str, pointer: &str) -> Result<(usize, &'a Value)> {
        let found = self.indices.get(name).copied();
        found
            .and_then(|index| Some((index, self.components.get(name)?)))
            .ok_or_else(|| {
                Error::new(
                    pointer,
                    format!("there is no schema {name}"),
                    "add it, or correct the reference",
                )
            })
    }

    /// Whether a component's values may be null, said there or further on.
    pub(super) fn is_nullable(&self, schema: &Value) -> bool {
        let mut schema = schema;
        for _ in 0..=self.components.len() {
            if flag(schema, "nullable") {
                return true;
            }
            match ref_name(schema).and_then(|name| self.components.get(name)) {
                Some(next) => schema = next,
                None => break,
            }
        }
        let branches = schema.get("oneOf").and_then(Value::as_array);
        branches.into_iter().flatten().any(|branch| {
            flag(branch, "nullable")
                || ref_name(branch)
                    .and_then(|name| self.components.get(name))
                    .is_some_and(|target| flag(target, "nullable"))
        })
    }

    /// The type of a value, without regard to null.
    pub(super) fn type_ref(&self, schema: &Value, pointer: &str) -> Result<TypeRef> {
        if let Some(name) = ref_name(schema) {
            return Ok(TypeRef::Named(self.component(name, pointer)?.0));
        }
        Ok(match text(schema, "type") {
            Some("string") if text(schema, "format") == Some("password") => TypeRef::Secret,
            Some("string") => TypeRef::String,
            Some("integer") if is_unsigned(schema) => TypeRef::Unsigned,
            Some("integer") => TypeRef::Integer,
            Some("number") => TypeRef::Number,
            Some("boolean") => TypeRef::Boolean,
            Some("array") => {
                let item = match schema.get("items") {
                    Some(items) => self.nullable_ref(items, &join(pointer, "items"))?,
                    None => TypeRef::Any,
                };
                TypeRef::List(Box::new(item))
            }
            Some("object") => {
                let value = match schema.get("additionalProperties") {
                    Some(values) => {
                        self.nullable_ref(values, &join(pointer, "additionalProperties"))?
                    }
                    None => TypeRef::Any,
                };
                TypeRef::Map(Box::new(value))
            }
            _ => TypeRef::Any,
        })
    }

    /// The type of a value that may be null if its schema says so.
    pub(super) fn nullable_ref(&self, schema: &Value, pointer: &str) -> Result<TypeRef> {
        let ty = self.type_ref(schema, pointer)?;
        Ok(if self.is_nullable(schema) && ty != TypeRef::Any {
            TypeRef::Nullable(Box::new(ty))
        } else {
            ty
        })
    }

    /// Adds an enum that no component stands for.
    pub(super) fn add_enum(&mut self, parent: &str, values: &[Value]) -> TypeRef {
        let index = self.components.len() + self.added.len();
        let name = unique(&format!("{parent}Text"), |name| self.taken.contains(name));
        self.taken.insert(name.clone());
        self.added.push(Type {
            schema: name.clone(),
            name,
            module: "common".into(),
            doc: format!("The texts that [`{parent}`] can be."),
            deprecated: false,
            kind: Kind::OpenEnum(enum_values(&Value::Null, values)),
        });
        TypeRef::Named(index)
    }
}

/// Whether a whole number may be beyond what 64 bits with a sign hold.
pub(super) fn is_unsigned(schema: &Value) -> bool {
    matches!(text(schema, "format"), Some("uint64" | "uint"))
}

pub(super) fn enum_values(schema: &Value, values: &[Value]) -> Vec<EnumValue> {
    let docs = schema
        .get("x-enumDescriptions")
        .or_else(|| schema.get("x-enum-descriptions"));
    let mut taken: BTreeSet<String> = BTreeSet::from(["Other".into(), "Self_".into()]);
    let mut wires: BTreeSet<&str> = BTreeSet::new();
    let mut out = Vec::new();
    for wire in values.iter().filter_map(Value::as_str) {
        if !wires.insert(wire) {
            continue;
        }
        let base = match pascal(wire) {
            base if base == "Other" => "OtherValue".to_owned(),
            base => base,
        };
        let ident = unique(&base, |name| taken.contains(name));
        taken.insert(ident.clone());
        let doc = docs.and_then(|docs| text(docs, wire));
        out.push(EnumValue {
            ident,
            wire: wire.to_owned(),
            doc: doc.map_or_else(|| format!("`{wire}`"), str::to_owned),
        });
    }
    out
}

/// A type that is another name for itself, or a list of itself, has no Rust form: it becomes any JSON.
fn cut_circles(shape: &mut Shape) {
    for start in 0..shape.types.len() {
        if !matches!(shape.types[start].kind, Kind::Alias(_)) {
            continue;
        }
        let mut queue = vec![start];
        let mut seen = BTreeSet::new();
        let mut circle = false;
        while let Some(index) = queue.pop() {
            if let Kind::Alias(target) = &shape.types[index].kind
                && let Some(next) = innermost(target)
            {
                circle |= next == start;
                if seen.insert(next) {
                    queue.push(next);
                }
            }
        }
        if circle {
            shape.types[start].kind = Kind::Alias(TypeRef::Any);
        }
    }
}

fn innermost(ty: &TypeRef) -> Option<usize> {
    match ty {
        TypeRef::List(inner) | TypeRef::Map(inner) | TypeRef::Nullable(inner) => innermost(inner),
        TypeRef::Named(index) => Some(*index),
        _ => None,
    }
}
