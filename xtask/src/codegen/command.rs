//! The command `cargo xtask codegen`.

use std::path::{Path, PathBuf};

use super::{COMMAND, Package, committed, library, output, read_file, standalone};

/// The arguments of `cargo xtask codegen`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail if what is committed differs from what would be written.
    #[arg(long)]
    check: bool,
    /// Another document to generate from, OpenAPI 3.0 or 3.1, YAML or JSON.
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// The directory to write a crate of its own to.
    #[arg(long, value_name = "DIR", requires = "spec")]
    out: Option<PathBuf>,
    /// Leave out operations that no code can be made for, and list them.
    #[arg(long, requires = "spec")]
    skip_unsupported: bool,
    /// The package's name. The default is that of the directory.
    #[arg(long, value_name = "NAME", requires = "spec")]
    name: Option<String>,
    /// The package's version, for a new manifest.
    #[arg(
        long,
        value_name = "VERSION",
        requires = "spec",
        default_value = "0.1.0"
    )]
    crate_version: String,
    /// The package's license as an SPDX expression, for a new manifest.
    #[arg(long, value_name = "LICENSE", requires = "spec")]
    license: Option<String>,
}

/// Runs the command. The answer is what to print, or what went wrong.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<String, String> {
    match (&arguments.spec, &arguments.out) {
        (Some(spec), Some(out)) => standalone(arguments, spec, out),
        _ => {
            let files = committed(root).map_err(|error| error.to_string())?;
            match arguments.check {
                true => output::check(&files, root, COMMAND),
                false => output::write(&files, root),
            }
        }
    }
}

fn standalone(arguments: &Arguments, spec: &Path, out: &Path) -> Result<String, String> {
    let command = format!(
        "{COMMAND} --spec {} --out {}",
        spec.display(),
        out.display()
    );
    let package = Package {
        name: standalone::package_name(out, arguments.name.as_deref())?,
        version: standalone::version(&arguments.crate_version)?,
        license: arguments.license.clone(),
    };
    let document = read_file(spec).map_err(|error| error.to_string())?;
    let skip = arguments.skip_unsupported;
    let library = library(document, package, skip).map_err(|error| {
        let hint = "`--skip-unsupported` leaves out the operations that no code can be made for";
        match skip {
            true => error.to_string(),
            false => format!("{error}\nhint: {hint}"),
        }
    })?;
    let report = library.report();
    let kept = standalone::keep_what_is_owned(library.files, out)?;
    let outcome = match arguments.check {
        true => output::check(&kept.files, out, &command),
        false => output::write(&kept.files, out),
    };
    outcome.map(|answer| answer + &report + &kept.report())
}

/// Compares what is committed with what would be written.
pub(crate) fn check(root: &Path) -> Result<String, String> {
    let files = committed(root).map_err(|error| error.to_string())?;
    output::check(&files, root, COMMAND)
}
