// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `config` part.

use std::collections::BTreeMap;

use super::*;
use crate::model::Extra;
use crate::model::Unknown;

/// A response field that is returned only on request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Include {
    /// Results of a file search. Known to work on Oracle's service.
    FileSearchCallResults,
    /// Results of a web search.
    WebSearchCallResults,
    /// Pages that a web search used.
    WebSearchCallActionSources,
    /// URLs of input images.
    MessageInputImageImageUrl,
    /// Outputs of code interpreter runs.
    CodeInterpreterCallOutputs,
    /// Reasoning in a form that only the service can read, for histories kept by the client.
    ReasoningEncryptedContent,
    /// Log probabilities of the tokens of an output text.
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

/// Format and verbosity of generated text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextConfig {
    /// Plain text, JSON, or JSON that follows a schema. Default plain text.
    pub format: Option<TextFormat>,
    /// Verbosity of the text. Default `medium`.
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

/// Verbosity of generated text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verbosity {
    /// Short.
    Low,
    /// Normal.
    Medium,
    /// Detailed.
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
    /// `type` is `json_object`: any JSON object; older and looser than a schema. The prompt must ask for JSON explicitly.
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
    /// Name of the format: letters, digits, `_` and `-`, at most 64 characters.
    pub name: String,
    /// Description of the format, for the model.
    pub description: Option<String>,
    /// The JSON Schema.
    pub schema: BTreeMap<String, serde_json::Value>,
    /// Makes the output follow the schema exactly. Default false.
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

/// Any JSON object; older and looser than a schema. The prompt must ask for JSON explicitly.
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
    /// Reasoning effort; less is faster and cheaper. Default `medium`.
    pub effort: Option<ReasoningEffort>,
    /// Requests a summary of the reasoning and sets its level of detail.
    pub summary: Option<ReasoningSummary>,
    /// Reasoning mode.
    pub mode: Option<ReasoningMode>,
    /// Earlier reasoning to pass to the model.
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

/// Reasoning effort. Models differ in the values that they accept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningEffort {
    /// No reasoning.
    None,
    /// Minimal effort.
    Minimal,
    /// Low effort.
    Low,
    /// Medium effort.
    Medium,
    /// High effort.
    High,
    /// Very high effort.
    Xhigh,
    /// The maximum effort of the model.
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

/// Level of detail of a reasoning summary.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningSummary {
    /// The most detailed summary that the model supports.
    Auto,
    /// A brief summary.
    Concise,
    /// A detailed summary.
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

/// Reasoning mode.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningMode {
    /// The standard mode.
    Standard,
    /// A more thorough and more expensive mode.
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

/// Earlier reasoning to pass to a model in later turns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasoningContext {
    /// The model decides.
    Auto,
    /// Reasoning of the current turn only.
    CurrentTurn,
    /// Reasoning of all turns.
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

/// Action if the input exceeds a model's context window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Truncation {
    /// Drops items from the beginning until the input fits.
    Auto,
    /// Fails the request with 400.
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

/// A service tier.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceTier {
    /// The project's setting.
    Auto,
    /// The standard tier.
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

/// A personality of a model.
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

/// Stream options.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// Adds a field of random characters to delta events, which hides the length of the text from an observer of the encrypted traffic. Default true; false saves bytes.
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

/// A rule for compacting the context.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContextManagement {
    /// Number of tokens at which the context is compacted, at least 1000.
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
    /// Version of the template; the current version if absent.
    pub version: Option<String>,
    /// Values of the template's variables, by name.
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

/// Value of a template variable.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PromptVariable {
    /// A string.
    Text(String),
    /// `type` is `input_text`: text for the model.
    InputText(InputText),
    /// `type` is `input_image`: an image for the model, by URL or file id.
    InputImage(InputImage),
    /// `type` is `input_file`: a file for the model, by id, by URL or as data.
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

/// Prompt caching options.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PromptCacheOptions {
    /// Minimum time to keep a cached prefix. Default `30m`.
    pub ttl: Option<PromptCacheTtl>,
    /// Selects the source of cache breakpoints. Default `implicit`.
    pub mode: Option<PromptCacheMode>,
    /// Response to compare with. The field `prompt_cache_diagnostics` of the new response then explains the cache hit or miss.
    pub comparison_response_id: Option<String>,
    /// Fills the cache without generating anything. Default false.
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

/// Minimum time to keep a cached prompt prefix.
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

/// Source of prompt cache breakpoints.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromptCacheMode {
    /// The service adds one to those of the request.
    Implicit,
    /// Only the breakpoints of the request are used.
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

/// Maximum time to keep a cached prompt prefix.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromptCacheRetention {
    /// In memory while in use, for minutes.
    InMemory,
    /// Up to 24 hours.
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

/// Explains a prompt cache hit or miss.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PromptCacheDiagnostics {
    /// `type` is `cache_miss`: the cache was not used.
    CacheMiss(PromptCacheMiss),
    /// `type` is `cache_hit`: the cache was used.
    CacheHit(PromptCacheHit),
    /// `type` is `comparison_response_not_found`: the response to compare with does not exist.
    ComparisonResponseNotFound(PromptCacheComparisonNotFound),
    /// `type` is `unavailable`: no diagnostics are available.
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
    /// Reason for the miss.
    pub reason: PromptCacheMissReason,
    /// Estimated number of input tokens after the first difference.
    pub cache_missed_tokens: i64,
    /// Number of reusable tokens in the other response's prefix.
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

/// Reasons for a prompt cache miss.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromptCacheMissReason {
    /// The model differs.
    ModelChanged,
    /// The prompt cache key differs.
    PromptCacheKeyChanged,
    /// The tools differ.
    ToolsChanged,
    /// The text format differs.
    TextFormatChanged,
    /// The reasoning effort differs.
    ReasoningEffortChanged,
    /// The verbosity differs.
    VerbosityChanged,
    /// The context was compacted.
    ContextCompacted,
    /// The input differs.
    InputChanged,
    /// The service tier differs.
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

/// The response to compare with does not exist.
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

/// No diagnostics are available.
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

/// Options for background mode.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BackgroundOptions {
    /// Time by which the response must be finished. Default `soonest`.
    pub completion_window: Option<CompletionWindow>,
    /// Id chosen by the caller; related requests with the same id get the same priority.
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

/// Time by which a background response must be finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompletionWindow {
    /// As soon as possible.
    Soonest,
    /// Within 2 hours; cheaper. Cannot be combined with `stream`.
    V2h,
    /// Within 8 hours; cheaper. Cannot be combined with `stream`.
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

/// Access programs for models of particular fields.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AccessPrograms {
    /// Access program for computer security.
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

/// An access program for models that help with computer security.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CyberAccessProgram {
    /// The program open to everyone.
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

/// Processing options for images of an input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageOptions {
    /// Lets images use fewer tokens of the context. Default `auto`.
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

/// Compression of images to fewer context tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageContextCompression {
    /// The service decides. Never in a response.
    Auto,
    /// Images are compressed.
    Enabled,
    /// Images are not compressed.
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
