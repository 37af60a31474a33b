//! `emulator`: the service on loopback, until it is told to stop.

use oci_genai_emulator::Emulator;

use crate::args;
use crate::error::Error;
use crate::output;

pub(crate) async fn run(options: args::Emulator) -> Result<(), Error> {
    let mut builder = Emulator::builder().listen(options.listen);
    for key in options.api_key {
        builder = builder.api_key(key);
    }
    for project in options.project {
        builder = builder.project(project);
    }
    if let Some(file) = options.oci_config {
        builder = builder.oci_config(file);
    }
    let emulator = builder.start().await?;
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
