//! Keywords of strict schemas, from OpenAI's published list and from responses of its service.
//!
//! The list: <https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas>.
//! It names the supported types, formats and bounds, and the unsupported keywords: `allOf`, `not`,
//! `dependentRequired`, `dependentSchemas`, `if`, `then` and `else`. Of the keywords that the list
//! does not name, the service rejects some ("…is not permitted") and accepts others (`title`,
//! `const`, `minLength`, `maxLength`, `default`, `examples`), according to others' measurements
//! with real calls.

/// String formats that strict schemas support. Any other is rejected: "'uri' is not a valid
/// format".
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

/// The types of JSON Schema.
pub(super) const TYPES: &[&str] = &[
    "string", "number", "integer", "boolean", "object", "array", "null",
];

/// Keywords that are kept from a type's schema. The others mean nothing to a model, or only narrow
/// its output.
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

/// Keywords for readers. They do not affect validation.
pub(super) const WORDS: &[&str] = &["title", "description"];

/// Keywords that strict schemas reject, with the alternative.
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
        "write an object with a property for each position",
    ),
    (
        "additionalItems",
        "write an object with a property for each position",
    ),
    (
        "unevaluatedItems",
        "write an object with a property for each position",
    ),
    ("contains", "put it into the description"),
    ("minContains", "put it into the description"),
    ("maxContains", "put it into the description"),
    ("uniqueItems", "put it into the description"),
];

/// Keywords in a type's schema that strict schemas reject and whose loss would change the meaning:
/// the keyword, the feature of the type, and the alternative.
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

/// Returns `true` if a keyword affects validation.
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
