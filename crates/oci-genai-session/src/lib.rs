//! Multi-turn memory for OCI Generative AI: sessions, turns, tools and stores.
