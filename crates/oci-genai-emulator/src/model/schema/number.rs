//! Numbers within bounds.

use serde_json::{Number, Value, json};

use super::flat::Flat;

/// Distance from an exclusive bound if any distance works.
const STEP: f64 = 0.5;

/// Returns integers that schemas accept: the least one, or the one nearest to 0 without a lower
/// bound.
pub(super) fn integers(flat: &Flat<'_>) -> Vec<Value> {
    let least = [("minimum", 0), ("exclusiveMinimum", 1)].map(|(keyword, add)| {
        let bounds = flat.all(keyword).filter_map(|bound| whole(bound, true));
        bounds
            .map(|(bound, exact)| bound.saturating_add(if exact { add } else { 0 }))
            .max()
    });
    let most = [("maximum", 0), ("exclusiveMaximum", 1)].map(|(keyword, less)| {
        let bounds = flat.all(keyword).filter_map(|bound| whole(bound, false));
        bounds
            .map(|(bound, exact)| bound.saturating_sub(if exact { less } else { 0 }))
            .min()
    });
    let least = least.into_iter().flatten().max();
    let most = most.into_iter().flatten().min();
    let start = least.unwrap_or_else(|| most.unwrap_or(0).min(0));
    // The least common multiple of whole steps, and of steps that become whole when multiplied.
    let step = flat
        .all("multipleOf")
        .filter_map(Value::as_f64)
        .fold(1, common_step);
    let up = start.saturating_add((step - start.rem_euclid(step)) % step);
    let down = start.saturating_sub(start.rem_euclid(step));
    let fits = |integer: &i128| {
        least.is_none_or(|least| *integer >= least) && most.is_none_or(|most| *integer <= most)
    };
    let candidates = [up, down, up.saturating_add(step), down.saturating_sub(step)];
    candidates
        .into_iter()
        .filter(fits)
        .filter_map(written)
        .collect()
}

/// Returns numbers that schemas accept: the least one, or the one nearest to 0 without a lower
/// bound.
pub(super) fn numbers(flat: &Flat<'_>) -> Vec<Value> {
    let bounds =
        |keyword: &str| -> Vec<f64> { flat.all(keyword).filter_map(Value::as_f64).collect() };
    let largest = |keyword: &str| bounds(keyword).into_iter().reduce(f64::max);
    let smallest = |keyword: &str| bounds(keyword).into_iter().reduce(f64::min);
    let (least, above) = (largest("minimum"), largest("exclusiveMinimum"));
    let (most, below) = (smallest("maximum"), smallest("exclusiveMaximum"));
    let low = least.into_iter().chain(above).reduce(f64::max);
    let high = most.into_iter().chain(below).reduce(f64::min);
    let fits = |number: &f64| {
        least.is_none_or(|least| *number >= least)
            && above.is_none_or(|above| *number > above)
            && most.is_none_or(|most| *number <= most)
            && below.is_none_or(|below| *number < below)
    };
    let middle = match (low, high) {
        (Some(low), Some(high)) => low / 2.0 + high / 2.0,
        _ => 0.0,
    };
    let step = largest("multipleOf").filter(|step| *step > 0.0);
    let mut candidates = vec![];
    if let Some(step) = step {
        let near = low.or(high.map(|high| high.min(0.0))).unwrap_or(0.0);
        let times = (near / step).ceil();
        candidates.extend([times, times + 1.0, times - 1.0].map(|times| times * step));
    }
    candidates.extend(low);
    candidates.extend(low.map(|low| low + STEP));
    if low.is_none() {
        candidates.extend(high.map(|high| high.min(0.0)));
        candidates.extend(high.map(|high| (high - STEP).min(0.0)));
    }
    candidates.extend([0.0, middle, STEP]);
    let whole = integers(flat);
    let mut found: Vec<Value> = Vec::new();
    for number in candidates.iter().filter(|number| fits(number)) {
        let number = Number::from_f64(*number).map(Value::Number);
        found.extend(number.filter(|number| !found.contains(number)));
    }
    // Candidates for bounds beyond the precision of a float.
    found.extend(whole);
    found
}

/// Returns a bound as an integer, rounded inwards, and whether it was one.
fn whole(bound: &Value, up: bool) -> Option<(i128, bool)> {
    if let Some(integer) = bound.as_i64() {
        return Some((integer.into(), true));
    }
    if let Some(integer) = bound.as_u64() {
        return Some((integer.into(), true));
    }
    let float = bound.as_f64()?;
    let rounded = if up { float.ceil() } else { float.floor() };
    #[allow(clippy::cast_possible_truncation)] // saturates
    Some((rounded as i128, (float - rounded) == 0.0))
}

fn written(integer: i128) -> Option<Value> {
    if let Ok(integer) = i64::try_from(integer) {
        return Some(json!(integer));
    }
    if let Ok(integer) = u64::try_from(integer) {
        return Some(json!(integer));
    }
    #[allow(clippy::cast_precision_loss)] // nothing else can be written
    Number::from_f64(integer as f64).map(Value::Number)
}

/// Returns the least whole step that is a multiple of both.
fn common_step(step: i128, other: f64) -> i128 {
    const MAX_FACTOR: i128 = 1_000_000;
    let factor = (1..=1_000_i32).find(|factor| (other * f64::from(*factor)).fract() == 0.0);
    let Some(factor) = factor.filter(|_| other > 0.0 && other < 1e15) else {
        return step;
    };
    #[allow(clippy::cast_possible_truncation)] // whole and below 2 to the power of 63
    let other = (other * f64::from(factor)) as i128;
    let (mut a, mut b) = (step, other);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let common = (step / a.max(1)).saturating_mul(other);
    match common > 0 && common / step.max(1) <= MAX_FACTOR {
        true => common,
        false => step,
    }
}
