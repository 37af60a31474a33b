// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `items` part.

use std::collections::BTreeMap;

use super::*;
use crate::model::Extra;
use crate::model::Unknown;

/// One item: of a request's input, of a response's output, or of a conversation.
///
/// The same type serves all three, so output can be sent back as input. Ids and status are set
/// by the service and may be left out of input; some models refuse an input item that carries
/// an `id`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Item {
    /// `type` is `message`: a message from the user, the assistant, or the application.
    Message(Message),
    /// `type` is `function_call`: a call to one of the application's functions. Run it and answer with a `FunctionCallOutput` of the same `call_id`.
    FunctionCall(Box<FunctionCall>),
    /// `type` is `function_call_output`: what a function returned. Send it after the `FunctionCall` it answers, or with `previous_response_id` or `conversation`; without the call the service refuses it with 400.
    FunctionCallOutput(Box<FunctionCallOutput>),
    /// `type` is `reasoning`: what a reasoning model thought before it answered. Send it back with the turn it belongs to when the history is kept by the client.
    Reasoning(ReasoningItem),
    /// `type` is `item_reference`: stands in a request's input for an item the service holds already.
    ItemReference(ItemReference),
    /// `type` is `file_search_call`: a search through the files of vector stores, made by the service.
    FileSearchCall(FileSearchCall),
    /// `type` is `web_search_call`: a search of the web, made by the service.
    WebSearchCall(WebSearchCall),
    /// `type` is `code_interpreter_call`: a run of code that the model wrote, in a container of the service.
    CodeInterpreterCall(CodeInterpreterCall),
    /// `type` is `image_generation_call`: the generation of an image by the service.
    ImageGenerationCall(Box<ImageGenerationCall>),
    /// `type` is `mcp_list_tools`: the tools an MCP server offers, as the service found them. Sending it back spares the service another look.
    McpListTools(McpListTools),
    /// `type` is `mcp_approval_request`: the service asks whether a tool of an MCP server may be called. Answer with a `McpApprovalResponse`, together with `previous_response_id` or the conversation.
    McpApprovalRequest(McpApprovalRequest),
    /// `type` is `mcp_approval_response`: the answer to a `McpApprovalRequest`.
    McpApprovalResponse(McpApprovalResponse),
    /// `type` is `mcp_call`: a call to a tool of an MCP server, made by the service.
    McpCall(Box<McpCall>),
    /// `type` is `custom_tool_call`: a call to one of the application's custom tools. Run it and answer with a `CustomToolCallOutput` of the same `call_id`. Searches of xAI models come in this form too; those were already made by the service.
    CustomToolCall(Box<CustomToolCall>),
    /// `type` is `custom_tool_call_output`: what a custom tool returned.
    CustomToolCallOutput(CustomToolCallOutput),
    /// `type` is `tool_search_call`: the model looks for tools that were not loaded at first.
    ToolSearchCall(ToolSearchCall),
    /// `type` is `tool_search_output`: the tools that a search found; from here on the model may call them.
    ToolSearchOutput(ToolSearchOutput),
    /// `type` is `additional_tools`: tools that the model may call from this item on.
    AdditionalTools(AdditionalTools),
    /// `type` is `compaction`: a condensed part of a history, in a form only the service can read.
    Compaction(Compaction),
    /// `type` is `compaction_trigger`: makes the service condense the context now. Must be the last item of the input.
    CompactionTrigger(CompactionTrigger),
    /// `type` is `configuration_update`: changes settings for the responses that follow it. Each setting holds until a later update changes it.
    ConfigurationUpdate(ConfigurationUpdate),
    /// `type` is `program`: a program the model wrote to call tools with. To be sent back unchanged.
    Program(Program),
    /// `type` is `program_output`: what a `Program` returned.
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

/// A message from the user, the assistant, or the application.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// Id of the message, set by the service.
    pub id: Option<String>,
    /// Who speaks.
    pub role: Role,
    /// What is said: a text, or parts. What the service sends is always parts; parts are also the form that stricter models insist on.
    pub content: MessageContent,
    /// How far the message is; set by the service.
    pub status: Option<ItemStatus>,
    /// Whether an assistant's message is a remark on the way or the answer. To be sent back as it came.
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

