//! Creates random documents from the schemas of the pin.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// Below this depth, only required members are created.
const MAX_DEPTH: usize = 5;

/// The pinned OpenAPI document.
pub(crate) fn pin() -> Value {
    let source = include_str!("../../../../openapi/oci-genai.yaml");
    serde_yaml_ng::from_str(source).unwrap()
}

/// Creates documents from schemas.
pub(crate) struct Maker<'a> {
    pub(crate) schemas: &'a Map<String, Value>,
    pub(crate) random: Random,
    /// True to add members and values that the schemas do not name.
    pub(crate) strange: bool,
}

impl Maker<'_> {
    pub(crate) fn make(&mut self, schema: &Value, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return self.make(&self.schemas[name].clone(), depth);
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return if self.is_strange() {
                self.word()
            } else {
                self.pick(values).clone()
            };
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = schema[keyword].as_array() {
                return self.make_union(schema, branches, depth);
            }
        }
        assert!(
            schema.get("allOf").is_none(),
            "the maker knows no allOf: {schema}"
        );
        let kind = match &schema["type"] {
            Value::Array(kinds) => self.pick(kinds).clone(),
            kind => kind.clone(),
        };
        match kind.as_str() {
            Some("object") => self.make_object(schema, depth),
            Some("array") => {
                let count = if depth >= MAX_DEPTH {
                    0
                } else {
                    self.random.below(3)
                };
                (0..count)
                    .map(|_| self.make(&schema["items"], depth + 1))
                    .collect()
            }
            Some("string") => self.word(),
            Some("integer") => {
                let number = self.random.next() as i32;
                match self.random.below(4) {
                    0 => json!(f64::from(number)),
                    _ => json!(number),
                }
            }
            Some("number") => json!(self.random.next() as i32 as f64 / 8.0),
            Some("boolean") => json!(self.random.below(2) == 0),
            Some("null") => Value::Null,
            _ => self.anything(),
        }
    }

    fn make_union(&mut self, schema: &Value, branches: &[Value], depth: usize) -> Value {
        let tag = schema["discriminator"]["propertyName"].as_str();
        if let (Some(tag), true) = (tag, self.is_strange()) {
            return json!({ tag: "of_tomorrow", "members": self.anything() });
        }
        if depth >= MAX_DEPTH {
            // Use the variant that ends soonest: not an object, if possible.
            let flat = branches.iter().find(|branch| branch["type"].is_string());
            return self.make(flat.unwrap_or(&branches[0]), depth + 1);
        }
        let branch = self.pick(branches).clone();
        self.make(&branch, depth + 1)
    }

    fn make_object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        let Some(members) = schema["properties"].as_object() else {
            let values = &schema["additionalProperties"];
            for _ in 0..self.random.below(3) {
                let value = match values {
                    Value::Object(_) => self.make(values, depth + 1),
                    _ => self.anything(),
                };
                object.insert(self.word().as_str().unwrap().to_owned(), value);
            }
            return Value::Object(object);
        };
        let required = |name: &str| {
            schema["required"]
                .as_array()
                .is_some_and(|names| names.iter().any(|other| other == name))
        };
        for (name, member) in members {
            if required(name) {
                object.insert(name.clone(), self.make(member, depth + 1));
            } else if depth < MAX_DEPTH && self.random.below(2) == 0 {
                let value = match self.random.below(6) {
                    0 => Value::Null,
                    _ => self.make(member, depth + 1),
                };
                object.insert(name.clone(), value);
            }
        }
        if self.strange && self.random.below(2) == 0 {
            object.insert("x_of_tomorrow".into(), self.anything());
        }
        Value::Object(object)
    }

    fn anything(&mut self) -> Value {
        match self.random.below(6) {
            0 => Value::Null,
            1 => json!(self.random.next() % 1000),
            2 => json!([self.word(), {"deep": [null, 0.5]}]),
            3 => json!({"type": self.word(), "list": []}),
            4 => json!(false),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Value {
        const WORDS: [&str; 7] = [
            "",
            "a",
            "of_tomorrow",
            "größer",
            "line\nbreak",
            "\"",
            "\u{1F600}",
        ];
        json!(format!("{}{}", self.pick(&WORDS), self.random.below(9)))
    }

    fn is_strange(&mut self) -> bool {
        self.strange && self.random.below(5) == 0
    }

    fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.random.below(values.len() as u64) as usize]
    }

    /// Returns the document as text, with the members of each object in random order.
    pub(crate) fn text(&mut self, value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                for index in (1..members.len()).rev() {
                    members.swap(index, self.random.below(index as u64 + 1) as usize);
                }
                if self.random.below(2) == 0 {
                    members.sort_by_key(|(name, _)| *name != "type");
                }
                let mut text = String::from("{");
                for (index, (name, value)) in members.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    let _ = write!(text, "{comma}{}:{}", json!(name), self.text(value));
                }
                text + "}"
            }
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.text(item)).collect();
                format!("[{}]", items.join(","))
            }
            scalar => scalar.to_string(),
        }
    }
}

/// A small random number generator (SplitMix64): the same seed creates the same documents.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
