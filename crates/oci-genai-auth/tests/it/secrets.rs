//! Puts secrets into every input and checks that no error or log contains them.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::future::Future;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use oci_genai_auth::{
    ApiKey, ApiKeyCredentialsProvider, AuthorizationHeader, BodyDigest,
    ConfigFileCredentialsProvider, DefaultCredentialsChain, EnvCredentialsProvider, Environment,
    InstancePrincipalCredentialsProvider, KeyId, ManualTimeSource, OciConfig,
    OkeWorkloadIdentityCredentialsProvider, PrivateKey, ProvideCredentials, PublicKey,
    ReceivedRequest, ResourcePrincipalCredentialsProvider, Result, SecurityToken,
    SessionTokenCredentialsProvider, Verifier,
};
use secrecy::SecretString;
use serde_json::json;

use crate::forms;
use crate::support::{TENANCY, USER, fingerprint, key_pem, noon, unix, unsigned_token};

/// No service listens there.
const NOWHERE: &str = "http://127.0.0.1:9/opc/v2";

/// A text that contains a secret, and the secret itself.
struct Secret {
    text: String,
    needles: Vec<String>,
}

impl Secret {
    /// Creates a text that is secret as a whole, except for PEM boundaries.
    fn whole(text: impl Into<String>) -> Self {
        let text = text.into();
        let inside: String = text
            .split("-----")
            .filter(|part| part.len() > 40 || !part.contains("PRIVATE KEY"))
            .collect();
        let is_separator =
            |character: char| character.is_whitespace() || "\\\"{}:,".contains(character);
        let needles = inside.split(is_separator).flat_map(|part| {
            let part: Vec<char> = part.chars().collect();
            let windows: Vec<String> = part
                .windows(12)
                .step_by(5)
                .map(|window| window.iter().collect())
                .collect();
            windows
        });
        let needles: Vec<String> = needles
            .filter(|needle| !needle.starts_with("DEK-Info") && !needle.contains("ENCRYPTED"))
            .collect();
        assert!(!needles.is_empty(), "{text}");
        Self { text, needles }
    }

    fn part(text: &str, needles: &[&str]) -> Self {
        Self {
            text: text.to_owned(),
            needles: needles.iter().map(|needle| (*needle).to_owned()).collect(),
        }
    }

    #[track_caller]
    fn assert_hidden(&self, place: &str, shown: &str) {
        let lower = shown.to_lowercase();
        for needle in &self.needles {
            if let Some(at) = lower.find(&needle.to_lowercase()) {
                let around: String = lower[..at].chars().rev().take(300).collect();
                let around: String = around.chars().rev().collect();
                panic!("`{needle}` of a secret is shown; {place}: …{around}{needle}…");
            }
        }
    }
}

fn secrets() -> Vec<Secret> {
    let pem = forms::key("pkcs8");
    let pem = pem.trim();
    let body: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let legacy = forms::key("legacy-aes256");
    let token = unsigned_token(
        &json!({ "sub": "somebody", "exp": unix(noon()) + 60, "jti": "a1b2c3d4e5f6" }),
    );
    vec![
        Secret::whole(pem),
        Secret::whole(pem.replace('\n', "\\n")),
        Secret::whole(pem.replace('\n', " ")),
        Secret::whole(pem.replace('\n', "\t")),
        Secret::whole(pem.replace('\n', "\r")),
        Secret::whole(pem.replace('\n', "")),
        Secret::whole(format!("\"{pem}\"")),
        Secret::whole(&pem[..900]),
        Secret::whole(pem.replace("BEGIN PRIVATE KEY-----", "BEGIN PRIVATE KEY")),
        Secret::whole(pem.replace('\n', "-----BEGIN ").replace("KEY-----", "KEY")),
        Secret::whole(legacy.trim()),
        Secret::whole(legacy.trim().replace('\n', " ")),
        Secret::whole(body.concat()),
        Secret::whole(body[3]),
        Secret::whole(format!("/{}", body[4])),
        Secret::whole(format!("{{\"key\":\"{}\"}}", pem.replace('\n', "\\n"))),
        Secret::whole(token.clone()),
        Secret::whole(format!("ST${token}")),
        Secret::whole(format!("Bearer {token}")),
        Secret::whole("sk-Zq8vN2xLr5TbWm7KdYf3"),
        Secret::whole("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        Secret::part(
            "https://somebody:open-sesame@example.com/v1?sig=query-secret#piece-of-it",
            &["open-sesame", "query-secret", "piece-of-it"],
        ),
    ]
}

