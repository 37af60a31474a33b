//! Secrets in variables of the environment.

use oci_genai_emulator::Emulator;

use super::{COMMANDS, MORE_COMMANDS, Runs, few};
use crate::support::{Home, TENANCY, USER};

/// Variables that this program and the libraries below it read.
const VARIABLES: &[&str] = &[
    "OCI_GENAI_API_KEY",
    "OCI_GENAI_AUTH",
    "OCI_GENAI_REGION",
    "OCI_REGION",
    "OCI_CLI_REGION",
    "OCI_GENAI_PROJECT",
    "OCI_GENAI_COMPARTMENT",
    "OCI_GENAI_MODEL",
    "OCI_GENAI_BASE_URL",
    "OCI_GENAI_STORE",
    "OCI_GENAI_CONFIG",
    "OCI_GENAI_PROFILE",
    "OCI_CLI_CONFIG_FILE",
    "OCI_CONFIG_FILE",
    "OCI_CLI_PROFILE",
    "OCI_CONFIG_PROFILE",
    "OCI_CLI_AUTH",
    "OCI_CLI_FEDERATION_ENDPOINT",
    "OCI_METADATA_BASE_URL",
    "OCI_REGION_METADATA",
    "OCI_DEFAULT_REALM",
    "OCI_SDK_APPEND_USER_AGENT",
    "OCI_DUAL_STACK_ENDPOINT_ENABLED",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "RUST_LOG",
];

/// Those that are read where there is no API key, and what else has to be set then.
const OF_CREDENTIALS: &[(&str, &[(&str, &str)])] = &[
    ("OCI_CLI_KEY_FILE", SIGNING),
    ("OCI_CLI_KEY_CONTENT", SIGNING),
    ("OCI_CLI_PASSPHRASE", SIGNING),
    ("OCI_CLI_TENANCY", SIGNING),
    ("OCI_CLI_USER", SIGNING),
    ("OCI_CLI_FINGERPRINT", SIGNING),
    ("OCI_CLI_SECURITY_TOKEN_FILE", SIGNING),
    (
        "OCI_CLI_SECURITY_TOKEN_FILE",
        &[("OCI_CLI_AUTH", "security_token")],
    ),
    ("OCI_CLI_KEY_FILE", &[("OCI_CLI_AUTH", "security_token")]),
    ("OCI_CLI_AUTH", SIGNING),
    ("OCI_RESOURCE_PRINCIPAL_VERSION", RESOURCE),
    ("OCI_RESOURCE_PRINCIPAL_RPST", RESOURCE),
    ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", RESOURCE),
    ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM_PASSPHRASE", RESOURCE),
    ("OCI_RESOURCE_PRINCIPAL_REGION", RESOURCE),
    (
        "OCI_RESOURCE_PRINCIPAL_RPT_ENDPOINT",
        &[("OCI_RESOURCE_PRINCIPAL_VERSION", "2.1")],
    ),
    (
        "OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT",
        &[("OCI_RESOURCE_PRINCIPAL_VERSION", "1.1")],
    ),
    (
        "OCI_RESOURCE_PRINCIPAL_RESOURCE_ID",
        &[("OCI_RESOURCE_PRINCIPAL_VERSION", "2.1.1")],
    ),
    ("KUBERNETES_SERVICE_HOST", OKE),
    ("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", OKE),
    ("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", OKE),
    ("OCI_RESOURCE_PRINCIPAL_REGION", OKE),
    (
        "OCI_METADATA_BASE_URL",
        &[("OCI_GENAI_AUTH", "instance-principal")],
    ),
];

const SIGNING: &[(&str, &str)] = &[
    ("OCI_CLI_TENANCY", TENANCY),
    ("OCI_CLI_USER", USER),
    (
        "OCI_CLI_FINGERPRINT",
        "60:a2:ae:ea:ef:18:ea:18:d4:7f:1c:38:74:53:54:73",
    ),
    ("OCI_CLI_REGION", "us-chicago-1"),
    ("OCI_CLI_KEY_FILE", "key.pem"),
];
const RESOURCE: &[(&str, &str)] = &[
    ("OCI_GENAI_AUTH", "resource-principal"),
    ("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2"),
    ("OCI_RESOURCE_PRINCIPAL_REGION", "us-chicago-1"),
    ("OCI_RESOURCE_PRINCIPAL_RPST", "/none/rpst"),
    ("OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM", "/none/key.pem"),
];
const OKE: &[(&str, &str)] = &[
    ("OCI_GENAI_AUTH", "oke"),
    ("KUBERNETES_SERVICE_HOST", "127.0.0.1"),
    ("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", "/none/ca.crt"),
];

#[tokio::test(flavor = "multi_thread")]
async fn in_variables() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    let mut runs = Runs::default();
    for secret in few() {
        for variable in VARIABLES {
            for command in COMMANDS.into_iter().chain(MORE_COMMANDS) {
                let mut program = home.client(&emulator);
                program.args(command).env(variable, &secret.text);
                runs.add(format!("{variable}, {}", command[0]), &secret, program);
            }
        }
    }
    runs.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_variables_of_credentials() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new();
    home.key("key.pem");
    let mut runs = Runs::default();
    for secret in few() {
        for (variable, others) in OF_CREDENTIALS {
            for command in COMMANDS {
                let mut program = home.client(&emulator);
                program
                    .env_remove("OCI_GENAI_API_KEY")
                    .envs(others.iter().copied())
                    .args(command)
                    .env(variable, &secret.text);
                runs.add(format!("{variable}, {}", command[0]), &secret, program);
            }
        }
    }
    runs.check().await;
}
