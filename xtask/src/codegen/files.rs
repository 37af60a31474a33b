//! Which of the code that belongs together fits into a file.

use std::collections::BTreeMap;

/// No generated file has more lines than this.
const MAX_LINES: usize = 2_900;

/// A piece of code that is not taken apart, and what it stands for.
pub(crate) struct Chunk {
    pub(crate) index: usize,
    pub(crate) text: String,
}

/// The files of each module: the module, the file's name without its ending, and what is in it. Where one file is not
/// enough, the others have numbers.
pub(crate) fn pack(modules: BTreeMap<&str, Vec<Chunk>>) -> Vec<(&str, String, Vec<Chunk>)> {
    let names: Vec<String> = modules.keys().map(|name| (*name).to_owned()).collect();
    let mut files = Vec::new();
    for (module, chunks) in modules {
        let mut parts: Vec<Vec<Chunk>> = vec![Vec::new()];
        let mut lines = 0;
        for chunk in chunks {
            let more = chunk.text.lines().count() + 1;
            if lines + more > MAX_LINES && lines > 0 {
                parts.push(Vec::new());
                lines = 0;
            }
            lines += more;
            if let Some(part) = parts.last_mut() {
                part.push(chunk);
            }
        }
        let mut number = 1;
        for part in parts {
            let mut name = module.to_owned();
            while number > 1 {
                name = format!("{}_{number}", module.trim_end_matches('_'));
                if !names.contains(&name) {
                    break;
                }
                number += 1;
            }
            number += 1;
            files.push((module, name, part));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_modules_become_several_files_and_no_piece_is_taken_apart() {
        let chunk = |lines: usize| Chunk {
            index: lines,
            text: "x\n".repeat(lines),
        };
        let modules = BTreeMap::from([
            (
                "a",
                vec![chunk(2_000), chunk(1_000), chunk(1_500), chunk(4_000)],
            ),
            ("a_2", vec![chunk(1)]),
            ("b", vec![chunk(2)]),
        ]);
        let files: Vec<(String, Vec<usize>)> = pack(modules)
            .into_iter()
            .map(|(_, name, chunks)| (name, chunks.iter().map(|chunk| chunk.index).collect()))
            .collect();
        let expected = [
            ("a", vec![2_000]),
            ("a_3", vec![1_000, 1_500]),
            ("a_4", vec![4_000]),
            ("a_2", vec![1]),
            ("b", vec![2]),
        ];
        assert_eq!(files, expected.map(|(name, list)| (name.to_owned(), list)));
    }
}
