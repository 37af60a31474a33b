//! `cargo xtask interop`: clients, signers and test tools that others wrote, and a browser, against
//! the emulator.
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

use emulator::Emulator;
use peer::{Peer, Runtime};
use tools::Tools;

/// What `cargo xtask interop` is told.
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
    let config = tools.oci_config()?;
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
            Ok(Some(cure)) => Ok(format!("SKIPPED: {cure}")),
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
        let line = format!("{word:<8} {:<14} {detail}", peer.name);
        progress(&line);
        let _ = writeln!(report.text, "{line}");
    }
    let _ = write!(report.text, "{} failed", report.failed);
    Ok(report)
}

/// What a peer lacks on this machine; in continuous integration that is a failure.
fn missing(peer: &Peer, tools: &Tools) -> Result<Option<String>, String> {
    let cure = match peer.runtime {
        Runtime::Python => None,
        Runtime::Node => tools.prepare_node().err(),
        Runtime::Browser => tools::browser().err(),
    };
    match cure {
        Some(cure) if std::env::var("CI").as_deref() == Ok("true") => Err(cure),
        cure => Ok(cure),
    }
}

/// Runs a peer's script against an emulator that nobody else uses.
fn try_out(peer: &Peer, tools: &Tools, program: &Path, config: &Path) -> Result<String, String> {
    let versions = tools.versions(peer)?;
    progress(&format!("trying   {:<14} {versions}", peer.name));
    let emulator = Emulator::start(program, config, &tools.log(peer.name, "emulator"))?;
    let log = tools.log(peer.name, "peer");
    let mut command = tools.command(peer);
    command
        .args([&emulator.base_url, emulator::API_KEY, emulator::PROJECT])
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
        Ok(format!("{versions}: {checks} checks{counted}"))
    } else {
        progress(&printed);
        Err(format!("{versions}: see {}", log.display()))
    }
}

/// What a person who waits wants to see at once.
#[allow(clippy::print_stderr, reason = "a program's progress")]
fn progress(line: &str) {
    eprintln!("{line}");
}