/// Who speaks in a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The end user.
    User,
    /// The model.
    Assistant,
    /// The application, above the user. Some models refuse it; use `instructions` for those.
    System,
    /// The application, above the user; the newer name of `system`.
    Developer,
    /// A tool.
    Tool,
    /// A judge of the model's output.
    Critic,
    /// A model that tells outputs apart.
    Discriminator,
    /// A role the service could not name.
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

/// The part an assistant's message plays in a turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessagePhase {
    /// A remark made on the way.
    Commentary,
    /// The answer.
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

/// How far an item is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ItemStatus {
    /// Being generated.
    InProgress,
    /// Whole.
    Completed,
    /// Cut short.
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

/// A call to one of the application's functions. Run it and answer with a `FunctionCallOutput` of the same `call_id`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCall {
    /// Id of the item, set by the service. Not the `call_id`; some models refuse it on input.
    pub id: Option<String>,
    /// Id of the call, made by the model; the output must name it.
    pub call_id: String,
    /// Name of the function.
    pub name: String,
    /// The arguments, a JSON object as text. Written by a model: check it before use.
    pub arguments: String,
    /// The namespace the function belongs to.
    pub namespace: Option<String>,
    /// Who made the call: the model, or a program the model wrote.
    pub caller: Option<ToolCaller>,
    /// Whether the model goes on without waiting for the output.
    pub asynchronous: Option<bool>,
    /// How far the call is; set by the service.
    pub status: Option<ItemStatus>,
    /// Who created the item; reported in lists.
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

/// What a function returned. Send it after the `FunctionCall` it answers, or with `previous_response_id` or `conversation`; without the call the service refuses it with 400.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCallOutput {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, as in the `FunctionCall`, 1 to 64 characters. OpenAI's document makes it optional; without it Oracle's service cannot tell which call is answered.
    pub call_id: Option<String>,
    /// The result: a text, often JSON, or parts.
    pub output: ToolOutput,
    /// Name of the function, at most 128 characters.
    pub name: Option<String>,
    /// The namespace the function belongs to, at most 64 characters.
    pub namespace: Option<String>,
    /// Who made the call, as in the `FunctionCall`.
    pub caller: Option<ToolCaller>,
    /// How far the output is; set by the service.
    pub status: Option<ItemStatus>,
    /// Who created the item; reported in lists.
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

/// What a reasoning model thought before it answered. Send it back with the turn it belongs to when the history is kept by the client.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningItem {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// A summary of the reasoning, if one was asked for; otherwise empty.
    pub summary: Vec<SummaryText>,
    /// The reasoning in full; only some models show it. Some clients send it back as null.
    pub content: Option<Vec<ReasoningText>>,
    /// The reasoning in a form only the service can read; filled when `include` asks for `reasoning.encrypted_content`.
    pub encrypted_content: Option<String>,
    /// How far the item is; set by the service.
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

/// Stands in a request's input for an item the service holds already.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemReference {
    /// Id of that item.
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

/// How far a call to a tool run by the service is. Each kind of call uses some of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolCallStatus {
    /// Begun.
    InProgress,
    /// Searching; file and web searches.
    Searching,
    /// Running code; the code interpreter.
    Interpreting,
    /// Generating an image.
    Generating,
    /// Waiting for an MCP server.
    Calling,
    /// Done.
    Completed,
    /// Cut short.
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

/// A search through the files of vector stores, made by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// What was searched for.
    pub queries: Vec<String>,
    /// What was found; filled when `include` asks for `file_search_call.results`.
    pub results: Option<Vec<FileSearchResult>>,
    /// How far the search is; set by the service.
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

/// A passage that a file search found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchResult {
    /// Id of the file.
    pub file_id: Option<String>,
    /// Name of the file.
    pub filename: Option<String>,
    /// The passage.
    pub text: Option<String>,
    /// How well it fits, from 0 to 1.
    pub score: Option<f64>,
    /// The file's attributes: at most 16, keys of at most 64 characters.
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

/// The value of a file's attribute.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AttributeValue {
    /// A text of at most 512 characters.
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

/// A search of the web, made by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// What was done.
    pub action: Option<WebSearchAction>,
    /// How far the search is; set by the service.
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

