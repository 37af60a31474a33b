//! Identifiers: a prefix for the kind, the region's airport code, and randomness.

use uuid::Uuid;

/// Creates identifiers for one region, such as `conv_ord_…`.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    code: String,
}

impl Ids {
    pub(crate) fn new(region: &str) -> Self {
        Self {
            code: airport_code(region),
        }
    }

    /// Returns the airport code of the region.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// Creates an identifier that starts with `prefix`.
    pub(crate) fn make(&self, prefix: &str) -> String {
        format!("{prefix}_{}_{}", self.code, Uuid::new_v4().simple())
    }

    /// Returns the identifier prefix for items of this type.
    pub(crate) fn item_prefix(kind: &str) -> &'static str {
        match kind {
            "message" => "msg",
            "function_call" => "fc",
            "function_call_output" => "fco",
            "reasoning" => "rs",
            "compaction" => "cmp",
            _ => "item",
        }
    }
}

/// Creates a request identifier in the form Oracle's services use: 32 upper-case hexadecimal
/// digits.
pub(crate) fn request_id() -> String {
    format!("{:X}", Uuid::new_v4().simple())
}

/// Returns the airport code of a region that serves this API, or the first letters of another
/// region's city.
fn airport_code(region: &str) -> String {
    let code = match region {
        "us-ashburn-1" => "iad",
        "us-chicago-1" => "ord",
        "us-phoenix-1" => "phx",
        "sa-saopaulo-1" => "gru",
        "eu-frankfurt-1" => "fra",
        "uk-london-1" => "lhr",
        "me-riyadh-1" => "ruh",
        "ap-hyderabad-1" => "hyd",
        "ap-osaka-1" => "kix",
        other => {
            let city = other.split('-').nth(1).unwrap_or(other);
            let letters: String = city
                .chars()
                .filter(char::is_ascii_alphabetic)
                .take(3)
                .collect();
            return if letters.is_empty() {
                "loc".into()
            } else {
                letters.to_lowercase()
            };
        }
    };
    code.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_carry_the_airport_code() {
        assert!(
            Ids::new("us-chicago-1")
                .make("conv")
                .starts_with("conv_ord_")
        );
        assert!(Ids::new("ap-osaka-1").make("msg").starts_with("msg_kix_"));
        assert!(
            Ids::new("xx-Nowhere-9")
                .make("resp")
                .starts_with("resp_now_")
        );
        assert!(Ids::new("").make("resp").starts_with("resp_loc_"));
    }
}
