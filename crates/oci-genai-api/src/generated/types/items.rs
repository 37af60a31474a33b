// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `items` part.

use std::collections::BTreeMap;

use super::*;
use crate::model::Extra;
use crate::model::Unknown;

/// An item of a request's input, of a response's output, or of a conversation.
///
/// One type serves all three, so output can be sent back as input. The service sets ids and
/// statuses; they can be omitted in input. Some models reject an input item that has an `id`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Item {
    /// `type` is `message`: a message from the user, the assistant or the application.
    Message(Message),
    /// `type` is `function_call`: a call to a function of the application. Run the function and send a `FunctionCallOutput` with the same `call_id`.
    FunctionCall(Box<FunctionCall>),
    /// `type` is `function_call_output`: the output of a function. Send it after the matching `FunctionCall`, or with `previous_response_id` or `conversation`; without the call the service rejects it with 400.
    FunctionCallOutput(Box<FunctionCallOutput>),
    /// `type` is `reasoning`: reasoning of a model before its output. Send it back with its turn if the client keeps the history.
    Reasoning(ReasoningItem),
    /// `type` is `item_reference`: references an item that the service already stores, in a request's input.
    ItemReference(ItemReference),
    /// `type` is `file_search_call`: a search in the files of vector stores, run by the service.
    FileSearchCall(FileSearchCall),
    /// `type` is `web_search_call`: a web search, run by the service.
    WebSearchCall(WebSearchCall),
    /// `type` is `code_interpreter_call`: a run of code that the model wrote, in a container of the service.
    CodeInterpreterCall(CodeInterpreterCall),
    /// `type` is `image_generation_call`: an image generation, run by the service.
    ImageGenerationCall(Box<ImageGenerationCall>),
    /// `type` is `mcp_list_tools`: tools of an MCP server, as listed by the service. Send it back so that the service does not list them again.
    McpListTools(McpListTools),
    /// `type` is `mcp_approval_request`: a request to approve a call to an MCP server's tool. Send an `McpApprovalResponse` with `previous_response_id` or the conversation.
    McpApprovalRequest(McpApprovalRequest),
    /// `type` is `mcp_approval_response`: the response to an `McpApprovalRequest`.
    McpApprovalResponse(McpApprovalResponse),
    /// `type` is `mcp_call`: a call to a tool of an MCP server, made by the service.
    McpCall(Box<McpCall>),
    /// `type` is `custom_tool_call`: a call to a custom tool of the application. Run the tool and send a `CustomToolCallOutput` with the same `call_id`. Searches of xAI models also use this type; the service has already run those.
    CustomToolCall(Box<CustomToolCall>),
    /// `type` is `custom_tool_call_output`: the output of a custom tool.
    CustomToolCallOutput(CustomToolCallOutput),
    /// `type` is `tool_search_call`: the model searches for tools that were not loaded initially.
    ToolSearchCall(ToolSearchCall),
    /// `type` is `tool_search_output`: tools found by a search. The model may call them from this item on.
    ToolSearchOutput(ToolSearchOutput),
    /// `type` is `additional_tools`: additional tools that the model may call from this item on.
    AdditionalTools(AdditionalTools),
    /// `type` is `compaction`: a compacted part of a history, in a form that only the service can read.
    Compaction(Compaction),
    /// `type` is `compaction_trigger`: makes the service compact the context now. Must be the last item of the input.
    CompactionTrigger(CompactionTrigger),
    /// `type` is `configuration_update`: changes settings for the following responses. Each setting applies until a later update changes it.
    ConfigurationUpdate(ConfigurationUpdate),
    /// `type` is `program`: a program that the model wrote to call tools. Send it back unchanged.
    Program(Program),
    /// `type` is `program_output`: the output of a `Program`.
    ProgramOutput(ProgramOutput),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    Item: Unknown {
        variants { Message FunctionCall FunctionCallOutput Reasoning ItemReference FileSearchCall WebSearchCall CodeInterpreterCall ImageGenerationCall McpListTools McpApprovalRequest McpApprovalResponse McpCall CustomToolCall CustomToolCallOutput ToolSearchCall ToolSearchOutput AdditionalTools Compaction CompactionTrigger ConfigurationUpdate Program ProgramOutput }
        kinds {}
        tagged "type" {
            "message" => direct Message [Message: Message];
            "function_call" => direct FunctionCall [FunctionCall: Box<FunctionCall>];
            "function_call_output" => direct FunctionCallOutput [FunctionCallOutput: Box<FunctionCallOutput>];
            "reasoning" => direct Reasoning [Reasoning: ReasoningItem];
            "item_reference" => direct ItemReference [ItemReference: ItemReference];
            "file_search_call" => direct FileSearchCall [FileSearchCall: FileSearchCall];
            "web_search_call" => direct WebSearchCall [WebSearchCall: WebSearchCall];
            "code_interpreter_call" => direct CodeInterpreterCall [CodeInterpreterCall: CodeInterpreterCall];
            "image_generation_call" => direct ImageGenerationCall [ImageGenerationCall: Box<ImageGenerationCall>];
            "mcp_list_tools" => direct McpListTools [McpListTools: McpListTools];
            "mcp_approval_request" => direct McpApprovalRequest [McpApprovalRequest: McpApprovalRequest];
            "mcp_approval_response" => direct McpApprovalResponse [McpApprovalResponse: McpApprovalResponse];
            "mcp_call" => direct McpCall [McpCall: Box<McpCall>];
            "custom_tool_call" => direct CustomToolCall [CustomToolCall: Box<CustomToolCall>];
            "custom_tool_call_output" => direct CustomToolCallOutput [CustomToolCallOutput: CustomToolCallOutput];
            "tool_search_call" => direct ToolSearchCall [ToolSearchCall: ToolSearchCall];
            "tool_search_output" => direct ToolSearchOutput [ToolSearchOutput: ToolSearchOutput];
            "additional_tools" => direct AdditionalTools [AdditionalTools: AdditionalTools];
            "compaction" => direct Compaction [Compaction: Compaction];
            "compaction_trigger" => direct CompactionTrigger [CompactionTrigger: CompactionTrigger];
            "configuration_update" => direct ConfigurationUpdate [ConfigurationUpdate: ConfigurationUpdate];
            "program" => direct Program [Program: Program];
            "program_output" => direct ProgramOutput [ProgramOutput: ProgramOutput];
        }
        objects {
            Message: Message;
        }
        from {
            Message => Message plain;
            FunctionCall => FunctionCall boxed;
            FunctionCallOutput => FunctionCallOutput boxed;
            ReasoningItem => Reasoning plain;
            ItemReference => ItemReference plain;
            FileSearchCall => FileSearchCall plain;
            WebSearchCall => WebSearchCall plain;
            CodeInterpreterCall => CodeInterpreterCall plain;
            ImageGenerationCall => ImageGenerationCall boxed;
            McpListTools => McpListTools plain;
            McpApprovalRequest => McpApprovalRequest plain;
            McpApprovalResponse => McpApprovalResponse plain;
            McpCall => McpCall boxed;
            CustomToolCall => CustomToolCall boxed;
            CustomToolCallOutput => CustomToolCallOutput plain;
            ToolSearchCall => ToolSearchCall plain;
            ToolSearchOutput => ToolSearchOutput plain;
            AdditionalTools => AdditionalTools plain;
            Compaction => Compaction plain;
            CompactionTrigger => CompactionTrigger plain;
            ConfigurationUpdate => ConfigurationUpdate plain;
            Program => Program plain;
            ProgramOutput => ProgramOutput plain;
        }
    }
}

