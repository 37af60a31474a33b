//! A local, stateful emulator of OCI Generative AI's Conversations and Responses APIs.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use oci_genai_emulator::Emulator;
//!
//! let emulator = Emulator::builder().api_key("sk-test").project("ocid1.project").start().await?;
//! println!("{}", emulator.base_url());
//! # Ok(())
//! # }
//! ```

mod app;
mod authenticate;
mod clock;
mod config;
mod emulator;
mod error;
mod ids;
mod model;
mod server;
mod state;
mod turn;

pub use authenticate::{AcceptedCredential, CredentialKind};
pub use clock::Clock;
pub use config::{DEFAULT_API_KEY, DEFAULT_PROJECT, DEFAULT_REGION, EmulatorConfig};
pub use emulator::{Emulator, EmulatorBuilder, ReadyRecord, StartError};
pub use error::ErrorShape;
