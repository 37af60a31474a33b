//! From arguments to a response.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::arguments::holds_files;
use crate::codegen::shape::{Body, BodyKind, FORM, FormStyle, Operation, Parameter, Place};

/// The statements that leave the response in a variable of that name. `client` is what has the base URL and the
/// transport.
pub(super) fn statements(operation: &Operation, client: &TokenStream) -> TokenStream {
    let url = url(operation, client);
    let headers = headers(operation);
    let request = request(operation, client, headers.is_some());
    let id = &operation.id;
    let sent = match operation.is_multipart() {
        true => quote! {
            let response = #client.inner.with_extension(form.replay()).send(request, #id).await;
        },
        false => quote!(let response = #client.inner.send(request, #id).await;),
    };
    quote! {
        #url
        #headers
        #request
        #sent
    }
}

fn of_place(operation: &Operation, place: Place) -> impl Iterator<Item = (&Parameter, Ident)> {
    let parameters = operation.parameters.iter();
    parameters
        .filter(move |parameter| parameter.place == place)
        .map(|parameter| (parameter, format_ident!("{}", parameter.ident)))
}

/// The request's address: the operation's path, each parameter checked and encoded.
fn url(operation: &Operation, client: &TokenStream) -> TokenStream {
    let mut format = String::new();
    let mut segments: Vec<TokenStream> = Vec::new();
    let mut values: Vec<Ident> = Vec::new();
    let mut rest = operation.path.as_str();
    while let Some(start) = rest.find('{') {
        let end = rest[start..]
            .find('}')
            .map_or(rest.len(), |end| start + end);
        format.push_str(&rest[..start]);
        let name = &rest[start + 1..end];
        let mut parameters = of_place(operation, Place::Path);
        if let Some((parameter, ident)) = parameters.find(|(it, _)| it.wire == name) {
            format.push_str("{}");
            let wire = &parameter.wire;
            segments.push(quote! {
                let #ident = path_segment(#wire, #ident).map_err(Error::InvalidRequest)?;
            });
            values.push(ident);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    format.push_str(&rest.replace('}', "}}"));
    let joined = quote! {
        #client.baseurl.join(format_args!(#format, #(#values),*)).map_err(Error::InvalidRequest)?
    };
    let (names, texts): (Vec<_>, Vec<_>) = operation.query.iter().cloned().unzip();
    let url = if names.is_empty() {
        joined
    } else {
        quote!({
            let mut url = #joined;
            url.query_pairs_mut()#(.append_pair(#names, #texts))*;
            url
        })
    };
    quote! {
        #(#segments)*
        let url = #url;
    }
}

/// Whether the operation asks for JSON and nothing else.
fn asks_for_json(operation: &Operation) -> bool {
    operation.accept.as_deref() == Some("application/json")
}

/// The map of the headers that arguments set, if there are any, or of what is asked for that is no JSON.
fn headers(operation: &Operation) -> Option<TokenStream> {
    let count = of_place(operation, Place::Header).count();
    let asked = operation
        .accept
        .as_ref()
        .filter(|_| !asks_for_json(operation));
    let size = count + usize::from(asked.is_some());
    if size == 0 {
        return None;
    }
    let asked = asked.map(|accept| {
        quote! {
            header_map.append(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static(#accept),
            );
        }
    });
    let own = of_place(operation, Place::Header).map(|(parameter, ident)| {
        let wire = &parameter.wire;
        match parameter.required {
            true => quote!(header_map.append(#wire, #ident.to_string().try_into()?);),
            false => quote! {
                if let Some(value) = #ident {
                    header_map.append(#wire, value.to_string().try_into()?);
                }
            },
        }
    });
    Some(quote! {
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(#size);
        #asked
        #(#own)*
    })
}

/// Builds the request.
fn request(operation: &Operation, client: &TokenStream, has_headers: bool) -> TokenStream {
    let method = format_ident!("{}", operation.method);
    let start = match operation.method.as_str() {
        "get" | "put" | "post" | "patch" | "delete" | "head" => quote!(#client.client.#method(url)),
        other => {
            let method = format_ident!("{}", other.to_uppercase());
            quote!(#client.client.request(::reqwest::Method::#method, url))
        }
    };
    let accept = asks_for_json(operation).then(|| {
        quote! {
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
        }
    });
    let queries = of_place(operation, Place::Query).map(|(parameter, ident)| {
        let wire = &parameter.wire;
        match parameter.style {
            Some(style) => {
                let style = style_of(style);
                quote! {
                    .query(
                        &crate::form::query(#wire, &#ident, #style).map_err(Error::InvalidRequest)?
                    )
                }
            }
            None => quote!(.query(&progenitor_client::QueryParam::new(#wire, &#ident))),
        }
    });
    let headers = has_headers.then(|| quote!(.headers(header_map)));
    let parts = operation.is_multipart().then(|| parts(operation));
    let body = operation.body.as_ref();
    let chained = body.map(body_of);
    if body.is_none_or(|body| body.required) {
        return quote! {
            #parts
            let request = #start #accept #chained #(#queries)* #headers .build()?;
        };
    }
    let is_there = match operation.is_multipart() {
        true => quote!(!form.is_empty()),
        false => quote!(let Some(body) = body),
    };
    quote! {
        #parts
        let mut request = #start #accept #(#queries)* #headers;
        if #is_there {
            request = request #chained;
        }
        let request = request.build()?;
    }
}

/// The calls that put a body into a request.
fn body_of(body: &Body) -> TokenStream {
    let content_type = |media: &str| {
        quote! {
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static(#media),
            )
        }
    };
    match &body.kind {
        BodyKind::Json(_, None) => quote!(.json(&body)),
        BodyKind::Json(_, Some(media)) => {
            let media = content_type(media);
            quote!(#media.json(&body))
        }
        BodyKind::Form(_, styles) => {
            let media = content_type(FORM);
            let styles = styles.iter().map(|(name, style)| {
                let style = style_of(*style);
                quote!((#name, #style))
            });
            quote! {
                #media
                .body(crate::form::encode(&body, &[#(#styles),*]).map_err(Error::InvalidRequest)?)
            }
        }
        BodyKind::Bytes(media) => {
            let media = content_type(media);
            quote!(#media.body(body))
        }
        BodyKind::Multipart => quote! {
            .header(::reqwest::header::CONTENT_TYPE, form.content_type())
            .body(form.body())
        },
    }
}

/// Gathers the parts of a body in `form`.
fn parts(operation: &Operation) -> TokenStream {
    let parts = of_place(operation, Place::Part).map(|(parameter, ident)| {
        let wire = &parameter.wire;
        let value = format_ident!("value");
        let given = if parameter.required { &ident } else { &value };
        let media = match &parameter.media {
            Some(media) => quote!(Some(#media)),
            None => quote!(None),
        };
        let add = match (&parameter.ty, holds_files(&parameter.ty)) {
            (crate::codegen::shape::TypeRef::List(_), true) => quote! {
                for file in #given {
                    form.file(#wire, file);
                }
            },
            (_, true) => quote!(form.file(#wire, #given);),
            (_, false) => quote! {
                form.value(#wire, &#given, #media).map_err(Error::InvalidRequest)?;
            },
        };
        match parameter.required {
            true => add,
            false => quote! {
                if let Some(value) = #ident {
                    #add
                }
            },
        }
    });
    quote!(#(#parts)*)
}

fn style_of(style: FormStyle) -> TokenStream {
    let name = match style {
        FormStyle::Form => "Form",
        FormStyle::Commas => "Commas",
        FormStyle::Spaces => "Spaces",
        FormStyle::Pipes => "Pipes",
        FormStyle::Brackets => "Brackets",
    };
    let name = format_ident!("{name}");
    quote!(crate::form::Style::#name)
}
