//! The oci-genai program: quickstart, chat, ask, sessions, doctor and emulator.
fn main() {}