/// Returns one secret of each kind, for slow tests. The forms of a key are tested where keys are
/// read.
fn few() -> Vec<Secret> {
    let kinds = [
        "-----BEGIN PRIVATE KEY-----\\n",
        "eyJ",
        "sk-",
        "https:",
        "gQ1X",
    ];
    let is_one = |secret: &Secret| kinds.iter().any(|kind| secret.text.starts_with(kind));
    let few: Vec<Secret> = secrets().into_iter().filter(is_one).collect();
    assert_eq!(few.len(), kinds.len());
    few
}

/// Formats an error in every form.
fn shown(error: &(dyn StdError + 'static)) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!("\n{error} {error:?} {error:#?}"));
        cause = error.source();
    }
    text
}

fn all_of<T: Debug>(result: Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?} {value:#?}"),
        Err(error) => shown(&error),
    }
}

async fn credentials_of(provider: Result<impl ProvideCredentials>) -> String {
    let provider = match provider {
        Ok(provider) => provider,
        Err(error) => return shown(&error),
    };
    let region = all_of(provider.region().await);
    let credentials = provider.provide_credentials().await;
    format!(
        "{provider:?} {provider:#?} {region} {}",
        all_of(credentials)
    )
}

/// Omits the region: it is a setting that errors show.
async fn errors_of(provider: Result<impl ProvideCredentials>) -> String {
    let provider = match provider {
        Ok(provider) => provider,
        Err(error) => return shown(&error),
    };
    let region = provider.region().await.err();
    let region = region.map(|error| shown(&error)).unwrap_or_default();
    let credentials = all_of(provider.provide_credentials().await);
    format!("{provider:?} {provider:#?} {region} {credentials}")
}

