//! Ctrl-C.

/// Completes when the person presses Ctrl-C, counted from the call on: what is shown afterwards can be stopped.
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
            // No signal can be caught here: then one ends the process.
            Err(_) => std::future::pending().await,
        }
    }
}
