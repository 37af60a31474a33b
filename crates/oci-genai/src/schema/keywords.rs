//! What strict schemas support, by OpenAI's published list and by what its service answered.
//!
//! The list: <https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas>. It names the
//! supported types, formats and bounds, and what is not supported: `allOf`, `not`, `dependentRequired`,
//! `dependentSchemas`, `if`, `then` and `else`. Of the keywords that it does not name, the service refuses some ("…is
//! not permitted") and takes others (`title`, `const`, `minLength`, `maxLength`, `default`, `examples`), as others
//! measured with real calls.

/// Formats of strings that strict schemas support. Any other is refused: "'uri' is not a valid format".
pub(super) const FORMATS: &[&str] = &[
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
];

/// Types of JSON Schema.
pub(super) const TYPES: &[&str] = &[
    "string", "number", "integer", "boolean", "object", "array", "null",
];

/// Keywords that are taken over from a type's schema. The others say nothing to a model, or only narrow what it may
/// write.
pub(super) const KEPT: &[&str] = &[
    "type",
    "title",
    "description",
    "enum",
    "const",
    "properties",
    "items",
    "pattern",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
];

/// Keywords for readers. They say nothing of what fits.
pub(super) const WORDS: &[&str] = &["title", "description"];

/// Keywords that strict schemas refuse, and what to write instead.
pub(super) const REFUSED: &[(&str, &str)] = &[
    ("oneOf", "write anyOf"),
    ("allOf", "write out the properties of all its parts"),
    ("not", "write an enum of what is allowed"),
    ("if", "write an enum or anyOf"),
    ("then", "write an enum or anyOf"),
    ("else", "write an enum or anyOf"),
    ("dependentRequired", "write anyOf"),
    ("dependentSchemas", "write anyOf"),
    ("dependencies", "write anyOf"),
    (
        "patternProperties",
        "write a list of objects with a key and a value",
    ),
    (
        "propertyNames",
        "write a list of objects with a key and a value",
    ),
    ("minProperties", "name the properties"),
    ("maxProperties", "name the properties"),
    ("unevaluatedProperties", "write additionalProperties: false"),
    (
        "prefixItems",
        "write an object with a property for each place",
    ),
    (
        "additionalItems",
        "write an object with a property for each place",
    ),
    (
        "unevaluatedItems",
        "write an object with a property for each place",
    ),
    ("contains", "say it in the description"),
    ("minContains", "say it in the description"),
    ("maxContains", "say it in the description"),
    ("uniqueItems", "say it in the description"),
];

/// Keywords in a type's schema that strict schemas refuse and whose loss would change the meaning: what the type has,
/// and what to use instead.
pub(super) const MEANINGFUL: &[(&str, &str, &str)] = &[
    (
        "patternProperties",
        "a map",
        "use a list of structs with a key and a value",
    ),
    (
        "propertyNames",
        "a map",
        "use a list of structs with a key and a value",
    ),
    ("not", "an exclusion", "use an enum of what is allowed"),
    ("if", "a condition", "use an enum"),
    ("dependentRequired", "a condition", "use an enum"),
    ("dependentSchemas", "a condition", "use an enum"),
];

/// Whether a keyword says something of what fits.
pub(super) fn says_something(name: &str) -> bool {
    let structural = [
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "prefixItems",
        "additionalProperties",
        "unevaluatedProperties",
    ];
    !WORDS.contains(&name)
        && (KEPT.contains(&name)
            || structural.contains(&name)
            || MEANINGFUL.iter().any(|(refused, ..)| *refused == name))
}
