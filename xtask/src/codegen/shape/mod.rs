//! What the types look like: the compiler's own picture of a document, from which code is written.

mod answers;
mod body;
mod boxing;
mod build;
mod modules;
mod object;
mod operation;
mod security;
mod union;

use std::fmt::Write as _;

pub(crate) use self::body::FORM;
pub(crate) use self::build::build;

/// A document, understood.
pub(crate) struct Shape {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) version: String,
    pub(crate) types: Vec<Type>,
    pub(crate) operations: Vec<Operation>,
    /// The first server of the document, if it is a whole URL.
    pub(crate) base_url: Option<String>,
    /// How requests are authenticated.
    pub(crate) schemes: Vec<Scheme>,
}

/// A way in which requests are authenticated.
pub(crate) struct Scheme {
    /// Its name in the document.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) kind: SchemeKind,
}

pub(crate) enum SchemeKind {
    Bearer,
    Basic,
    Header(String),
    Query(String),
    Cookie(String),
}

/// One named type.
pub(crate) struct Type {
    /// Its name in the document.
    pub(crate) schema: String,
    /// Its name in Rust.
    pub(crate) name: String,
    /// The file it is written to.
    pub(crate) module: String,
    pub(crate) doc: String,
    pub(crate) deprecated: bool,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Object(Object),
    OpenEnum(Vec<EnumValue>),
    Union(Union),
    Alias(TypeRef),
}

/// The type of a value, wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TypeRef {
    String,
    /// A text that must not be seen in logs.
    Secret,
    Integer,
    /// A whole number of up to 64 bits without a sign.
    Unsigned,
    Number,
    Boolean,
    Any,
    /// A file in a body of several parts.
    File,
    List(Box<TypeRef>),
    Map(Box<TypeRef>),
    /// An index into [`Shape::types`].
    Named(usize),
    Nullable(Box<TypeRef>),
}

pub(crate) struct Object {
    pub(crate) constants: Vec<Constant>,
    pub(crate) fields: Vec<Field>,
}

/// A member with one possible value.
pub(crate) struct Constant {
    pub(crate) ident: String,
    pub(crate) wire: String,
    pub(crate) value: String,
}

pub(crate) struct Field {
    pub(crate) ident: String,
    pub(crate) wire: String,
    pub(crate) doc: String,
    pub(crate) deprecated: bool,
    pub(crate) ty: TypeRef,
    pub(crate) presence: Presence,
    pub(crate) boxed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Nullable,
    Optional,
}

pub(crate) struct EnumValue {
    pub(crate) ident: String,
    pub(crate) wire: String,
    pub(crate) doc: String,
}

pub(crate) struct Union {
    /// The tag member of objects.
    pub(crate) tag: Option<String>,
    pub(crate) variants: Vec<Variant>,
    /// Tags, how the object is read, and the variants to try.
    pub(crate) arms: Vec<Arm>,
    /// Variants for JSON that is no object.
    pub(crate) kinds: Vec<(&'static str, usize)>,
    /// Variants to try on an object without a known tag.
    pub(crate) objects: Vec<usize>,
}

pub(crate) struct Variant {
    pub(crate) ident: String,
    pub(crate) doc: String,
    pub(crate) ty: TypeRef,
    pub(crate) boxed: bool,
}

pub(crate) struct Arm {
    pub(crate) tags: Vec<String>,
    pub(crate) direct: bool,
    pub(crate) variants: Vec<usize>,
}

pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// What stands in the query of every request.
    pub(crate) query: Vec<(String, String)>,
    /// The file it is written to: its tag, or the first step of its path.
    pub(crate) module: String,
    pub(crate) doc: String,
    /// Where it is, if the document has it elsewhere than the others.
    pub(crate) server: Option<String>,
    pub(crate) deprecated: bool,
    /// In the order of places.
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// By status: codes such as `200` and ranges such as `2XX`.
    pub(crate) successes: Vec<(String, Answer)>,
    pub(crate) failures: Vec<String>,
    pub(crate) failure_type: Option<TypeRef>,
    /// The media types to ask for.
    pub(crate) accept: Option<String>,
    /// Whether it takes no credentials, although the document has some.
    pub(crate) is_open: bool,
}

