// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `responses` part.

use super::*;
use crate::model::Extra;

/// A request for a response.
///
/// An optional field that is null counts as absent. Whether Oracle's service takes such nulls is
/// unconfirmed, so do not send them.
///
/// Fields the service knows but does not support are refused with 400, `user` among them;
/// fields it does not know at all are dropped without a word, so a request that is accepted
/// proves nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CreateResponse {
    /// The model: `vendor.name`, as in `openai.gpt-oss-120b` or `xai.grok-4.3`, the OCID of a dedicated endpoint (`ocid1.generativeaiendpoint.…`), or the OCID of a routing profile (`ocid1.generativeairoutingprofile.…`), which spreads one on-demand model over several regions of a realm; the answer then names the region in the header `x-genai-selected-region`. Which models answer here changes with time and region; the management API lists them (`GET /20231130/modelDiscovery`).
    pub model: Option<String>,
    /// What to answer: a text, or a list of items. Text and images go in, text comes out.
    pub input: Option<Input>,
    /// A system message put before the input. It holds for this request only and is not carried over by `previous_response_id` or `conversation`. Models that refuse items of the `system` role take this instead.
    pub instructions: Option<String>,
    /// The conversation the turn belongs to. Its items are put before `input`; input and output are added to it when the response completes. Not to be combined with `previous_response_id`.
    pub conversation: Option<ConversationRef>,
    /// Id of the response this one continues; its input and output are put before `input`. Not to be combined with `conversation`. Refused in tenancies with zero data retention.
    pub previous_response_id: Option<String>,
    /// Whether to answer with a stream of events. Default false.
    pub stream: Option<bool>,
    /// How to stream; only together with `stream`.
    pub stream_options: Option<StreamOptions>,
    /// Whether to keep the response so that it can be read and continued later. Default true. A response not stored is 404 afterwards.
    pub store: Option<bool>,
    /// Whether to run the request in the background and answer at once with a queued response. Such a response is kept for a while even when `store` is false, can be cancelled, and its stream can be resumed by sequence number. Default false.
    pub background: Option<bool>,
    /// How to run in the background; only together with `background`.
    pub background_options: Option<BackgroundOptions>,
    /// Key-value pairs to attach to the response. The memory keys mean nothing here.
    pub metadata: Option<Metadata>,
    /// Further fields to put into the answer; each value names one.
    pub include: Option<Vec<Include>>,
    /// The tools the model may call.
    pub tools: Option<Vec<Tool>>,
    /// Whether, and which, tools the model may or must call. Default `auto`.
    pub tool_choice: Option<ToolChoice>,
    /// Whether the model may ask for several tool calls at once. Default true.
    pub parallel_tool_calls: Option<bool>,
    /// How many calls to tools run by the service may be made in all while the response is generated; further ones are ignored. No limit when absent.
    pub max_tool_calls: Option<i64>,
    /// Upper bound of the tokens to generate, visible output and reasoning together, at least 16. The model's own limit when absent.
    pub max_output_tokens: Option<i64>,
    /// Randomness of sampling, from 0 (always the likeliest token) to 2. Default 1. Change this or `top_p`, not both. OpenAI's own models on OCI refuse any value but the default (`unsupported_value`).
    pub temperature: Option<f64>,
    /// Nucleus sampling: only the likeliest tokens that together reach this probability are drawn from, 0 to 1. Default 1. OpenAI's own models on OCI refuse any other value.
    pub top_p: Option<f64>,
    /// How much less likely a token becomes once it is in the text, from -2 to 2.
    pub presence_penalty: Option<f64>,
    /// How much less likely a token becomes each time it is in the text, from -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// How many of the likeliest tokens to report at each position, with their log probabilities, 0 to 20.
    pub top_logprobs: Option<i64>,
    /// The form of the text to generate: plain, JSON, or JSON that follows a schema.
    pub text: Option<TextConfig>,
    /// How much a reasoning model thinks, and what it shows of it. Some models with reasoning in their name refuse it.
    pub reasoning: Option<Box<ReasoningConfig>>,
    /// What to do when the input exceeds the model's context window. Default `disabled`.
    ///
    /// Deprecated.
    pub truncation: Option<Truncation>,
    /// When to condense the context while the response is generated.
    pub context_management: Option<Vec<ContextManagement>>,
    /// A stored prompt template to use, with values for its variables.
    pub prompt: Option<Prompt>,
    /// The class of processing to use. Default `auto`.
    pub service_tier: Option<ServiceTier>,
    /// A key by which similar requests find the same prompt cache.
    pub prompt_cache_key: Option<String>,
    /// How prompt prefixes are cached.
    pub prompt_cache_options: Option<PromptCacheOptions>,
    /// How long a cached prompt prefix may be kept. `prompt_cache_options` has taken its place.
    ///
    /// Deprecated.
    pub prompt_cache_retention: Option<PromptCacheRetention>,
    /// Programs for access to models of particular fields.
    pub access_programs: Option<AccessPrograms>,
    /// How images of the input are treated.
    pub image: Option<ImageOptions>,
    /// A stable name for the end user, at most 64 characters, best a hash, by which abuse can be traced.
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