/// A message from the user, the assistant or the application.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// Id of the message, set by the service.
    pub id: Option<String>,
    /// Role of the author.
    pub role: Role,
    /// Content of the message: a string or parts. The service always sends parts, and stricter models accept only parts.
    pub content: MessageContent,
    /// Status of the message, set by the service.
    pub status: Option<ItemStatus>,
    /// Distinguishes an assistant's intermediate commentary from its final answer. Send it back unchanged.
    pub phase: Option<MessagePhase>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Message {
        constants {
            type_: "type" = "message";
        }
        required {
            plain role: Role = "role";
            plain content: MessageContent = "content";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain status: ItemStatus = "status";
            plain phase: MessagePhase = "phase";
        }
    }
}

/// Role of a message's author.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The end user.
    User,
    /// The model.
    Assistant,
    /// The application, with priority over the user. Some models reject it; use `instructions` for those.
    System,
    /// The application, with priority over the user; the newer name of `system`.
    Developer,
    /// A tool.
    Tool,
    /// A judge of the model's output.
    Critic,
    /// A model that classifies outputs.
    Discriminator,
    /// A role that the service could not name.
    Unknown,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    Role {
        User = "user",
        Assistant = "assistant",
        System = "system",
        Developer = "developer",
        Tool = "tool",
        Critic = "critic",
        Discriminator = "discriminator",
        Unknown = "unknown",
    }
}

/// Phase of an assistant's message within a turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessagePhase {
    /// Intermediate commentary.
    Commentary,
    /// The final answer.
    FinalAnswer,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    MessagePhase {
        Commentary = "commentary",
        FinalAnswer = "final_answer",
    }
}

