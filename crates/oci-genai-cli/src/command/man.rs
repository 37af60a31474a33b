//! `man`: generates manual pages from the command line's definition.
//!
//! clap's generator writes the pages, except for the text below a command's help, because it would join the
//! lines of the examples. This module writes that part, with a heading for each section.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::args::{self, Cli};
use crate::error::Error;
use crate::output;
use crate::secrets::short_path;

const NAME: &str = "oci-genai";

pub(crate) fn run(options: &args::Man) -> Result<(), Error> {
    let folder = &options.folder;
    fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    write(&program, folder).map_err(|error| Error::io("write manual pages to", folder, error))?;
    output::note(&format!(
        "Wrote the manual pages to {}.",
        short_path(folder)
    ));
    Ok(())
}

/// Writes a page for a command and each of its subcommands.
fn write(command: &Command, folder: &Path) -> io::Result<()> {
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        write(below, folder)?;
    }
    let below_help = command
        .get_after_long_help()
        .or_else(|| command.get_after_help())
        .map(ToString::to_string);
    let bare = command
        .clone()
        .after_help(None::<&str>)
        .after_long_help(None::<&str>);
    let man = Man::new(bare)
        .source(format!("{NAME} {}", env!("CARGO_PKG_VERSION")))
        .manual(NAME);
    let mut page = Vec::new();
    man.render(&mut page)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    page.push_str(&parts(&below_help.unwrap_or_default()));
    fs::write(folder.join(man.get_filename()), readable(&page))
}

/// Formats the text below a command's help: indented lines are kept, other lines are paragraphs.
fn parts(text: &str) -> String {
    let mut roff = Roff::new();
    let (mut as_is, mut in_notes, mut blank) = (false, false, false);
    for line in text.lines() {
        if line.trim().is_empty() {
            blank = true;
            continue;
        }
        let indented = line.starts_with(' ');
        if as_is != indented {
            roff.control(if indented { "EX" } else { "EE" }, []);
        } else if indented && blank {
            roff.text([roman("")]);
        }
        if indented {
            // The section is indented as a whole.
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        } else if let Some(heading) = line.strip_suffix(':') {
            let heading = match heading {
                "Exit codes" => "EXIT STATUS".to_owned(),
                other => other.to_uppercase(),
            };
            roff.control("SH", [heading.as_str()]);
            in_notes = false;
        } else {
            if !in_notes {
                roff.control("SH", ["NOTES"]);
            } else if blank {
                roff.control("PP", []);
            }
            roff.text([roman(line)]);
            in_notes = true;
        }
        (as_is, blank) = (indented, false);
    }
    if as_is {
        roff.control("EE", []);
    }
    roff.to_roff()
}

/// Returns a page without hyphenation and justification, in characters that all formatters support.
fn readable(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    for line in page.lines() {
        for c in line.chars() {
            match c {
                c if c.is_ascii() => text.push(c),
                c => text.push_str(&format!("\\[u{:04X}]", u32::from(c))),
            }
        }
        text.push('\n');
        if line.starts_with(".TH ") {
            text.push_str(".nh\n.ad l\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_keep_their_lines() {
        let text = "It runs.\n\nExamples:\n  # One\n  $ a -b\n\n  $ c\n\nExit codes:\n  0  done\n\nMore of it.";
        assert_eq!(
            parts(text),
            ".SH NOTES\nIt runs.\n.SH EXAMPLES\n.EX\n# One\n$ a \\-b\n\n$ c\n.EE\n\
             .SH \"EXIT STATUS\"\n.EX\n0  done\n.EE\n.SH NOTES\nMore of it.\n"
        );
        assert_eq!(
            readable(".TH a 1\nocid1.…\n"),
            ".TH a 1\n.nh\n.ad l\nocid1.\\[u2026]\n"
        );
    }
}
