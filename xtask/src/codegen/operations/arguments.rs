//! What the caller of an operation passes in.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::codegen::shape::{BodyKind, Operation, Place, Shape, TypeRef};

/// One argument.
pub(super) struct Argument {
    pub(super) ident: Ident,
    /// The type of its value.
    pub(super) ty: TokenStream,
    pub(super) required: bool,
    pub(super) doc: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value, or a reference to one.
    Value,
    /// Anything that can be a body, which is kept as one.
    Body,
}

/// All arguments in the order in which they are passed.
pub(super) fn arguments(shape: &Shape, operation: &Operation) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = operation
        .parameters
        .iter()
        .map(|parameter| Argument {
            ident: format_ident!("{}", parameter.ident),
            ty: if parameter.place == Place::Part && holds_files(&parameter.ty) {
                owned(&parameter.ty)
            } else {
                borrowed(shape, shape.resolve(&parameter.ty))
            },
            required: parameter.required,
            doc: parameter.doc.clone(),
            kind: Kind::Value,
        })
        .collect();
    let ty = match operation.body.as_ref().map(|body| &body.kind) {
        Some(BodyKind::Json(ty, _) | BodyKind::Form(ty, _)) => {
            Some((borrowed(shape, ty), Kind::Value))
        }
        Some(BodyKind::Bytes(_)) => Some((quote!(::reqwest::Body), Kind::Body)),
        Some(BodyKind::Multipart) | None => None,
    };
    if let (Some((ty, kind)), Some(body)) = (ty, &operation.body) {
        arguments.push(Argument {
            ident: format_ident!("body"),
            ty,
            required: body.required,
            doc: String::new(),
            kind,
        });
    }
    arguments
}

/// Whether a part is a file, or several.
pub(super) fn holds_files(ty: &TypeRef) -> bool {
    match ty {
        TypeRef::File => true,
        TypeRef::List(item) => **item == TypeRef::File,
        _ => false,
    }
}

fn owned(ty: &TypeRef) -> TokenStream {
    match ty {
        TypeRef::List(_) => quote!(::std::vec::Vec<crate::multipart::File>),
        _ => quote!(crate::multipart::File),
    }
}

/// A value as a function takes it.
fn borrowed(shape: &Shape, ty: &TypeRef) -> TokenStream {
    match ty {
        TypeRef::String | TypeRef::Secret => quote!(&'a str),
        TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number | TypeRef::Boolean => {
            whole(shape, ty)
        }
        TypeRef::List(item) => {
            let item = whole(shape, item);
            quote!(&'a [#item])
        }
        _ => {
            let ty = whole(shape, ty);
            quote!(&'a #ty)
        }
    }
}

/// A type outside of the module of types.
pub(super) fn whole(shape: &Shape, ty: &TypeRef) -> TokenStream {
    match ty {
        TypeRef::String | TypeRef::Secret => quote!(::std::string::String),
        TypeRef::Integer => quote!(i64),
        TypeRef::Unsigned => quote!(u64),
        TypeRef::Number => quote!(f64),
        TypeRef::Boolean => quote!(bool),
        TypeRef::Any => quote!(::serde_json::Value),
        TypeRef::File => quote!(crate::multipart::File),
        TypeRef::List(item) => {
            let item = whole(shape, item);
            quote!(::std::vec::Vec<#item>)
        }
        TypeRef::Map(value) => {
            let value = whole(shape, value);
            quote!(::std::collections::BTreeMap<::std::string::String, #value>)
        }
        TypeRef::Nullable(inner) => {
            let inner = whole(shape, inner);
            quote!(::std::option::Option<#inner>)
        }
        TypeRef::Named(index) => {
            let name = format_ident!("{}", shape.types[*index].name);
            quote!(crate::types::#name)
        }
    }
}