/// Status of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemStatus {
    /// Being generated.
    InProgress,
    /// Complete.
    Completed,
    /// Stopped before the end.
    Incomplete,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ItemStatus {
        InProgress = "in_progress",
        Completed = "completed",
        Incomplete = "incomplete",
    }
}

/// A call to a function of the application. Run the function and send a `FunctionCallOutput` with the same `call_id`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCall {
    /// Id of the item, set by the service. It is not the `call_id`; some models reject it in input.
    pub id: Option<String>,
    /// Id of the call, set by the model. The output must use the same id.
    pub call_id: String,
    /// Name of the function.
    pub name: String,
    /// The arguments, a JSON object as a string. The model wrote them: validate before use.
    pub arguments: String,
    /// Namespace of the function.
    pub namespace: Option<String>,
    /// Origin of the call: the model, or a program that the model wrote.
    pub caller: Option<ToolCaller>,
    /// True if the model continues without waiting for the output.
    pub asynchronous: Option<bool>,
    /// Status of the call, set by the service.
    pub status: Option<ItemStatus>,
    /// Creator of the item; reported in lists.
    pub created_by: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FunctionCall {
        constants {
            type_: "type" = "function_call";
        }
        required {
            plain call_id: String = "call_id";
            plain name: String = "name";
            plain arguments: String = "arguments";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain namespace: String = "namespace";
            plain caller: ToolCaller = "caller";
            plain asynchronous: bool = "async";
            plain status: ItemStatus = "status";
            plain created_by: String = "created_by";
        }
    }
}

/// The output of a function. Send it after the matching `FunctionCall`, or with `previous_response_id` or `conversation`; without the call the service rejects it with 400.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCallOutput {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, as in the `FunctionCall`, 1 to 64 characters. Optional in OpenAI's document; without it Oracle's service cannot match the output to its call.
    pub call_id: Option<String>,
    /// The output: a string, often JSON, or parts.
    pub output: ToolOutput,
    /// Name of the function, at most 128 characters.
    pub name: Option<String>,
    /// Namespace of the function, at most 64 characters.
    pub namespace: Option<String>,
    /// Origin of the call, as in the `FunctionCall`.
    pub caller: Option<ToolCaller>,
    /// Status of the output, set by the service.
    pub status: Option<ItemStatus>,
    /// Creator of the item; reported in lists.
    pub created_by: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FunctionCallOutput {
        constants {
            type_: "type" = "function_call_output";
        }
        required {
            plain output: ToolOutput = "output";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain call_id: String = "call_id";
            plain name: String = "name";
            plain namespace: String = "namespace";
            plain caller: ToolCaller = "caller";
            plain status: ItemStatus = "status";
            plain created_by: String = "created_by";
        }
    }
}

/// Reasoning of a model before its output. Send it back with its turn if the client keeps the history.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningItem {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Summary of the reasoning, if one was requested; otherwise empty.
    pub summary: Vec<SummaryText>,
    /// The full reasoning; only some models return it. Some clients send it back as null.
    pub content: Option<Vec<ReasoningText>>,
    /// The reasoning in a form that only the service can read; set if `include` contains `reasoning.encrypted_content`.
    pub encrypted_content: Option<String>,
    /// Status of the item, set by the service.
    pub status: Option<ItemStatus>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningItem {
        constants {
            type_: "type" = "reasoning";
        }
        required {
            list summary: SummaryText = "summary";
        }
        nullable {}
        optional {
            plain id: String = "id";
            list content: ReasoningText = "content";
            plain encrypted_content: String = "encrypted_content";
            plain status: ItemStatus = "status";
        }
    }
}

/// References an item that the service already stores, in a request's input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemReference {
    /// Id of the referenced item.
    pub id: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ItemReference {
        constants {
            type_: "type" = "item_reference";
        }
        required {
            plain id: String = "id";
        }
        nullable {}
        optional {}
    }
}

/// Status of a call to a tool run by the service. Each kind of call uses some of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolCallStatus {
    /// Started.
    InProgress,
    /// Searching; file and web searches only.
    Searching,
    /// Running code; code interpreter only.
    Interpreting,
    /// Generating an image.
    Generating,
    /// Waiting for an MCP server.
    Calling,
    /// Completed.
    Completed,
    /// Stopped before the end.
    Incomplete,
    /// Failed.
    Failed,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ToolCallStatus {
        InProgress = "in_progress",
        Searching = "searching",
        Interpreting = "interpreting",
        Generating = "generating",
        Calling = "calling",
        Completed = "completed",
        Incomplete = "incomplete",
        Failed = "failed",
    }
}