fn environment(vars: &[(&str, &str)], files: &[(&str, &str)]) -> Environment {
    let mut all = vec![("HOME", "/h"), ("OCI_METADATA_BASE_URL", NOWHERE)];
    all.retain(|(name, _)| vars.iter().all(|(other, _)| name != other));
    all.extend(vars);
    let files = [&[("/none", "")], files].concat();
    Environment::from_vars(all).with_files(files)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

#[test]
fn secrets_given_to_the_library_are_not_shown() {
    for secret in secrets() {
        let text = secret.text.as_str();
        let phrase = SecretString::from(text);
        let header = format!(
            r#"Signature version="{text}",keyId="{text}",algorithm="{text}",headers="{text}",signature="{text}""#
        );
        let shown = [
            all_of(PrivateKey::from_pem(text, None)),
            all_of(PrivateKey::from_pem(
                &forms::key("pbes2-aes-256-cbc"),
                Some(&phrase),
            )),
            all_of(PublicKey::from_pem(text)),
            all_of(SecurityToken::parse(text)),
            all_of(ApiKey::new(text)),
            all_of(
                KeyId::parse(text).inspect(|id| secret.assert_hidden("key id", &id.to_string())),
            ),
            format!("{:?}", AuthorizationHeader::parse(text)),
            format!("{:?}", AuthorizationHeader::parse(&header)),
            format!(
                "{:?}",
                ConfigFileCredentialsProvider::builder()
                    .path(text)
                    .profile(text)
                    .auth_endpoint(text)
            ),
            format!(
                "{:?}",
                DefaultCredentialsChain::builder()
                    .config_file(text)
                    .profile(text)
                    .auth_endpoint(text)
            ),
            format!(
                "{:?}",
                ResourcePrincipalCredentialsProvider::builder().federation_endpoint(text)
            ),
            format!(
                "{:?}",
                InstancePrincipalCredentialsProvider::builder().endpoint(text)
            ),
            format!(
                "{:?}",
                OkeWorkloadIdentityCredentialsProvider::builder().endpoint(text)
            ),
            refusal(text),
            refusal(&header),
        ];
        for shown in shown {
            secret.assert_hidden("given to the library", &shown);
        }
    }
}

/// Returns a server's error for a request with this header.
fn refusal(authorization: &str) -> String {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(authorization) {
        headers.insert("authorization", value);
    }
    let received = ReceivedRequest {
        method: &http::Method::GET,
        target: "/",
        headers: &headers,
        authority: None,
        body: &BodyDigest::of(b""),
    };
    let refused = Verifier::new().verify(&received, noon(), |_| None);
    let error = refused.unwrap_err();
    format!(
        "{received:?} {:?} {}",
        received.signing_string(),
        shown(&error)
    )
}

#[test]
fn secrets_in_configuration_files_are_not_shown() {
    let keys = [
        "user",
        "tenancy",
        "fingerprint",
        "region",
        "key_file",
        "pass_phrase",
        "passphrase",
        "key_content",
        "security_token_file",
        "delegation_token_file",
        "authentication_type",
        "auth",
        "unknown",
    ];
    let base = format!(
        "user={USER}\ntenancy={TENANCY}\nfingerprint={}\nkey_file=/key\n",
        fingerprint()
    );
    let key = key_pem();
    for secret in secrets() {
        let text = secret.text.as_str();
        let mut configs = vec![
            text.to_owned(),
            format!("[DEFAULT]\n{text}"),
            format!("[DEFAULT]\n{text}=1\n{text}=2"),
            format!("[DEFAULT]\n{text}=1"),
            format!("[DEFAULT]\n{base}{text}"),
            format!("[{text}]\n{base}[{text}]\n"),
            format!("[{text}]\n{base}"),
        ];
        for key in keys {
            configs.push(format!("[DEFAULT]\n{key}={text}\n"));
            configs.push(format!("[DEFAULT]\n{base}{key}={text}\n"));
            configs.push(format!("[DEFAULT]\n{base}\n[A]\n{key}={text}\n"));
            let rest = base
                .lines()
                .filter(|line| !line.starts_with(&format!("{key}=")));
            let rest: Vec<&str> = rest.collect();
            configs.push(format!("[DEFAULT]\n{}\n{key}={text}\n", rest.join("\n")));
            configs.push(format!(
                "[DEFAULT]\n{}\n{key}={}\n",
                rest.join("\n"),
                text.replace('\n', "\n ")
            ));
        }
        for config in configs {
            let files = [("/h/.oci/config", config.as_str()), ("/key", &key)];
            let environment = environment(&[], &files);
            let config = OciConfig::load(None, &environment);
            let mut texts = vec![all_of(config.as_ref().cloned().map_err(Clone::clone))];
            if let Ok(config) = &config {
                for name in ["DEFAULT", "A", text] {
                    let profile = config.profile(name);
                    texts.push(all_of(profile.as_ref().cloned().map_err(Clone::clone)));
                    let Ok(profile) = profile else { continue };
                    texts.extend([
                        all_of(profile.auth_kind()),
                        all_of(profile.user().map(drop)),
                        all_of(profile.tenancy().map(drop)),
                        all_of(profile.fingerprint().map(drop)),
                        all_of(profile.private_key().map(drop)),
                        all_of(profile.security_token()),
                        all_of(profile.delegation_token()),
                        all_of(profile.trusted_key().map(drop)),
                    ]);
                }
            }
            for name in ["DEFAULT", "A", text] {
                let builder = ConfigFileCredentialsProvider::builder();
                let built = builder
                    .environment(environment.clone())
                    .profile(name)
                    .build();
                texts.push(all_of(built.map(drop)));
            }
            for shown in texts {
                secret.assert_hidden("in a configuration file", &shown);
            }
        }
        let asked = OciConfig::load(Some(text), &environment(&[], &[]));
        secret.assert_hidden("as a path", &all_of(asked.map(drop)));
    }
}

#[test]
fn secrets_in_files_are_not_shown() {
    let base = format!(
        "user={USER}\ntenancy={TENANCY}\nfingerprint={}\nregion=us-phoenix-1\n",
        fingerprint()
    );
    for secret in secrets() {
        let text = secret.text.as_str();
        for more in [
            "key_file=/secret\n",
            "key_file=/secret\npass_phrase=x\n",
            "key_file=/key\nsecurity_token_file=/secret\n",
            "key_file=/secret\nsecurity_token_file=/secret\n",
            "authentication_type=instance_principal\ndelegation_token_file=/secret\n",
        ] {
            let config = format!("[DEFAULT]\n{base}{more}");
            let key = key_pem();
            let files = [
                ("/h/.oci/config", config.as_str()),
                ("/h/.oci/regions-config.json", text),
                ("/key", &key),
                ("/secret", text),
            ];
            let builder = ConfigFileCredentialsProvider::builder()
                .environment(environment(&[], &files))
                .auth_endpoint("http://127.0.0.1:9")
                .time_source(ManualTimeSource::new(noon()));
            let shown = run(credentials_of(builder.build()));
            secret.assert_hidden("in a file", &shown);
        }
    }
}

const VARIABLES: &[&str] = &[
    "OCI_GENAI_API_KEY",
    "OCI_CLI_AUTH",
    "OCI_CLI_USER",
    "OCI_CLI_TENANCY",
    "OCI_CLI_FINGERPRINT",
    "OCI_CLI_KEY_FILE",
    "OCI_CLI_KEY_CONTENT",
    "OCI_CLI_PASSPHRASE",
    "OCI_CLI_REGION",
    "OCI_CLI_PROFILE",
    "OCI_CLI_CONFIG_FILE",
    "OCI_CLI_SECURITY_TOKEN_FILE",
    "OCI_CLI_DELEGATION_TOKEN_FILE",
    "OCI_DELEGATION_TOKEN_FILE",
    "OCI_CONFIG_FILE",
    "OCI_REGION",
    "OCI_REGION_METADATA",
    "OCI_DEFAULT_REALM",
    "OCI_METADATA_BASE_URL",
    "HOME",
    "KUBERNETES_SERVICE_HOST",
    "OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH",
    "OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH",
    "OCI_RESOURCE_PRINCIPAL_VERSION",
    "OCI_RESOURCE_PRINCIPAL_RPST",
    "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM",
    "OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE",
    "OCI_RESOURCE_PRINCIPAL_REGION",
    "OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT",
    "OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT",
    "OCI_RESOURCE_PRINCIPAL_RESOURCE_ID",
    "OCI_RESOURCE_PRINCIPAL_TENANCY_ID",
    "OCI_RESOURCE_PRINCIPAL_RPT_PATH",
    "OCI_RESOURCE_PRINCIPAL_RPT_ID",
    "OCI_RESOURCE_PRINCIPAL_SECURITY_CONTEXT",
    "OCI_RESOURCE_PRINCIPAL_VERSION_FOR_LEAF_RESOURCE",
    "OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE",
    "OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT_FOR_PARENT_RESOURCE",
];

/// Checks that the list above contains every file-naming variable of the crate's sources.
#[test]
fn the_list_of_variables_is_complete() {
    let mut folders = vec![concat!(env!("CARGO_MANIFEST_DIR"), "/src").into()];
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir::<std::path::PathBuf>(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for (at, _) in source.match_indices("\"OCI_") {
                let name = source[at + 1..].split('"').next().unwrap();
                let is_name = name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
                if is_name {
                    assert!(VARIABLES.contains(&name), "{name} in {}", path.display());
                    found += 1;
                }
            }
        }
    }
    assert!(found > 20, "{found}");
}

