//! `proxy run`: runs a program with the proxy as its OpenAI endpoint.

use std::ffi::OsString;
use std::process::ExitStatus;
use std::time::Duration;

use oci_genai_proxy::{Server, ServerConfig};
use tokio::process::{Child, Command};

use super::report::Reporter;
use super::{observe, proxy, setup, token, usage_log};
use crate::args::ProxyRun;
use crate::error::Error;
use crate::output;

/// Exit codes that shells use for a program that is missing or cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUN: u8 = 126;

/// How long responses may take to end when the program has.
const LAST_RESPONSES: Duration = Duration::from_millis(500);

/// Variables that would send the program elsewhere, or have it name another project.
const REMOVED: [&str; 4] = [
    "OPENAI_ORG_ID",
    "OPENAI_ORGANIZATION",
    "OPENAI_PROJECT",
    "OPENAI_PROJECT_ID",
];

pub(super) async fn run(options: ProxyRun) -> Result<(), Error> {
    let (upstream, mut config) = setup::setup(&options.options).await?;
    let token = token()?;
    config.token = Some(token.clone());
    let reporter = tracing::enabled!(tracing::Level::INFO).then(Reporter::start);
    let usage = usage_log(&options.options, &mut config)?;
    observe(&mut config, reporter.as_ref(), usage.as_ref());
    let server = Server::start(proxy(upstream, config)?, ServerConfig::default()).await?;
    let base_url = server.base_url();
    let Some((name, arguments)) = options.command.split_first() else {
        return Err(Error::usage("no program to run was given"));
    };
    let mut command = Command::new(name);
    command
        .args(arguments)
        .env("OPENAI_BASE_URL", &base_url)
        .env("OPENAI_API_BASE", &base_url)
        .env("OPENAI_API_KEY", token.expose());
    for variable in REMOVED {
        command.env_remove(variable);
    }
    for variable in ["NO_PROXY", "no_proxy"] {
        if let Some(hosts) = without_proxy(std::env::var_os(variable)) {
            command.env(variable, hosts);
        }
    }
    let signals = Signals::listen();
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let code = match error.kind() {
                std::io::ErrorKind::NotFound => NOT_FOUND,
                _ => NOT_RUN,
            };
            output::error(&Error::io("run", name.as_ref(), error));
            return Err(Error::AlreadyReported(code));
        }
    };
    let status = signals.wait(&mut child).await;
    let status = status.map_err(|error| Error::io("wait for", name.as_ref(), error))?;
    // The program may have ended before the last of its responses had.
    let _ = tokio::time::timeout(LAST_RESPONSES, server.shut_down()).await;
    if let Some(reporter) = reporter {
        reporter.finish();
    }
    if let Some(usage) = usage {
        usage.finish();
    }
    match exit_code(status) {
        0 => Ok(()),
        code => Err(Error::AlreadyReported(code)),
    }
}

/// Returns the value of `NO_PROXY` with loopback added: the program's requests must not leave the machine before
/// they are signed.
fn without_proxy(given: Option<OsString>) -> Option<OsString> {
    let mut hosts = given.unwrap_or_default();
    if hosts == "*" {
        return None;
    }
    if !hosts.is_empty() {
        hosts.push(",");
    }
    hosts.push("127.0.0.1,localhost");
    Some(hosts)
}

/// Returns the exit code that a shell would use.
fn exit_code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(NOT_RUN);
    }
    let code = status.code().unwrap_or(1);
    // Windows has codes of 32 bits.
    u8::try_from(code).unwrap_or(1)
}

/// Signals to forward to the program.
#[cfg(unix)]
struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
            hang_up: signal(SignalKind::hangup()).ok(),
        }
    }

    /// Waits for the program, and forwards signals to it. A terminal sends Ctrl-C to the program itself.
    async fn wait(mut self, child: &mut Child) -> std::io::Result<ExitStatus> {
        use std::io::IsTerminal as _;

        use rustix::process::Signal;
        let shared = std::io::stdin().is_terminal() || std::io::stderr().is_terminal();
        loop {
            let signal = tokio::select! {
                status = child.wait() => return status,
                () = next(&mut self.interrupt) => Signal::INT,
                () = next(&mut self.terminate) => Signal::TERM,
                () = next(&mut self.hang_up) => Signal::HUP,
            };
            if signal == Signal::INT && shared {
                continue;
            }
            let pid = child.id().and_then(|id| i32::try_from(id).ok());
            if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
                // The program may have ended already; the next iteration notices.
                let _ = rustix::process::kill_process(pid, signal);
            }
        }
    }
}

#[cfg(unix)]
async fn next(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Catches Ctrl-C, which the program receives as well, so that the proxy does not end first.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn wait(self, child: &mut Child) -> std::io::Result<ExitStatus> {
        loop {
            tokio::select! {
                status = child.wait() => return status,
                _ = tokio::signal::ctrl_c() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_reached_without_a_proxy() {
        let hosts = |given: Option<&str>| without_proxy(given.map(OsString::from));
        assert_eq!(hosts(None).unwrap(), "127.0.0.1,localhost");
        assert_eq!(hosts(Some("a,b")).unwrap(), "a,b,127.0.0.1,localhost");
        assert_eq!(hosts(Some("*")), None);
    }
}
