// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `responses` part.

use super::*;
use crate::model::Extra;

/// A request for a response.
///
/// An optional field that is null counts as absent. It is unconfirmed that Oracle's service
/// accepts such nulls, so do not send them.
///
/// The service rejects fields that it knows but does not support with 400; `user` is one of
/// them. It silently drops unknown fields, so an accepted request does not prove that a field
/// has an effect.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CreateResponse {
    /// The model: `vendor.name`, for example `openai.gpt-oss-120b` or `xai.grok-4.3`, the OCID of a dedicated endpoint (`ocid1.generativeaiendpoint.…`), or the OCID of a routing profile (`ocid1.generativeairoutingprofile.…`), which distributes one on-demand model over several regions of a realm. With a routing profile, the response names the region in the header `x-genai-selected-region`. The available models change with time and region; the management API lists them (`GET /20231130/modelDiscovery`).
    pub model: Option<String>,
    /// Input of the request: a string or a list of items. The model takes text and images and returns text.
    pub input: Option<Input>,
    /// System message placed before the input. Applies to this request only; `previous_response_id` and `conversation` do not carry it over. Use it for models that reject items with the `system` role.
    pub instructions: Option<String>,
    /// Conversation of the turn. Its items are placed before `input`; input and output are added to it when the response completes. Cannot be combined with `previous_response_id`.
    pub conversation: Option<ConversationRef>,
    /// Id of the response to continue; its input and output are placed before `input`. Cannot be combined with `conversation`. Rejected in tenancies with zero data retention.
    pub previous_response_id: Option<String>,
    /// Streams the response as events. Default false.
    pub stream: Option<bool>,
    /// Stream options; only with `stream`.
    pub stream_options: Option<StreamOptions>,
    /// Stores the response so that it can be retrieved and continued later. Default true. Retrieving a response that was not stored returns 404.
    pub store: Option<bool>,
    /// Runs the response in the background and returns at once with a queued response. Such a response is kept for a while even if `store` is false, can be canceled, and its stream can be resumed by sequence number. Default false.
    pub background: Option<bool>,
    /// Options for background mode; only with `background`.
    pub background_options: Option<BackgroundOptions>,
    /// Key-value pairs to attach to the response. The memory keys have no effect here.
    pub metadata: Option<Metadata>,
    /// Additional fields to include in the response; each value names one.
    pub include: Option<Vec<Include>>,
    /// Tools that the model may call.
    pub tools: Option<Vec<Tool>>,
    /// Selects if, and which, tools the model may or must call. Default `auto`.
    pub tool_choice: Option<ToolChoice>,
    /// Lets the model request several tool calls at once. Default true.
    pub parallel_tool_calls: Option<bool>,
    /// Maximum total number of calls to tools run by the service in this response; further calls are ignored. No limit if absent.
    pub max_tool_calls: Option<i64>,
    /// Maximum number of tokens to generate, visible output and reasoning together; at least 16. If absent, the model's own limit applies.
    pub max_output_tokens: Option<i64>,
    /// Sampling temperature, from 0 (always the likeliest token) to 2. Default 1. Change this or `top_p`, not both. OpenAI's own models on OCI reject any value but the default (`unsupported_value`).
    pub temperature: Option<f64>,
    /// Nucleus sampling: samples only from the likeliest tokens whose probabilities add up to this value, from 0 to 1. Default 1. OpenAI's own models on OCI reject any other value.
    pub top_p: Option<f64>,
    /// Penalty for tokens that already appear in the text, from -2 to 2.
    pub presence_penalty: Option<f64>,
    /// Penalty for tokens in proportion to their frequency in the text so far, from -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// Number of likeliest tokens to report at each position, with their log probabilities, from 0 to 20.
    pub top_logprobs: Option<i64>,
    /// Format of the generated text: plain, JSON, or JSON that follows a schema.
    pub text: Option<TextConfig>,
    /// Reasoning settings: effort, and the reasoning to show. Some models with reasoning in their name reject it.
    pub reasoning: Option<Box<ReasoningConfig>>,
    /// Action if the input exceeds the model's context window. Default `disabled`.
    ///
    /// Deprecated.
    pub truncation: Option<Truncation>,
    /// Rules for compacting the context while the response is generated.
    pub context_management: Option<Vec<ContextManagement>>,
    /// Stored prompt template to use, with values for its variables.
    pub prompt: Option<Prompt>,
    /// Service tier to use. Default `auto`.
    pub service_tier: Option<ServiceTier>,
    /// Key that routes similar requests to the same prompt cache.
    pub prompt_cache_key: Option<String>,
    /// Prompt caching options.
    pub prompt_cache_options: Option<PromptCacheOptions>,
    /// Maximum time to keep a cached prompt prefix. Superseded by `prompt_cache_options`.
    ///
    /// Deprecated.
    pub prompt_cache_retention: Option<PromptCacheRetention>,
    /// Access programs for models of particular fields.
    pub access_programs: Option<AccessPrograms>,
    /// Processing options for images of the input.
    pub image: Option<ImageOptions>,
    /// Stable identifier of the end user for abuse detection, at most 64 characters, preferably a hash.
    pub safety_identifier: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CreateResponse {
        constants {}
        required {}
        nullable {}
        optional {
            plain model: String = "model";
            plain input: Input = "input";
            plain instructions: String = "instructions";
            plain conversation: ConversationRef = "conversation";
            plain previous_response_id: String = "previous_response_id";
            plain stream: bool = "stream";
            plain stream_options: StreamOptions = "stream_options";
            plain store: bool = "store";
            plain background: bool = "background";
            plain background_options: BackgroundOptions = "background_options";
            map metadata: String = "metadata";
            list include: Include = "include";
            list tools: Tool = "tools";
            plain tool_choice: ToolChoice = "tool_choice";
            plain parallel_tool_calls: bool = "parallel_tool_calls";
            int max_tool_calls: i64 = "max_tool_calls";
            int max_output_tokens: i64 = "max_output_tokens";
            plain temperature: f64 = "temperature";
            plain top_p: f64 = "top_p";
            plain presence_penalty: f64 = "presence_penalty";
            plain frequency_penalty: f64 = "frequency_penalty";
            int top_logprobs: i64 = "top_logprobs";
            plain text: TextConfig = "text";
            plain reasoning: Box<ReasoningConfig> = "reasoning";
            plain truncation: Truncation = "truncation";
            list context_management: ContextManagement = "context_management";
            plain prompt: Prompt = "prompt";
            plain service_tier: ServiceTier = "service_tier";
            plain prompt_cache_key: String = "prompt_cache_key";
            plain prompt_cache_options: PromptCacheOptions = "prompt_cache_options";
            plain prompt_cache_retention: PromptCacheRetention = "prompt_cache_retention";
            plain access_programs: AccessPrograms = "access_programs";
            plain image: ImageOptions = "image";
            plain safety_identifier: String = "safety_identifier";
        }
    }
}