/// A search in the files of vector stores, run by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// The search queries.
    pub queries: Vec<String>,
    /// The results; set if `include` contains `file_search_call.results`.
    pub results: Option<Vec<FileSearchResult>>,
    /// Status of the search, set by the service.
    pub status: Option<ToolCallStatus>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FileSearchCall {
        constants {
            type_: "type" = "file_search_call";
        }
        required {
            list queries: String = "queries";
        }
        nullable {}
        optional {
            plain id: String = "id";
            list results: FileSearchResult = "results";
            plain status: ToolCallStatus = "status";
        }
    }
}

/// A passage found by a file search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchResult {
    /// Id of the file.
    pub file_id: Option<String>,
    /// Name of the file.
    pub filename: Option<String>,
    /// The passage.
    pub text: Option<String>,
    /// Relevance score, from 0 to 1.
    pub score: Option<f64>,
    /// Attributes of the file: at most 16, keys of at most 64 characters.
    pub attributes: Option<BTreeMap<String, AttributeValue>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FileSearchResult {
        constants {}
        required {}
        nullable {}
        optional {
            plain file_id: String = "file_id";
            plain filename: String = "filename";
            plain text: String = "text";
            plain score: f64 = "score";
            map attributes: AttributeValue = "attributes";
        }
    }
}

/// Value of a file attribute.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AttributeValue {
    /// A string of at most 512 characters.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    AttributeValue: Value {
        variants { Text Number Boolean }
        kinds {
            string Text: String;
            number Number: f64;
            boolean Boolean: bool;
        }
        tagged "" {}
        objects {}
        from {
            &str => Text into;
            String => Text plain;
            f64 => Number plain;
            bool => Boolean plain;
        }
    }
}

/// A web search, run by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Action of this call.
    pub action: Option<WebSearchAction>,
    /// Status of the search, set by the service.
    pub status: Option<ToolCallStatus>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchCall {
        constants {
            type_: "type" = "web_search_call";
        }
        required {}
        nullable {}
        optional {
            plain id: String = "id";
            plain action: WebSearchAction = "action";
            plain status: ToolCallStatus = "status";
        }
    }
}

/// An action of a web search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WebSearchAction {
    /// `type` is `search`: a query to a search engine.
    Search(WebSearchQuery),
    /// `type` is `open_page`: opens a page.
    OpenPage(WebSearchOpenPage),
    /// `type` is `find_in_page`: searches within a page.
    FindInPage(WebSearchFindInPage),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    WebSearchAction: Unknown {
        variants { Search OpenPage FindInPage }
        kinds {}
        tagged "type" {
            "search" => direct Search [Search: WebSearchQuery];
            "open_page" => direct OpenPage [OpenPage: WebSearchOpenPage];
            "find_in_page" => direct FindInPage [FindInPage: WebSearchFindInPage];
        }
        objects {}
        from {
            WebSearchQuery => Search plain;
            WebSearchOpenPage => OpenPage plain;
            WebSearchFindInPage => FindInPage plain;
        }
    }
}

/// A query to a search engine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchQuery {
    /// The search query. Superseded by `queries`.
    ///
    /// Deprecated.
    pub query: Option<String>,
    /// The search queries.
    pub queries: Option<Vec<String>>,
    /// The pages found; set if `include` contains `web_search_call.action.sources`.
    pub sources: Option<Vec<WebSearchSource>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchQuery {
        constants {
            type_: "type" = "search";
        }
        required {}
        nullable {}
        optional {
            plain query: String = "query";
            list queries: String = "queries";
            list sources: WebSearchSource = "sources";
        }
    }
}

/// A page found by a web search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchSource {
    /// URL of the page.
    pub url: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchSource {
        constants {
            type_: "type" = "url";
        }
        required {
            plain url: String = "url";
        }
        nullable {}
        optional {}
    }
}

/// Opens a page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchOpenPage {
    /// URL of the page.
    pub url: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchOpenPage {
        constants {
            type_: "type" = "open_page";
        }
        required {}
        nullable {}
        optional {
            plain url: String = "url";
        }
    }
}

/// Searches within a page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchFindInPage {
    /// URL of the page.
    pub url: String,
    /// The text to find.
    pub pattern: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchFindInPage {
        constants {
            type_: "type" = "find_in_page";
        }
        required {
            plain url: String = "url";
            plain pattern: String = "pattern";
        }
        nullable {}
        optional {}
    }
}

