//! Building small packages from nothing, and what that takes.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What a command took.
pub(crate) struct Spent {
    /// Seconds of processor time, children included. They hardly depend on what else the machine does.
    pub(crate) processor: f64,
    /// As cargo says it.
    pub(crate) wall: String,
}

/// Removes what an earlier run left in `directory`.
pub(crate) fn clear(directory: &Path) -> Result<(), String> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", directory.display()))
        }
        _ => Ok(()),
    }
}

/// Writes a package of one source file (`main.rs`, or an empty `lib.rs`) with these lines of dependencies.
pub(crate) fn write_package(
    directory: &Path,
    dependencies: &str,
    main: Option<&str>,
) -> Result<(), String> {
    let manifest = format!(
        "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependencies}\n\n[profile.release]\nstrip = true\n\n[workspace]\n"
    );
    let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
    fs::create_dir_all(directory.join("src")).map_err(failed)?;
    fs::write(directory.join("Cargo.toml"), manifest).map_err(failed)?;
    let (name, source) = main.map_or(("lib.rs", ""), |source| ("main.rs", source));
    fs::write(directory.join("src").join(name), source).map_err(failed)
}

/// Runs a command in a shell, and reads the processor time of its children from `times`.
pub(crate) fn measure(directory: &Path, command: &str) -> Result<Spent, String> {
    let output = Command::new("sh")
        .args(["-c", &format!("{command} && times")])
        .current_dir(directory)
        .env("CARGO_TARGET_DIR", "target")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_INCREMENTAL")
        .output()
        .map_err(|error| format!("{command}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{command}:\n{said}"));
    }
    let times = String::from_utf8_lossy(&output.stdout);
    let processor = times
        .lines()
        .last()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(seconds)
        .sum();
    let wall = said
        .lines()
        .rev()
        .find_map(|line| line.rsplit_once(" target(s) in "))
        .map_or_else(|| "-".to_owned(), |(_, wall)| wall.trim().to_owned());
    Ok(Spent { processor, wall })
}

/// `1m2.5s` in seconds.
fn seconds(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_shells_times_are_read() {
        assert_eq!(seconds("1m2.5s"), Some(62.5));
        assert_eq!(seconds("0m0.000000s"), Some(0.0));
        assert_eq!(seconds("2.5"), None);
    }
}
