//! Proxies and certificates of the environment, tested in a separate process.

use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use oci_genai_emulator::{DEFAULT_API_KEY, DEFAULT_PROJECT, Emulator};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::examples::program;

/// Counts the connections to it, and closes them.
struct Proxy {
    url: String,
    asked: Arc<AtomicU32>,
}

impl Proxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let _ = socket.read(&mut [0; 1024]).await;
            }
        });
        Self { url, asked }
    }

    fn variables(&self) -> [(&str, &str); 4] {
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, &*self.url))
    }
}

async fn quickstart(base_url: &str, more: &[(&str, &str)]) -> Output {
    Command::new(program("quickstart"))
        .env_clear()
        .env("OCI_GENAI_BASE_URL", base_url)
        .env("OCI_GENAI_API_KEY", DEFAULT_API_KEY)
        .env("OCI_GENAI_PROJECT", DEFAULT_PROJECT)
        .env("OCI_GENAI_MODEL", "emulated")
        .envs(more.iter().copied())
        .output()
        .await
        .unwrap()
}

#[tokio::test]
async fn requests_to_this_machine_use_no_proxy() {
    let proxy = Proxy::start().await;
    let emulator = Emulator::start().await.unwrap();
    let port = emulator.address().port();
    for host in ["127.0.0.1", "localhost", "LocalHost", "emulator.localhost"] {
        let url = format!("http://{host}:{port}/openai/v1");
        let output = quickstart(&url, &proxy.variables()).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{host}: {errors}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("The first was:"));
    }
    assert_eq!(proxy.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn requests_to_other_hosts_use_the_proxy() {
    let proxy = Proxy::start().await;
    let output = quickstart("https://oci-genai.invalid/openai/v1", &proxy.variables()).await;
    assert!(!output.status.success());
    assert!(proxy.asked.load(Ordering::Relaxed) > 0);
}

#[tokio::test]
async fn unreadable_certificates_are_named_and_plain_loopback_needs_none() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    let absent = folder.path().join("absent.pem");
    let emulator = Emulator::start().await.unwrap();
    for (file, why) in [(&empty, "no certificate"), (&absent, "cannot be read")] {
        let file = file.to_str().unwrap();
        let variables = [("SSL_CERT_FILE", file)];
        let output = quickstart(&emulator.base_url(), &variables).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let output = quickstart("https://oci-genai.invalid/openai/v1", &variables).await;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        for part in ["SSL_CERT_FILE", file, why] {
            assert!(errors.contains(part), "{part}: {errors}");
        }
    }
}