/// A run of code that the model wrote, in a container of the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the container that ran the code.
    pub container_id: String,
    /// The code; null if it is not available.
    pub code: Option<String>,
    /// Output of the run; set if `include` contains `code_interpreter_call.outputs`.
    pub outputs: Option<Vec<CodeInterpreterOutput>>,
    /// Status of the run, set by the service.
    pub status: Option<ToolCallStatus>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterCall {
        constants {
            type_: "type" = "code_interpreter_call";
        }
        required {
            plain container_id: String = "container_id";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain code: String = "code";
            list outputs: CodeInterpreterOutput = "outputs";
            plain status: ToolCallStatus = "status";
        }
    }
}

/// An output of a code run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CodeInterpreterOutput {
    /// `type` is `logs`: text printed by a code run.
    Logs(CodeInterpreterLogs),
    /// `type` is `image`: an image created by a code run.
    Image(CodeInterpreterImage),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    CodeInterpreterOutput: Unknown {
        variants { Logs Image }
        kinds {}
        tagged "type" {
            "logs" => direct Logs [Logs: CodeInterpreterLogs];
            "image" => direct Image [Image: CodeInterpreterImage];
        }
        objects {}
        from {
            CodeInterpreterLogs => Logs plain;
            CodeInterpreterImage => Image plain;
        }
    }
}

/// Text printed by a code run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterLogs {
    /// The text.
    pub logs: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterLogs {
        constants {
            type_: "type" = "logs";
        }
        required {
            plain logs: String = "logs";
        }
        nullable {}
        optional {}
    }
}

/// An image created by a code run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterImage {
    /// URL of the image.
    pub url: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterImage {
        constants {
            type_: "type" = "image";
        }
        required {
            plain url: String = "url";
        }
        nullable {}
        optional {}
    }
}

/// An image generation, run by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// The image in base64; null until it is finished.
    pub result: Option<String>,
    /// Status of the generation, set by the service.
    pub status: Option<ToolCallStatus>,
    /// Action of this call: generate or edit an image.
    pub action: Option<ImageAction>,
    /// Background of the image.
    pub background: Option<ImageBackground>,
    /// File format of the image.
    pub output_format: Option<ImageFormat>,
    /// Quality of the image.
    pub quality: Option<ImageQuality>,
    /// Size of the image in pixels.
    pub size: Option<ImageSize>,
    /// The prompt that the image model received.
    pub revised_prompt: Option<String>,
    /// Error of the generation.
    pub error: Option<ImageGenerationError>,
    /// Tokens used for an SVG image.
    pub svg_usage: Option<SvgUsage>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageGenerationCall {
        constants {
            type_: "type" = "image_generation_call";
        }
        required {}
        nullable {}
        optional {
            plain id: String = "id";
            plain result: String = "result";
            plain status: ToolCallStatus = "status";
            plain action: ImageAction = "action";
            plain background: ImageBackground = "background";
            plain output_format: ImageFormat = "output_format";
            plain quality: ImageQuality = "quality";
            plain size: ImageSize = "size";
            plain revised_prompt: String = "revised_prompt";
            plain error: ImageGenerationError = "error";
            plain svg_usage: SvgUsage = "svg_usage";
        }
    }
}

/// Error of an image generation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationError {
    /// Kind of error.
    pub kind: String,
    /// Error message.
    pub message: String,
    /// Machine-readable error code.
    pub code: Option<String>,
    /// The request field that caused the error.
    pub param: Option<String>,
    /// Results of the moderation.
    pub moderation_details: Option<ImageModerationDetails>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageGenerationError {
        constants {}
        required {
            plain kind: String = "type";
            plain message: String = "message";
        }
        nullable {}
        optional {
            plain code: String = "code";
            plain param: String = "param";
            plain moderation_details: ImageModerationDetails = "moderation_details";
        }
    }
}

/// Results of an image moderation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageModerationDetails {
    /// Categories of content found.
    pub categories: Vec<String>,
    /// Moderation stage that found it.
    pub moderation_stage: ModerationStage,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageModerationDetails {
        constants {}
        required {
            list categories: String = "categories";
            plain moderation_stage: ModerationStage = "moderation_stage";
        }
        nullable {}
        optional {}
    }
}

/// Stage of a moderation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModerationStage {
    /// The input.
    Input,
    /// The image.
    Output,
    /// Unknown stage.
    Unknown,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ModerationStage {
        Input = "input",
        Output = "output",
        Unknown = "unknown",
    }
}