#[test]
fn secrets_in_variables_are_not_shown() {
    let key = key_pem();
    let config = format!(
        "[DEFAULT]\nuser={USER}\ntenancy={TENANCY}\nfingerprint={}\n",
        fingerprint()
    );
    let resource = |version| {
        [
            ("OCI_RESOURCE_PRINCIPAL_VERSION", version),
            ("OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT", "http://127.0.0.1:9"),
            ("OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT", "http://127.0.0.1:9"),
            ("OCI_RESOURCE_PRINCIPAL_RPST", "a.e30.c"),
            ("OCI_RESOURCE_PRINCIPAL_RESOURCE_ID", "resource"),
            ("OCI_RESOURCE_PRINCIPAL_TENANCY_ID", "tenancy"),
            ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", &key),
            ("OCI_RESOURCE_PRINCIPAL_VERSION_FOR_LEAF_RESOURCE", "2.2"),
            ("OCI_RESOURCE_PRINCIPAL_RPST_FOR_LEAF_RESOURCE", "a.e30.c"),
            ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_FOR_LEAF_RESOURCE", &key),
            (
                "OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE",
                "http://127.0.0.1:9/p",
            ),
            (
                "OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT_FOR_PARENT_RESOURCE",
                "http://127.0.0.1:9",
            ),
        ]
    };
    let cli = [
        ("OCI_CLI_USER", USER),
        ("OCI_CLI_TENANCY", TENANCY),
        ("OCI_CLI_KEY_FILE", "/key"),
        ("OCI_CLI_SECURITY_TOKEN_FILE", "/key"),
    ];
    let pod = [("KUBERNETES_SERVICE_HOST", "127.0.0.1")];
    let auth = |name| [("OCI_CLI_AUTH", name)];
    let bases: Vec<Vec<(&str, &str)>> = vec![
        vec![],
        [cli.as_slice(), &auth("api_key")].concat(),
        [cli.as_slice(), &auth("security_token")].concat(),
        [pod.as_slice(), &auth("oke_workload_identity")].concat(),
        [resource("2.2").as_slice(), &auth("resource_principal")].concat(),
        [resource("2.1.2").as_slice(), &auth("resource_principal")].concat(),
        [resource("3.0").as_slice(), &auth("resource_principal")].concat(),
        [resource("magic").as_slice(), &auth("resource_principal")].concat(),
    ];
    let files = [("/h/.oci/config", config.as_str()), ("/key", &key)];
    for secret in few() {
        for name in VARIABLES {
            let is_of = |base: &&Vec<(&str, &str)>| {
                let of_resource = base.iter().any(|(_, value)| *value == "resource_principal");
                let of_pod = base
                    .iter()
                    .any(|(_, value)| *value == "oke_workload_identity");
                match name {
                    name if name.starts_with("OCI_RESOURCE_PRINCIPAL") => of_resource,
                    name if name.contains("KUBERNETES") => of_pod,
                    _ => !of_resource && !of_pod,
                }
            };
            for base in bases.iter().filter(is_of) {
                let mut vars = base.clone();
                vars.retain(|(other, _)| other != name);
                vars.push((name, &secret.text));
                let environment = environment(&vars, &files);
                let chain = DefaultCredentialsChain::builder()
                    .environment(environment.clone())
                    .time_source(ManualTimeSource::new(noon()))
                    .build();
                let shown = run(errors_of(Ok(chain)));
                secret.assert_hidden(name, &shown);
                secret.assert_hidden(name, &format!("{environment:?}"));
                let direct = [
                    all_of(EnvCredentialsProvider::new(&environment).map(drop)),
                    all_of(ApiKeyCredentialsProvider::from_env(&environment)),
                    all_of(OciConfig::find(None, &environment).map(drop)),
                ];
                for shown in direct {
                    secret.assert_hidden(name, &shown);
                }
            }
        }
    }
}

