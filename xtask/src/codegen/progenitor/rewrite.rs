//! Adapts progenitor's output: real names in place of placeholders, the operation's path with checked
//! segments, our own documentation, no `api-version` header, no client with a built-in timeout.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, File, Ident, ImplItem, ImplItemFn, Item, LitStr, Stmt, parse_quote};

use super::skeleton::{operation_name, parameter_name};
use crate::codegen::error::{Error, Result};
use crate::codegen::operations::documentation;
use crate::codegen::shape::{Answer, Operation, Place, Shape};

pub(super) fn rewrite(shape: &Shape, tokens: TokenStream) -> Result<File> {
    let mut file: File = syn::parse2(tokens).map_err(|error| {
        Error::new(
            "#/paths",
            format!("progenitor's output is no Rust: {error}"),
            "report this with the document",
        )
    })?;
    file.items.retain(|item| match item {
        // Types and re-exports are this compiler's; the prelude says nothing new, and there are no hooks.
        Item::Mod(_) | Item::Use(_) | Item::Const(_) => false,
        _ => true,
    });
    for item in &mut file.items {
        let Item::Impl(block) = item else { continue };
        block
            .attrs
            .retain(|attribute| !attribute.path().is_ident("allow"));
        for member in &mut block.items {
            if let ImplItem::Fn(function) = member {
                rewrite_function(shape, function);
                if function.sig.ident == "new_with_client" {
                    ParsedBase.visit_impl_item_fn_mut(function);
                }
            }
        }
        block.items.retain(
            |member| !matches!(member, ImplItem::Fn(function) if function.sig.ident == "new"),
        );
    }
    for item in &mut file.items {
        if let Item::Struct(client) = item {
            client
                .attrs
                .retain(|attribute| !attribute.path().is_ident("doc"));
            let words = format!(
                "Client for {}.\n\n{}\n\nVersion {} of the document.",
                shape.title.trim_end_matches('.'),
                shape.description,
                shape.version
            );
            client.attrs.splice(0..0, doc_attributes(&words));
            for field in &mut client.fields {
                if field.ident.as_ref().is_some_and(|name| name == "baseurl") {
                    field.ty = parse_quote!(crate::transport::BaseUrl);
                }
            }
        }
    }
    let uses: Vec<Item> = vec![
        parse_quote! {
            #[allow(unused_imports, reason = "which of these are needed depends on the document")]
            use progenitor_client::{
                ByteStream, ClientInfo, Error, RequestBuilderExt, ResponseValue,
            };
        },
        parse_quote! {
            #[allow(unused_imports, reason = "a document may have no paths with parameters")]
            use crate::model::path_segment;
        },
    ];
    file.items.splice(0..0, uses);
    Ok(file)
}

fn rewrite_function(shape: &Shape, function: &mut ImplItemFn) {
    let name = function.sig.ident.to_string();
    let found = (0..shape.operations.len()).find(|index| operation_name(*index) == name);
    let Some(operation) = found.map(|index| &shape.operations[index]) else {
        return;
    };
    function.sig.ident = format_ident!("{}", operation.id);
    function.attrs = documentation(shape, operation, |_| true);
    function.attrs.push(parse_quote!(#[allow(
        clippy::too_many_arguments,
        clippy::ptr_arg,
        clippy::needless_lifetimes,
        clippy::let_and_return,
        clippy::match_single_binding
    )]));
    url(operation, &mut function.block.stmts);
    headers(operation, &mut function.block.stmts);
    exchange(operation, &mut function.block.stmts);
    Answers.visit_impl_item_fn_mut(function);
    Maps.visit_impl_item_fn_mut(function);
    let made_up = name.as_str();
    Renames { operation, made_up }.visit_impl_item_fn_mut(function);
}

