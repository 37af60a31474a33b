//! A local, stateful emulator of OCI Generative AI's Conversations and Responses APIs.
