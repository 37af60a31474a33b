//! Makes untrusted text safe for a terminal: control characters, bidirectional marks and invisible
//! characters.

use unicode_segmentation::UnicodeSegmentation as _;

/// Zero-width joiner, which joins two emoji.
const JOINER: char = '\u{200d}';
/// Black flag, which starts the tag sequence of a region's flag.
const BLACK_FLAG: char = '\u{1f3f4}';

/// Removes control sequences from output text, which must not move the cursor or set the window's
/// title. Marks of right-to-left text stay, because the text needs them.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

/// Escapes hidden characters in a name, title or other text of a list: control characters,
/// bidirectional marks and invisible characters become `\u{…}`. Line ends, tabs and emoji joiners
/// stay.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let stays = match c {
            '\n' | '\t' => true,
            JOINER => joins_emoji(before, rest.clone().next()),
            c if is_tag(c) => before == Some(BLACK_FLAG),
            c => !c.is_control() && !is_hidden(c),
        };
        match stays {
            true => out.push(c),
            false => out.extend(c.escape_unicode()),
        }
        // A variation selector, a skin tone and the tags of a flag belong to the emoji before them.
        let belongs = is_modifier(c) || is_tag(c) && stays;
        if !belongs {
            before = Some(c);
        }
    }
    out
}

/// Returns whether a character has no width or changes the display order of others.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn is_modifier(c: char) -> bool {
    matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Returns whether a joiner between these two makes one emoji of them: by the rules of grapheme
/// clusters there is no break then, although there would be one without the joiner.
fn joins_emoji(before: Option<char>, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    let count = |text: String| text.graphemes(true).count();
    count(format!("a{after}")) == 2 && count(format!("{before}{JOINER}{after}")) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_lose_their_power() {
        let text = "a\u{1b}[2Jb\r\u{9b}1mc\td\n";
        assert_eq!(harmless(text), "a[2Jb1mc\td\n");
        assert_eq!(
            visible(text),
            r"a\u{1b}[2Jb\u{d}\u{9b}1mc".to_owned() + "\td\n"
        );
    }

    #[test]
    fn nothing_is_hidden_in_a_list() {
        let hidden = "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\
                      \u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{feff}\u{e0041}";
        for c in hidden.chars() {
            let text = format!("a{c}b");
            assert_eq!(visible(&text), format!("a{}b", c.escape_unicode()));
            assert_eq!(visible(&c.to_string()), c.escape_unicode().to_string());
        }
    }

    #[test]
    fn emoji_stay_whole() {
        for text in [
            "👩\u{200d}🚀",
            "👨\u{200d}👩\u{200d}👧\u{200d}👦",
            "👩🏽\u{200d}💻",
            "❤\u{fe0f}\u{200d}🔥",
            "🏳\u{fe0f}\u{200d}🌈",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "naïve résumé 宽 עברית",
        ] {
            assert_eq!(visible(text), text);
        }
        for (text, shown) in [
            ("👩\u{200d}", r"👩\u{200d}"),
            ("👩\u{200d}a", r"👩\u{200d}a"),
            ("a\u{200d}🚀", r"a\u{200d}🚀"),
            ("👩\u{200d}\u{200d}🚀", r"👩\u{200d}\u{200d}🚀"),
            ("👩\u{200d}\u{301}", "👩\\u{200d}\u{301}"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }
}