/// The input of a request: a string, which counts as one user message, or a list of items.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// Text from the user.
    Text(String),
    /// Messages, tool outputs, earlier output, references.
    Items(Vec<Item>),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    Input: Value {
        variants { Text Items }
        kinds {
            string Text: String;
            array Items: Vec<Item>;
        }
        tagged "" {}
        objects {}
        from {
            &str => Text into;
            String => Text plain;
            Vec<Item> => Items plain;
        }
    }
}

/// References a conversation. Stricter servers accept only the plain id.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConversationRef {
    /// The conversation's id.
    Id(String),
    /// An object with the id, the form used in a response.
    Object(ConversationId),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    ConversationRef: Value {
        variants { Id Object }
        kinds {
            string Id: String;
        }
        tagged "" {}
        objects {
            Object: ConversationId;
        }
        from {
            &str => Id into;
            String => Id plain;
            ConversationId => Object plain;
        }
    }
}

/// A conversation id in an object.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConversationId {
    /// Id of the conversation, `conv_…`.
    pub id: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ConversationId {
        constants {}
        required {
            plain id: String = "id";
        }
        nullable {}
        optional {}
    }
}

/// A model's response: its output, status and token usage.
///
/// Check `status` first: a response with HTTP status 200 can still be failed or incomplete.
/// Settings of the request are reported with the values that were in effect.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Response {
    /// Id of the response, `resp_…`.
    pub id: String,
    /// Creation time, in seconds since the Unix epoch.
    pub created_at: i64,
    /// Completion time, in seconds since the Unix epoch; null if the response is not completed.
    pub completed_at: Option<i64>,
    /// Status of the response.
    pub status: Option<ResponseStatus>,
    /// Error of the response; null unless `status` is `failed`.
    pub error: Option<Box<ResponseError>>,
    /// Reason for the incomplete response; null unless `status` is `incomplete`.
    pub incomplete_details: Option<IncompleteDetails>,
    /// The model that generated the response.
    pub model: String,
    /// Output items of the model, in order: messages, reasoning, tool calls. Do not assume that the first item is the message; reasoning often comes first.
    pub output: Vec<Item>,
    /// Token usage; absent or null until the response is finished.
    pub usage: Option<Box<Usage>>,
    /// Conversation that the turn was added to: an object on the service, a plain id on some compatible servers.
    pub conversation: Option<ConversationRef>,
    /// Id of the response that this one continues.
    pub previous_response_id: Option<String>,
    /// System message of the request: a string or items.
    pub instructions: Option<Input>,
    /// Key-value pairs of the request.
    pub metadata: Option<Metadata>,
    /// True if the response ran in the background.
    pub background: Option<bool>,
    /// Tools that were available.
    pub tools: Option<Vec<Tool>>,
    /// Tool choice that was in effect.
    pub tool_choice: Option<ToolChoice>,
    /// True if parallel tool calls were allowed.
    pub parallel_tool_calls: Option<bool>,
    /// Maximum number of calls to tools run by the service.
    pub max_tool_calls: Option<i64>,
    /// Maximum number of generated tokens.
    pub max_output_tokens: Option<i64>,
    /// Sampling temperature that was used.
    pub temperature: Option<f64>,
    /// Nucleus sampling probability that was used.
    pub top_p: Option<f64>,
    /// Number of likeliest tokens reported at each position.
    pub top_logprobs: Option<i64>,
    /// Format of the generated text.
    pub text: Option<Box<TextConfig>>,
    /// Reasoning settings that were used.
    pub reasoning: Option<Box<ReasoningConfig>>,
    /// Action if the input exceeds the context window.
    pub truncation: Option<Truncation>,
    /// Prompt template that was used.
    pub prompt: Option<Prompt>,
    /// Service tier that served the request. May differ from the requested one.
    pub service_tier: Option<ServiceTier>,
    /// Prompt cache key of the request.
    pub prompt_cache_key: Option<String>,
    /// Prompt caching options in effect.
    pub prompt_cache_options: Option<PromptCacheOptions>,
    /// Prompt cache retention in effect.
    ///
    /// Deprecated.
    pub prompt_cache_retention: Option<PromptCacheRetention>,
    /// Identifier of the end user, from the request.
    pub safety_identifier: Option<String>,
    /// True if the response is stored and can be retrieved and continued later.
    pub store: Option<bool>,
    /// Presence penalty that was used.
    pub presence_penalty: Option<f64>,
    /// Frequency penalty that was used.
    pub frequency_penalty: Option<f64>,
    /// Access programs in effect; null if there was none.
    pub access_programs: Option<AccessPrograms>,
    /// Image processing options in effect.
    pub image: Option<ImageOptions>,
    /// Input items that the service removed, with the reasons.
    pub input_transformations: Option<Vec<InputTransformation>>,
    /// Explains a prompt cache hit or miss; requested with `comparison_response_id`.
    pub prompt_cache_diagnostics: Option<PromptCacheDiagnostics>,
    /// Usage of tools run by the service, not included in `usage`.
    pub tool_usage: Option<Box<ToolUsage>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Response {
        constants {
            object: "object" = "response";
        }
        required {
            plain id: String = "id";
            int created_at: i64 = "created_at";
            plain model: String = "model";
            list output: Item = "output";
        }
        nullable {}
        optional {
            int completed_at: i64 = "completed_at";
            plain status: ResponseStatus = "status";
            plain error: Box<ResponseError> = "error";
            plain incomplete_details: IncompleteDetails = "incomplete_details";
            plain usage: Box<Usage> = "usage";
            plain conversation: ConversationRef = "conversation";
            plain previous_response_id: String = "previous_response_id";
            plain instructions: Input = "instructions";
            map metadata: String = "metadata";
            plain background: bool = "background";
            list tools: Tool = "tools";
            plain tool_choice: ToolChoice = "tool_choice";
            plain parallel_tool_calls: bool = "parallel_tool_calls";
            int max_tool_calls: i64 = "max_tool_calls";
            int max_output_tokens: i64 = "max_output_tokens";
            plain temperature: f64 = "temperature";
            plain top_p: f64 = "top_p";
            int top_logprobs: i64 = "top_logprobs";
            plain text: Box<TextConfig> = "text";
            plain reasoning: Box<ReasoningConfig> = "reasoning";
            plain truncation: Truncation = "truncation";
            plain prompt: Prompt = "prompt";
            plain service_tier: ServiceTier = "service_tier";
            plain prompt_cache_key: String = "prompt_cache_key";
            plain prompt_cache_options: PromptCacheOptions = "prompt_cache_options";
            plain prompt_cache_retention: PromptCacheRetention = "prompt_cache_retention";
            plain safety_identifier: String = "safety_identifier";
            plain store: bool = "store";
            plain presence_penalty: f64 = "presence_penalty";
            plain frequency_penalty: f64 = "frequency_penalty";
            plain access_programs: AccessPrograms = "access_programs";
            plain image: ImageOptions = "image";
            list input_transformations: InputTransformation = "input_transformations";
            plain prompt_cache_diagnostics: PromptCacheDiagnostics = "prompt_cache_diagnostics";
            plain tool_usage: Box<ToolUsage> = "tool_usage";
        }
    }
}

