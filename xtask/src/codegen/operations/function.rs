//! An operation as a function that takes all arguments.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::arguments::{Kind, Lists, arguments};
use super::docs::documentation;
use super::{Names, answer, send};
use crate::codegen::shape::{Operation, Shape};

pub(super) fn function(shape: &Shape, operation: &Operation, names: &Names) -> TokenStream {
    let name = format_ident!("{}", operation.id);
    let docs = documentation(shape, operation, |_| true);
    let arguments = arguments(shape, operation, Lists::Vectors);
    let generic = arguments
        .iter()
        .any(|argument| argument.kind == Kind::Body)
        .then(|| quote!(, B: Into<::reqwest::Body>));
    let taken = arguments.iter().map(|argument| {
        let ident = &argument.ident;
        let ty = match argument.kind {
            Kind::Body => quote!(B),
            Kind::Value => argument.ty.clone(),
        };
        match argument.required {
            true => quote!(#ident: #ty),
            false => quote!(#ident: Option<#ty>),
        }
    });
    let result = answer::result(shape, operation, names);
    let statements = send::statements(operation, &quote!(self));
    let read = answer::read(shape, operation, names);
    quote! {
        #(#docs)*
        #[allow(
            clippy::too_many_arguments,
            clippy::ptr_arg,
            clippy::needless_lifetimes,
            clippy::let_and_return,
            clippy::match_single_binding
        )]
        pub async fn #name<'a #generic>(&'a self, #(#taken),*) -> #result {
            #statements
            #read
        }
    }
}