/// Tokens used for an SVG image.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SvgUsage {
    /// Model that wrote the image.
    pub model: String,
    /// Tokens of the input.
    pub input_tokens: i64,
    /// Generated tokens, including reasoning.
    pub output_tokens: i64,
    /// Tokens spent on reasoning.
    pub reasoning_tokens: i64,
    /// Sum of input and output tokens.
    pub total_tokens: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    SvgUsage {
        constants {}
        required {
            plain model: String = "model";
            int input_tokens: i64 = "input_tokens";
            int output_tokens: i64 = "output_tokens";
            int reasoning_tokens: i64 = "reasoning_tokens";
            int total_tokens: i64 = "total_tokens";
        }
        nullable {}
        optional {}
    }
}

/// Tools of an MCP server, as listed by the service. Send it back so that the service does not list them again.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpListTools {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Label of the server, from the `McpTool`.
    pub server_label: String,
    /// The tools.
    pub tools: Vec<McpToolInfo>,
    /// Error that prevented listing the tools.
    pub error: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpListTools {
        constants {
            type_: "type" = "mcp_list_tools";
        }
        required {
            plain server_label: String = "server_label";
            list tools: McpToolInfo = "tools";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain error: String = "error";
        }
    }
}

/// A tool of an MCP server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpToolInfo {
    /// Name of the tool.
    pub name: String,
    /// Description of the tool.
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    pub input_schema: BTreeMap<String, serde_json::Value>,
    /// Additional information from the server.
    pub annotations: Option<BTreeMap<String, serde_json::Value>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpToolInfo {
        constants {}
        required {
            plain name: String = "name";
            map input_schema: serde_json::Value = "input_schema";
        }
        nullable {}
        optional {
            plain description: String = "description";
            map annotations: serde_json::Value = "annotations";
        }
    }
}

/// A request to approve a call to an MCP server's tool. Send an `McpApprovalResponse` with `previous_response_id` or the conversation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpApprovalRequest {
    /// Id of the request. The `McpApprovalResponse` must use the same id.
    pub id: String,
    /// Label of the server.
    pub server_label: String,
    /// Name of the tool.
    pub name: String,
    /// The arguments, a JSON object as a string.
    pub arguments: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpApprovalRequest {
        constants {
            type_: "type" = "mcp_approval_request";
        }
        required {
            plain id: String = "id";
            plain server_label: String = "server_label";
            plain name: String = "name";
            plain arguments: String = "arguments";
        }
        nullable {}
        optional {}
    }
}

/// The response to an `McpApprovalRequest`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpApprovalResponse {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the request.
    pub approval_request_id: String,
    /// True if the call is approved.
    pub approve: bool,
    /// Reason for the decision.
    pub reason: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpApprovalResponse {
        constants {
            type_: "type" = "mcp_approval_response";
        }
        required {
            plain approval_request_id: String = "approval_request_id";
            plain approve: bool = "approve";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain reason: String = "reason";
        }
    }
}

/// A call to a tool of an MCP server, made by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Label of the server.
    pub server_label: String,
    /// Name of the tool.
    pub name: String,
    /// The arguments, a JSON object as a string.
    pub arguments: String,
    /// Output of the tool.
    pub output: Option<String>,
    /// Error of the call.
    pub error: Option<McpError>,
    /// Id of the approval request for this call.
    pub approval_request_id: Option<String>,
    /// Status of the call, set by the service.
    pub status: Option<ToolCallStatus>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpCall {
        constants {
            type_: "type" = "mcp_call";
        }
        required {
            plain server_label: String = "server_label";
            plain name: String = "name";
            plain arguments: String = "arguments";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain output: String = "output";
            plain error: McpError = "error";
            plain approval_request_id: String = "approval_request_id";
            plain status: ToolCallStatus = "status";
        }
    }
}

/// Error of a call to an MCP server's tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum McpError {
    /// `type` is `mcp_protocol_error`: the MCP server rejected the call.
    McpProtocolError(McpProtocolError),
    /// `type` is `mcp_tool_execution_error`: the tool ran and failed.
    McpToolExecutionError(McpToolExecutionError),
    /// `type` is `http_error`: the MCP server was unreachable over HTTP or returned an HTTP error.
    HttpError(McpHttpError),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    McpError: Unknown {
        variants { McpProtocolError McpToolExecutionError HttpError }
        kinds {}
        tagged "type" {
            "mcp_protocol_error" => direct McpProtocolError [McpProtocolError: McpProtocolError];
            "mcp_tool_execution_error" => direct McpToolExecutionError [McpToolExecutionError: McpToolExecutionError];
            "http_error" => direct HttpError [HttpError: McpHttpError];
        }
        objects {}
        from {
            McpProtocolError => McpProtocolError plain;
            McpToolExecutionError => McpToolExecutionError plain;
            McpHttpError => HttpError plain;
        }
    }
}