/// Status of a response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseStatus {
    /// Accepted to run in the background, not started.
    Queued,
    /// Being generated.
    InProgress,
    /// Completed.
    Completed,
    /// Stopped before the end; `incomplete_details` gives the reason.
    Incomplete,
    /// Failed; `error` gives the reason.
    Failed,
    /// Canceled by the caller.
    Cancelled,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ResponseStatus {
        Queued = "queued",
        InProgress = "in_progress",
        Completed = "completed",
        Incomplete = "incomplete",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// Error of a response that failed after it was accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseError {
    /// Kind of failure.
    pub code: ResponseErrorCode,
    /// Error message.
    pub message: String,
    /// Kind of error; sent with `misalignment_policy_violation`.
    pub kind: Option<String>,
    /// The request field that caused the error.
    pub param: Option<String>,
    /// Action that conflicts with the application's intentions.
    pub misalignment: Option<Misalignment>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ResponseError {
        constants {}
        required {
            plain code: ResponseErrorCode = "code";
            plain message: String = "message";
        }
        nullable {}
        optional {
            plain kind: String = "type";
            plain param: String = "param";
            plain misalignment: Misalignment = "misalignment";
        }
    }
}

/// A model action that the application may not want.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Misalignment {
    /// Kind of action.
    pub error_type: Option<MisalignmentType>,
    /// Explanation of the finding.
    pub detailed_explanation: Option<String>,
    /// The part to review.
    pub review_target: Option<String>,
    /// Message to send to the model so that it continues as intended.
    pub steer: Option<MisalignmentSteer>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Misalignment {
        constants {}
        required {}
        nullable {}
        optional {
            plain error_type: MisalignmentType = "error_type";
            plain detailed_explanation: String = "detailed_explanation";
            plain review_target: String = "review_target";
            plain steer: MisalignmentSteer = "steer";
        }
    }
}