/// The request's address: the operation's path, each parameter checked and encoded.
fn url(operation: &Operation, statements: &mut Vec<Stmt>) {
    let mut format = String::new();
    let mut segments: Vec<Stmt> = Vec::new();
    let mut values: Vec<Ident> = Vec::new();
    let mut rest = operation.path.as_str();
    while let Some(start) = rest.find('{') {
        let end = rest[start..]
            .find('}')
            .map_or(rest.len(), |end| start + end);
        format.push_str(&rest[..start]);
        let name = &rest[start + 1..end];
        let parameter = operation
            .parameters
            .iter()
            .position(|parameter| parameter.place == Place::Path && parameter.wire == name);
        if let Some(position) = parameter {
            format.push_str("{}");
            let ident = format_ident!("{}", parameter_name(position));
            let wire = &operation.parameters[position].wire;
            segments.push(parse_quote! {
                let #ident = path_segment(#wire, #ident).map_err(Error::InvalidRequest)?;
            });
            values.push(ident);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    format.push_str(&rest.replace('}', "}}"));
    for statement in statements.iter_mut() {
        if let Stmt::Local(local) = statement
            && let syn::Pat::Ident(pattern) = &local.pat
            && pattern.ident == "url"
            && let Some(init) = &mut local.init
        {
            let joined: Expr = parse_quote! {
                self.baseurl.join(format_args!(#format, #(#values),*)).map_err(Error::InvalidRequest)?
            };
            let (names, texts): (Vec<_>, Vec<_>) = operation.query.iter().cloned().unzip();
            *init.expr = if names.is_empty() {
                joined
            } else {
                parse_quote!({
                    let mut url = #joined;
                    url.query_pairs_mut()#(.append_pair(#names, #texts))*;
                    url
                })
            };
        }
    }
    statements.splice(0..0, segments);
}

/// Has the base URL parsed when a client is made, in place of kept as it is.
struct ParsedBase;

impl VisitMut for ParsedBase {
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if matches!(&field.member, syn::Member::Named(name) if name == "baseurl") {
            field.expr = parse_quote!(crate::transport::BaseUrl::new(baseurl));
        }
    }
}

/// Takes the `api-version` header out, and the header map with it if nothing else is put in.
fn headers(operation: &Operation, statements: &mut Vec<Stmt>) {
    statements.retain(|statement| !quote!(#statement).to_string().contains("\"api-version\""));
    let own = operation
        .parameters
        .iter()
        .any(|parameter| parameter.place == Place::Header);
    if let Some(accept) = stream_type(operation) {
        let at = statements
            .iter()
            .position(|statement| is_let(statement, "header_map"))
            .map_or(0, |at| at + 1);
        statements.insert(
            at,
            parse_quote! {
                header_map.append(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static(#accept),
                );
            },
        );
    } else if !own {
        statements.retain(|statement| !is_let(statement, "header_map"));
        let mut remove = WithoutHeaders;
        for statement in statements {
            remove.visit_stmt_mut(statement);
        }
    }
}

/// Returns the media types to accept for a response that is not JSON. Progenitor writes the header for JSON itself.
fn stream_type(operation: &Operation) -> Option<&str> {
    let is_raw = operation.only_answer() == Some(&Answer::Raw);
    operation.accept.as_deref().filter(|_| is_raw)
}

/// Sends the request through the transport itself, in place of hooks around it.
fn exchange(operation: &Operation, statements: &mut Vec<Stmt>) {
    let id = &operation.id;
    statements.retain(|statement| {
        let text = quote!(#statement).to_string();
        let is_hook = text.starts_with("self . pre") || text.starts_with("self . post");
        !is_hook && !is_let(statement, "info") && !is_let(statement, "result")
    });
    for statement in statements {
        if is_let(statement, "response") {
            *statement = parse_quote!(let response = self.inner.send(request, #id).await;);
        } else if is_let(statement, "request")
            && let Stmt::Local(local) = statement
            && let syn::Pat::Ident(pattern) = &mut local.pat
        {
            // No hook changes it any more.
            local.attrs.clear();
            pattern.mutability = None;
        }
    }
}

/// Reads answers by the transport's type for them.
struct Answers;

impl VisitMut for Answers {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let Expr::Call(call) = expr else { return };
        let function = &call.func;
        *expr = match quote!(#function).to_string().replace(' ', "").as_str() {
            "ResponseValue::from_response" => parse_quote!(response.json()),
            "ResponseValue::stream" => parse_quote!(response.stream()),
            "ResponseValue::empty" => parse_quote!(response.empty()),
            "Error::UnexpectedResponse" => parse_quote!(Error::UnexpectedResponse(response.into())),
            _ => return,
        };
    }
}

/// Has maps of any JSON be of the type that all maps are of.
struct Maps;

impl VisitMut for Maps {
    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        visit_mut::visit_type_path_mut(self, path);
        if quote!(#path)
            .to_string()
            .replace(' ', "")
            .contains("serde_json::Map<")
        {
            *path = parse_quote! {
                ::std::collections::BTreeMap<::std::string::String, ::serde_json::Value>
            };
        }
    }
}

fn is_let(statement: &Stmt, name: &str) -> bool {
    matches!(statement, Stmt::Local(local)
        if matches!(&local.pat, syn::Pat::Ident(pattern) if pattern.ident == name))
}

/// Removes `.headers(header_map)` from a chain of calls.
struct WithoutHeaders;

impl VisitMut for WithoutHeaders {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::MethodCall(call) = expr
            && call.method == "headers"
        {
            *expr = (*call.receiver).clone();
        }
    }
}

/// Replaces made-up names, in the code and in what goes over the wire.
struct Renames<'a> {
    operation: &'a Operation,
    /// The operation's name before.
    made_up: &'a str,
}

impl Renames<'_> {
    fn parameter(&self, name: &str) -> Option<usize> {
        (0..self.operation.parameters.len()).find(|index| parameter_name(*index) == name)
    }
}

impl VisitMut for Renames<'_> {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if let Some(index) = self.parameter(&ident.to_string()) {
            *ident = Ident::new(&self.operation.parameters[index].ident, ident.span());
        }
    }

    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        let value = text.value();
        if let Some(index) = self.parameter(&value) {
            *text = LitStr::new(&self.operation.parameters[index].wire, text.span());
        } else if value == self.made_up {
            *text = LitStr::new(&self.operation.id, text.span());
        }
    }

    fn visit_macro_mut(&mut self, invocation: &mut syn::Macro) {
        let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        if let Ok(mut arguments) = invocation.parse_body_with(parser) {
            for argument in &mut arguments {
                self.visit_expr_mut(argument);
            }
            invocation.tokens = quote!(#arguments);
        }
    }
}

fn doc_attributes(text: &str) -> Vec<Attribute> {
    crate::codegen::emit::doc_comment(text, "", "")
        .lines()
        .map(|line| {
            let line = line.strip_prefix("///").unwrap_or(line);
            parse_quote!(#[doc = #line])
        })
        .collect()
}
