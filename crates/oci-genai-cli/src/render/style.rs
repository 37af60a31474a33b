//! How characters look.

use std::fmt::Write as _;

/// The looks of a character; any may come together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) strong: bool,
    pub(super) faint: bool,
    pub(super) emphasis: bool,
    pub(super) link: bool,
    pub(super) struck: bool,
    pub(super) code: bool,
}

impl Style {
    pub(super) const FAINT: Self = Self {
        strong: false,
        faint: true,
        emphasis: false,
        link: false,
        struck: false,
        code: false,
    };
    pub(super) const CODE: Self = Self {
        faint: false,
        code: true,
        ..Self::FAINT
    };

    /// Both looks at once.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            strong: self.strong || other.strong,
            faint: self.faint || other.faint,
            emphasis: self.emphasis || other.emphasis,
            link: self.link || other.link,
            struck: self.struck || other.struck,
            code: self.code || other.code,
        }
    }

    /// The numbers by which terminals know the looks: code is cyan, a link underlined.
    fn codes(self) -> String {
        let looks = [
            (self.strong, 1),
            (self.faint, 2),
            (self.emphasis, 3),
            (self.link, 4),
            (self.struck, 9),
            (self.code, 36),
        ];
        let codes = looks.iter().filter(|(on, _)| *on);
        let codes: Vec<String> = codes.map(|(_, code)| code.to_string()).collect();
        codes.join(";")
    }
}

/// A character and its looks.
pub(super) type Styled = (char, Style);

/// Writes characters with what makes them look so.
pub(super) fn write(out: &mut String, text: &[Styled]) {
    for run in text.chunk_by(|(_, a), (_, b)| a == b) {
        let style = run.first().map(|(_, style)| *style).unwrap_or_default();
        let plain = style == Style::default();
        if !plain {
            // Writing to a string cannot fail.
            let _ = write!(out, "\u{1b}[{}m", style.codes());
        }
        out.extend(run.iter().map(|(c, _)| *c));
        if !plain {
            out.push_str("\u{1b}[0m");
        }
    }
}

/// A text of one look.
pub(super) fn styled(text: &str, style: Style) -> Vec<Styled> {
    text.chars().map(|c| (c, style)).collect()
}