/// Kinds of actions that an application may not want.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MisalignmentType {
    /// Transfers data.
    PotentiallyUnintendedDataTransfer,
    /// Accesses data.
    PotentiallyUnintendedDataAccess,
    /// Destroys something.
    PotentiallyUnintendedDestructiveActivity,
    /// Another kind of action.
    OtherValue,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    MisalignmentType {
        PotentiallyUnintendedDataTransfer = "potentially_unintended_data_transfer",
        PotentiallyUnintendedDataAccess = "potentially_unintended_data_access",
        PotentiallyUnintendedDestructiveActivity = "potentially_unintended_destructive_activity",
        OtherValue = "other",
    }
}

/// A message that steers the model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MisalignmentSteer {
    /// The message.
    pub message: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    MisalignmentSteer {
        constants {}
        required {
            plain message: String = "message";
        }
        nullable {}
        optional {}
    }
}

/// Error codes of a failed response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseErrorCode {
    /// The service failed; the request can be retried.
    ServerError,
    /// Too many requests or tokens in a short time.
    RateLimitExceeded,
    /// The service rejected the prompt.
    InvalidPrompt,
    /// Data residency rules do not allow processing the data where the model runs.
    DataResidencyMismatch,
    /// Rejected under the policy on biological risks.
    BioPolicy,
    /// The model's action was stopped because the application may not want it.
    MisalignmentPolicyViolation,
    /// A vector store timed out.
    VectorStoreTimeout,
    /// An image could not be used.
    InvalidImage,
    /// The format of an image is not supported.
    InvalidImageFormat,
    /// The base64 text of an image could not be decoded.
    InvalidBase64Image,
    /// The URL of an image is malformed.
    InvalidImageUrl,
    /// An image has too many pixels.
    ImageTooLarge,
    /// An image has too few pixels.
    ImageTooSmall,
    /// An image could not be parsed.
    ImageParseError,
    /// The content of an image was rejected.
    ImageContentPolicyViolation,
    /// The color mode of an image is not supported.
    InvalidImageMode,
    /// An image file has too many bytes.
    ImageFileTooLarge,
    /// The media type of an image is not supported.
    UnsupportedImageMediaType,
    /// An image file is empty.
    EmptyImageFile,
    /// An image could not be downloaded from its URL.
    FailedToDownloadImage,
    /// An image file does not exist.
    ImageFileNotFound,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ResponseErrorCode {
        ServerError = "server_error",
        RateLimitExceeded = "rate_limit_exceeded",
        InvalidPrompt = "invalid_prompt",
        DataResidencyMismatch = "data_residency_mismatch",
        BioPolicy = "bio_policy",
        MisalignmentPolicyViolation = "misalignment_policy_violation",
        VectorStoreTimeout = "vector_store_timeout",
        InvalidImage = "invalid_image",
        InvalidImageFormat = "invalid_image_format",
        InvalidBase64Image = "invalid_base64_image",
        InvalidImageUrl = "invalid_image_url",
        ImageTooLarge = "image_too_large",
        ImageTooSmall = "image_too_small",
        ImageParseError = "image_parse_error",
        ImageContentPolicyViolation = "image_content_policy_violation",
        InvalidImageMode = "invalid_image_mode",
        ImageFileTooLarge = "image_file_too_large",
        UnsupportedImageMediaType = "unsupported_image_media_type",
        EmptyImageFile = "empty_image_file",
        FailedToDownloadImage = "failed_to_download_image",
        ImageFileNotFound = "image_file_not_found",
    }
}

