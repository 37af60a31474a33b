//! A program of a few lines on each client: what its build takes, and how large it is.

use std::fs;
use std::path::Path;

use super::rows::{Ratio, Row};
use crate::build_time::measure;

struct Hello {
    contender: &'static str,
    dependencies: String,
    main: &'static str,
}

const ASYNC_OPENAI: &str = r#"
use async_openai::{Client, types::responses::CreateResponseArgs};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let request = CreateResponseArgs::default().model("m").input("Hello!").build()?;
    let response = Client::new().responses().create(request).await?;
    println!("{}", response.output_text().unwrap_or_default());
    Ok(())
}
"#;

const OCI_GENAI: &str = r#"
use oci_genai::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let response = Client::from_env()?.responses().create("Hello!").await?;
    println!("{}", response.output_text());
    Ok(())
}
"#;

const TOKIO: &str = "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }";

/// Builds both in both profiles, below `target`; about 3 GB are needed.
pub(super) fn rows(root: &Path, target: &Path) -> Result<Vec<Row>, String> {
    let base = target.join("hello");
    measure::clear(&base)?;
    let client = root.join("crates/oci-genai");
    let programs = [
        Hello {
            contender: "async-openai",
            dependencies: format!(
                "async-openai = {{ version = \"=0.43.0\", features = [\"responses\"] }}\n{TOKIO}"
            ),
            main: ASYNC_OPENAI,
        },
        Hello {
            contender: "oci-genai",
            dependencies: format!("oci-genai = {{ path = {:?} }}\n{TOKIO}", client.display()),
            main: OCI_GENAI,
        },
    ];
    let mut figures = [Vec::new(), Vec::new(), Vec::new()];
    for program in &programs {
        let directory = base.join(program.contender);
        measure::write_package(&directory, &program.dependencies, Some(program.main))?;
        measure::measure(&directory, "cargo fetch")?;
        figures[0].push(measure::measure(&directory, "cargo build")?.processor);
        figures[1].push(measure::measure(&directory, "cargo build --release")?.processor);
        let binary = directory.join("target/release/hello");
        let size =
            fs::metadata(&binary).map_err(|error| format!("{}: {error}", binary.display()))?;
        figures[2].push(size.len() as f64 / f64::from(1 << 20));
    }
    let works = [
        ("hello world, clean debug build", "CPU s"),
        ("hello world, clean release build", "CPU s"),
        ("hello world, stripped release program", "MiB"),
    ];
    let mut rows = Vec::new();
    for ((work, unit), figures) in works.into_iter().zip(&figures) {
        for (place, (program, figure)) in programs.iter().zip(figures).enumerate() {
            rows.push(Row {
                work: work.to_owned(),
                contender: program.contender.to_owned(),
                unit: unit.to_owned(),
                median: *figure,
                ratio: (place > 0).then(|| Ratio::once(figure / figures[0])),
            });
        }
    }
    Ok(rows)
}
