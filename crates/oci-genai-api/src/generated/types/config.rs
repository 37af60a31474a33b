// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `config` part.

use std::collections::BTreeMap;

use super::*;
use crate::model::Extra;
use crate::model::Unknown;

/// Names a field that is put into an answer only when asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Include {
    /// What a file search found. On Oracle's service this one is known to work.
    FileSearchCallResults,
    /// What a web search found.
    WebSearchCallResults,
    /// The pages a web search drew from.
    WebSearchCallActionSources,
    /// The addresses of input images.
    MessageInputImageImageUrl,
    /// What the code interpreter's runs put out.
    CodeInterpreterCallOutputs,
    /// Reasoning in a form only the service can read, for histories kept by the client.
    ReasoningEncryptedContent,
    /// Probabilities of the tokens of an output text.
    MessageOutputTextLogprobs,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    Include {
        FileSearchCallResults = "file_search_call.results",
        WebSearchCallResults = "web_search_call.results",
        WebSearchCallActionSources = "web_search_call.action.sources",
        MessageInputImageImageUrl = "message.input_image.image_url",
        CodeInterpreterCallOutputs = "code_interpreter_call.outputs",
        ReasoningEncryptedContent = "reasoning.encrypted_content",
        MessageOutputTextLogprobs = "message.output_text.logprobs",
    }
}

/// The form of the text a model generates.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextConfig {
    /// Plain text, JSON, or JSON that follows a schema. Default plain text.
    pub format: Option<TextFormat>,
    /// How much the model says. Default `medium`.
    pub verbosity: Option<Verbosity>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    TextConfig {
        constants {}
        required {}
        nullable {}
        optional {
            plain format: TextFormat = "format";
            plain verbosity: Verbosity = "verbosity";
        }
    }
}

/// How much a model says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verbosity {
    /// Little.
    Low,
    /// As usual.
    Medium,
    /// Much.
    High,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    Verbosity {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

/// The format of generated text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TextFormat {
    /// `type` is `text`: plain text.
    Text(TextFormatText),
    /// `type` is `json_schema`: JSON that follows a schema.
    JsonSchema(TextFormatJsonSchema),
    /// `type` is `json_object`: any JSON object; older and looser than a schema. The model must be told in words to write JSON.
    JsonObject(TextFormatJsonObject),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    TextFormat: Unknown {
        variants { Text JsonSchema JsonObject }
        kinds {}
        tagged "type" {
            "text" => direct Text [Text: TextFormatText];
            "json_schema" => direct JsonSchema [JsonSchema: TextFormatJsonSchema];
            "json_object" => direct JsonObject [JsonObject: TextFormatJsonObject];
        }
        objects {}
        from {
            TextFormatText => Text plain;
            TextFormatJsonSchema => JsonSchema plain;
            TextFormatJsonObject => JsonObject plain;
        }
    }
}

/// Plain text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextFormatText {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    TextFormatText {
        constants {
            type_: "type" = "text";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// JSON that follows a schema.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextFormatJsonSchema {
    /// Name of the format: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What the format is for; the model reads this.
    pub description: Option<String>,
    /// The JSON Schema.
    pub schema: BTreeMap<String, serde_json::Value>,
    /// Whether the output is held to the schema exactly. Default false.
    pub strict: Option<bool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    TextFormatJsonSchema {
        constants {
            type_: "type" = "json_schema";
        }
        required {
            plain name: String = "name";
            map schema: serde_json::Value = "schema";
        }
        nullable {}
        optional {
            plain description: String = "description";
            plain strict: bool = "strict";
        }
    }
}

/// Any JSON object; older and looser than a schema. The model must be told in words to write JSON.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextFormatJsonObject {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    TextFormatJsonObject {
        constants {
            type_: "type" = "json_object";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// Settings for models that reason.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningConfig {
    /// How much the model thinks; less is faster and cheaper. Default `medium`.
    pub effort: Option<ReasoningEffort>,
    /// Whether, and how fully, the reasoning is summarised.
    pub summary: Option<ReasoningSummary>,
    /// The manner of reasoning.
    pub mode: Option<ReasoningMode>,
    /// Which earlier reasoning the model sees again.
    pub context: Option<ReasoningContext>,
    /// The older name of `summary`.
    ///
    /// Deprecated.
    pub generate_summary: Option<ReasoningSummary>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningConfig {
        constants {}
        required {}
        nullable {}
        optional {
            plain effort: ReasoningEffort = "effort";
            plain summary: ReasoningSummary = "summary";
            plain mode: ReasoningMode = "mode";
            plain context: ReasoningContext = "context";
            plain generate_summary: ReasoningSummary = "generate_summary";
        }
    }
}

