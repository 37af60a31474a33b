//! Low-level client of OCI Generative AI's Conversations and Responses APIs, generated from the pinned OpenAPI document.
