//! Tests of security tokens over real sockets and files.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::StatusCode;
use oci_genai_auth::{
    AuthKind, AuthLayer, ConfigFileCredentialsProvider, Environment, Error, PrivateKey,
    TimeSource as _,
};
use secrecy::ExposeSecret as _;

use crate::identity::{Identity, LIFE};
use crate::support::{Sender, TENANCY, noon, replace_file, tell};

struct Session {
    identity: Identity,
    key: PrivateKey,
    directory: tempfile::TempDir,
    sender: Sender,
}

impl Session {
    /// Starts with files as `oci session authenticate` writes them.
    async fn start() -> Self {
        let identity = Identity::start(noon()).await;
        let directory = tempfile::tempdir().unwrap();
        let key = PrivateKey::generate().unwrap();
        let token = identity.issue(key.public_key(), LIFE);
        let place = directory.path();
        std::fs::write(place.join("key.pem"), key.to_pem().unwrap().expose_secret()).unwrap();
        std::fs::write(place.join("token"), token).unwrap();
        let config = format!(
            "[DEFAULT]\n[S]\nfingerprint={}\nkey_file=~/key.pem\ntenancy={TENANCY}\n\
             region=us-chicago-1\nsecurity_token_file=~/token\n",
            key.public_key().fingerprint()
        );
        std::fs::create_dir(place.join(".oci")).unwrap();
        std::fs::write(place.join(".oci/config"), config).unwrap();
        let home = place.to_str().unwrap().to_owned();
        let provider = ConfigFileCredentialsProvider::builder()
            .environment(Environment::from_vars([("HOME", home)]))
            .profile("S")
            .auth_endpoint(&identity.url)
            .time_source(identity.clock.clone())
            .build()
            .unwrap();
        assert_eq!(provider.auth_kind(), AuthKind::SessionToken);
        let layer = AuthLayer::new(provider).with_time_source(identity.clock.clone());
        let sender = Sender::new(layer, format!("{}/service", identity.url));
        Self {
            identity,
            key,
            directory,
            sender,
        }
    }

    fn token_file(&self) -> PathBuf {
        self.directory.path().join("token")
    }

    fn stored(&self) -> String {
        std::fs::read_to_string(self.token_file()).unwrap()
    }

    fn refreshes(&self) -> usize {
        self.identity.calls("/v1/authentication/refresh")
    }

    async fn error(&self) -> Box<Error> {
        self.sender
            .send()
            .await
            .unwrap_err()
            .downcast::<Error>()
            .unwrap()
    }
}

#[tokio::test]
async fn a_token_is_refreshed_before_it_expires_and_written_back() {
    let session = Session::start().await;
    let config = session.directory.path().join(".oci/config");
    let config_before = std::fs::read(&config).unwrap();
    let first = session.sender.accepted().await;
    assert_eq!(session.refreshes(), 0);

    // After half of its lifetime: refreshed in the background of the next request.
    session
        .identity
        .clock
        .advance(LIFE / 2 + Duration::from_secs(1));
    session.sender.accepted().await;
    let mut second = session.sender.accepted().await;
    while second == first {
        second = session.sender.accepted().await;
    }
    assert_eq!(session.refreshes(), 1);
    assert_eq!(second, format!("ST${}", session.stored()));
    assert_eq!(
        std::fs::read(&config).unwrap(),
        config_before,
        "the configuration is never touched"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(session.token_file())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let names = std::fs::read_dir(session.directory.path()).unwrap().count();
    assert_eq!(names, 3, "nothing is left lying about");
}

#[tokio::test]
async fn a_session_continues_for_hours_without_a_rejected_request() {
    let session = Session::start().await;
    for _ in 0..60 {
        let accepted = session.sender.accepted().await;
        session.identity.clock.advance(LIFE / 4);
        // The refresh runs in the background: wait until it has been written.
        if session.identity.clock.now() >= end_of(&accepted) - LIFE / 2 {
            session.sender.accepted().await;
            while format!("ST${}", session.stored()) == accepted {
                tokio::task::yield_now().await;
            }
        }
    }
    assert!(session.refreshes() >= 20);
    assert_eq!(session.identity.calls("/service"), 60 + session.refreshes());
}

fn end_of(key_id: &str) -> std::time::SystemTime {
    oci_genai_auth::SecurityToken::parse(key_id)
        .unwrap()
        .expires_at()
        .unwrap()
}

#[tokio::test]
async fn a_token_written_by_another_program_is_used_at_once() {
    let session = Session::start().await;
    session.sender.accepted().await;
    let other = session.identity.issue(session.key.public_key(), LIFE);
    replace_file(&session.token_file(), &other);
    assert_eq!(session.sender.accepted().await, format!("ST${other}"));
    assert_eq!(session.refreshes(), 0);
}

#[tokio::test]
async fn a_new_login_with_a_new_key_is_used_at_once() {
    let session = Session::start().await;
    session.sender.accepted().await;
    let key = PrivateKey::generate().unwrap();
    let pem = key.to_pem().unwrap();
    replace_file(
        &session.directory.path().join("key.pem"),
        pem.expose_secret(),
    );
    let token = session.identity.issue(key.public_key(), LIFE);
    replace_file(&session.token_file(), &token);
    assert_eq!(session.sender.accepted().await, format!("ST${token}"));
}

#[tokio::test]
async fn a_rejected_token_is_refreshed_once_and_the_request_retried() {
    let session = Session::start().await;
    // The service no longer accepts the token, but the identity service still does.
    let first = session.sender.accepted().await;
    session.identity.data().service_refuses_once = true;
    let second = session.sender.accepted().await;
    assert_ne!(first, second);
    assert_eq!(session.refreshes(), 1);
    assert_eq!(session.identity.calls("/service"), 3);
}

#[tokio::test]
async fn an_expired_token_suggests_a_login_and_recovers_afterwards() {
    let session = Session::start().await;
    session.sender.accepted().await;
    session.identity.clock.advance(LIFE * 2);
    let sent = session.identity.calls("/service");
    let error = session.error().await;
    assert!(error.is_token(), "{}", tell(&*error));
    assert!(
        error
            .to_string()
            .contains("oci session authenticate --profile-name S"),
        "{error}"
    );
    assert_eq!(
        (session.refreshes(), session.identity.calls("/service")),
        (0, sent)
    );

    let token = session.identity.issue(session.key.public_key(), LIFE);
    replace_file(&session.token_file(), &token);
    assert_eq!(session.sender.accepted().await, format!("ST${token}"));
}

#[tokio::test]
async fn a_refresh_without_a_later_expiry_is_an_error() {
    let session = Session::start().await;
    let before = session.stored();
    session.sender.accepted().await;
    session.identity.data().refresh_stands_still = true;
    // So close to the expiry that the old token is unusable.
    session
        .identity
        .clock
        .advance(LIFE - Duration::from_secs(30));
    let error = session.error().await;
    assert!(
        error.is_refused() && error.to_string().contains("`exp`"),
        "{}",
        tell(&*error)
    );
    assert_eq!(session.stored(), before, "a useless token is not written");
}

#[tokio::test]
async fn a_rejected_refresh_reports_an_expired_token() {
    let session = Session::start().await;
    session.sender.accepted().await;
    session.identity.data().refuse = Some(StatusCode::UNAUTHORIZED);
    session
        .identity
        .clock
        .advance(LIFE - Duration::from_secs(30));
    let error = session.error().await;
    assert!(
        error.is_refused() && error.to_string().contains("has an expired security token"),
        "{}",
        tell(&*error)
    );
    session.identity.data().refuse = None;
    session.sender.accepted().await;
}