/// How much a model thinks. Models differ in the values they take.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningEffort {
    /// Not at all.
    None,
    /// As little as possible.
    Minimal,
    /// A little.
    Low,
    /// As usual.
    Medium,
    /// Much.
    High,
    /// Very much.
    Xhigh,
    /// As much as the model can.
    Max,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ReasoningEffort {
        None = "none",
        Minimal = "minimal",
        Low = "low",
        Medium = "medium",
        High = "high",
        Xhigh = "xhigh",
        Max = "max",
    }
}

/// How fully reasoning is summarised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningSummary {
    /// As fully as the model can.
    Auto,
    /// Briefly.
    Concise,
    /// In detail.
    Detailed,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ReasoningSummary {
        Auto = "auto",
        Concise = "concise",
        Detailed = "detailed",
    }
}

/// The manner of reasoning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningMode {
    /// The usual one.
    Standard,
    /// A more thorough and more expensive one.
    Pro,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ReasoningMode {
        Standard = "standard",
        Pro = "pro",
    }
}

/// Which earlier reasoning a model sees again in later turns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningContext {
    /// The model decides.
    Auto,
    /// Only that of the current turn.
    CurrentTurn,
    /// That of all turns.
    AllTurns,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ReasoningContext {
        Auto = "auto",
        CurrentTurn = "current_turn",
        AllTurns = "all_turns",
    }
}

/// What happens when the input exceeds a model's context window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Truncation {
    /// Items are dropped from the beginning until it fits.
    Auto,
    /// The request fails with 400.
    Disabled,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    Truncation {
        Auto = "auto",
        Disabled = "disabled",
    }
}

/// A class of processing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceTier {
    /// The project's setting.
    Auto,
    /// The standard class.
    Default,
    /// Cheaper and slower.
    Flex,
    /// Reserved capacity.
    Scale,
    /// Faster and more expensive.
    Priority,
    /// Faster and more expensive; reported as `priority`.
    Fast,
    /// The fastest; for selected models and customers only.
    Ultrafast,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ServiceTier {
        Auto = "auto",
        Default = "default",
        Flex = "flex",
        Scale = "scale",
        Priority = "priority",
        Fast = "fast",
        Ultrafast = "ultrafast",
    }
}

/// A manner of speaking.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Personality {
    /// Warm and chatty.
    Friendly,
    /// Short and to the point.
    Pragmatic,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    Personality {
        Friendly = "friendly",
        Pragmatic = "pragmatic",
    }
}

/// How to stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// Whether delta events carry a field of random characters that hides the length of the text from someone who watches the encrypted traffic. Default true; false saves bytes.
    pub include_obfuscation: Option<bool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    StreamOptions {
        constants {}
        required {}
        nullable {}
        optional {
            plain include_obfuscation: bool = "include_obfuscation";
        }
    }
}

/// A rule for condensing the context.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContextManagement {
    /// The number of tokens from which on the context is condensed, at least 1000.
    pub compact_threshold: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ContextManagement {
        constants {
            type_: "type" = "compaction";
        }
        required {}
        nullable {}
        optional {
            int compact_threshold: i64 = "compact_threshold";
        }
    }
}

/// A stored prompt template and the values for its variables.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Prompt {
    /// Id of the template.
    pub id: String,
    /// Version of the template; the current one when absent.
    pub version: Option<String>,
    /// A value for each variable of the template, by name.
    pub variables: Option<BTreeMap<String, PromptVariable>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Prompt {
        constants {}
        required {
            plain id: String = "id";
        }
        nullable {}
        optional {
            plain version: String = "version";
            map variables: PromptVariable = "variables";
        }
    }
}

