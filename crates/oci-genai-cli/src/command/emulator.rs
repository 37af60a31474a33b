//! `emulator`: the service on loopback, until it is told to stop.

use oci_genai_auth::Environment;
use oci_genai_emulator::{Emulator, Script, Upstream};

use crate::args;
use crate::error::Error;
use crate::{output, settings};

pub(crate) async fn run(options: args::Emulator) -> Result<(), Error> {
    let mut builder = Emulator::builder().listen(options.listen);
    if options.tls {
        builder = builder.tls();
    }
    for key in options.api_key {
        builder = builder.api_key(key);
    }
    for project in options.project {
        builder = builder.project(project);
    }
    if let Some(file) = options.oci_config {
        builder = builder.oci_config(file);
    }
    if let Some(file) = options.data {
        builder = builder.data(file);
    }
    if let Some(file) = options.script {
        let script = Script::load(&file).map_err(|error| Error::file("script", &file, error))?;
        builder = builder.script(script);
    }
    if let Some(url) = options.upstream {
        let env = Environment::process();
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
    let emulator = builder.start().await?;
    if let (Some(file), Some(ca)) = (options.tls_cert_out, emulator.ca_pem()) {
        std::fs::write(&file, ca).map_err(|error| Error::io("write", &file, error))?;
    }
    if let Some(file) = options.faults {
        let loaded = emulator.faults().load_file(&file);
        loaded.map_err(|error| Error::file("scenario of faults", &file, error))?;
    }
    // Programs that start the emulator wait for this line.
    output::json(&emulator.ready_record())?;
    stopped().await;
    Ok(())
}

/// Waits for Ctrl-C, or on Unix for SIGTERM, whichever comes first.
async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // An error means that no signal can be caught here: then only a kill ends the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
