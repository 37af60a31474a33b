//! Runs an emulator until it is interrupted:
//! `cargo run -p oci-genai-emulator --example serve [OCI_CONFIG_FILE]`.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = oci_genai_emulator::Emulator::builder();
    if let Some(file) = std::env::args().nth(1) {
        builder = builder
            .api_key(oci_genai_emulator::DEFAULT_API_KEY)
            .oci_config(file);
    }
    let emulator = builder.start().await?;
    #[allow(clippy::print_stdout)] // an example
    {
        println!("{}", emulator.base_url());
    }
    std::future::pending::<()>().await;
    Ok(())
}
