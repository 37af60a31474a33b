//! Diagnoses of requests without a response of the service.

use oci_genai::{Error, ErrorKind};

use super::{Facts, another_model, credential};
use crate::command::doctor::report::{Diagnosis, Name};
use crate::error::{chain, client_exit_code, source_of};

pub(super) fn explain(error: &Error, facts: &Facts) -> Diagnosis {
    let exit = client_exit_code(error);
    let blame = |step, cause: String, change: String| Diagnosis {
        step,
        cause,
        change,
        exit,
    };
    if let Some(auth) = source_of::<oci_genai_auth::Error>(error) {
        let place = facts.base_url.as_deref().unwrap_or("the base URL");
        if auth.is_insecure() {
            return blame(
                Name::Region,
                chain(auth),
                format!("give an https URL ({place}): credentials are not sent in the clear"),
            );
        }
        return credential(auth);
    }
    let why = chain(error);
    let known = why.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| known.contains(word));
    let origin = &facts.origin;
    let place = match (&facts.base_url, &facts.region) {
        (Some(source), _) => format!("the base URL ({source})"),
        (None, Some(region)) => format!("the region ({region})"),
        (None, None) => "the region".to_owned(),
    };
    if let (ErrorKind::Connect, Some(proxy)) = (error.kind(), facts.proxy) {
        return blame(
            Name::Network,
            format!("no connection to {origin} by way of the proxy in {proxy}: {why}"),
            format!("correct or unset {proxy}, or name the host of {origin} in NO_PROXY"),
        );
    }
    match error.kind() {
        ErrorKind::Connect if says(&["dns", "lookup", "resolve"]) => blame(
            Name::Network,
            format!("the name in {origin} is not known: {why}"),
            format!(
                "correct {place}, or this machine's name resolution; if a proxy resolves names \
                 here, set HTTPS_PROXY"
            ),
        ),
        ErrorKind::Connect if says(&["certificate", "unknownissuer"]) => blame(
            Name::Network,
            format!("the certificate of {origin} is not trusted: {why}"),
            "have this machine trust the authority behind that certificate; a proxy that opens TLS \
             has one of its own"
                .to_owned(),
        ),
        ErrorKind::Connect if says(&["corrupt message", "invalidcontenttype", "handshake"]) => blame(
            Name::Network,
            format!("{origin} does not speak TLS as expected: {why}"),
            format!("correct the scheme or port in {place}"),
        ),
        ErrorKind::Connect if says(&["refused"]) => blame(
            Name::Network,
            format!("nothing listens at {origin}: {why}"),
            format!("correct {place}, or start what should listen there"),
        ),
        ErrorKind::Connect => blame(
            Name::Network,
            format!("no connection to {origin}: {why}"),
            "let this machine reach that host: look at its firewall, route and proxy (HTTPS_PROXY)"
                .to_owned(),
        ),
        ErrorKind::Timeout => blame(
            if facts.asked { Name::Model } else { Name::Network },
            format!("{origin} did not answer in time: {why}"),
            "try again; if it stays so, ask another model, or look for a proxy that holds answers back"
                .to_owned(),
        ),
        ErrorKind::Transport | ErrorKind::StreamInterrupted => blame(
            Name::Network,
            format!("{origin} broke the connection off: {why}"),
            "try again; if it stays so, look for a proxy or firewall in between".to_owned(),
        ),
        ErrorKind::Decode => blame(
            Name::Network,
            format!("what answered at {origin} is not the service: {why}"),
            format!("correct {place}, or get past the proxy or login page that answers in its place"),
        ),
        ErrorKind::ResponseFailed => blame(
            Name::Model,
            format!("the model {} failed: {why}", facts.model),
            another_model(facts),
        ),
        _ => blame(
            Name::Model,
            why.clone(),
            error.hint().map_or(why, str::to_owned),
        ),
    }
}
