//! `proxy`: connects any OpenAI client to the service.

mod report;
mod run;
mod setup;

use std::path::Path;

use oci_genai_proxy::{Proxy, ProxyConfig, Server, ServerConfig, Tls, Token};
use serde::Serialize;

use self::report::Reporter;
use super::stop_requested;
use crate::args::{self, ProxyAction, ProxyOptions, ProxyServer};
use crate::error::Error;
use crate::output;
use crate::usage::UsageLog;

/// The ready line, which programs that start the proxy wait for.
#[derive(Serialize)]
struct Ready<'a> {
    event: &'static str,
    base_url: &'a str,
    token: Option<&'a str>,
}

pub(crate) async fn run(options: args::Proxy) -> Result<(), Error> {
    match options.action {
        Some(ProxyAction::Run(run)) => run::run(run).await,
        None => serve(options).await,
    }
}

/// Serves until Ctrl-C or SIGTERM, then until all open streams end or a second signal comes.
async fn serve(options: args::Proxy) -> Result<(), Error> {
    let token = match options.server.no_token {
        true => None,
        false => Some(token()?),
    };
    let reporter = Reporter::start();
    let (upstream, mut config) = setup::setup(&options.options).await?;
    config.token.clone_from(&token);
    reach(&mut config, &options.server);
    let usage = usage_log(&options.options, &mut config)?;
    observe(&mut config, Some(&reporter), usage.as_ref());
    let server = server_config(&options.server)?;
    let server = Server::start(proxy(upstream, config)?, server).await?;
    let stop = stop_requested();
    let base_url = server.base_url();
    output::json(&Ready {
        event: "ready",
        base_url: &base_url,
        token: token.as_ref().map(Token::expose),
    })?;
    stop.await;
    let again = stop_requested();
    tokio::select! {
        () = server.shut_down() => {}
        () = again => {}
        () = noted() => {}
    }
    reporter.finish();
    if let Some(usage) = usage {
        usage.finish();
    }
    Ok(())
}

/// Opens the usage log, if one was asked for.
fn usage_log(options: &ProxyOptions, config: &mut ProxyConfig) -> Result<Option<UsageLog>, Error> {
    config.read_usage = options.usage.is_some();
    options.usage.as_deref().map(UsageLog::open).transpose()
}

/// Has requests that ended reported and logged.
fn observe(config: &mut ProxyConfig, reporter: Option<&Reporter>, usage: Option<&UsageLog>) {
    let lines = reporter.map(Reporter::lines);
    let usage = usage.map(UsageLog::lines);
    config.observe(move |record| {
        if let Some(lines) = &lines {
            lines.send(record);
        }
        if let Some(usage) = &usage {
            usage.send(record);
        }
    });
}

/// Says after a moment why the proxy has not ended yet.
async fn noted() {
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    output::note("Waiting for open responses to end; press Ctrl-C again to stop now.");
    std::future::pending().await
}

/// Returns a random token.
fn token() -> Result<Token, Error> {
    Token::random().map_err(|error| Error::usage(error.to_string()))
}

fn proxy(upstream: oci_genai::Passthrough, config: ProxyConfig) -> Result<Proxy, Error> {
    Proxy::new(upstream, config).map_err(|error| Error::usage(error.to_string()))
}

/// Other machines reach a public listener by any host name.
fn reach(config: &mut ProxyConfig, server: &ProxyServer) {
    let loopback = server.listen.ip().to_canonical().is_loopback();
    config.any_host = !loopback && config.allow_hosts.is_empty();
}

fn server_config(options: &ProxyServer) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::default();
    config.listen = options.listen;
    config.behind_tls = options.behind_tls;
    if options.tls {
        config.tls = Some(tls(options)?);
    }
    Ok(config)
}

fn tls(options: &ProxyServer) -> Result<Tls, Error> {
    if let (Some(chain), Some(key)) = (&options.tls_cert, &options.tls_key) {
        let (certificates, private) = (read(chain)?, read(key)?);
        return Tls::from_pem(&certificates, &private)
            .map_err(|error| Error::file("certificate with a private key", chain, error));
    }
    let tls = Tls::generate(&[options.listen.ip()], &[]);
    let tls = tls.map_err(|error| Error::usage(error.to_string()))?;
    if let (Some(file), Some(ca)) = (&options.tls_cert_out, tls.ca_pem()) {
        std::fs::write(file, ca).map_err(|error| Error::io("write", file, error))?;
    }
    Ok(tls)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| Error::io("read", path, error))
}
