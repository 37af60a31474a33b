//! A local, stateful emulator of OCI Generative AI's Conversations and Responses APIs.
//!
//! It answers on loopback as the service does: conversations are kept per project, API keys are checked and
//! request signatures recomputed, responses stream word by word. Its built-in model says what it can see of
//! a conversation, so that memory can be proved. Faults can be ordered, credentials of every kind issued.
//!
//! # In Rust
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use oci_genai_emulator::{DEFAULT_PROJECT, Effect, Emulator, Fault};
//!
//! let emulator = Emulator::builder().api_key("sk-test").start().await?;
//! emulator.faults().add(Fault::new(Effect::Latency { ms: 5 }).on("POST /responses").times(1))?;
//! // … point a client at emulator.base_url(), with the key and DEFAULT_PROJECT …
//! assert!(emulator.project(DEFAULT_PROJECT).conversations.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # In Python
//!
//! ```python
//! from openai import OpenAI
//! project = "ocid1.generativeaiproject.oc1.us-chicago-1.emulator"
//! client = OpenAI(base_url=BASE_URL, api_key="sk-emulator", project=project)
//! conversation = client.conversations.create(metadata={"topic": "offsite"})
//! print(client.responses.create(model="any", input="Hello", conversation=conversation.id).output_text)
//! ```
//!
//! # With curl
//!
//! ```sh
//! curl "$BASE_URL/responses" -H "Authorization: Bearer sk-emulator" \
//!   -H "OpenAI-Project: ocid1.generativeaiproject.oc1.us-chicago-1.emulator" \
//!   -H "Content-Type: application/json" -d '{"model": "any", "input": "count:3", "stream": true}'
//! ```
//!
//! # What it decides where the service's behaviour is not known
//!
//! - A token is a word.
//! - A second turn in a conversation is refused with `conversation_locked` while the first is being made.
//! - A turn goes on when its client leaves, and its outcome is stored.
//! - Only a turn that came to an answer changes its conversation; failed and cancelled ones do not.
//! - The stream of a cancelled response ends without a closing event.
//! - `conversation` with `store: false` adds the turn to the conversation but stores no response.
//!
//! # Beside the API
//!
//! `/_emulator/` takes orders (faults, clock, projects) and `/inspector` shows what is going on, both on
//! loopback only. `/opc/v2`, `/v1/x509`, `/v1/authentication/refresh` and the resource-principal and
//! workload paths are the identity side.

mod app;
mod authenticate;
mod builder;
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
mod tls;
mod turn;
mod view;

pub use authenticate::{AcceptedCredential, CredentialKind};
pub use builder::{EmulatorBuilder, StartError};
pub use clock::Clock;
pub use config::{DEFAULT_API_KEY, DEFAULT_PROJECT, DEFAULT_REGION, EmulatorConfig};
pub use emulator::{Emulator, IssueError, ReadyRecord};
pub use error::ErrorShape;
pub use fault::{Effect, Fault, FaultId, FaultState, Faults, Scenario, ScenarioError};
pub use identity::{INSTANCE, TENANCY};
pub use model::script::{Rule, Say, Script, ScriptError, When};
pub use model::upstream::{Upstream, UpstreamApi, UpstreamError};
pub use requests::{SeenRequest, UnexpectedRequests};
pub use state::DataError;
pub use tls::TlsError;
pub use view::{ConversationView, ProjectView};
