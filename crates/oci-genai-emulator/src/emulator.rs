//! Starting and stopping an emulator.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use oci_genai_auth::{KeyId, PublicKey};
use serde::Serialize;

use crate::app::App;
use crate::authenticate::trust::Trust;
use crate::authenticate::{Authenticator, CredentialKind};
use crate::clock::Clock;
use crate::config::EmulatorConfig;
use crate::fault::{Fault, Faults, Scenario, ScenarioError};
use crate::identity::Subject;
use crate::model::Model;
use crate::model::built_in::BuiltIn;
use crate::model::record::Recorded;
use crate::model::script::{Script, Scripted};
use crate::model::upstream::{Remote, Upstream, UpstreamError};
use crate::requests::{SeenRequest, UnexpectedRequests};
use crate::server;
use crate::state::{DataError, Store};
use crate::view::ProjectView;

/// A running emulator. Dropping it stops it, its connections and the turns in flight.
#[must_use = "an emulator stops when it is dropped"]
pub struct Emulator {
    app: Arc<App>,
    address: SocketAddr,
}

/// Why an emulator could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address could not be bound; is something else listening there?
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// An OCI configuration file cannot be read, or has no profile that can be trusted.
    #[error("no profile of {} can be trusted", .path.display())]
    OciConfig {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: oci_genai_auth::Error,
    },
    /// The data file cannot be used.
    #[error("the data file {} cannot be used", .path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: DataError,
    },
    /// The upstream cannot be used.
    #[error("the upstream model cannot be used")]
    Upstream(#[from] UpstreamError),
    /// A fault makes no sense.
    #[error("the scenario cannot be used")]
    Scenario(#[from] ScenarioError),
}

/// Why a token could not be issued.
#[derive(Debug, thiserror::Error)]
#[error("no token can be issued: {0}")]
pub struct IssueError(String);

/// What a started emulator says about itself, as one line of JSON for whoever started it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReadyRecord {
    /// Always `ready`.
    pub event: &'static str,
    /// What to give a client as its base URL.
    pub base_url: String,
    /// Where the emulator takes orders.
    pub control_url: String,
    /// The region emulated.
    pub region: String,
    /// The projects that exist.
    pub projects: Vec<String>,
    /// The version of the emulator.
    pub version: &'static str,
}

