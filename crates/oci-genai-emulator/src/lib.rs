// The page is the README. Links are defined here first, where rustdoc checks them; the README's own
// definitions are for readers elsewhere.
//! [`Emulator`]: Emulator
//! [`EmulatorBuilder`]: EmulatorBuilder
//! [`Fault`]: Fault
//! [`Effect`]: Effect
//! [`Scenario`]: Scenario
//! [`Script`]: Script
//! [`Upstream`]: Upstream
//! [`EmulatorBuilder::allow_host`]: EmulatorBuilder::allow_host
//! [`EmulatorBuilder::strict`]: EmulatorBuilder::strict
//! [`Emulator::requests`]: Emulator::requests
//! [`Emulator::project`]: Emulator::project
//! [`Clock`]: Clock
//! [`Emulator::trust`]: Emulator::trust
//! [`Emulator::issue_session_token`]: Emulator::issue_session_token
//! [`Emulator::identity_url`]: Emulator::identity_url
#![doc = include_str!("../README.md")]

mod app;
mod authenticate;
mod builder;
mod clock;
mod config;
mod contract;
mod emulator;
mod error;
mod explain;
mod fault;
mod files;
mod identity;
mod ids;
mod json_error;
mod masking;
mod memory;
mod model;
mod projects;
mod requests;
mod server;
mod state;
mod tls;
mod turn;
mod view;

pub use authenticate::trust::TrustError;
pub use authenticate::{AcceptedCredential, CredentialKind};
pub use builder::{EmulatorBuilder, StartError};
pub use clock::Clock;
pub use config::{DEFAULT_API_KEY, DEFAULT_PROJECT, DEFAULT_REGION, EmulatorConfig};
pub use emulator::{Emulator, IssueError, ReadyRecord};
pub use error::ErrorShape;
pub use fault::{
    Effect, Fault, FaultCredential, FaultId, FaultState, Faults, Scenario, ScenarioError,
};
pub use identity::{INSTANCE, TENANCY};
pub use json_error::JsonError;
pub use model::script::{Rule, Say, Script, ScriptError, When};
pub use model::upstream::{CertificatesError, Upstream, UpstreamApi, UpstreamError};
pub use requests::{SeenRequest, UnexpectedRequests};
pub use state::DataError;
pub use tls::TlsError;
pub use view::{ConversationView, ProjectView};
