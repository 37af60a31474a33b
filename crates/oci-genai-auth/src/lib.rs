//! OCI credentials, request signing and verification, and a tower layer that authenticates requests.
