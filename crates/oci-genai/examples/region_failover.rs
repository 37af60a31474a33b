//! Failover to another region, for calls that keep no state on the service.
//!
//! `OCI_GENAI_FAILOVER_URL` names the other endpoint; the default is Frankfurt's. Credentials must
//! be valid there too: signing keys are, API keys belong to one region.
#![allow(clippy::print_stdout, reason = "an example shows what it got")]

use oci_genai::middleware::FailoverTarget;
use oci_genai::{ClientBuilder, Endpoint, Error, Region, RetryConfig};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let other = match std::env::var("OCI_GENAI_FAILOVER_URL") {
        Ok(url) => Endpoint::from_url(&url)?,
        Err(_) => Endpoint::builder("eu-frankfurt-1".parse::<Region>()?).build()?,
    };
    let client = ClientBuilder::from_env()?
        .retry(RetryConfig::new().max_attempts(2))
        .failover(FailoverTarget::new(other))
        .build()?;
    let response = client
        .responses()
        .create("Hello?")
        // Stored responses belong to a region. Only calls that store nothing fail over.
        .store(false)
        .await?;
    println!("{}", response.output_text());
    Ok(())
}