pub(crate) struct Parameter {
    pub(crate) ident: String,
    pub(crate) wire: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) doc: String,
    pub(crate) ty: TypeRef,
    /// How it is written, if it is an object in a query.
    pub(crate) style: Option<FormStyle>,
    /// The media type of a part, where the document names one.
    pub(crate) media: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    /// A part of a body of several.
    Part,
}

pub(crate) struct Body {
    pub(crate) kind: BodyKind,
    pub(crate) required: bool,
}

pub(crate) enum BodyKind {
    /// JSON, and its media type if that is no `application/json`.
    Json(TypeRef, Option<String>),
    /// A form, and how its members are written where the document says so.
    Form(TypeRef, Vec<(String, FormStyle)>),
    /// Bytes of a media type.
    Bytes(String),
    /// `multipart/form-data`, whose parts are parameters.
    Multipart,
}

/// How a member of a form that is a list or an object is written.
#[derive(Clone, Copy)]
pub(crate) enum FormStyle {
    Form,
    Commas,
    Spaces,
    Pipes,
    Brackets,
}

/// What a response holds.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Json(TypeRef),
    Raw,
    Nothing,
}

impl Operation {
    /// Whether it needs code that writes forms.
    pub(crate) fn has_form(&self) -> bool {
        let body = self.body.as_ref();
        body.is_some_and(|body| matches!(body.kind, BodyKind::Form(..)))
            || self
                .parameters
                .iter()
                .any(|parameter| parameter.style.is_some())
    }

    /// Whether its body has several parts.
    pub(crate) fn is_multipart(&self) -> bool {
        let body = self.body.as_ref();
        body.is_some_and(|body| matches!(body.kind, BodyKind::Multipart))
    }

    /// What all successes hold, if it is the same.
    pub(crate) fn only_answer(&self) -> Option<&Answer> {
        let (_, first) = self.successes.first()?;
        let same = self.successes.iter().all(|(_, answer)| answer == first);
        same.then_some(first)
    }
}

impl Shape {
    /// A type as it is written in Rust, inside the module of types.
    pub(crate) fn rust(&self, ty: &TypeRef) -> String {
        let mut out = String::new();
        self.write_rust(ty, &mut out);
        out
    }

    fn write_rust(&self, ty: &TypeRef, out: &mut String) {
        match ty {
            TypeRef::String => out.push_str("String"),
            TypeRef::Secret => out.push_str("Secret"),
            TypeRef::Integer => out.push_str("i64"),
            TypeRef::Unsigned => out.push_str("u64"),
            TypeRef::File => out.push_str("File"),
            TypeRef::Number => out.push_str("f64"),
            TypeRef::Boolean => out.push_str("bool"),
            TypeRef::Any => out.push_str("serde_json::Value"),
            TypeRef::Named(index) => out.push_str(&self.types[*index].name),
            TypeRef::List(item) => {
                let _ = write!(out, "Vec<{}>", self.rust(item));
            }
            TypeRef::Map(value) => {
                let _ = write!(out, "BTreeMap<String, {}>", self.rust(value));
            }
            TypeRef::Nullable(inner) => {
                let _ = write!(out, "Option<{}>", self.rust(inner));
            }
        }
    }

    /// The type behind aliases.
    pub(crate) fn resolve<'a>(&'a self, ty: &'a TypeRef) -> &'a TypeRef {
        let mut ty = ty;
        for _ in 0..self.types.len() {
            match ty {
                TypeRef::Named(index) => match &self.types[*index].kind {
                    Kind::Alias(target) => ty = target,
                    _ => return ty,
                },
                _ => return ty,
            }
        }
        ty
    }
}
