//! Each lowering pass, before and after: `tests/passes/NAME.yaml` lists the cases of the pass NAME.
//!
//! After a change that is meant, `UPDATE_PASSES=1 cargo test -p xtask passes` writes what comes out
//! now; the difference is then to be read.

use std::fs;

use serde_json::{Map, Value, json};
use xtask::codegen::PASSES;

use crate::here;

#[test]
fn every_pass_does_what_its_cases_say() {
    let update = std::env::var_os("UPDATE_PASSES").is_some();
    let mut names: Vec<&str> = PASSES.iter().map(|(name, _)| *name).collect();
    names.dedup();
    for (name, pass) in PASSES {
        if *name == "hoist again" {
            continue;
        }
        let path = here().join(format!("tests/passes/{name}.yaml"));
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut cases: Map<String, Value> = serde_yaml_ng::from_str(&source).unwrap();
        assert!(!cases.is_empty(), "{name} has no cases");
        for (title, case) in &mut cases {
            let mut document = case["before"].clone();
            let outcome = match pass(&mut document) {
                Ok(()) => document,
                Err(error) => json!({"error": error.to_string()}),
            };
            if update {
                case["after"] = outcome;
            } else {
                assert_eq!(outcome, case["after"], "{name}: {title}\n{outcome:#}");
            }
        }
        if update {
            fs::write(&path, serde_yaml_ng::to_string(&cases).unwrap()).unwrap();
        }
    }
}