/// The value of a template's variable.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PromptVariable {
    /// A text.
    Text(String),
    /// `type` is `input_text`: a text given to the model.
    InputText(InputText),
    /// `type` is `input_image`: an image given to the model, by address or by file id.
    InputImage(InputImage),
    /// `type` is `input_file`: a file given to the model, by id, by address or as data.
    InputFile(InputFile),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    PromptVariable: Value {
        variants { Text InputText InputImage InputFile }
        kinds {
            string Text: String;
        }
        tagged "type" {
            "input_text" => direct InputText [InputText: InputText];
            "input_image" => direct InputImage [InputImage: InputImage];
            "input_file" => direct InputFile [InputFile: InputFile];
        }
        objects {}
        from {
            &str => Text into;
            String => Text plain;
            InputText => InputText plain;
            InputImage => InputImage plain;
            InputFile => InputFile plain;
        }
    }
}

/// How prompt prefixes are cached.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PromptCacheOptions {
    /// How long a cached prefix is kept at least. Default `30m`.
    pub ttl: Option<PromptCacheTtl>,
    /// Who sets the ends of cached prefixes. Default `implicit`.
    pub mode: Option<PromptCacheMode>,
    /// A response to compare with; the answer then says in `prompt_cache_diagnostics` why the cache was used or not.
    pub comparison_response_id: Option<String>,
    /// Whether to fill the cache without generating anything. Default false.
    pub prewarm: Option<bool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    PromptCacheOptions {
        constants {}
        required {}
        nullable {}
        optional {
            plain ttl: PromptCacheTtl = "ttl";
            plain mode: PromptCacheMode = "mode";
            plain comparison_response_id: String = "comparison_response_id";
            plain prewarm: bool = "prewarm";
        }
    }
}

/// How long a cached prompt prefix is kept at least.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromptCacheTtl {
    /// 30 minutes.
    V30m,
    /// 12 hours.
    V12h,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    PromptCacheTtl {
        V30m = "30m",
        V12h = "12h",
    }
}

/// Who sets the ends of cached prompt prefixes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromptCacheMode {
    /// The service sets one, besides those in the request.
    Implicit,
    /// Only those in the request count.
    Explicit,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    PromptCacheMode {
        Implicit = "implicit",
        Explicit = "explicit",
    }
}

/// How long a cached prompt prefix may be kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromptCacheRetention {
    /// While it is in use, for minutes.
    InMemory,
    /// For up to 24 hours.
    V24h,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    PromptCacheRetention {
        InMemory = "in_memory",
        V24h = "24h",
    }
}

/// Why a prompt cache was used or not.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PromptCacheDiagnostics {
    /// `type` is `cache_miss`: the cache was not used.
    CacheMiss(PromptCacheMiss),
    /// `type` is `cache_hit`: the cache was used.
    CacheHit(PromptCacheHit),
    /// `type` is `comparison_response_not_found`: there is no response of the id to compare with.
    ComparisonResponseNotFound(PromptCacheComparisonNotFound),
    /// `type` is `unavailable`: nothing is known.
    Unavailable(PromptCacheDiagnosticsUnavailable),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    PromptCacheDiagnostics: Unknown {
        variants { CacheMiss CacheHit ComparisonResponseNotFound Unavailable }
        kinds {}
        tagged "type" {
            "cache_miss" => direct CacheMiss [CacheMiss: PromptCacheMiss];
            "cache_hit" => direct CacheHit [CacheHit: PromptCacheHit];
            "comparison_response_not_found" => direct ComparisonResponseNotFound [ComparisonResponseNotFound: PromptCacheComparisonNotFound];
            "unavailable" => direct Unavailable [Unavailable: PromptCacheDiagnosticsUnavailable];
        }
        objects {}
        from {
            PromptCacheMiss => CacheMiss plain;
            PromptCacheHit => CacheHit plain;
            PromptCacheComparisonNotFound => ComparisonResponseNotFound plain;
            PromptCacheDiagnosticsUnavailable => Unavailable plain;
        }
    }
}