/// The input of a request: a text, which counts as one user message, or a list of items.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// A text from the user.
    Text(String),
    /// Messages, tool outputs, earlier output sent back, references.
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

/// Names a conversation. The plain id is the form that stricter servers take too.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConversationRef {
    /// The conversation's id.
    Id(String),
    /// An object that holds the id, the form a response reports.
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

/// A conversation's id inside an object.
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

/// The answer to a request: what the model put out, how it ended, and what it cost.
///
/// Read `status` first: a response can come back with HTTP status 200 and yet have failed or be
/// cut short. Of the request's settings the response reports the values that were in effect.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Response {
    /// Id of the response, `resp_…`.
    pub id: String,
    /// When it was created, in seconds since the Unix epoch.
    pub created_at: i64,
    /// When it completed, in seconds since the Unix epoch; null before that or when it did not.
    pub completed_at: Option<i64>,
    /// How far it is, or how it ended.
    pub status: Option<ResponseStatus>,
    /// Why it failed; null unless `status` is `failed`.
    pub error: Option<Box<ResponseError>>,
    /// Why it was cut short; null unless `status` is `incomplete`.
    pub incomplete_details: Option<IncompleteDetails>,
    /// The model that answered.
    pub model: String,
    /// What the model put out, in order: messages, reasoning, tool calls. Do not take the first item for the message; reasoning often comes first.
    pub output: Vec<Item>,
    /// The tokens used; absent or null while the response is not finished.
    pub usage: Option<Box<Usage>>,
    /// The conversation the turn was added to: an object on the service, a plain id on some compatible servers.
    pub conversation: Option<ConversationRef>,
    /// Id of the response this one continues.
    pub previous_response_id: Option<String>,
    /// The system message of the request: a text or items.
    pub instructions: Option<Input>,
    /// Key-value pairs of the request.
    pub metadata: Option<Metadata>,
    /// Whether it ran in the background.
    pub background: Option<bool>,
    /// The tools that were offered.
    pub tools: Option<Vec<Tool>>,
    /// The choice of tools that was in effect.
    pub tool_choice: Option<ToolChoice>,
    /// Whether several tool calls at once were allowed.
    pub parallel_tool_calls: Option<bool>,
    /// The bound on calls to tools run by the service.
    pub max_tool_calls: Option<i64>,
    /// The bound on generated tokens.
    pub max_output_tokens: Option<i64>,
    /// The temperature used.
    pub temperature: Option<f64>,
    /// The nucleus used.
    pub top_p: Option<f64>,
    /// How many likeliest tokens were reported at each position.
    pub top_logprobs: Option<i64>,
    /// The form of the generated text.
    pub text: Option<Box<TextConfig>>,
    /// The reasoning settings used.
    pub reasoning: Option<Box<ReasoningConfig>>,
    /// What was to happen when the input exceeds the context window.
    pub truncation: Option<Truncation>,
    /// The prompt template used.
    pub prompt: Option<Prompt>,
    /// The class of processing that served the request, which may differ from the one asked for.
    pub service_tier: Option<ServiceTier>,
    /// The prompt cache key of the request.
    pub prompt_cache_key: Option<String>,
    /// The prompt caching in effect.
    pub prompt_cache_options: Option<PromptCacheOptions>,
    /// The prompt cache retention in effect.
    ///
    /// Deprecated.
    pub prompt_cache_retention: Option<PromptCacheRetention>,
    /// The end user's name of the request.
    pub safety_identifier: Option<String>,
    /// Whether the response is kept so that it can be read and continued later.
    pub store: Option<bool>,
    /// The presence penalty used.
    pub presence_penalty: Option<f64>,
    /// The frequency penalty used.
    pub frequency_penalty: Option<f64>,
    /// The programs for access that were in effect; null when none was.
    pub access_programs: Option<AccessPrograms>,
    /// How images of the input were treated.
    pub image: Option<ImageOptions>,
    /// Input items that the service left out, and why.
    pub input_transformations: Option<Vec<InputTransformation>>,
    /// Why a prompt cache was used or not; asked for by `comparison_response_id`.
    pub prompt_cache_diagnostics: Option<PromptCacheDiagnostics>,
    /// What the tools run by the service used, apart from `usage`.
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

