//! Creates new inputs from existing ones. The same seed creates the same inputs.

use fastrand::Rng;

/// Maximum length of inputs, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Creates an input from one of `corpus`, with pieces of others and of the dictionary.
pub fn mutate(rng: &mut Rng, corpus: &[Vec<u8>], dictionary: &[Vec<u8>]) -> Vec<u8> {
    let mut input = pick(rng, corpus).to_vec();
    for _ in 0..rng.usize(1..=5) {
        step(rng, &mut input, corpus, dictionary);
    }
    input.truncate(MAX_BYTES);
    input
}

fn step(rng: &mut Rng, input: &mut Vec<u8>, corpus: &[Vec<u8>], dictionary: &[Vec<u8>]) {
    let range = range(rng, input.len());
    match rng.u8(0..12) {
        0 => {
            if let Some(byte) = input.get_mut(range.start) {
                *byte ^= 1 << rng.u8(0..8);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(range.start) {
                *byte = rng.u8(..);
            }
        }
        2 => drop(input.drain(range)),
        3 => input.truncate(range.start),
        4 => {
            let copy = input[range].to_vec();
            insert(rng, input, &copy);
        }
        5 => {
            let other = pick(rng, corpus);
            let piece = other[self::range(rng, other.len())].to_vec();
            insert(rng, input, &piece);
        }
        6 => {
            let other = pick(rng, corpus);
            let end = rng.usize(0..=other.len());
            drop(input.splice(..range.start, other[..end].iter().copied()));
        }
        7 | 8 => {
            let piece = pick(rng, dictionary);
            insert(rng, input, piece);
        }
        9 => {
            let piece = pick(rng, dictionary).to_vec();
            drop(input.splice(range, piece));
        }
        10 => {
            let byte = rng.choice(b"A =\n-\\\0/.").copied().unwrap_or(b'A');
            let run = vec![byte; 1 << rng.u32(0..14)];
            insert(rng, input, &run);
        }
        _ => replace_all(rng, input, dictionary),
    }
}

/// Replaces all occurrences of one piece with another, for example line ends or quotes.
fn replace_all(rng: &mut Rng, input: &mut Vec<u8>, dictionary: &[Vec<u8>]) {
    let old = rng.choice(b"\n =:,-/\"").copied().unwrap_or(b'\n');
    let new = pick(rng, dictionary);
    let replaced = input
        .iter()
        .flat_map(|byte| {
            if *byte == old {
                new
            } else {
                std::slice::from_ref(byte)
            }
        })
        .copied()
        .take(MAX_BYTES)
        .collect();
    *input = replaced;
}

fn insert(rng: &mut Rng, input: &mut Vec<u8>, piece: &[u8]) {
    let at = rng.usize(0..=input.len());
    drop(input.splice(at..at, piece.iter().copied()));
}

fn pick<'a>(rng: &mut Rng, from: &'a [Vec<u8>]) -> &'a [u8] {
    from.get(rng.usize(0..from.len().max(1)))
        .map_or(&[], Vec::as_slice)
}

/// Returns a random range within this length; short ranges are more likely.
fn range(rng: &mut Rng, length: usize) -> std::ops::Range<usize> {
    let start = rng.usize(0..=length);
    let longest = if rng.bool() { 16 } else { length };
    let end = start + rng.usize(0..=longest.min(length - start));
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_depend_on_the_seed() {
        let corpus = vec![
            b"-----BEGIN X-----\nAAAA\n-----END X-----\n".to_vec(),
            Vec::new(),
        ];
        let dictionary = vec![b"\\n".to_vec(), b"=".to_vec()];
        let inputs = |seed| {
            let mut rng = Rng::with_seed(seed);
            let inputs = std::iter::repeat_with(move || {
                mutate(&mut rng, &corpus.clone(), &dictionary.clone())
            });
            inputs.take(500).collect::<Vec<_>>()
        };
        assert_eq!(inputs.clone()(7), inputs.clone()(7));
        assert_ne!(inputs.clone()(7), inputs(8));
    }
}