/// The MCP server rejected the call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpProtocolError {
    /// The JSON-RPC error code.
    pub code: i64,
    /// Error message.
    pub message: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpProtocolError {
        constants {
            type_: "type" = "mcp_protocol_error";
        }
        required {
            int code: i64 = "code";
            plain message: String = "message";
        }
        nullable {}
        optional {}
    }
}

/// The tool ran and failed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpToolExecutionError {
    /// Output of the tool.
    pub content: serde_json::Value,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpToolExecutionError {
        constants {
            type_: "type" = "mcp_tool_execution_error";
        }
        required {
            plain content: serde_json::Value = "content";
        }
        nullable {}
        optional {}
    }
}

/// The MCP server was unreachable over HTTP or returned an HTTP error.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpHttpError {
    /// The HTTP status.
    pub code: i64,
    /// Error message.
    pub message: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpHttpError {
        constants {
            type_: "type" = "http_error";
        }
        required {
            int code: i64 = "code";
            plain message: String = "message";
        }
        nullable {}
        optional {}
    }
}

/// A call to a custom tool of the application. Run the tool and send a `CustomToolCallOutput` with the same `call_id`. Searches of xAI models also use this type; the service has already run those.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, set by the model. The output must use the same id.
    pub call_id: String,
    /// Name of the tool.
    pub name: String,
    /// Input written by the model. Validate it before use.
    pub input: String,
    /// Namespace of the tool.
    pub namespace: Option<String>,
    /// Origin of the call.
    pub caller: Option<ToolCaller>,
    /// True if the model continues without waiting for the output.
    pub asynchronous: Option<bool>,
    /// Status of the call, set by the service.
    pub status: Option<ItemStatus>,
    /// Creator of the item; reported in lists.
    pub created_by: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CustomToolCall {
        constants {
            type_: "type" = "custom_tool_call";
        }
        required {
            plain call_id: String = "call_id";
            plain name: String = "name";
            plain input: String = "input";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain namespace: String = "namespace";
            plain caller: ToolCaller = "caller";
            plain asynchronous: bool = "async";
            plain status: ItemStatus = "status";
            plain created_by: String = "created_by";
        }
    }
}

/// The output of a custom tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolCallOutput {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, as in the `CustomToolCall`.
    pub call_id: String,
    /// The output: a string or parts.
    pub output: ToolOutput,
    /// Origin of the call.
    pub caller: Option<ToolCaller>,
    /// Status of the output, set by the service.
    pub status: Option<ItemStatus>,
    /// Creator of the item; reported in lists.
    pub created_by: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CustomToolCallOutput {
        constants {
            type_: "type" = "custom_tool_call_output";
        }
        required {
            plain call_id: String = "call_id";
            plain output: ToolOutput = "output";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain caller: ToolCaller = "caller";
            plain status: ItemStatus = "status";
            plain created_by: String = "created_by";
        }
    }
}

/// Origin of a tool call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToolCaller {
    /// `type` is `direct`: the model made the call itself.
    Direct(DirectCaller),
    /// `type` is `program`: a program that the model wrote made the call.
    Program(ProgramCaller),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    ToolCaller: Unknown {
        variants { Direct Program }
        kinds {}
        tagged "type" {
            "direct" => direct Direct [Direct: DirectCaller];
            "program" => direct Program [Program: ProgramCaller];
        }
        objects {}
        from {
            DirectCaller => Direct plain;
            ProgramCaller => Program plain;
        }
    }
}

/// The model made the call itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DirectCaller {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    DirectCaller {
        constants {
            type_: "type" = "direct";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// A program that the model wrote made the call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProgramCaller {
    /// Call id of the `Program`, at most 64 characters.
    pub caller_id: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ProgramCaller {
        constants {
            type_: "type" = "program";
        }
        required {
            plain caller_id: String = "caller_id";
        }
        nullable {}
        optional {}
    }
}

/// The model searches for tools that were not loaded initially.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolSearchCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, at most 64 characters.
    pub call_id: Option<String>,
    /// Executor of the search.
    pub execution: Option<ToolSearchExecution>,
    /// Arguments of the search, usually an object.
    pub arguments: serde_json::Value,
    /// Status of the search, set by the service.
    pub status: Option<ItemStatus>,
    /// Creator of the item; reported in lists.
    pub created_by: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolSearchCall {
        constants {
            type_: "type" = "tool_search_call";
        }
        required {
            plain arguments: serde_json::Value = "arguments";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain call_id: String = "call_id";
            plain execution: ToolSearchExecution = "execution";
            plain status: ItemStatus = "status";
            plain created_by: String = "created_by";
        }
    }
}

