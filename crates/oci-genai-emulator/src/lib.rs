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
mod fault;
mod identity;
mod ids;
mod memory;
mod model;
mod projects;
mod requests;
mod server;
mod state;
mod turn;
mod view;

pub use authenticate::{AcceptedCredential, CredentialKind};
pub use clock::Clock;
pub use config::{DEFAULT_API_KEY, DEFAULT_PROJECT, DEFAULT_REGION, EmulatorConfig};
pub use emulator::{Emulator, EmulatorBuilder, IssueError, ReadyRecord, StartError};
pub use error::ErrorShape;
pub use fault::{Effect, Fault, FaultId, FaultState, Faults, Scenario, ScenarioError};
pub use identity::{INSTANCE, TENANCY};
pub use model::script::{Rule, Say, Script, ScriptError, When};
pub use model::upstream::{Upstream, UpstreamError};
pub use requests::{SeenRequest, UnexpectedRequests};
pub use state::DataError;
pub use view::{ConversationView, ProjectView};
