//! An operation as a request: made with what it cannot do without, completed by functions for the rest, and sent.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::arguments::{Argument, Kind, arguments};
use super::docs::documentation;
use super::{Names, answer, documented, send};
use crate::codegen::shape::{Operation, Place, Shape};

pub(super) fn request(shape: &Shape, operation: &Operation, names: &Names) -> TokenStream {
    let function = format_ident!("{}", operation.id);
    let request = format_ident!("{}", names.request);
    let arguments = arguments(shape, operation);
    let (required, optional): (Vec<&Argument>, Vec<&Argument>) =
        arguments.iter().partition(|argument| argument.required);
    let docs = documentation(shape, operation, |ident| {
        required.iter().any(|argument| argument.ident == ident)
    });
    let taken = required.iter().map(|argument| {
        let (ident, ty) = (&argument.ident, passed(argument));
        quote!(#ident: #ty)
    });
    let given = required.iter().map(|argument| {
        let ident = &argument.ident;
        match argument.kind {
            Kind::Body => quote!(#ident: #ident.into()),
            Kind::Value => quote!(#ident),
        }
    });
    let absent = optional.iter().map(|argument| &argument.ident);
    let fields = arguments.iter().map(|argument| {
        let (ident, ty) = (&argument.ident, &argument.ty);
        match argument.required {
            true => quote!(#ident: #ty),
            false => quote!(#ident: Option<#ty>),
        }
    });
    let setters = optional.iter().map(|argument| setter(argument));
    let (form_field, form_value, form_setter) = match operation.is_multipart() {
        true => (
            Some(quote!(form: crate::multipart::Form,)),
            Some(quote!(form: crate::multipart::Form::new(),)),
            Some(more_parts()),
        ),
        false => (None, None, None),
    };
    let idents = arguments.iter().map(|argument| &argument.ident);
    let adds_parts = operation
        .parameters
        .iter()
        .any(|it| it.place == Place::Part);
    let form_ident = form_field.as_ref().map(|_| match adds_parts {
        true => quote!(mut form,),
        false => quote!(form,),
    });
    let words = format!(" The request of [`Client::{function}`](crate::Client::{function}).");
    let result = answer::result(shape, operation, names);
    let statements = send::statements(operation, &quote!(client));
    let read = answer::read(shape, operation, names);
    quote! {
        impl crate::Client {
            #(#docs)*
            #[allow(clippy::too_many_arguments)]
            pub fn #function<'a>(&'a self, #(#taken),*) -> #request<'a> {
                #request { client: self, #form_value #(#given,)* #(#absent: None),* }
            }
        }
        #[doc = #words]
        #[must_use = "`send` sends it"]
        pub struct #request<'a> {
            client: &'a crate::Client,
            #form_field
            #(#fields),*
        }
        impl<'a> #request<'a> {
            #(#setters)*
            #form_setter
            /// Sends the request.
            ///
            /// # Errors
            ///
            /// See [`Error`]. What a layer of the transport failed with is in it too:
            /// [`into_transport_error`](crate::into_transport_error) takes it out.
            #[allow(clippy::let_and_return, clippy::match_single_binding)]
            pub async fn send(self) -> #result {
                let Self { client, #form_ident #(#idents),* } = self;
                #statements
                #read
            }
        }
    }
}

fn passed(argument: &Argument) -> TokenStream {
    match argument.kind {
        Kind::Body => quote!(impl Into<::reqwest::Body>),
        Kind::Value => argument.ty.clone(),
    }
}

/// The function that sets what may be left out.
fn setter(argument: &Argument) -> TokenStream {
    let (ident, ty) = (&argument.ident, passed(argument));
    let doc = match argument.doc.trim() {
        "" => documented(&format!("Sets `{ident}`.")),
        words => documented(words),
    };
    let value = match argument.kind {
        Kind::Body => quote!(#ident.into()),
        Kind::Value => quote!(#ident),
    };
    quote! {
        #(#doc)*
        pub fn #ident(mut self, #ident: #ty) -> Self {
            self.#ident = Some(#value);
            self
        }
    }
}

/// The functions that add parts which the document does not name.
fn more_parts() -> TokenStream {
    quote! {
        /// Adds a part to the body that the document does not name. Parts are sent in the order
        /// they were added, before those that it names.
        pub fn part(mut self, name: &str, part: crate::multipart::File) -> Self {
            self.form.file(name, part);
            self
        }
    }
}
