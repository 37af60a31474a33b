//! Structured output: answers as Rust types.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::create::CreateResponse;
use super::ext::ResponseExt;
use crate::types::{self, TextFormat, TextFormatJsonSchema};
use crate::{Result, schema};

/// A response and what its text says.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// What the text says.
    pub value: T,
    /// The response it came in.
    pub response: types::Response,
}

impl CreateResponse {
    /// Holds the model to the type's strict schema, without sending anything yet: for a stream whose
    /// final response is read with [`ResponseExt::output_json`].
    ///
    /// # Errors
    ///
    /// When the type cannot be said in a strict schema; see [`schema::strict`].
    pub fn json_schema_of<T: JsonSchema>(self) -> Result<Self> {
        let mut format = TextFormatJsonSchema::new(schema::name_of::<T>(), schema::strict::<T>()?);
        format.strict = Some(true);
        Ok(self.text_format(TextFormat::from(format)))
    }

    /// Sends the request, holds the model to the type's strict schema, and reads the answer.
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
    /// let idea = client.responses().create("An idea for an offsite?").parse::<Idea>().await?.value;
    /// println!("{} for {}", idea.title, idea.cost);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is sent, when the type cannot be said in a strict schema. Otherwise as
    /// [`send`](Self::send) and [`ResponseExt::output_json`]: a model that refused or stopped early is
    /// [`ErrorKind::NoOutput`](crate::ErrorKind::NoOutput), told apart from failures.
    pub async fn parse<T: DeserializeOwned + JsonSchema>(self) -> Result<Parsed<T>> {
        let response = self.json_schema_of::<T>()?.send().await?;
        let value = response.output_json()?;
        Ok(Parsed { value, response })
    }
}