/// Serves responses that contain a secret: verbatim, as JSON members, as an error.
async fn serve(text: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(move |uri: axum::http::Uri| {
        let text = text.clone();
        async move {
            let error = json!({ "code": text, "message": format!("no: {text}") }).to_string();
            let token = json!({ "token": text, "resourcePrincipalToken": text,
                "servicePrincipalSessionToken": text, "regionIdentifier": text,
                "realmDomainComponent": text, "regionKey": 7 });
            let (status, body) = match uri.path().split('/').nth(1) {
                Some("error") => (StatusCode::UNAUTHORIZED, error),
                Some("json") => (StatusCode::OK, token.to_string()),
                _ => (StatusCode::OK, text.clone()),
            };
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert("opc-request-id", value);
            }
            (status, headers, body)
        }
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

#[tokio::test]
async fn secrets_in_responses_are_not_shown() {
    let (key, account) = (
        key_pem(),
        unsigned_token(&json!({ "exp": unix(noon()) + 600 })),
    );
    let nearly = unsigned_token(&json!({ "exp": unix(noon()) + 30 }));
    // A service's message is shown. If it was not sent before, only text in the form of a
    // credential is masked; a URL is not.
    for secret in few()
        .into_iter()
        .filter(|secret| !secret.text.starts_with("https:"))
    {
        let server = serve(secret.text.clone()).await;
        for form in ["error", "json", "text"] {
            let url = format!("{server}/{form}");
            let files = [
                ("/key", key.as_str()),
                ("/account", &account),
                ("/token", &nearly),
            ];
            let vars = [
                ("OCI_METADATA_BASE_URL", url.as_str()),
                ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.1"),
                ("OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT", &url),
                ("OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT", &url),
                ("OCI_RESOURCE_PRINCIPAL_RESOURCE_ID", "resource"),
                ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", &key),
                ("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", "/account"),
            ];
            let environment = environment(&vars, &files);
            let clock = ManualTimeSource::new(noon());
            let config = "[S]\nkey_file=/key\nsecurity_token_file=/token\n";
            let config = OciConfig::parse(config, &environment).unwrap();
            let session = SessionTokenCredentialsProvider::builder(config.profile("S").unwrap())
                .endpoint(&url)
                .time_source(clock.clone());
            let instance = InstancePrincipalCredentialsProvider::builder()
                .environment(environment.clone())
                .retry_pause(std::time::Duration::ZERO);
            let resource = ResourcePrincipalCredentialsProvider::builder()
                .environment(environment.clone())
                .time_source(clock.clone());
            let pod = OkeWorkloadIdentityCredentialsProvider::builder()
                .environment(environment)
                .endpoint(&url)
                .time_source(clock);
            for shown in [
                credentials_of(session.build()).await,
                errors_of(instance.build()).await,
                credentials_of(resource.build()).await,
                credentials_of(pod.build()).await,
            ] {
                secret.assert_hidden(form, &shown);
            }
        }
    }
}

/// A service that echoes the request: the credentials in it are masked, the rest is not.
#[tokio::test]
async fn sent_secrets_are_masked_in_responses() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let echo = Router::new().fallback(|headers: HeaderMap, body: String| async move {
        let sent = headers["authorization"].to_str().unwrap();
        let message = format!("cannot take {sent} with {body}");
        let answer = json!({ "code": "NotAuthenticated", "message": message });
        (StatusCode::UNAUTHORIZED, answer.to_string())
    });
    tokio::spawn(async move { axum::serve(listener, echo).await });
    let token = unsigned_token(&json!({ "exp": unix(noon()) + 30 }));
    let files = [("/key", key_pem()), ("/token", token.clone())];
    let environment = Environment::from_vars([("HOME", "/h")]).with_files(files);
    let config = "[S]\nkey_file=/key\nsecurity_token_file=/token\n";
    let config = OciConfig::parse(config, &environment).unwrap();
    let provider = SessionTokenCredentialsProvider::builder(config.profile("S").unwrap())
        .endpoint(&url)
        .time_source(ManualTimeSource::new(noon()))
        .build()
        .unwrap();
    let text = shown(&provider.provide_credentials().await.unwrap_err());
    Secret::whole(token).assert_hidden("what was sent", &text);
    assert!(
        text.contains("NotAuthenticated: cannot take Signature"),
        "{text}"
    );
    assert!(text.contains("[masked]"), "{text}");
}
