//! OpenAI's Python package, as a rough comparison.

use std::path::PathBuf;
use std::process::Command;

/// Sends a number of calls and prints the CPU time in nanoseconds.
const SCRIPT: &str = r#"
import sys, time
from openai import OpenAI
client = OpenAI(base_url=sys.argv[1], api_key="sk-bench", project="bench", max_retries=0)
call = lambda: client.responses.create(model="m", input="small")
call()
before = time.process_time_ns()
for _ in range(int(sys.argv[2])):
    assert call().output
print(time.process_time_ns() - before)
"#;

pub(crate) struct Python {
    interpreter: PathBuf,
    base_url: String,
}

impl Python {
    /// Returns `None` if the package is not installed, with a message on standard error.
    pub(crate) fn find(base_url: &str) -> Option<Self> {
        Some(Self {
            interpreter: oci_genai_tests::python_with(&["openai"])?,
            base_url: base_url.to_owned(),
        })
    }

    /// Returns the CPU nanoseconds of `count` calls.
    pub(crate) fn calls(&self, count: usize) -> u64 {
        let output = Command::new(&self.interpreter)
            .args(["-c", SCRIPT, &self.base_url, &count.to_string()])
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        printed.trim().parse().unwrap_or_else(|_| {
            panic!("python: {}", String::from_utf8_lossy(&output.stderr));
        })
    }
}
