//! Runs an emulator until it is interrupted: `cargo run -p oci-genai-emulator --example serve`.

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = oci_genai_emulator::Emulator::start().await?;
    #[allow(clippy::print_stdout)] // an example
    {
        println!("{}", emulator.base_url());
    }
    std::future::pending::<()>().await;
    Ok(())
}
