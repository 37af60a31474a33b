//! OpenAI's own package for Python, for scale.

use std::path::PathBuf;
use std::process::Command;

/// Makes so many calls and prints the nanoseconds of processor time that took.
const SCRIPT: &str = r#"
import sys, time
from openai import OpenAI
client = OpenAI(base_url=sys.argv[1], api_key="sk-bench", project="bench", max_retries=0)
ask = lambda: client.responses.create(model="m", input="small")
ask()
before = time.process_time_ns()
for _ in range(int(sys.argv[2])):
    assert ask().output
print(time.process_time_ns() - before)
"#;

pub(crate) struct Python {
    interpreter: PathBuf,
    base_url: String,
}

impl Python {
    /// `None`, with a word on standard error, where the package is not installed.
    pub(crate) fn find(base_url: &str) -> Option<Self> {
        Some(Self {
            interpreter: oci_genai_tests::python_with(&["openai"])?,
            base_url: base_url.to_owned(),
        })
    }

    /// Processor nanoseconds of `count` calls.
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