/// How far a response is, or how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseStatus {
    /// Accepted to run in the background, not begun.
    Queued,
    /// Being generated.
    InProgress,
    /// Done.
    Completed,
    /// Cut short; `incomplete_details` says why.
    Incomplete,
    /// Failed; `error` says why.
    Failed,
    /// Stopped by the caller.
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

/// Why a response failed after it had been accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseError {
    /// What kind of failure it is.
    pub code: ResponseErrorCode,
    /// The failure in words.
    pub message: String,
    /// The kind of error; sent with `misalignment_policy_violation`.
    pub kind: Option<String>,
    /// The request field that is at fault.
    pub param: Option<String>,
    /// What was found to go against the application's intentions.
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

/// An action of the model that may not be what the application wants.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Misalignment {
    /// The kind of action.
    pub error_type: Option<MisalignmentType>,
    /// The finding in words.
    pub detailed_explanation: Option<String>,
    /// What is to be looked at.
    pub review_target: Option<String>,
    /// A message to send to the model so that it goes on as wanted.
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
    /// Data is sent somewhere.
    PotentiallyUnintendedDataTransfer,
    /// Data is read.
    PotentiallyUnintendedDataAccess,
    /// Something is destroyed.
    PotentiallyUnintendedDestructiveActivity,
    /// Another one.
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

/// The kinds of failure a response reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseErrorCode {
    /// The service failed; the request may be sent again.
    ServerError,
    /// Too many requests or tokens in a short time.
    RateLimitExceeded,
    /// The prompt was refused.
    InvalidPrompt,
    /// The data may not be processed where the model runs.
    DataResidencyMismatch,
    /// Refused under the policy on biological risks.
    BioPolicy,
    /// The model's action was stopped because it may not be what the application wants.
    MisalignmentPolicyViolation,
    /// A vector store did not answer in time.
    VectorStoreTimeout,
    /// An image could not be used.
    InvalidImage,
    /// An image is in a format that is not taken.
    InvalidImageFormat,
    /// An image's base64 text could not be decoded.
    InvalidBase64Image,
    /// An image's address is malformed.
    InvalidImageUrl,
    /// An image has too many pixels.
    ImageTooLarge,
    /// An image has too few pixels.
    ImageTooSmall,
    /// An image could not be parsed.
    ImageParseError,
    /// An image's content was refused.
    ImageContentPolicyViolation,
    /// An image's colour mode is not taken.
    InvalidImageMode,
    /// An image file has too many bytes.
    ImageFileTooLarge,
    /// An image's media type is not taken.
    UnsupportedImageMediaType,
    /// An image file is empty.
    EmptyImageFile,
    /// An image could not be fetched from its address.
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

/// Why a response was cut short.
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

/// The reasons for which a response is cut short.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IncompleteReason {
    /// The bound on generated tokens was reached.
    MaxOutputTokens,
    /// The bound on messages was reached.
    MaxMessages,
    /// A content filter stepped in.
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

/// The tokens a request used.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the input, with everything the service put before it.
    pub input_tokens: i64,
    /// How the input tokens divide up.
    pub input_tokens_details: Option<InputTokensDetails>,
    /// Tokens generated, reasoning included.
    pub output_tokens: i64,
    /// How the output tokens divide up.
    pub output_tokens_details: Option<OutputTokensDetails>,
    /// Input and output together.
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