/// A step of a web search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WebSearchAction {
    /// `type` is `search`: a query to a search engine.
    Search(WebSearchQuery),
    /// `type` is `open_page`: the reading of a page.
    OpenPage(WebSearchOpenPage),
    /// `type` is `find_in_page`: a search within a page.
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
    /// What was searched for. `queries` has taken its place.
    ///
    /// Deprecated.
    pub query: Option<String>,
    /// What was searched for.
    pub queries: Option<Vec<String>>,
    /// The pages found; filled when `include` asks for `web_search_call.action.sources`.
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

/// A page a web search found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchSource {
    /// Address of the page.
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

/// The reading of a page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchOpenPage {
    /// Address of the page.
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

/// A search within a page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchFindInPage {
    /// Address of the page.
    pub url: String,
    /// What was looked for.
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
    /// Id of the container the code ran in.
    pub container_id: String,
    /// The code; null while it is not known.
    pub code: Option<String>,
    /// What the run put out; filled when `include` asks for `code_interpreter_call.outputs`.
    pub outputs: Option<Vec<CodeInterpreterOutput>>,
    /// How far the run is; set by the service.
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

/// Something a run of code put out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CodeInterpreterOutput {
    /// `type` is `logs`: text a run of code printed.
    Logs(CodeInterpreterLogs),
    /// `type` is `image`: an image a run of code made.
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

/// Text a run of code printed.
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

/// An image a run of code made.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterImage {
    /// Address of the image.
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

/// The generation of an image by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// The image in base64; null while it is not finished.
    pub result: Option<String>,
    /// How far the generation is; set by the service.
    pub status: Option<ToolCallStatus>,
    /// Whether an image was made or changed.
    pub action: Option<ImageAction>,
    /// Background of the image.
    pub background: Option<ImageBackground>,
    /// File format of the image.
    pub output_format: Option<ImageFormat>,
    /// Quality of the image.
    pub quality: Option<ImageQuality>,
    /// Size of the image in pixels.
    pub size: Option<ImageSize>,
    /// The prompt as the image model got it.
    pub revised_prompt: Option<String>,
    /// Why the generation failed.
    pub error: Option<ImageGenerationError>,
    /// The tokens that an SVG image took.
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

/// Why an image was not generated.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationError {
    /// The kind of error.
    pub kind: String,
    /// The error in words.
    pub message: String,
    /// A code for programs.
    pub code: Option<String>,
    /// The request field that is at fault.
    pub param: Option<String>,
    /// What a moderation found.
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

/// What a moderation of an image found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageModerationDetails {
    /// The kinds of content found.
    pub categories: Vec<String>,
    /// Where it was found.
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

/// What a moderation looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModerationStage {
    /// The input.
    Input,
    /// The image.
    Output,
    /// Not known.
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

/// The tokens that an SVG image took.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SvgUsage {
    /// The model that wrote the image.
    pub model: String,
    /// Tokens of the input.
    pub input_tokens: i64,
    /// Tokens generated, reasoning included.
    pub output_tokens: i64,
    /// Tokens spent on reasoning.
    pub reasoning_tokens: i64,
    /// Input and output together.
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

/// The tools an MCP server offers, as the service found them. Sending it back spares the service another look.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpListTools {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// The server's label, from the `McpTool`.
    pub server_label: String,
    /// The tools.
    pub tools: Vec<McpToolInfo>,
    /// Why the server could not be asked.
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
    /// What the tool does.
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    pub input_schema: BTreeMap<String, serde_json::Value>,
    /// What else the server tells about it.
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

/// The service asks whether a tool of an MCP server may be called. Answer with a `McpApprovalResponse`, together with `previous_response_id` or the conversation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpApprovalRequest {
    /// Id of the request; the answer must name it.
    pub id: String,
    /// The server's label.
    pub server_label: String,
    /// Name of the tool.
    pub name: String,
    /// The arguments, a JSON object as text.
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

/// The answer to a `McpApprovalRequest`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpApprovalResponse {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the request.
    pub approval_request_id: String,
    /// Whether the call may be made.
    pub approve: bool,
    /// Why, or why not.
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
    /// The server's label.
    pub server_label: String,
    /// Name of the tool.
    pub name: String,
    /// The arguments, a JSON object as text.
    pub arguments: String,
    /// What the tool returned.
    pub output: Option<String>,
    /// Why the call failed.
    pub error: Option<McpError>,
    /// Id of the approval request that came before the call.
    pub approval_request_id: Option<String>,
    /// How far the call is; set by the service.
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

