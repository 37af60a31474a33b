//! `cargo xtask bench`: every figure of `docs/performance.md`, measured in one go.
//!
//! The benches of the workspace print and write their own rows; this runs them one after the other, adds
//! what has to be measured from outside a program, and writes one table.

mod hello;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use self::rows::Row;
use crate::codegen;

/// Options of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where `performance-table.md` and `performance.json` are written.
    #[arg(long, value_name = "DIR", default_value = "target")]
    out: PathBuf,

    /// Where small programs are built from nothing, which takes minutes and about 3 GB.
    #[arg(long, value_name = "DIR", default_value = "target")]
    dir: PathBuf,

    /// Leave the builds from nothing out.
    #[arg(long)]
    skip_builds: bool,
}

/// Benches of the workspace that write their rows to the file that `BENCH_JSON` names. They are built alike, so
/// that what they depend on is built once.
const BENCHES: [[&str; 5]; 2] = [bench("compare"), bench("turns")];

const fn bench(name: &str) -> [&str; 5] {
    let peers = "oci-genai-tests/peers";
    ["--workspace", "--features", peers, "--bench", name]
}

/// Measures and writes, and gives the table.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<String, String> {
    let mut rows = Vec::new();
    for bench in BENCHES {
        rows.extend(bench_rows(&bench, root, &arguments.dir)?);
    }
    rows.push(generation(root)?);
    if !arguments.skip_builds {
        rows.extend(hello::rows(root, &arguments.dir)?);
    }
    let table = rows::markdown(&rows);
    let json = serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())?;
    for (name, text) in [
        ("performance-table.md", &table),
        ("performance.json", &json),
    ] {
        let file = arguments.out.join(name);
        fs::write(&file, format!("{}\n", text.trim_end()))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(table)
}

fn bench_rows(bench: &[&str], root: &Path, dir: &Path) -> Result<Vec<Row>, String> {
    let name = format!("cargo bench {}", bench.join(" "));
    fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let file =
        std::path::absolute(dir.join("bench-rows.json")).map_err(|error| error.to_string())?;
    let status = Command::new("cargo")
        .arg("bench")
        .args(bench)
        .current_dir(root)
        .env("BENCH_JSON", &file)
        .status()
        .map_err(|error| format!("{name}: {error}"))?;
    if !status.success() {
        return Err(format!("{name} failed"));
    }
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{name} wrote no rows: {error}"))
}

/// The contract, compiled in memory.
#[allow(clippy::disallowed_methods, reason = "a stopwatch")]
fn generation(root: &Path) -> Result<Row, String> {
    const ROUNDS: usize = 7;
    let mut seconds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        codegen::check(root)?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(Row {
        work: "cargo xtask codegen --check, unoptimised build".to_owned(),
        contender: "xtask".to_owned(),
        unit: "s".to_owned(),
        median: seconds[ROUNDS / 2],
        ratio: None,
    })
}