/// How input tokens divide up.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputTokensDetails {
    /// Tokens read from a prompt cache.
    pub cached_tokens: Option<i64>,
    /// Tokens written to a prompt cache.
    pub cache_write_tokens: Option<i64>,
    /// How the tokens written to a prompt cache divide up by the cache's lifetime.
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

/// How tokens written to a prompt cache divide up by the cache's lifetime.
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

/// How output tokens divide up.
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

/// What tools run by the service used.
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

/// How much was searched on the web.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchUsage {
    /// The number of searches that are charged.
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

/// The tokens that image generation used.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationUsage {
    /// Tokens of the input, text and images.
    pub input_tokens: i64,
    /// How the input tokens divide up.
    pub input_tokens_details: ImageTokensDetails,
    /// Tokens generated.
    pub output_tokens: i64,
    /// How the output tokens divide up.
    pub output_tokens_details: Option<ImageTokensDetails>,
    /// Input and output together.
    pub total_tokens: i64,
    /// Tokens read from a prompt cache; unknown when absent.
    pub cached_tokens: Option<i64>,
    /// How the cached tokens divide up.
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

/// How the tokens of image generation divide up.
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

/// How the cached tokens of image generation divide up.
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

/// A reasoning item of the input that the service removed before the model saw it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputTransformation {
    /// Id of the item.
    pub id: String,
    /// Why.
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

/// Why the service removed a reasoning item from an input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputTransformationReason {
    /// It was made for another organization.
    OrganizationMismatch,
    /// It was made for another end user.
    EndUserMismatch,
    /// Another model made it.
    ModelMismatch,
    /// Other items stood before it.
    PrefixMismatch,
    /// It belongs to an earlier turn.
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

/// Tells that a response was deleted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DeletedResponse {
    /// Id of the response that is gone.
    pub id: String,
    /// The kind of object, `response` or `response.deleted` by server.
    pub object: Option<String>,
    /// True once the response is deleted.
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

/// The parts of a request whose input tokens are to be counted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CountInputTokens {
    /// The model whose tokens to count.
    pub model: Option<String>,
    /// The input: a text of at most 10,485,760 characters, or items.
    pub input: Option<Input>,
    /// The system message.
    pub instructions: Option<String>,
    /// The conversation whose items come before the input. Not to be combined with `previous_response_id`.
    pub conversation: Option<ConversationRef>,
    /// The response that comes before the input. Not to be combined with `conversation`.
    pub previous_response_id: Option<String>,
    /// The tools to be offered; their descriptions take tokens too.
    pub tools: Option<Vec<Tool>>,
    /// The choice of tools.
    pub tool_choice: Option<ToolChoice>,
    /// Whether several tool calls at once would be allowed.
    pub parallel_tool_calls: Option<bool>,
    /// The form of the text to generate; a schema takes tokens too.
    pub text: Option<TextConfig>,
    /// The reasoning settings.
    pub reasoning: Option<ReasoningConfig>,
    /// The manner of speaking of models that have several.
    pub personality: Option<Personality>,
    /// What to do when the input exceeds the context window. Default `disabled`.
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

/// The count of a request's input tokens.
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

/// A history to condense.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompactResponse {
    /// The model that condenses.
    pub model: String,
    /// The history: a text of at most 10,485,760 characters, or items.
    pub input: Option<Input>,
    /// A system message for the compaction.
    pub instructions: Option<String>,
    /// The response whose history to condense.
    pub previous_response_id: Option<String>,
    /// The class of processing to use.
    pub service_tier: Option<ServiceTier>,
    /// A key by which similar requests find the same prompt cache, at most 64 characters.
    pub prompt_cache_key: Option<String>,
    /// How prompt prefixes are cached.
    pub prompt_cache_options: Option<PromptCacheOptions>,
    /// How long a cached prompt prefix may be kept.
    ///
    /// Deprecated.
    pub prompt_cache_retention: Option<PromptCacheRetention>,
    /// How images of the input are treated.
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

/// A condensed history. Send its `output` as the next request's input, unchanged.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompactedResponse {
    /// Id of the compaction.
    pub id: String,
    /// When it was made, in seconds since the Unix epoch.
    pub created_at: i64,
    /// The items that stand for the history, a `compaction` item among them.
    pub output: Vec<Item>,
    /// The tokens the compaction used.
    pub usage: Usage,
    /// How images of the input were treated.
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
