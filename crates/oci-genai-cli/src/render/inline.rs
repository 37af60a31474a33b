//! The inside of a line: emphasis, code and links, and how much of it is certain before the line is whole.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::style::{Style, Styled, styled};

/// Put before a line's content, so that it cannot be taken for the beginning of a block.
const BEFORE: &str = "x ";

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH)
}

/// The characters that a line's content shows.
pub(super) fn characters(content: &str, base: Style) -> Vec<Styled> {
    let text = format!("{BEFORE}{content}");
    let mut out = Vec::new();
    let mut styles = vec![base];
    // Where the text of open links began, and where they lead.
    let mut links: Vec<(usize, String)> = Vec::new();
    for event in parser(&text) {
        let style = styles.last().copied().unwrap_or(base);
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                out.extend(styled(&text, style));
            }
            Event::Code(text) => out.extend(styled(&text, style.with(Style::CODE))),
            Event::SoftBreak | Event::HardBreak => out.push((' ', style)),
            Event::Start(tag) => {
                if let Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } = &tag {
                    links.push((out.len(), dest_url.to_string()));
                }
                styles.push(style.with(look(&tag)));
            }
            Event::End(tag) => {
                styles.pop();
                if let (TagEnd::Link | TagEnd::Image, Some((from, url))) = (tag, links.pop()) {
                    let shown: String = out[from..].iter().map(|(c, _)| *c).collect();
                    if shown != url {
                        let style = styles.last().copied().unwrap_or(base);
                        out.extend(styled(&format!(" ({url})"), style.with(Style::FAINT)));
                    }
                }
            }
            _ => {}
        }
    }
    out.drain(..out.len().min(BEFORE.len()));
    out
}

fn look(tag: &Tag<'_>) -> Style {
    let mut style = Style::default();
    match tag {
        Tag::Strong => style.strong = true,
        Tag::Emphasis => style.emphasis = true,
        Tag::Strikethrough => style.struck = true,
        Tag::Link { .. } | Tag::Image { .. } => style.link = true,
        _ => {}
    }
    style
}

/// How many bytes of an unfinished line's content keep their form whatever comes after them.
pub(super) fn certain(content: &str) -> usize {
    let text = format!("{BEFORE}{content}");
    let mut depth = 0_usize;
    let mut outermost = 0;
    let mut end = content.len();
    for (event, range) in parser(&text).into_offset_iter() {
        let at = range.start.saturating_sub(BEFORE.len());
        // What closes at the very end may yet go on: `*a*` may become `*a**b*`, and `*a |**` may not close at all.
        let after = text.get(range.end..).unwrap_or_default();
        let touches_end = after.trim_end().chars().all(|c| "*_~".contains(c));
        match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            Event::Start(_) => {
                if depth == 0 && touches_end {
                    return at.min(end);
                }
                if depth == 0 {
                    outermost = at;
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Code(_) | Event::InlineHtml(_) if depth == 0 && touches_end => {
                return at.min(end);
            }
            Event::Text(_) if depth == 0 => {
                let from = range.start.max(BEFORE.len());
                if let Some(open) = first_opener(&text, from, range.end, |_| true) {
                    return (open - BEFORE.len()).min(end);
                }
            }
            // Code and links take precedence over the emphasis that seems to be around them.
            Event::Text(_)
                if first_opener(&text, range.start, range.end, |c| "`[<".contains(c)).is_some() =>
            {
                return outermost.min(end);
            }
            _ => {}
        }
    }
    // An escape's second half is still to come.
    if content.ends_with('\\') {
        end = end.min(content.len() - 1);
    }
    end
}

/// The first place of a plain text that may begin something once more has come.
fn first_opener(text: &str, from: usize, to: usize, of: impl Fn(char) -> bool) -> Option<usize> {
    let part = text.get(from..to)?;
    part.char_indices()
        .map(|(at, c)| (from + at, c))
        .find(|(at, c)| of(*c) && may_open(text, *at, *c))
        .map(|(at, _)| at)
}

fn may_open(text: &str, at: usize, c: char) -> bool {
    let before = text[..at].chars().last();
    if before == Some('\\') {
        return false;
    }
    let rest = &text[at + c.len_utf8()..];
    let next = rest.trim_start_matches(c).chars().next();
    match c {
        '`' => true,
        '*' | '~' => next.is_none_or(|next| !next.is_whitespace()),
        '_' => {
            next.is_none_or(|next| !next.is_whitespace())
                && !before.is_some_and(char::is_alphanumeric)
        }
        '!' => next.is_none_or(|next| next == '['),
        '[' => is_open_link(rest),
        '<' => {
            next.is_none_or(|next| next.is_ascii_alphabetic() || "/!?".contains(next))
                && !rest.contains('>')
        }
        '&' => rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '#'),
        _ => false,
    }
}

/// Whether what follows an opening bracket may still become a link.
fn is_open_link(rest: &str) -> bool {
    let Some(close) = rest.find(']') else {
        return true;
    };
    let after = &rest[close + 1..];
    match after.chars().next() {
        None => true,
        Some('(') => !after.contains(')'),
        Some('[') => !after.contains(']'),
        Some(_) => rest[..close].contains('['),
    }
}

#[cfg(test)]
mod tests {
    use super::certain;

    #[test]
    fn what_may_change_is_not_certain() {
        for (content, known) in [
            ("plain words", "plain words"),
            ("a **bold", "a "),
            ("a **bold*", "a "),
            ("a **bold**", "a "),
            ("a **bold** b", "a **bold** b"),
            ("2 * 3", "2 * 3"),
            ("snake_case", "snake_case"),
            ("a _b", "a "),
            ("some `co", "some "),
            ("a [text", "a "),
            ("a [text]", "a "),
            ("a [text](htt", "a "),
            ("a [ ] b", "a [ ] b"),
            ("x &am", "x "),
            ("x & y", "x & y"),
            ("end\\", "end"),
            ("1 < 2", "1 < 2"),
            ("a *", "a "),
            ("*a `b* c", ""),
            ("*a |**", ""),
        ] {
            assert_eq!(&content[..certain(content)], known, "{content}");
        }
    }
}