impl Emulator {
    /// Starts an emulator with the default settings: a free port of loopback, one API key, one project.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// An emulator with other settings.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder {
            config: EmulatorConfig::default(),
            scenario: Scenario::default(),
            script: None,
            upstream: None,
            recording: None,
        }
    }

    /// What to give a client as its base URL, such as `http://127.0.0.1:40123/openai/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, server::BASE_PATH)
    }

    /// The address the emulator listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The emulator's clock, which may be moved.
    pub fn clock(&self) -> &Clock {
        &self.app.clock
    }

    /// The faults in force, to which more can be added.
    pub fn faults(&self) -> &Faults {
        &self.app.faults
    }

    /// The latest requests, oldest first; the last 1,000 are remembered.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.app.requests.list()
    }

    /// The requests to a route such as `POST /responses` (either part may be `*`, a path means what
    /// starts with it).
    ///
    /// # Errors
    ///
    /// When there are not exactly as many as expected; the error lists all requests.
    pub fn expect_requests(
        &self,
        route: &str,
        expected: usize,
    ) -> Result<Vec<SeenRequest>, UnexpectedRequests> {
        self.app.requests.expect(route, expected)
    }

    /// Forgets the requests seen so far.
    pub fn forget_requests(&self) {
        self.app.requests.clear();
    }

    /// What a project holds; nothing for a project that does not exist.
    pub fn project(&self, ocid: &str) -> ProjectView {
        self.app
            .store
            .read(|state| ProjectView::of(state.project(ocid)))
    }

    /// Where the identity side answers: metadata service (add `/opc/v2`), federation, token refresh,
    /// resource principals and workload identity.
    pub fn identity_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Trusts signatures by this key, such as a user's API signing key or a resource's key pair.
    pub fn trust(&self, key_id: KeyId, key: PublicKey) {
        self.app.authenticator.trust().add_key(key_id, key);
    }

    /// A token for this key pair, as a cloud resource has one whose platform renews it: what belongs
    /// into `OCI_RESOURCE_PRINCIPAL_RPST`.
    ///
    /// # Errors
    ///
    /// When the identity side's keys cannot be made.
    pub async fn issue_resource_token(
        &self,
        resource: &str,
        key: PublicKey,
    ) -> Result<String, IssueError> {
        let subject = Subject {
            id: resource,
            kind: CredentialKind::ResourcePrincipal,
        };
        self.app
            .issue(subject, key)
            .await
            .map_err(|error| IssueError(error.message))
    }

    /// A session token for this key pair, as after logging in: what belongs into a
    /// `security_token_file`.
    ///
    /// # Errors
    ///
    /// When the identity side's keys cannot be made.
    pub async fn issue_session_token(
        &self,
        user: &str,
        key: PublicKey,
    ) -> Result<String, IssueError> {
        let subject = Subject {
            id: user,
            kind: CredentialKind::SessionToken,
        };
        self.app
            .issue(subject, key)
            .await
            .map_err(|error| IssueError(error.message))
    }

    /// A Kubernetes service account's token, good for a pod that asks for its workload's identity.
    ///
    /// # Errors
    ///
    /// When the identity side's keys cannot be made.
    pub async fn issue_service_account_token(&self, account: &str) -> Result<String, IssueError> {
        let exp = self.app.clock.unix() + self.app.config.token_lifetime.as_secs();
        let claims = serde_json::json!({ "sub": account, "exp": exp });
        self.app
            .identity
            .sign(claims)
            .await
            .map_err(|error| IssueError(error.message))
    }

    /// Makes a project; it is known once the propagation window has passed.
    pub fn add_project(&self, ocid: impl Into<String>) {
        self.app.add_project(ocid.into());
    }

    /// Waits until no turn is in flight, also none that its client has abandoned.
    pub async fn until_idle(&self) {
        self.app.until_idle().await;
    }

    /// Where the emulator takes orders, such as `http://127.0.0.1:40123/_emulator`.
    pub fn control_url(&self) -> String {
        format!("http://{}{}", self.address, server::CONTROL_PATH)
    }

    /// What the emulator says about itself.
    pub fn ready_record(&self) -> ReadyRecord {
        ReadyRecord {
            event: "ready",
            base_url: self.base_url(),
            control_url: self.control_url(),
            region: self.app.config.region.clone(),
            projects: self.app.config.projects.clone(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.app.stop.cancel();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("address", &self.address)
            .field("config", &self.app.config)
            .finish_non_exhaustive()
    }
}

/// Settings of an emulator that has not been started.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it is started"]
pub struct EmulatorBuilder {
    config: EmulatorConfig,
    scenario: Scenario,
    script: Option<Script>,
    upstream: Option<Upstream>,
    recording: Option<PathBuf>,
}

impl EmulatorBuilder {
    /// Replaces all settings.
    pub fn config(mut self, config: EmulatorConfig) -> Self {
        self.config = config;
        self
    }

    /// Accepts this API key. May be called several times.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.config.api_keys.push(key.into());
        self
    }

    /// Creates this project. May be called several times.
    pub fn project(mut self, ocid: impl Into<String>) -> Self {
        self.config.projects.push(ocid.into());
        self
    }

    /// Trusts every profile of this OCI configuration file. May be called several times.
    pub fn oci_config(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.oci_configs.push(path.into());
        self
    }

    /// Listens here instead of on a free port of loopback.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listen = address;
        self
    }

    /// Emulates this region.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.config.region = region.into();
        self
    }

    /// Makes turns of a conversation wait for each other instead of refusing the later one.
    pub fn queue_turns(mut self, queue: bool) -> Self {
        self.config.queue_turns = queue;
        self
    }

    /// Keeps everything in this file, which is created if it is not there.
    pub fn data(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.data = Some(path.into());
        self
    }

    /// Answers by a script instead of with the built-in model.
    pub fn script(mut self, script: Script) -> Self {
        self.script = Some(script);
        self
    }

    /// Has another server answer. A script is then not used.
    pub fn upstream(mut self, upstream: Upstream) -> Self {
        self.upstream = Some(upstream);
        self
    }

    /// Writes what the model answers into this file, as a script.
    pub fn record(mut self, path: impl Into<PathBuf>) -> Self {
        self.recording = Some(path.into());
        self
    }

    /// Starts with this fault in force. May be called several times.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.scenario.faults.push(fault);
        self
    }

    /// Starts with a scenario's faults in force, in place of those given so far.
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenario = scenario;
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    ///
    /// When the address cannot be bound or an OCI configuration file cannot be used, or a fault makes no
    /// sense.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let config = self.config.complete();
        let clock = Clock::new();
        let trust = Trust::read(&config.oci_configs)
            .map_err(|(path, source)| StartError::OciConfig { path, source })?;
        let authenticator =
            Authenticator::new(config.api_keys.iter().cloned(), trust, clock.clone());
        let address = config.listen;
        let failed = |source| StartError::Listen { address, source };
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "the emulator can be reached from other machines");
        }
        let model: Arc<dyn Model> = match (self.upstream, self.script) {
            (Some(upstream), _) => Arc::new(Remote::new(upstream)?),
            (None, Some(script)) => Arc::new(Scripted::new(script)),
            (None, None) => Arc::new(BuiltIn),
        };
        let model: Arc<dyn Model> = match self.recording {
            Some(path) => Arc::new(Recorded::new(model, path)),
            None => model,
        };
        let store = match &config.data {
            None => Store::default(),
            Some(path) => Store::open(path).map_err(|source| StartError::Data {
                path: path.clone(),
                source,
            })?,
        };
        let app = Arc::new(App::new(config, authenticator, clock, model, store));
        app.faults.load(self.scenario)?;
        tokio::spawn(server::listen::serve(app.clone(), listener));
        Ok(Emulator { app, address })
    }
}
