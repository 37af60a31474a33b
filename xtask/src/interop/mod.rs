//! `cargo xtask interop`: clients, signers and test tools that others wrote, and a browser, against
//! the emulator; the clients once more, unchanged, through the proxy.
//!
//! Everything they need comes into `target/interop`: a virtual environment of Python, the packages of
//! Node, their logs. Their versions are pinned in `tests/python/requirements.txt` and
//! `tests/node/package.json`. Each peer gets an emulator of its own and is a script that checks what it
//! gets and ends with `all checks passed`.

mod emulator;
mod peer;
mod tools;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use emulator::{Emulator, Proxy};
use peer::{Peer, Runtime, Way};
use tools::Tools;

/// How long session tokens are good, in seconds: longer than any run.
const TOKEN_SECONDS: u64 = 3600;
/// The same where one has to end during the run.
const SHORT_TOKEN_SECONDS: u64 = 10;

/// Options of `cargo xtask interop`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Peers to try [default: all of them]
    #[arg(value_name = "PEER", value_parser = peer::names())]
    peers: Vec<String>,

    /// Install what the peers need, print the path of the Python interpreter, and try none of them.
    #[arg(long, conflicts_with = "peers")]
    prepare: bool,
}

impl Arguments {
    /// Those that only install what the peers need.
    pub(crate) const fn only_prepare() -> Self {
        Self {
            peers: Vec::new(),
            prepare: true,
        }
    }
}

/// What came of it.
pub(crate) struct Report {
    /// A line for each peer.
    pub(crate) text: String,
    /// How many failed.
    pub(crate) failed: usize,
}

/// Tries the peers, one after the other, and goes on when one fails.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<Report, String> {
    let tools = Tools::prepare_python(root)?;
    if arguments.prepare {
        return Ok(Report {
            text: tools.python().display().to_string(),
            failed: 0,
        });
    }
    let program = emulator::build(root)?;
    let config = tools.oci_config("oci", TOKEN_SECONDS)?;
    let mut report = Report {
        text: String::new(),
        failed: 0,
    };
    let chosen = |peer: &&Peer| {
        arguments.peers.is_empty() || arguments.peers.iter().any(|name| name == peer.name)
    };
    for peer in peer::PEERS.iter().filter(chosen) {
        let outcome = match missing(peer, &tools) {
            Ok(None) => try_out(peer, &tools, &program, &config),
            Ok(Some(fix)) => Ok(format!("SKIPPED: {fix}")),
            Err(problem) => Err(problem),
        };
        let (word, detail) = match outcome {
            Ok(detail) if detail.starts_with("SKIPPED") => ("skipped", detail),
            Ok(detail) => ("ok", detail),
            Err(problem) => {
                report.failed += 1;
                ("FAILED", problem)
            }
        };
        let line = format!("{word:<8} {:<20} {detail}", peer.name);
        progress(&line);
        let _ = writeln!(report.text, "{line}");
    }
    let _ = write!(report.text, "{} failed", report.failed);
    Ok(report)
}

/// What a peer lacks on this machine; in continuous integration that is a failure.
fn missing(peer: &Peer, tools: &Tools) -> Result<Option<String>, String> {
    let fix = match peer.runtime {
        Runtime::Python => None,
        Runtime::Node => tools.prepare_node().err(),
        Runtime::Browser => tools::browser().err(),
    };
    match fix {
        Some(fix) if std::env::var("CI").as_deref() == Ok("true") => Err(fix),
        fix => Ok(fix),
    }
}

/// Runs a peer's script against an emulator that nobody else uses.
#[allow(
    clippy::disallowed_methods,
    reason = "a token ends by the machine's clock"
)]
fn try_out(peer: &Peer, tools: &Tools, program: &Path, config: &Path) -> Result<String, String> {
    let versions = tools.versions(peer)?;
    progress(&format!("trying   {:<20} {versions}", peer.name));
    let log = |what: &str| tools.log(peer.name, what);
    let proxy = |emulator: &Emulator, config: &Path, profile: &str| {
        let (home, log) = (tools.home(), log("proxy"));
        Proxy::start(program, emulator, config, profile, &home, &log)
    };
    let checks = match peer.way {
        Way::Direct => {
            let emulator = Emulator::start(program, config, &log("emulator"), TOKEN_SECONDS)?;
            check(peer, tools, &emulator.base_url, emulator::API_KEY, config)?
        }
        Way::SigningKey => {
            let emulator = Emulator::start(program, config, &log("emulator"), TOKEN_SECONDS)?;
            let proxy = proxy(&emulator, config, "DEFAULT")?;
            let checks = check(peer, tools, &proxy.base_url, &proxy.token, config)?;
            all_signed(&log("emulator"))?;
            checks
        }
        Way::SessionToken => {
            let config = tools.oci_config("oci-session", SHORT_TOKEN_SECONDS)?;
            let began = Instant::now();
            let token = |when: &str| {
                let file = config.with_file_name("token");
                std::fs::read(&file).map_err(|error| format!("the token {when}: {error}"))
            };
            let first = token("at the beginning")?;
            let emulator = log("emulator");
            let emulator = Emulator::start(program, &config, &emulator, SHORT_TOKEN_SECONDS)?;
            let proxy = proxy(&emulator, &config, "SESSION")?;
            let mut checks = String::new();
            // Until the first token has surely ended.
            while checks.is_empty() || began.elapsed().as_secs() < SHORT_TOKEN_SECONDS + 2 {
                checks = check(peer, tools, &proxy.base_url, &proxy.token, &config)?;
            }
            if token("at the end")? == first {
                return Err(format!("{versions}: the session token was not refreshed"));
            }
            all_signed(&log("emulator"))?;
            checks
        }
    };
    Ok(format!("{versions}: {checks}"))
}

/// Checks that every request in an emulator's log was signed.
fn all_signed(log: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let is_signed = text.contains(" api_signing_key ") || text.contains(" session_token ");
    match is_signed && !text.contains(" api_key ") {
        true => Ok(()),
        false => Err(format!(
            "not all requests were signed; see {}",
            log.display()
        )),
    }
}

/// Runs a peer's script once, and counts its checks.
fn check(
    peer: &Peer,
    tools: &Tools,
    base_url: &str,
    api_key: &str,
    config: &Path,
) -> Result<String, String> {
    let log = tools.log(peer.name, "peer");
    let mut command = tools.command(peer);
    command
        .args([base_url, api_key, emulator::PROJECT])
        .arg(config);
    let ended = tools::run_to_log(&mut command, &log)?;
    let printed = std::fs::read_to_string(&log).unwrap_or_default();
    let checks = printed
        .lines()
        .filter(|line| line.starts_with("ok: "))
        .count();
    if ended && checks > 0 && printed.trim_end().ends_with("all checks passed") {
        let counted = printed.lines().rfind(|line| line.starts_with("validated "));
        let counted = counted.map_or_else(String::new, |line| format!(", {line}"));
        Ok(format!("{checks} checks{counted}"))
    } else {
        progress(&printed);
        Err(format!("see {}", log.display()))
    }
}

/// What a person who waits wants to see at once.
#[allow(clippy::print_stderr, reason = "a program's progress")]
fn progress(line: &str) {
    eprintln!("{line}");
}
