//! The peers: what each is, and the script that drives it.

/// What a peer runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    Python,
    Node,
    /// Python too, and it needs Chromium.
    Browser,
}

/// How a peer reaches the emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By itself, with the emulator's API key.
    Direct,
    /// Through `oci-genai proxy`, which signs with an API signing key.
    SigningKey,
    /// Through `oci-genai proxy`, with a session token that ends during the run and is refreshed.
    SessionToken,
}

/// Somebody else's software.
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) runtime: Runtime,
    pub(super) way: Way,
    /// The packages whose versions are reported.
    pub(super) packages: &'static [&'static str],
    /// The script, below `tests/`; its arguments are a base URL, an API key, a project and an OCI config
    /// file that the emulator trusts.
    pub(super) script: &'static str,
}

pub(super) const PEERS: &[Peer] = &[
    Peer {
        name: "openai-python",
        runtime: Runtime::Python,
        way: Way::Direct,
        packages: &["openai"],
        script: "python/openai_client.py",
    },
    Peer {
        name: "openai-node",
        runtime: Runtime::Node,
        way: Way::Direct,
        packages: &["openai"],
        script: "node/openai_client.mjs",
    },
    Peer {
        name: "openai-agents",
        runtime: Runtime::Python,
        way: Way::Direct,
        packages: &["openai-agents", "openai"],
        script: "python/openai_agents.py",
    },
    Peer {
        name: "openai-python-proxy",
        runtime: Runtime::Python,
        way: Way::SigningKey,
        packages: &["openai"],
        script: "python/openai_client.py",
    },
    Peer {
        name: "openai-node-proxy",
        runtime: Runtime::Node,
        way: Way::SigningKey,
        packages: &["openai"],
        script: "node/openai_client.mjs",
    },
    Peer {
        name: "openai-agents-proxy",
        runtime: Runtime::Python,
        way: Way::SigningKey,
        packages: &["openai-agents", "openai"],
        script: "python/openai_agents.py",
    },
    Peer {
        name: "session-token-proxy",
        runtime: Runtime::Python,
        way: Way::SessionToken,
        packages: &["openai"],
        script: "python/openai_client.py",
    },
    Peer {
        name: "oracle",
        runtime: Runtime::Python,
        way: Way::Direct,
        packages: &["oci", "oci-genai-auth"],
        script: "python/oracle_signers.py",
    },
    Peer {
        name: "schemathesis",
        runtime: Runtime::Python,
        way: Way::Direct,
        packages: &["schemathesis"],
        script: "python/contract.py",
    },
    Peer {
        name: "open-responses",
        runtime: Runtime::Python,
        way: Way::Direct,
        packages: &["openresponses-types"],
        script: "python/open_responses.py",
    },
    Peer {
        name: "inspector",
        runtime: Runtime::Browser,
        way: Way::Direct,
        packages: &["selenium"],
        script: "python/inspector.py",
    },
];

/// The names that the command line takes.
pub(super) fn names() -> clap::builder::PossibleValuesParser {
    PEERS
        .iter()
        .map(|peer| peer.name)
        .collect::<Vec<_>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_peer_has_a_script_and_a_pinned_version() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
        let read = |name: &str| std::fs::read_to_string(tests.join(name)).unwrap();
        let (python, node) = (read("python/requirements.txt"), read("node/package.json"));
        for peer in PEERS {
            assert!(tests.join(peer.script).exists(), "{}", peer.script);
            assert!(!peer.packages.is_empty(), "{}", peer.name);
            for package in peer.packages {
                let pinned = match peer.runtime {
                    Runtime::Node => {
                        let packages: serde_json::Value = serde_json::from_str(&node).unwrap();
                        let version = packages["dependencies"][package].as_str().unwrap();
                        version.starts_with(|first: char| first.is_ascii_digit())
                    }
                    _ => python
                        .lines()
                        .any(|line| line.starts_with(&format!("{package}=="))),
                };
                assert!(pinned, "{package} has no fixed version");
            }
        }
    }
}
