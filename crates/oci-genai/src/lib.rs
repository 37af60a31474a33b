//! The Rust client of OCI Generative AI's Conversations and Responses APIs.