/// Details of an incomplete response.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IncompleteDetails {
    /// The reason.
    pub reason: Option<IncompleteReason>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    IncompleteDetails {
        constants {}
        required {}
        nullable {}
        optional {
            plain reason: IncompleteReason = "reason";
        }
    }
}

/// Reasons for an incomplete response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IncompleteReason {
    /// The limit on generated tokens was reached.
    MaxOutputTokens,
    /// The limit on messages was reached.
    MaxMessages,
    /// A content filter stopped the response.
    ContentFilter,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    IncompleteReason {
        MaxOutputTokens = "max_output_tokens",
        MaxMessages = "max_messages",
        ContentFilter = "content_filter",
    }
}

/// Token usage of a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the input, including everything that the service placed before it.
    pub input_tokens: i64,
    /// Breakdown of the input tokens.
    pub input_tokens_details: Option<InputTokensDetails>,
    /// Generated tokens, including reasoning.
    pub output_tokens: i64,
    /// Breakdown of the output tokens.
    pub output_tokens_details: Option<OutputTokensDetails>,
    /// Sum of input and output tokens.
    pub total_tokens: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Usage {
        constants {}
        required {
            int input_tokens: i64 = "input_tokens";
            int output_tokens: i64 = "output_tokens";
            int total_tokens: i64 = "total_tokens";
        }
        nullable {}
        optional {
            plain input_tokens_details: InputTokensDetails = "input_tokens_details";
            plain output_tokens_details: OutputTokensDetails = "output_tokens_details";
        }
    }
}