/// Tools found by a search. The model may call them from this item on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolSearchOutput {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, as in the `ToolSearchCall`.
    pub call_id: Option<String>,
    /// Executor of the search.
    pub execution: Option<ToolSearchExecution>,
    /// The tools found.
    pub tools: Vec<Tool>,
    /// Status of the output, set by the service.
    pub status: Option<ItemStatus>,
    /// Creator of the item; reported in lists.
    pub created_by: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolSearchOutput {
        constants {
            type_: "type" = "tool_search_output";
        }
        required {
            list tools: Tool = "tools";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain call_id: String = "call_id";
            plain execution: ToolSearchExecution = "execution";
            plain status: ItemStatus = "status";
            plain created_by: String = "created_by";
        }
    }
}

/// Executor of a tool search.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolSearchExecution {
    /// The service.
    Server,
    /// The application.
    Client,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ToolSearchExecution {
        Server = "server",
        Client = "client",
    }
}

/// Additional tools that the model may call from this item on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AdditionalTools {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Role that adds the tools; always `developer` in input.
    pub role: Role,
    /// The tools.
    pub tools: Vec<Tool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    AdditionalTools {
        constants {
            type_: "type" = "additional_tools";
        }
        required {
            plain role: Role = "role";
            list tools: Tool = "tools";
        }
        nullable {}
        optional {
            plain id: String = "id";
        }
    }
}

/// A compacted part of a history, in a form that only the service can read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Compaction {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// The compacted history, at most 20,971,520 characters. Send it back unchanged.
    pub encrypted_content: String,
    /// Creator of the item; reported in lists.
    pub created_by: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Compaction {
        constants {
            type_: "type" = "compaction";
        }
        required {
            plain encrypted_content: String = "encrypted_content";
        }
        nullable {}
        optional {
            plain id: String = "id";
            plain created_by: String = "created_by";
        }
    }
}

/// Makes the service compact the context now. Must be the last item of the input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompactionTrigger {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CompactionTrigger {
        constants {
            type_: "type" = "compaction_trigger";
        }
        required {}
        nullable {}
        optional {
            plain id: String = "id";
        }
    }
}

/// Changes settings for the following responses. Each setting applies until a later update changes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConfigurationUpdate {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// The new reasoning settings.
    pub reasoning: Option<ReasoningUpdate>,
    /// The new format of the generated text.
    pub text: Option<TextUpdate>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ConfigurationUpdate {
        constants {
            type_: "type" = "configuration_update";
        }
        required {}
        nullable {}
        optional {
            plain id: String = "id";
            plain reasoning: ReasoningUpdate = "reasoning";
            plain text: TextUpdate = "text";
        }
    }
}

/// A change of the reasoning settings.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningUpdate {
    /// Reasoning effort.
    pub effort: Option<ReasoningEffort>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningUpdate {
        constants {}
        required {}
        nullable {}
        optional {
            plain effort: ReasoningEffort = "effort";
        }
    }
}

/// A change of the format of the generated text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextUpdate {
    /// Text that follows a schema, or plain text.
    pub format: Option<TextFormat>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    TextUpdate {
        constants {}
        required {}
        nullable {}
        optional {
            plain format: TextFormat = "format";
        }
    }
}

/// A program that the model wrote to call tools. Send it back unchanged.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Program {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the program's run, at most 64 characters.
    pub call_id: String,
    /// The program, in JavaScript, at most 10,485,760 characters.
    pub code: String,
    /// Opaque data that the service needs to run the program again.
    pub fingerprint: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Program {
        constants {
            type_: "type" = "program";
        }
        required {
            plain call_id: String = "call_id";
            plain code: String = "code";
            plain fingerprint: String = "fingerprint";
        }
        nullable {}
        optional {
            plain id: String = "id";
        }
    }
}

/// The output of a `Program`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProgramOutput {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the run, as in the `Program`.
    pub call_id: String,
    /// The result, at most 10,485,760 characters.
    pub result: String,
    /// Status of the run.
    pub status: ProgramStatus,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ProgramOutput {
        constants {
            type_: "type" = "program_output";
        }
        required {
            plain call_id: String = "call_id";
            plain result: String = "result";
            plain status: ProgramStatus = "status";
        }
        nullable {}
        optional {
            plain id: String = "id";
        }
    }
}

/// Status of a program's run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProgramStatus {
    /// The program finished.
    Completed,
    /// The program stopped before the end.
    Incomplete,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ProgramStatus {
        Completed = "completed",
        Incomplete = "incomplete",
    }
}
