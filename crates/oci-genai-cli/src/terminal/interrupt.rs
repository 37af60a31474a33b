//! Waits for Ctrl-C.

/// Completes at the first Ctrl-C after the call.
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let presses = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    #[cfg(windows)]
    let presses = tokio::signal::windows::ctrl_c();
    async move {
        match presses {
            Ok(mut presses) => {
                presses.recv().await;
            }
            // Without a handler, Ctrl-C ends the process.
            Err(_) => std::future::pending().await,
        }
    }
}
