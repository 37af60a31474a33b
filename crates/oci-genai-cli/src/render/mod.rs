//! An answer's Markdown, shown as it streams.
//!
//! Words appear as they come, in the form that they keep: what may still turn into something else (an asterisk that may
//! begin bold text, a row of a table) is held back until it is known, so that nothing on the screen is ever written over.

mod inline;
mod lines;
mod style;
mod table;
mod wrap;

use self::lines::Lines;
use crate::terminal;

/// Makes what is printed of what comes.
#[derive(Debug)]
pub(crate) struct Renderer {
    form: Form,
    /// Whether the last line that was printed is open.
    open: bool,
}

#[derive(Debug)]
enum Form {
    /// For a file or a pipe: as it came.
    Plain,
    /// For a terminal without colours: as it came, but unable to steer the terminal.
    Harmless,
    /// For a terminal: formatted.
    Formatted(Box<Lines>),
}

impl Renderer {
    /// What suits standard output.
    pub(crate) fn for_standard_output() -> Self {
        let form = match terminal::width() {
            None => Form::Plain,
            Some(_) if !terminal::is_coloured() => Form::Harmless,
            Some(width) => Form::Formatted(Box::new(Lines::new(width))),
        };
        Self { form, open: false }
    }

    /// What suits standard output when the text is no Markdown.
    pub(crate) fn verbatim() -> Self {
        let form = match terminal::width() {
            None => Form::Plain,
            Some(_) => Form::Harmless,
        };
        Self { form, open: false }
    }

    /// Takes a piece of the answer and gives what can be printed by now.
    pub(crate) fn push(&mut self, text: &str) -> String {
        let out = match &mut self.form {
            Form::Plain => text.to_owned(),
            Form::Harmless => terminal::harmless(text),
            Form::Formatted(lines) => lines.push(&terminal::harmless(text)),
        };
        if let Some(last) = out.chars().last() {
            self.open = last != '\n';
        }
        out
    }

    /// Gives what was held back, and ends the last line.
    pub(crate) fn finish(&mut self) -> String {
        let mut out = match &mut self.form {
            Form::Plain | Form::Harmless => String::new(),
            Form::Formatted(lines) => lines.finish(),
        };
        if !out.is_empty() {
            self.open = !out.ends_with('\n');
        }
        if self.open {
            out.push('\n');
            self.open = false;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn formatted(width: usize) -> Renderer {
        Renderer {
            form: Form::Formatted(Box::new(Lines::new(width))),
            open: false,
        }
    }

    fn whole(text: &str, width: usize) -> String {
        let mut renderer = formatted(width);
        renderer.push(text) + &renderer.finish()
    }

    fn by_character(text: &str, width: usize) -> String {
        let mut renderer = formatted(width);
        let mut out = String::new();
        for c in text.chars() {
            out.push_str(&renderer.push(c.encode_utf8(&mut [0; 4])));
        }
        out + &renderer.finish()
    }

    const ANSWER: &str = "# Ideas *for* an offsite\n\nThere are **three ideas**, `code` and ~~no~~ more; see \
                          [the plan](https://example.com/plan).\n\n- A *hike* in the mountains that goes on for so long \
                          that the line has to be wrapped\n  - nested\n1. First\n22) second\n> quoted **words**\n---\n\
                          ```rust\nfn main() {\n    let a = \"*not bold*\";\n}\n```\n| A | B |\n|---|--:|\n| `x` | 2 |\n\
                          after 2 * 3 = 6, snake_case_name and a lone ` or [bracket";

    #[test]
    fn pieces_make_no_difference() {
        for width in [20, 40, 80, 200] {
            assert_eq!(by_character(ANSWER, width), whole(ANSWER, width), "{width}");
        }
        let tangled = "~-`~|~a~\\ )-`\n";
        assert_eq!(by_character(tangled, 80), whole(tangled, 80));
    }

    #[test]
    fn it_reads_well() {
        let text = console::strip_ansi_codes(&whole(ANSWER, 60)).into_owned();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(lines[0], "Ideas for an offsite");
        assert_eq!(
            lines[2],
            "There are three ideas, code and no more; see the plan"
        );
        assert_eq!(lines[3], "(https://example.com/plan).");
        assert_eq!(
            lines[5],
            "• A hike in the mountains that goes on for so long that the"
        );
        assert_eq!(lines[6], "  line has to be wrapped");
        assert_eq!(lines[7], "  • nested");
        assert_eq!(&lines[8..11], ["1. First", "22) second", "│ quoted words"]);
        assert!(lines[11].starts_with("────"));
        assert_eq!(&lines[12..14], ["```rust", "fn main() {"]);
        assert_eq!(lines[14], "    let a = \"*not bold*\";");
        let table = lines[17..].join("\n");
        assert!(table.starts_with(" A ┆ B\n"), "{table}");
        assert!(table.contains(" x ┆ 2"), "{table}");
        assert_eq!(
            lines.last(),
            Some(&"after 2 * 3 = 6, snake_case_name and a lone ` or [bracket")
        );
        assert!(whole("a **b** c", 80).contains("\u{1b}[1mb\u{1b}[0m c"));
    }

    #[test]
    fn words_come_as_soon_as_they_are_known() {
        let mut renderer = formatted(80);
        assert_eq!(renderer.push("One two"), "One");
        assert_eq!(renderer.push(" three **bo"), " two three");
        assert_eq!(renderer.push("ld** and "), " \u{1b}[1mbold\u{1b}[0m and");
        assert_eq!(renderer.finish(), "\n");
        assert_eq!(renderer.finish(), "", "it ends once");
    }

    #[test]
    fn other_forms_keep_the_text() {
        let mut plain = Renderer {
            form: Form::Plain,
            open: false,
        };
        assert_eq!(
            plain.push("**a** \u{1b}[1m") + &plain.finish(),
            "**a** \u{1b}[1m\n"
        );
        let mut harmless = Renderer {
            form: Form::Harmless,
            open: false,
        };
        assert_eq!(
            harmless.push("**a** \u{1b}[1m") + &harmless.finish(),
            "**a** [1m\n"
        );
        assert_eq!(
            Renderer {
                form: Form::Plain,
                open: false
            }
            .finish(),
            ""
        );
    }

    proptest! {
        /// Whatever comes, in whatever pieces: nothing fails, and every letter and digit is shown.
        #[test]
        fn no_word_is_lost(text in "[a-z0-9 *_`~\\[\\])|#>.\\-\\\\\n;]{0,120}", width in 1_usize..100) {
            let shown = console::strip_ansi_codes(&by_character(&text, width)).into_owned();
            let letters = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
            prop_assert_eq!(letters(&shown), letters(&text));
        }
    }
}