/// Breakdown of input tokens.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputTokensDetails {
    /// Tokens read from a prompt cache.
    pub cached_tokens: Option<i64>,
    /// Tokens written to a prompt cache.
    pub cache_write_tokens: Option<i64>,
    /// Breakdown of the tokens written to a prompt cache, by cache lifetime.
    pub cache_write_tokens_details: Option<CacheWriteTokensDetails>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    InputTokensDetails {
        constants {}
        required {}
        nullable {}
        optional {
            int cached_tokens: i64 = "cached_tokens";
            int cache_write_tokens: i64 = "cache_write_tokens";
            plain cache_write_tokens_details: CacheWriteTokensDetails = "cache_write_tokens_details";
        }
    }
}

/// Breakdown of tokens written to a prompt cache, by cache lifetime.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CacheWriteTokensDetails {
    /// Tokens kept for at least 30 minutes.
    pub ttl_30m_tokens: i64,
    /// Tokens kept for at least 12 hours.
    pub ttl_12h_tokens: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CacheWriteTokensDetails {
        constants {}
        required {
            int ttl_30m_tokens: i64 = "ttl_30m_tokens";
            int ttl_12h_tokens: i64 = "ttl_12h_tokens";
        }
        nullable {}
        optional {}
    }
}

/// Breakdown of output tokens.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputTokensDetails {
    /// Tokens spent on reasoning.
    pub reasoning_tokens: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    OutputTokensDetails {
        constants {}
        required {}
        nullable {}
        optional {
            int reasoning_tokens: i64 = "reasoning_tokens";
        }
    }
}

/// Usage of tools run by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolUsage {
    /// Tokens of image generation.
    pub image_gen: ImageGenerationUsage,
    /// Web searches.
    pub web_search: WebSearchUsage,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolUsage {
        constants {}
        required {
            plain image_gen: ImageGenerationUsage = "image_gen";
            plain web_search: WebSearchUsage = "web_search";
        }
        nullable {}
        optional {}
    }
}

/// Usage of web search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchUsage {
    /// Number of billed searches.
    pub num_requests: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchUsage {
        constants {}
        required {
            int num_requests: i64 = "num_requests";
        }
        nullable {}
        optional {}
    }
}

