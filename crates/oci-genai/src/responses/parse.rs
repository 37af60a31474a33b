//! Structured output: responses as Rust types.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::create::CreateResponse;
use super::ext::ResponseExt;
use crate::types::{self, TextFormat, TextFormatJsonSchema};
use crate::{Result, schema};

/// A response and its parsed output text.
#[derive(Clone, Debug)]
pub struct ParsedResponse<T> {
    /// The parsed output text.
    pub value: T,
    /// The response.
    pub response: types::Response,
}

impl CreateResponse {
    /// Requires output that fits the type's strict schema, without sending anything yet. Use it for
    /// a stream whose final response is read with [`ResponseExt::output_json`].
    ///
    /// # Errors
    ///
    /// Returns an error if the type cannot be expressed as a strict schema; see [`schema::strict`].
    pub fn json_schema<T: JsonSchema>(self) -> Result<Self> {
        let mut format = TextFormatJsonSchema::new(schema::name_of::<T>(), schema::strict::<T>()?);
        format.strict = Some(true);
        Ok(self.text_format(TextFormat::from(format)))
    }

    /// Sends the request with the type's strict schema and parses the output text.
    ///
    /// ```no_run
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Idea {
    ///     title: String,
    ///     /// In US dollars.
    ///     cost: u32,
    /// }
    ///
    /// # async fn example(client: oci_genai::Client) -> Result<(), oci_genai::Error> {
    /// let request = client.responses().create("An idea for an offsite?");
    /// let idea = request.parse::<Idea>().await?.value;
    /// println!("{} for {}", idea.title, idea.cost);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error before anything is sent if the type cannot be expressed as a strict schema.
    /// Otherwise returns the errors of [`send`](Self::send) and [`ResponseExt::output_json`]. If
    /// the model refused or stopped early, the error is
    /// [`ErrorKind::NoOutput`](crate::ErrorKind::NoOutput), which distinguishes it from failures.
    pub async fn parse<T: DeserializeOwned + JsonSchema>(self) -> Result<ParsedResponse<T>> {
        let response = self.json_schema::<T>()?.send().await?;
        let value = response.output_json()?;
        Ok(ParsedResponse { value, response })
    }
}
