//! `sessions export` and `sessions import`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use oci_genai_auth::private_files;
use oci_genai_session::{ErrorKind, SessionRecord, Sessions};

use crate::args;
use crate::error::Error;
use crate::private;
use crate::secrets::shown_path;
use crate::terminal::{Counter, waiting};
use crate::{local_sessions, output, terminal};

/// Maximum size of an import, in bytes. An import is held in memory.
const MAX_IMPORT: u64 = 1 << 30;

pub(super) async fn export(export: args::ExportSession) -> Result<(), Error> {
    let store = export.store.open().await?;
    let record = local_sessions::find(&store, &export.name).await?;
    let sessions = local_sessions::offline(store);
    match &export.output {
        Some(file) if file != Path::new("-") => {
            let lines = export_to(&sessions, &record, file, export.force).await?;
            let name = shown_path(file);
            output::note(&format!("Wrote {lines} lines to {name}."));
        }
        _ => {
            let mut out = BufWriter::new(io::stdout().lock());
            // A progress bar would mix with the exported lines.
            let counter = terminal::width().is_none().then(|| counter(&record));
            lines(&sessions, &record, &mut out, counter).await?;
        }
    }
    Ok(())
}

/// Writes a session to a file and returns the number of lines. Replaces an existing file only with `force`.
pub(crate) async fn export_to(
    sessions: &Sessions,
    record: &SessionRecord,
    file: &Path,
    force: bool,
) -> Result<u64, Error> {
    let opened = match force {
        true => private_files::create(file),
        false => private_files::create_new(file),
    };
    let opened = opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::usage(format!(
            "{} exists; name another file, or pass --force to replace it",
            shown_path(file)
        )),
        _ => Error::io("write", file, error),
    })?;
    private::name_exposed([file]);
    let counter = Some(counter(record));
    lines(sessions, record, BufWriter::new(opened), counter).await
}

fn counter(record: &SessionRecord) -> Counter {
    let lines = 1 + record.next_turn.saturating_sub(1) + record.next_position;
    Counter::new("Exporting", lines)
}

async fn lines(
    sessions: &Sessions,
    record: &SessionRecord,
    mut out: impl Write,
    mut counter: Option<Counter>,
) -> Result<u64, Error> {
    let mut count = 0;
    let write = |line: &str| {
        if let Some(counter) = &mut counter {
            counter.step();
        }
        count += 1;
        writeln!(out, "{line}")
    };
    sessions.export(record.id.clone(), write).await?;
    out.flush()
        .map_err(|error| Error::io("write", Path::new("the export"), error))?;
    Ok(count)
}

pub(super) async fn import(import: args::ImportSession) -> Result<(), Error> {
    let lines = match &import.input {
        Some(file) if file != Path::new("-") => {
            let opened = File::open(file).map_err(|error| Error::io("read", file, error))?;
            read(BufReader::new(opened), file)?
        }
        _ => read(io::stdin().lock(), Path::new("standard input"))?,
    };
    let sessions = local_sessions::offline(import.store.open().await?);
    let work = sessions.import(lines);
    let imported = waiting("Importing", work).await.map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return Error::usage(
                "the store has a session of that id or name; delete it first, or import into another file \
                 with --store",
            );
        }
        Error::Session(error)
    })?;
    let record = imported.record();
    output::note(&format!(
        "Imported {:?}; turns: {}.",
        local_sessions::label(&record),
        record.turns
    ));
    Ok(())
}

fn read(input: impl BufRead, name: &Path) -> Result<Vec<String>, Error> {
    let mut left = input.take(MAX_IMPORT + 1);
    let mut lines = Vec::new();
    let mut line = String::new();
    while left
        .read_line(&mut line)
        .map_err(|error| Error::io("read", name, error))?
        > 0
    {
        lines.push(line.trim_end_matches(['\n', '\r']).to_owned());
        line.clear();
    }
    if left.limit() == 0 {
        return Err(Error::usage(format!(
            "{} is larger than 1 GiB, the maximum for an import",
            shown_path(name)
        )));
    }
    Ok(lines)
}