/// The cache was not used.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PromptCacheMiss {
    /// Why.
    pub reason: PromptCacheMissReason,
    /// An estimate of the input tokens that follow the first difference.
    pub cache_missed_tokens: i64,
    /// Tokens of the other response's prefix that could have been used.
    pub comparison_reusable_tokens: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    PromptCacheMiss {
        constants {
            type_: "type" = "cache_miss";
        }
        required {
            plain reason: PromptCacheMissReason = "reason";
            int cache_missed_tokens: i64 = "cache_missed_tokens";
        }
        nullable {}
        optional {
            int comparison_reusable_tokens: i64 = "comparison_reusable_tokens";
        }
    }
}

/// Why a prompt cache was not used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromptCacheMissReason {
    /// Another model.
    ModelChanged,
    /// Another prompt cache key.
    PromptCacheKeyChanged,
    /// Other tools.
    ToolsChanged,
    /// Another form of the text.
    TextFormatChanged,
    /// Another reasoning effort.
    ReasoningEffortChanged,
    /// Another verbosity.
    VerbosityChanged,
    /// The context was condensed.
    ContextCompacted,
    /// Another input.
    InputChanged,
    /// Another class of processing.
    ServiceTierChanged,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    PromptCacheMissReason {
        ModelChanged = "model_changed",
        PromptCacheKeyChanged = "prompt_cache_key_changed",
        ToolsChanged = "tools_changed",
        TextFormatChanged = "text_format_changed",
        ReasoningEffortChanged = "reasoning_effort_changed",
        VerbosityChanged = "verbosity_changed",
        ContextCompacted = "context_compacted",
        InputChanged = "input_changed",
        ServiceTierChanged = "service_tier_changed",
    }
}

/// The cache was used.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PromptCacheHit {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    PromptCacheHit {
        constants {
            type_: "type" = "cache_hit";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// There is no response of the id to compare with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PromptCacheComparisonNotFound {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    PromptCacheComparisonNotFound {
        constants {
            type_: "type" = "comparison_response_not_found";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// Nothing is known.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PromptCacheDiagnosticsUnavailable {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    PromptCacheDiagnosticsUnavailable {
        constants {
            type_: "type" = "unavailable";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// How to run a response in the background.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BackgroundOptions {
    /// When the response is to be finished. Default `soonest`.
    pub completion_window: Option<CompletionWindow>,
    /// An id of the caller's by which related requests get the same priority.
    pub continuation_id: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    BackgroundOptions {
        constants {}
        required {}
        nullable {}
        optional {
            plain completion_window: CompletionWindow = "completion_window";
            plain continuation_id: String = "continuation_id";
        }
    }
}

/// When a response that runs in the background is to be finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompletionWindow {
    /// As soon as possible.
    Soonest,
    /// Within 2 hours; cheaper. Not together with `stream`.
    V2h,
    /// Within 8 hours; cheaper. Not together with `stream`.
    V8h,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    CompletionWindow {
        Soonest = "soonest",
        V2h = "2h",
        V8h = "8h",
    }
}

/// Programs for access to models of particular fields.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccessPrograms {
    /// The program for computer security.
    pub cyber: Option<CyberAccessProgram>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    AccessPrograms {
        constants {}
        required {}
        nullable {}
        optional {
            plain cyber: CyberAccessProgram = "cyber";
        }
    }
}

/// A program for access to models that help with computer security.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CyberAccessProgram {
    /// The one that everybody has.
    Standard,
    /// Daybreak Blue.
    DaybreakBlue,
    /// Daybreak Red.
    DaybreakRed,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    CyberAccessProgram {
        Standard = "standard",
        DaybreakBlue = "daybreak_blue",
        DaybreakRed = "daybreak_red",
    }
}

/// How images of an input are treated.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageOptions {
    /// Whether images may take fewer tokens of the context. Default `auto`.
    pub context_compression: Option<ImageContextCompression>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageOptions {
        constants {}
        required {}
        nullable {}
        optional {
            plain context_compression: ImageContextCompression = "context_compression";
        }
    }
}

/// Whether images may take fewer tokens of the context.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageContextCompression {
    /// The service decides; never in a response.
    Auto,
    /// They have to.
    Enabled,
    /// They must not.
    Disabled,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageContextCompression {
        Auto = "auto",
        Enabled = "enabled",
        Disabled = "disabled",
    }
}