/// Token usage of image generation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationUsage {
    /// Tokens of the input, text and images.
    pub input_tokens: i64,
    /// Breakdown of the input tokens.
    pub input_tokens_details: ImageTokensDetails,
    /// Generated tokens.
    pub output_tokens: i64,
    /// Breakdown of the output tokens.
    pub output_tokens_details: Option<ImageTokensDetails>,
    /// Sum of input and output tokens.
    pub total_tokens: i64,
    /// Tokens read from a prompt cache; unknown when absent.
    pub cached_tokens: Option<i64>,
    /// Breakdown of the cached tokens.
    pub cached_tokens_details: Option<CachedImageTokensDetails>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageGenerationUsage {
        constants {}
        required {
            int input_tokens: i64 = "input_tokens";
            plain input_tokens_details: ImageTokensDetails = "input_tokens_details";
            int output_tokens: i64 = "output_tokens";
            int total_tokens: i64 = "total_tokens";
        }
        nullable {}
        optional {
            plain output_tokens_details: ImageTokensDetails = "output_tokens_details";
            int cached_tokens: i64 = "cached_tokens";
            plain cached_tokens_details: CachedImageTokensDetails = "cached_tokens_details";
        }
    }
}

/// Breakdown of image generation tokens.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageTokensDetails {
    /// Tokens of images.
    pub image_tokens: i64,
    /// Tokens of text.
    pub text_tokens: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageTokensDetails {
        constants {}
        required {
            int image_tokens: i64 = "image_tokens";
            int text_tokens: i64 = "text_tokens";
        }
        nullable {}
        optional {}
    }
}

/// Breakdown of cached image generation tokens.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CachedImageTokensDetails {
    /// Tokens of images.
    pub cached_image_tokens: i64,
    /// Tokens of text.
    pub cached_text_tokens: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CachedImageTokensDetails {
        constants {}
        required {
            int cached_image_tokens: i64 = "cached_image_tokens";
            int cached_text_tokens: i64 = "cached_text_tokens";
        }
        nullable {}
        optional {}
    }
}

/// A reasoning item that the service removed from the input before the model call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputTransformation {
    /// Id of the item.
    pub id: String,
    /// The reason.
    pub reason: InputTransformationReason,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    InputTransformation {
        constants {
            type_: "type" = "reasoning";
            action: "action" = "removed";
        }
        required {
            plain id: String = "id";
            plain reason: InputTransformationReason = "reason";
        }
        nullable {}
        optional {}
    }
}

/// Reasons for removing a reasoning item from an input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputTransformationReason {
    /// The item was generated for another organization.
    OrganizationMismatch,
    /// The item was generated for another end user.
    EndUserMismatch,
    /// Another model generated the item.
    ModelMismatch,
    /// The items before it differ.
    PrefixMismatch,
    /// The item belongs to an earlier turn.
    TurnBoundary,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    InputTransformationReason {
        OrganizationMismatch = "organization_mismatch",
        EndUserMismatch = "end_user_mismatch",
        ModelMismatch = "model_mismatch",
        PrefixMismatch = "prefix_mismatch",
        TurnBoundary = "turn_boundary",
    }
}

/// Confirms that a response was deleted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DeletedResponse {
    /// Id of the deleted response.
    pub id: String,
    /// Object type: `response` or `response.deleted`, depending on the server.
    pub object: Option<String>,
    /// True if the response was deleted.
    pub deleted: Option<bool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    DeletedResponse {
        constants {}
        required {
            plain id: String = "id";
        }
        nullable {}
        optional {
            plain object: String = "object";
            plain deleted: bool = "deleted";
        }
    }
}

