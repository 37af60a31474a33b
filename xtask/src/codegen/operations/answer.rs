//! What an operation returns.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::arguments::whole;
use super::{Names, documented};
use crate::codegen::shape::{Answer, Operation, Shape};

/// The type of what the operation returns.
pub(super) fn result(shape: &Shape, operation: &Operation, names: &Names) -> TokenStream {
    let success = match operation.only_answer() {
        Some(answer) => held(shape, answer).unwrap_or_else(|| quote!(())),
        None if operation.successes.is_empty() => quote!(()),
        None => {
            let name = format_ident!("{}", names.response);
            quote!(#name)
        }
    };
    let failure = match &operation.failure_type {
        Some(ty) => whole(shape, ty),
        None => quote!(()),
    };
    quote!(Result<ResponseValue<#success>, Error<#failure>>)
}

/// The type of an answer, unless it is none.
fn held(shape: &Shape, answer: &Answer) -> Option<TokenStream> {
    match answer {
        Answer::Json(ty) => Some(whole(shape, ty)),
        Answer::Raw => Some(quote!(ByteStream)),
        Answer::Nothing => None,
    }
}

/// The type of the answers where they differ by their status.
pub(super) fn enumeration(
    shape: &Shape,
    operation: &Operation,
    names: &Names,
) -> Option<TokenStream> {
    if operation.only_answer().is_some() || operation.successes.is_empty() {
        return None;
    }
    let name = format_ident!("{}", names.response);
    let doc = documented(&format!("What `{}` returns, by its status.", operation.id));
    let variants = operation.successes.iter().map(|(status, answer)| {
        let (ident, doc) = (
            format_ident!("{}", variant(status)),
            documented(&said(status)),
        );
        match held(shape, answer) {
            Some(ty) => quote!(#(#doc)* #ident(#ty)),
            None => quote!(#(#doc)* #ident),
        }
    });
    let shown = operation.successes.iter().map(|(status, answer)| {
        let (ident, text) = (format_ident!("{}", variant(status)), variant(status));
        match answer {
            Answer::Json(_) => quote! {
                Self::#ident(value) => f.debug_tuple(#text).field(value).finish()
            },
            Answer::Raw => quote! {
                Self::#ident(_) => f.debug_tuple(#text).finish_non_exhaustive()
            },
            Answer::Nothing => quote!(Self::#ident => f.write_str(#text)),
        }
    });
    Some(quote! {
        #(#doc)*
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = "it is taken apart at once")]
        pub enum #name { #(#variants),* }
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self { #(#shown),* }
            }
        }
    })
}

/// Reads the response by its status.
pub(super) fn read(shape: &Shape, operation: &Operation, names: &Names) -> TokenStream {
    let mut arms: Vec<(bool, TokenStream)> = Vec::new();
    for (status, answer) in &operation.successes {
        let pattern = pattern(status);
        let plain = operation.only_answer().is_some();
        let name = format_ident!("{}", names.response);
        let variant = format_ident!("{}", variant(status));
        let value = match (answer, plain) {
            (Answer::Json(_), true) => quote!(response.json().await),
            (Answer::Raw, true) => quote!(Ok(response.stream())),
            (Answer::Nothing, true) => quote!(Ok(response.empty())),
            (Answer::Json(ty), false) => {
                let ty = whole(shape, ty);
                quote!(response.json::<#ty, _>().await?.map(#name::#variant))
            }
            (Answer::Raw, false) => quote!(response.stream().map(#name::#variant)),
            (Answer::Nothing, false) => quote!(response.empty().map(|()| #name::#variant)),
        };
        arms.push((is_range(status), quote!(#pattern => #value)));
    }
    if operation.failure_type.is_some() {
        for status in &operation.failures {
            let pattern = pattern(status);
            let arm = quote!(#pattern => Err(Error::ErrorResponse(response.json().await?)));
            arms.push((is_range(status), arm));
        }
    }
    // Single statuses come before ranges, whose arm would take them.
    arms.sort_by_key(|(range, _)| *range);
    let arms = arms.into_iter().map(|(_, arm)| arm);
    quote! {
        match response.status().as_u16() {
            #(#arms,)*
            _ => Err(Error::UnexpectedResponse(response.into())),
        }
    }
}

fn is_range(status: &str) -> bool {
    status.ends_with("XX")
}

fn pattern(status: &str) -> TokenStream {
    match (status.strip_suffix("XX"), status.parse::<u16>()) {
        (Some(class), _) => {
            let first = class.parse::<u16>().unwrap_or(2) * 100;
            let last = first + 99;
            quote!(#first..=#last)
        }
        (None, Ok(code)) => quote!(#code),
        // Passes let no other status through.
        (None, Err(_)) => quote!(0u16),
    }
}

/// What the answer with a status is called.
fn variant(status: &str) -> String {
    match status {
        "200" => "Ok".into(),
        "201" => "Created".into(),
        "202" => "Accepted".into(),
        "203" => "NonAuthoritative".into(),
        "204" => "NoContent".into(),
        "205" => "ResetContent".into(),
        "206" => "PartialContent".into(),
        "207" => "MultiStatus".into(),
        "304" => "NotModified".into(),
        "2XX" => "Success".into(),
        other => format!("Status{other}"),
    }
}

fn said(status: &str) -> String {
    match is_range(status) {
        true => format!("The status is another of {status}."),
        false => format!("The status is {status}."),
    }
}
