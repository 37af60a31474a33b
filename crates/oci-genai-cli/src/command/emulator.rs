//! `emulator`: runs the emulator until it is stopped.

use oci_genai_auth::Environment;
use oci_genai_emulator::{
    DEFAULT_PROJECT, Emulator, EmulatorConfig, Fault, Scenario, Script, Upstream,
};

use super::stop_requested;
use crate::args;
use crate::error::Error;
use crate::{output, settings};

pub(crate) async fn run(options: args::Emulator) -> Result<(), Error> {
    let mut builder = Emulator::builder().config(config(&options)?);
    if let Some(file) = options.script {
        let script = Script::load(&file).map_err(|error| Error::file("script", &file, error))?;
        builder = builder.script(script);
    }
    if let Some(url) = options.upstream {
        let env = Environment::from_process();
        let mut upstream = Upstream::new(url);
        if let Some(key) = settings::variable(&env, "OPENAI_API_KEY") {
            upstream = upstream.with_api_key(key);
        }
        if let Some(project) = settings::variable(&env, "OPENAI_PROJECT_ID") {
            upstream = upstream.with_project(project);
        }
        builder = builder.upstream(upstream);
    }
    if let Some(file) = options.record {
        builder = builder.record(file);
    }
    let mut scenario = match &options.faults {
        Some(file) => {
            Scenario::read(file).map_err(|error| Error::file("fault scenario", file, error))?
        }
        None => Scenario::default(),
    };
    for fault in &options.fault {
        scenario.faults.push(read_fault(fault)?);
    }
    scenario.seed = options.fault_seed.unwrap_or(scenario.seed);
    let emulator = builder.scenario(scenario).start().await?;
    if let (Some(file), Some(ca)) = (options.tls_cert_out, emulator.ca_pem()) {
        std::fs::write(&file, ca).map_err(|error| Error::io("write", &file, error))?;
    }
    let stopped = stop_requested();
    // Programs that start the emulator wait for this line, and may then stop it at once.
    output::json(&emulator.ready_record())?;
    stopped.await;
    Ok(())
}

/// Parses a fault; the error is one line.
fn read_fault(text: &str) -> Result<Fault, Error> {
    text.parse()
        .map_err(|error| Error::usage(format!("--fault: {}", crate::error::chain(&error))))
}

/// Parses `REGION=KEY`.
fn read_regional_key(text: &str) -> Result<(String, String), Error> {
    match text.split_once('=') {
        Some((region, key)) if !region.is_empty() && !key.is_empty() => {
            Ok((region.to_owned(), key.to_owned()))
        }
        _ => Err(Error::usage(
            "--foreign-api-key: give the region and the key, such as eu-frankfurt-1=sk-other",
        )),
    }
}

/// Returns the emulator's settings.
fn config(options: &args::Emulator) -> Result<EmulatorConfig, Error> {
    let mut config = EmulatorConfig::default();
    config.listen = options.listen;
    config.allow_hosts.clone_from(&options.allow_host);
    config.tls = options.tls;
    config.data.clone_from(&options.data);
    config.api_keys.clone_from(&options.api_key);
    for key in &options.api_key_in_region {
        config.api_keys_in_regions.push(read_regional_key(key)?);
    }
    config.projects.clone_from(&options.project);
    config.default_project = options.default_project.clone().map(|given| match given {
        given if given.is_empty() => {
            let first = options.project.first().cloned();
            first.unwrap_or_else(|| DEFAULT_PROJECT.to_owned())
        }
        given => given,
    });
    config.oci_configs.extend(options.oci_config.clone());

    let service = &options.service;
    config.region.clone_from(&service.region);
    config.queue_turns = service.queue_turns;
    config.strict = !service.lenient;
    config.open_responses = !service.no_open_responses;
    config.gateway = service.gateway;
    set(
        &mut config.background_retention,
        service.background_retention,
    );
    config.error_shape = service.error_shape.into();
    config.long_term_memory = service.long_term_memory;
    config.condenser = service.condenser;
    config.conversation_retention = service.conversation_retention;
    config.response_retention = service.response_retention;
    set(&mut config.condense_from, service.condense_from);
    set(&mut config.propagation, service.propagation);
    set(&mut config.token_lifetime, service.token_lifetime);

    let limits = &options.limits;
    config.zstd = !limits.no_zstd;
    set(&mut config.max_body_bytes, limits.max_body_bytes);
    let headers = limits
        .max_header_bytes
        .and_then(|bytes| bytes.try_into().ok());
    set(&mut config.max_header_bytes, headers);
    set(&mut config.read_timeout, limits.read_timeout);
    set(&mut config.write_timeout, limits.write_timeout);
    set(&mut config.data_slack, limits.data_slack);
    Ok(config)
}

/// Replaces a default if a value is given.
fn set<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}