/// Why a call to an MCP server's tool failed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum McpError {
    /// `type` is `mcp_protocol_error`: the MCP server refused the call.
    McpProtocolError(McpProtocolError),
    /// `type` is `mcp_tool_execution_error`: the tool ran and failed.
    McpToolExecutionError(McpToolExecutionError),
    /// `type` is `http_error`: the MCP server could not be reached over HTTP, or answered with an error.
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

/// The MCP server refused the call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpProtocolError {
    /// The JSON-RPC error code.
    pub code: i64,
    /// The error in words.
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
    /// What the tool put out.
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

/// The MCP server could not be reached over HTTP, or answered with an error.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpHttpError {
    /// The HTTP status.
    pub code: i64,
    /// The error in words.
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

/// A call to one of the application's custom tools. Run it and answer with a `CustomToolCallOutput` of the same `call_id`. Searches of xAI models come in this form too; those were already made by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, made by the model; the output must name it.
    pub call_id: String,
    /// Name of the tool.
    pub name: String,
    /// The input the model wrote. Check it before use.
    pub input: String,
    /// The namespace the tool belongs to.
    pub namespace: Option<String>,
    /// Who made the call.
    pub caller: Option<ToolCaller>,
    /// Whether the model goes on without waiting for the output.
    pub asynchronous: Option<bool>,
    /// How far the call is; set by the service.
    pub status: Option<ItemStatus>,
    /// Who created the item; reported in lists.
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

/// What a custom tool returned.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolCallOutput {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, as in the `CustomToolCall`.
    pub call_id: String,
    /// The result: a text or parts.
    pub output: ToolOutput,
    /// Who made the call.
    pub caller: Option<ToolCaller>,
    /// How far the output is; set by the service.
    pub status: Option<ItemStatus>,
    /// Who created the item; reported in lists.
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

/// Who made a call to a tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToolCaller {
    /// `type` is `direct`: the model made the call itself.
    Direct(DirectCaller),
    /// `type` is `program`: a program the model wrote made the call.
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

/// A program the model wrote made the call.
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

/// The model looks for tools that were not loaded at first.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolSearchCall {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, at most 64 characters.
    pub call_id: Option<String>,
    /// Who searches.
    pub execution: Option<ToolSearchExecution>,
    /// The arguments of the search, mostly an object.
    pub arguments: serde_json::Value,
    /// How far the search is; set by the service.
    pub status: Option<ItemStatus>,
    /// Who created the item; reported in lists.
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

/// The tools that a search found; from here on the model may call them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolSearchOutput {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the call, as in the `ToolSearchCall`.
    pub call_id: Option<String>,
    /// Who searched.
    pub execution: Option<ToolSearchExecution>,
    /// The tools found.
    pub tools: Vec<Tool>,
    /// How far the output is; set by the service.
    pub status: Option<ItemStatus>,
    /// Who created the item; reported in lists.
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

/// Who looks for tools.
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

/// Tools that the model may call from this item on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AdditionalTools {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Who adds the tools; on input always `developer`.
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

/// A condensed part of a history, in a form only the service can read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Compaction {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// The condensed history, at most 20,971,520 characters. To be sent back unchanged.
    pub encrypted_content: String,
    /// Who created the item; reported in lists.
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

/// Makes the service condense the context now. Must be the last item of the input.
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

/// Changes settings for the responses that follow it. Each setting holds until a later update changes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConfigurationUpdate {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// The new reasoning settings.
    pub reasoning: Option<ReasoningUpdate>,
    /// The new form of the generated text.
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
    /// How much the model thinks.
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

/// A change of the form of the generated text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextUpdate {
    /// Text that follows a schema, or plain text again.
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

/// A program the model wrote to call tools with. To be sent back unchanged.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Program {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the program's run, at most 64 characters.
    pub call_id: String,
    /// The program, in JavaScript, at most 10,485,760 characters.
    pub code: String,
    /// What the service needs to run the program again; opaque.
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

/// What a `Program` returned.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProgramOutput {
    /// Id of the item, set by the service.
    pub id: Option<String>,
    /// Id of the run, as in the `Program`.
    pub call_id: String,
    /// The result, at most 10,485,760 characters.
    pub result: String,
    /// How the run ended.
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

/// How a program's run ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProgramStatus {
    /// It ran to its end.
    Completed,
    /// It was cut short.
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