/// A request to count input tokens. Takes the parts of a response request that form the input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CountInputTokens {
    /// Model to count tokens for.
    pub model: Option<String>,
    /// The input: a string of at most 10,485,760 characters, or items.
    pub input: Option<Input>,
    /// The system message.
    pub instructions: Option<String>,
    /// Conversation whose items are placed before the input. Cannot be combined with `previous_response_id`.
    pub conversation: Option<ConversationRef>,
    /// Response that is placed before the input. Cannot be combined with `conversation`.
    pub previous_response_id: Option<String>,
    /// The available tools; their descriptions count as tokens too.
    pub tools: Option<Vec<Tool>>,
    /// Tool choice.
    pub tool_choice: Option<ToolChoice>,
    /// True if parallel tool calls would be allowed.
    pub parallel_tool_calls: Option<bool>,
    /// Format of the generated text; a schema counts as tokens too.
    pub text: Option<TextConfig>,
    /// The reasoning settings.
    pub reasoning: Option<ReasoningConfig>,
    /// Personality of models that have several.
    pub personality: Option<Personality>,
    /// Action if the input exceeds the context window. Default `disabled`.
    ///
    /// Deprecated.
    pub truncation: Option<Truncation>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CountInputTokens {
        constants {}
        required {}
        nullable {}
        optional {
            plain model: String = "model";
            plain input: Input = "input";
            plain instructions: String = "instructions";
            plain conversation: ConversationRef = "conversation";
            plain previous_response_id: String = "previous_response_id";
            list tools: Tool = "tools";
            plain tool_choice: ToolChoice = "tool_choice";
            plain parallel_tool_calls: bool = "parallel_tool_calls";
            plain text: TextConfig = "text";
            plain reasoning: ReasoningConfig = "reasoning";
            plain personality: Personality = "personality";
            plain truncation: Truncation = "truncation";
        }
    }
}

/// Number of input tokens of a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputTokenCount {
    /// Tokens of the input.
    pub input_tokens: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    InputTokenCount {
        constants {
            object: "object" = "response.input_tokens";
        }
        required {
            int input_tokens: i64 = "input_tokens";
        }
        nullable {}
        optional {}
    }
}

/// A request to compact a history.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompactResponse {
    /// Model that compacts the history.
    pub model: String,
    /// The history: a string of at most 10,485,760 characters, or items.
    pub input: Option<Input>,
    /// System message for the compaction.
    pub instructions: Option<String>,
    /// Response whose history is compacted.
    pub previous_response_id: Option<String>,
    /// Service tier to use.
    pub service_tier: Option<ServiceTier>,
    /// Key that routes similar requests to the same prompt cache, at most 64 characters.
    pub prompt_cache_key: Option<String>,
    /// Prompt caching options.
    pub prompt_cache_options: Option<PromptCacheOptions>,
    /// Maximum time to keep a cached prompt prefix.
    ///
    /// Deprecated.
    pub prompt_cache_retention: Option<PromptCacheRetention>,
    /// Processing options for images of the input.
    pub image: Option<ImageOptions>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CompactResponse {
        constants {}
        required {
            plain model: String = "model";
        }
        nullable {}
        optional {
            plain input: Input = "input";
            plain instructions: String = "instructions";
            plain previous_response_id: String = "previous_response_id";
            plain service_tier: ServiceTier = "service_tier";
            plain prompt_cache_key: String = "prompt_cache_key";
            plain prompt_cache_options: PromptCacheOptions = "prompt_cache_options";
            plain prompt_cache_retention: PromptCacheRetention = "prompt_cache_retention";
            plain image: ImageOptions = "image";
        }
    }
}

/// A compacted history. Send its `output` unchanged as the input of the next request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompactedResponse {
    /// Id of the compaction.
    pub id: String,
    /// Creation time, in seconds since the Unix epoch.
    pub created_at: i64,
    /// Items that replace the history, including a `compaction` item.
    pub output: Vec<Item>,
    /// Token usage of the compaction.
    pub usage: Usage,
    /// Image processing options in effect.
    pub image: Option<ImageOptions>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CompactedResponse {
        constants {
            object: "object" = "response.compaction";
        }
        required {
            plain id: String = "id";
            int created_at: i64 = "created_at";
            list output: Item = "output";
            plain usage: Usage = "usage";
        }
        nullable {}
        optional {
            plain image: ImageOptions = "image";
        }
    }
}
