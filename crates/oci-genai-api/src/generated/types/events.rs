// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `events` part.

use super::*;
use crate::model::Extra;
use crate::model::Unknown;

/// One event of a streamed response.
///
/// A stream starts with `ResponseCreatedEvent` and reports each output item as it starts, grows
/// and ends. It ends with one of `ResponseCompletedEvent`, `ResponseIncompleteEvent`,
/// `ResponseFailedEvent` or `ErrorEvent`. The matching done event repeats all its deltas as a
/// whole, so reading either is enough.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StreamEvent {
    /// `type` is `response.created`: the response was created; no output has been generated yet.
    Created(Box<ResponseCreatedEvent>),
    /// `type` is `response.queued`: the response is queued to run in the background.
    Queued(Box<ResponseQueuedEvent>),
    /// `type` is `response.in_progress`: the response is being generated.
    InProgress(Box<ResponseInProgressEvent>),
    /// `type` is `response.completed`: the response is complete. Reports the token usage. The last event of a stream.
    Completed(Box<ResponseCompletedEvent>),
    /// `type` is `response.incomplete`: the response stopped before the end. The last event of a stream.
    Incomplete(Box<ResponseIncompleteEvent>),
    /// `type` is `response.failed`: the response failed. The last event of a stream.
    Failed(Box<ResponseFailedEvent>),
    /// `type` is `error`: the stream failed. The last event of a stream.
    Error(Box<ErrorEvent>),
    /// `type` is `response.output_item.added`: an output item started.
    OutputItemAdded(Box<OutputItemAddedEvent>),
    /// `type` is `response.output_item.done`: an output item finished.
    OutputItemDone(Box<OutputItemDoneEvent>),
    /// `type` is `response.content_part.added`: a part of an item's content started.
    ContentPartAdded(Box<ContentPartAddedEvent>),
    /// `type` is `response.content_part.done`: a part of an item's content finished.
    ContentPartDone(Box<ContentPartDoneEvent>),
    /// `type` is `response.output_text.delta`: adds text to an output text.
    OutputTextDelta(OutputTextDeltaEvent),
    /// `type` is `response.output_text.done`: an output text finished.
    OutputTextDone(OutputTextDoneEvent),
    /// `type` is `response.output_text.annotation.added`: an annotation was added to an output text.
    OutputTextAnnotationAdded(OutputTextAnnotationAddedEvent),
    /// `type` is `response.refusal.delta`: adds text to a refusal.
    RefusalDelta(RefusalDeltaEvent),
    /// `type` is `response.refusal.done`: a refusal finished.
    RefusalDone(RefusalDoneEvent),
    /// `type` is `response.function_call_arguments.delta`: adds text to a function call's arguments.
    FunctionCallArgumentsDelta(FunctionCallArgumentsDeltaEvent),
    /// `type` is `response.function_call_arguments.done`: a function call's arguments finished. The item in the following `OutputItemDoneEvent` contains the whole call.
    FunctionCallArgumentsDone(FunctionCallArgumentsDoneEvent),
    /// `type` is `response.reasoning_summary_part.added`: a part of a reasoning summary started.
    ReasoningSummaryPartAdded(ReasoningSummaryPartAddedEvent),
    /// `type` is `response.reasoning_summary_part.done`: a part of a reasoning summary finished.
    ReasoningSummaryPartDone(ReasoningSummaryPartDoneEvent),
    /// `type` is `response.reasoning_summary_text.delta`: adds text to a reasoning summary.
    ReasoningSummaryTextDelta(ReasoningSummaryTextDeltaEvent),
    /// `type` is `response.reasoning_summary_text.done`: the text of a part of a reasoning summary finished.
    ReasoningSummaryTextDone(ReasoningSummaryTextDoneEvent),
    /// `type` is `response.reasoning_text.delta`: adds text to a model's reasoning.
    ReasoningTextDelta(ReasoningTextDeltaEvent),
    /// `type` is `response.reasoning_text.done`: a part of a model's reasoning finished.
    ReasoningTextDone(ReasoningTextDoneEvent),
    /// `type` is `response.file_search_call.in_progress`: a file search was requested.
    FileSearchCallInProgress(FileSearchCallInProgressEvent),
    /// `type` is `response.file_search_call.searching`: a file search is running.
    FileSearchCallSearching(FileSearchCallSearchingEvent),
    /// `type` is `response.file_search_call.completed`: a file search finished.
    FileSearchCallCompleted(FileSearchCallCompletedEvent),
    /// `type` is `response.web_search_call.in_progress`: a web search was requested.
    WebSearchCallInProgress(WebSearchCallInProgressEvent),
    /// `type` is `response.web_search_call.searching`: a web search is running.
    WebSearchCallSearching(WebSearchCallSearchingEvent),
    /// `type` is `response.web_search_call.completed`: a web search finished.
    WebSearchCallCompleted(WebSearchCallCompletedEvent),
    /// `type` is `response.code_interpreter_call.in_progress`: a code interpreter run was requested.
    CodeInterpreterCallInProgress(CodeInterpreterCallInProgressEvent),
    /// `type` is `response.code_interpreter_call.interpreting`: the code interpreter is running the code.
    CodeInterpreterCallInterpreting(CodeInterpreterCallInterpretingEvent),
    /// `type` is `response.code_interpreter_call.completed`: the code interpreter finished.
    CodeInterpreterCallCompleted(CodeInterpreterCallCompletedEvent),
    /// `type` is `response.code_interpreter_call_code.delta`: adds code for the code interpreter.
    CodeInterpreterCallCodeDelta(CodeInterpreterCallCodeDeltaEvent),
    /// `type` is `response.code_interpreter_call_code.done`: the code for the code interpreter finished.
    CodeInterpreterCallCodeDone(CodeInterpreterCallCodeDoneEvent),
    /// `type` is `response.image_generation_call.in_progress`: an image generation was requested.
    ImageGenerationCallInProgress(ImageGenerationCallInProgressEvent),
    /// `type` is `response.image_generation_call.generating`: an image is being generated.
    ImageGenerationCallGenerating(ImageGenerationCallGeneratingEvent),
    /// `type` is `response.image_generation_call.completed`: an image is finished; the item contains it.
    ImageGenerationCallCompleted(ImageGenerationCallCompletedEvent),
    /// `type` is `response.image_generation_call.partial_image`: a partially generated image.
    ImageGenerationCallPartialImage(ImageGenerationCallPartialImageEvent),
    /// `type` is `response.mcp_call_arguments.delta`: adds text to the arguments of a call to an MCP server's tool.
    McpCallArgumentsDelta(McpCallArgumentsDeltaEvent),
    /// `type` is `response.mcp_call_arguments.done`: the arguments of a call to an MCP server's tool finished.
    McpCallArgumentsDone(McpCallArgumentsDoneEvent),
    /// `type` is `response.mcp_call.in_progress`: a tool of an MCP server is being called.
    McpCallInProgress(McpCallInProgressEvent),
    /// `type` is `response.mcp_call.completed`: a call to an MCP server's tool succeeded.
    McpCallCompleted(McpCallCompletedEvent),
    /// `type` is `response.mcp_call.failed`: a call to an MCP server's tool failed; the item gives the reason.
    McpCallFailed(McpCallFailedEvent),
    /// `type` is `response.mcp_list_tools.in_progress`: the tools of an MCP server are being listed.
    McpListToolsInProgress(McpListToolsInProgressEvent),
    /// `type` is `response.mcp_list_tools.completed`: the tools of an MCP server were listed.
    McpListToolsCompleted(McpListToolsCompletedEvent),
    /// `type` is `response.mcp_list_tools.failed`: the tools of an MCP server could not be listed; the item gives the reason.
    McpListToolsFailed(McpListToolsFailedEvent),
    /// `type` is `response.custom_tool_call_input.delta`: adds text to the input of a custom tool call.
    CustomToolCallInputDelta(CustomToolCallInputDeltaEvent),
    /// `type` is `response.custom_tool_call_input.done`: the input of a custom tool call finished.
    CustomToolCallInputDone(CustomToolCallInputDoneEvent),
    /// `type` is `response.compaction.compacting`: a compaction made progress; its text is not shown.
    CompactionCompacting(CompactionCompactingEvent),
    /// `type` is `response.reasoning.delta`: adds text to a model's reasoning. The Open Responses standard uses this name for `ReasoningTextDeltaEvent`.
    ReasoningDelta(ReasoningDeltaEvent),
    /// `type` is `response.reasoning.done`: a model's reasoning finished. The Open Responses standard uses this name for `ReasoningTextDoneEvent`.
    ReasoningDone(ReasoningDoneEvent),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    StreamEvent: Unknown {
        variants { Created Queued InProgress Completed Incomplete Failed Error OutputItemAdded OutputItemDone ContentPartAdded ContentPartDone OutputTextDelta OutputTextDone OutputTextAnnotationAdded RefusalDelta RefusalDone FunctionCallArgumentsDelta FunctionCallArgumentsDone ReasoningSummaryPartAdded ReasoningSummaryPartDone ReasoningSummaryTextDelta ReasoningSummaryTextDone ReasoningTextDelta ReasoningTextDone FileSearchCallInProgress FileSearchCallSearching FileSearchCallCompleted WebSearchCallInProgress WebSearchCallSearching WebSearchCallCompleted CodeInterpreterCallInProgress CodeInterpreterCallInterpreting CodeInterpreterCallCompleted CodeInterpreterCallCodeDelta CodeInterpreterCallCodeDone ImageGenerationCallInProgress ImageGenerationCallGenerating ImageGenerationCallCompleted ImageGenerationCallPartialImage McpCallArgumentsDelta McpCallArgumentsDone McpCallInProgress McpCallCompleted McpCallFailed McpListToolsInProgress McpListToolsCompleted McpListToolsFailed CustomToolCallInputDelta CustomToolCallInputDone CompactionCompacting ReasoningDelta ReasoningDone }
        kinds {}
        tagged "type" {
            "response.created" => direct Created [Created: Box<ResponseCreatedEvent>];
            "response.queued" => direct Queued [Queued: Box<ResponseQueuedEvent>];
            "response.in_progress" => direct InProgress [InProgress: Box<ResponseInProgressEvent>];
            "response.completed" => direct Completed [Completed: Box<ResponseCompletedEvent>];
            "response.incomplete" => direct Incomplete [Incomplete: Box<ResponseIncompleteEvent>];
            "response.failed" => direct Failed [Failed: Box<ResponseFailedEvent>];
            "error" => direct Error [Error: Box<ErrorEvent>];
            "response.output_item.added" => direct OutputItemAdded [OutputItemAdded: Box<OutputItemAddedEvent>];
            "response.output_item.done" => direct OutputItemDone [OutputItemDone: Box<OutputItemDoneEvent>];
            "response.content_part.added" => direct ContentPartAdded [ContentPartAdded: Box<ContentPartAddedEvent>];
            "response.content_part.done" => direct ContentPartDone [ContentPartDone: Box<ContentPartDoneEvent>];
            "response.output_text.delta" => direct OutputTextDelta [OutputTextDelta: OutputTextDeltaEvent];
            "response.output_text.done" => direct OutputTextDone [OutputTextDone: OutputTextDoneEvent];
            "response.output_text.annotation.added" => direct OutputTextAnnotationAdded [OutputTextAnnotationAdded: OutputTextAnnotationAddedEvent];
            "response.refusal.delta" => direct RefusalDelta [RefusalDelta: RefusalDeltaEvent];
            "response.refusal.done" => direct RefusalDone [RefusalDone: RefusalDoneEvent];
            "response.function_call_arguments.delta" => direct FunctionCallArgumentsDelta [FunctionCallArgumentsDelta: FunctionCallArgumentsDeltaEvent];
            "response.function_call_arguments.done" => direct FunctionCallArgumentsDone [FunctionCallArgumentsDone: FunctionCallArgumentsDoneEvent];
            "response.reasoning_summary_part.added" => direct ReasoningSummaryPartAdded [ReasoningSummaryPartAdded: ReasoningSummaryPartAddedEvent];
            "response.reasoning_summary_part.done" => direct ReasoningSummaryPartDone [ReasoningSummaryPartDone: ReasoningSummaryPartDoneEvent];
            "response.reasoning_summary_text.delta" => direct ReasoningSummaryTextDelta [ReasoningSummaryTextDelta: ReasoningSummaryTextDeltaEvent];
            "response.reasoning_summary_text.done" => direct ReasoningSummaryTextDone [ReasoningSummaryTextDone: ReasoningSummaryTextDoneEvent];
            "response.reasoning_text.delta" => direct ReasoningTextDelta [ReasoningTextDelta: ReasoningTextDeltaEvent];
            "response.reasoning_text.done" => direct ReasoningTextDone [ReasoningTextDone: ReasoningTextDoneEvent];
            "response.file_search_call.in_progress" => direct FileSearchCallInProgress [FileSearchCallInProgress: FileSearchCallInProgressEvent];
            "response.file_search_call.searching" => direct FileSearchCallSearching [FileSearchCallSearching: FileSearchCallSearchingEvent];
            "response.file_search_call.completed" => direct FileSearchCallCompleted [FileSearchCallCompleted: FileSearchCallCompletedEvent];
            "response.web_search_call.in_progress" => direct WebSearchCallInProgress [WebSearchCallInProgress: WebSearchCallInProgressEvent];
            "response.web_search_call.searching" => direct WebSearchCallSearching [WebSearchCallSearching: WebSearchCallSearchingEvent];
            "response.web_search_call.completed" => direct WebSearchCallCompleted [WebSearchCallCompleted: WebSearchCallCompletedEvent];
            "response.code_interpreter_call.in_progress" => direct CodeInterpreterCallInProgress [CodeInterpreterCallInProgress: CodeInterpreterCallInProgressEvent];
            "response.code_interpreter_call.interpreting" => direct CodeInterpreterCallInterpreting [CodeInterpreterCallInterpreting: CodeInterpreterCallInterpretingEvent];
            "response.code_interpreter_call.completed" => direct CodeInterpreterCallCompleted [CodeInterpreterCallCompleted: CodeInterpreterCallCompletedEvent];
            "response.code_interpreter_call_code.delta" => direct CodeInterpreterCallCodeDelta [CodeInterpreterCallCodeDelta: CodeInterpreterCallCodeDeltaEvent];
            "response.code_interpreter_call_code.done" => direct CodeInterpreterCallCodeDone [CodeInterpreterCallCodeDone: CodeInterpreterCallCodeDoneEvent];
            "response.image_generation_call.in_progress" => direct ImageGenerationCallInProgress [ImageGenerationCallInProgress: ImageGenerationCallInProgressEvent];
            "response.image_generation_call.generating" => direct ImageGenerationCallGenerating [ImageGenerationCallGenerating: ImageGenerationCallGeneratingEvent];
            "response.image_generation_call.completed" => direct ImageGenerationCallCompleted [ImageGenerationCallCompleted: ImageGenerationCallCompletedEvent];
            "response.image_generation_call.partial_image" => direct ImageGenerationCallPartialImage [ImageGenerationCallPartialImage: ImageGenerationCallPartialImageEvent];
            "response.mcp_call_arguments.delta" => direct McpCallArgumentsDelta [McpCallArgumentsDelta: McpCallArgumentsDeltaEvent];
            "response.mcp_call_arguments.done" => direct McpCallArgumentsDone [McpCallArgumentsDone: McpCallArgumentsDoneEvent];
            "response.mcp_call.in_progress" => direct McpCallInProgress [McpCallInProgress: McpCallInProgressEvent];
            "response.mcp_call.completed" => direct McpCallCompleted [McpCallCompleted: McpCallCompletedEvent];
            "response.mcp_call.failed" => direct McpCallFailed [McpCallFailed: McpCallFailedEvent];
            "response.mcp_list_tools.in_progress" => direct McpListToolsInProgress [McpListToolsInProgress: McpListToolsInProgressEvent];
            "response.mcp_list_tools.completed" => direct McpListToolsCompleted [McpListToolsCompleted: McpListToolsCompletedEvent];
            "response.mcp_list_tools.failed" => direct McpListToolsFailed [McpListToolsFailed: McpListToolsFailedEvent];
            "response.custom_tool_call_input.delta" => direct CustomToolCallInputDelta [CustomToolCallInputDelta: CustomToolCallInputDeltaEvent];
            "response.custom_tool_call_input.done" => direct CustomToolCallInputDone [CustomToolCallInputDone: CustomToolCallInputDoneEvent];
            "response.compaction.compacting" => direct CompactionCompacting [CompactionCompacting: CompactionCompactingEvent];
            "response.reasoning.delta" => direct ReasoningDelta [ReasoningDelta: ReasoningDeltaEvent];
            "response.reasoning.done" => direct ReasoningDone [ReasoningDone: ReasoningDoneEvent];
        }
        objects {}
        from {
            ResponseCreatedEvent => Created boxed;
            ResponseQueuedEvent => Queued boxed;
            ResponseInProgressEvent => InProgress boxed;
            ResponseCompletedEvent => Completed boxed;
            ResponseIncompleteEvent => Incomplete boxed;
            ResponseFailedEvent => Failed boxed;
            ErrorEvent => Error boxed;
            OutputItemAddedEvent => OutputItemAdded boxed;
            OutputItemDoneEvent => OutputItemDone boxed;
            ContentPartAddedEvent => ContentPartAdded boxed;
            ContentPartDoneEvent => ContentPartDone boxed;
            OutputTextDeltaEvent => OutputTextDelta plain;
            OutputTextDoneEvent => OutputTextDone plain;
            OutputTextAnnotationAddedEvent => OutputTextAnnotationAdded plain;
            RefusalDeltaEvent => RefusalDelta plain;
            RefusalDoneEvent => RefusalDone plain;
            FunctionCallArgumentsDeltaEvent => FunctionCallArgumentsDelta plain;
            FunctionCallArgumentsDoneEvent => FunctionCallArgumentsDone plain;
            ReasoningSummaryPartAddedEvent => ReasoningSummaryPartAdded plain;
            ReasoningSummaryPartDoneEvent => ReasoningSummaryPartDone plain;
            ReasoningSummaryTextDeltaEvent => ReasoningSummaryTextDelta plain;
            ReasoningSummaryTextDoneEvent => ReasoningSummaryTextDone plain;
            ReasoningTextDeltaEvent => ReasoningTextDelta plain;
            ReasoningTextDoneEvent => ReasoningTextDone plain;
            FileSearchCallInProgressEvent => FileSearchCallInProgress plain;
            FileSearchCallSearchingEvent => FileSearchCallSearching plain;
            FileSearchCallCompletedEvent => FileSearchCallCompleted plain;
            WebSearchCallInProgressEvent => WebSearchCallInProgress plain;
            WebSearchCallSearchingEvent => WebSearchCallSearching plain;
            WebSearchCallCompletedEvent => WebSearchCallCompleted plain;
            CodeInterpreterCallInProgressEvent => CodeInterpreterCallInProgress plain;
            CodeInterpreterCallInterpretingEvent => CodeInterpreterCallInterpreting plain;
            CodeInterpreterCallCompletedEvent => CodeInterpreterCallCompleted plain;
            CodeInterpreterCallCodeDeltaEvent => CodeInterpreterCallCodeDelta plain;
            CodeInterpreterCallCodeDoneEvent => CodeInterpreterCallCodeDone plain;
            ImageGenerationCallInProgressEvent => ImageGenerationCallInProgress plain;
            ImageGenerationCallGeneratingEvent => ImageGenerationCallGenerating plain;
            ImageGenerationCallCompletedEvent => ImageGenerationCallCompleted plain;
            ImageGenerationCallPartialImageEvent => ImageGenerationCallPartialImage plain;
            McpCallArgumentsDeltaEvent => McpCallArgumentsDelta plain;
            McpCallArgumentsDoneEvent => McpCallArgumentsDone plain;
            McpCallInProgressEvent => McpCallInProgress plain;
            McpCallCompletedEvent => McpCallCompleted plain;
            McpCallFailedEvent => McpCallFailed plain;
            McpListToolsInProgressEvent => McpListToolsInProgress plain;
            McpListToolsCompletedEvent => McpListToolsCompleted plain;
            McpListToolsFailedEvent => McpListToolsFailed plain;
            CustomToolCallInputDeltaEvent => CustomToolCallInputDelta plain;
            CustomToolCallInputDoneEvent => CustomToolCallInputDone plain;
            CompactionCompactingEvent => CompactionCompacting plain;
            ReasoningDeltaEvent => ReasoningDelta plain;
            ReasoningDoneEvent => ReasoningDone plain;
        }
    }
}

/// The response was created; no output has been generated yet.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseCreatedEvent {
    /// The current state of the response.
    pub response: Response,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ResponseCreatedEvent {
        constants {
            type_: "type" = "response.created";
        }
        required {
            plain response: Response = "response";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The response is queued to run in the background.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseQueuedEvent {
    /// The current state of the response.
    pub response: Response,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ResponseQueuedEvent {
        constants {
            type_: "type" = "response.queued";
        }
        required {
            plain response: Response = "response";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The response is being generated.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseInProgressEvent {
    /// The current state of the response.
    pub response: Response,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ResponseInProgressEvent {
        constants {
            type_: "type" = "response.in_progress";
        }
        required {
            plain response: Response = "response";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The response is complete. Reports the token usage. The last event of a stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseCompletedEvent {
    /// The whole response.
    pub response: Response,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ResponseCompletedEvent {
        constants {
            type_: "type" = "response.completed";
        }
        required {
            plain response: Response = "response";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The response stopped before the end. The last event of a stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseIncompleteEvent {
    /// The response so far; `incomplete_details` gives the reason.
    pub response: Response,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ResponseIncompleteEvent {
        constants {
            type_: "type" = "response.incomplete";
        }
        required {
            plain response: Response = "response";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The response failed. The last event of a stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseFailedEvent {
    /// The response so far; `error` gives the reason.
    pub response: Response,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ResponseFailedEvent {
        constants {
            type_: "type" = "response.failed";
        }
        required {
            plain response: Response = "response";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The stream failed. The last event of a stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ErrorEvent {
    /// Error message.
    pub message: Option<String>,
    /// Machine-readable error code.
    pub code: Option<String>,
    /// The request field that caused the error.
    pub param: Option<String>,
    /// The same as an error object; some compatible servers send it instead of the fields above.
    pub error: Option<ErrorValue>,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ErrorEvent {
        constants {
            type_: "type" = "error";
        }
        required {}
        nullable {}
        optional {
            plain message: String = "message";
            plain code: String = "code";
            plain param: String = "param";
            plain error: ErrorValue = "error";
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// An output item started.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputItemAddedEvent {
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The item, usually still empty.
    pub item: Item,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    OutputItemAddedEvent {
        constants {
            type_: "type" = "response.output_item.added";
        }
        required {
            int output_index: i64 = "output_index";
            plain item: Item = "item";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// An output item finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputItemDoneEvent {
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole item.
    pub item: Item,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    OutputItemDoneEvent {
        constants {
            type_: "type" = "response.output_item.done";
        }
        required {
            int output_index: i64 = "output_index";
            plain item: Item = "item";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A part of an item's content started.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContentPartAddedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The part, usually still empty.
    pub part: ContentPart,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ContentPartAddedEvent {
        constants {
            type_: "type" = "response.content_part.added";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain part: ContentPart = "part";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A part of an item's content finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContentPartDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole part.
    pub part: ContentPart,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ContentPartDoneEvent {
        constants {
            type_: "type" = "response.content_part.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain part: ContentPart = "part";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds text to an output text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputTextDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The added text.
    pub delta: String,
    /// Log probabilities of the added tokens, if requested.
    pub logprobs: Option<Vec<LogProb>>,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    OutputTextDeltaEvent {
        constants {
            type_: "type" = "response.output_text.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            list logprobs: LogProb = "logprobs";
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// An output text finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputTextDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole text.
    pub text: String,
    /// Log probabilities of the tokens, if requested.
    pub logprobs: Option<Vec<LogProb>>,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    OutputTextDoneEvent {
        constants {
            type_: "type" = "response.output_text.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain text: String = "text";
        }
        nullable {}
        optional {
            list logprobs: LogProb = "logprobs";
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// An annotation was added to an output text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputTextAnnotationAddedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// Index of the annotation among those of the part, from 0.
    pub annotation_index: i64,
    /// The annotation.
    pub annotation: Option<Annotation>,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    OutputTextAnnotationAddedEvent {
        constants {
            type_: "type" = "response.output_text.annotation.added";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            int annotation_index: i64 = "annotation_index";
        }
        nullable {
            plain annotation: Annotation = "annotation";
        }
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds text to a refusal.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RefusalDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The added text.
    pub delta: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    RefusalDeltaEvent {
        constants {
            type_: "type" = "response.refusal.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A refusal finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RefusalDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole refusal.
    pub refusal: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    RefusalDoneEvent {
        constants {
            type_: "type" = "response.refusal.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain refusal: String = "refusal";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds text to a function call's arguments.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCallArgumentsDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The added JSON text.
    pub delta: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FunctionCallArgumentsDeltaEvent {
        constants {
            type_: "type" = "response.function_call_arguments.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A function call's arguments finished. The item in the following `OutputItemDoneEvent` contains the whole call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCallArgumentsDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole arguments, a JSON object as a string.
    pub arguments: String,
    /// Name of the function; omitted by some servers.
    pub name: Option<String>,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FunctionCallArgumentsDoneEvent {
        constants {
            type_: "type" = "response.function_call_arguments.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            plain arguments: String = "arguments";
        }
        nullable {}
        optional {
            plain name: String = "name";
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A part of a reasoning summary started.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningSummaryPartAddedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's summary, from 0.
    pub summary_index: i64,
    /// The part, still empty.
    pub part: SummaryText,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningSummaryPartAddedEvent {
        constants {
            type_: "type" = "response.reasoning_summary_part.added";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int summary_index: i64 = "summary_index";
            plain part: SummaryText = "part";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A part of a reasoning summary finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningSummaryPartDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's summary, from 0.
    pub summary_index: i64,
    /// The whole part.
    pub part: SummaryText,
    /// Set to `incomplete` if the part stopped before the end.
    pub status: Option<ItemStatus>,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningSummaryPartDoneEvent {
        constants {
            type_: "type" = "response.reasoning_summary_part.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int summary_index: i64 = "summary_index";
            plain part: SummaryText = "part";
        }
        nullable {}
        optional {
            plain status: ItemStatus = "status";
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds text to a reasoning summary.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningSummaryTextDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's summary, from 0.
    pub summary_index: i64,
    /// The added text.
    pub delta: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningSummaryTextDeltaEvent {
        constants {
            type_: "type" = "response.reasoning_summary_text.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int summary_index: i64 = "summary_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The text of a part of a reasoning summary finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningSummaryTextDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's summary, from 0.
    pub summary_index: i64,
    /// The whole text.
    pub text: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningSummaryTextDoneEvent {
        constants {
            type_: "type" = "response.reasoning_summary_text.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int summary_index: i64 = "summary_index";
            plain text: String = "text";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds text to a model's reasoning.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningTextDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The added text.
    pub delta: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningTextDeltaEvent {
        constants {
            type_: "type" = "response.reasoning_text.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A part of a model's reasoning finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningTextDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole text.
    pub text: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningTextDoneEvent {
        constants {
            type_: "type" = "response.reasoning_text.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain text: String = "text";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A file search was requested.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FileSearchCallInProgressEvent {
        constants {
            type_: "type" = "response.file_search_call.in_progress";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A file search is running.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchCallSearchingEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FileSearchCallSearchingEvent {
        constants {
            type_: "type" = "response.file_search_call.searching";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A file search finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FileSearchCallCompletedEvent {
        constants {
            type_: "type" = "response.file_search_call.completed";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A web search was requested.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchCallInProgressEvent {
        constants {
            type_: "type" = "response.web_search_call.in_progress";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A web search is running.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchCallSearchingEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchCallSearchingEvent {
        constants {
            type_: "type" = "response.web_search_call.searching";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A web search finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchCallCompletedEvent {
        constants {
            type_: "type" = "response.web_search_call.completed";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A code interpreter run was requested.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterCallInProgressEvent {
        constants {
            type_: "type" = "response.code_interpreter_call.in_progress";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The code interpreter is running the code.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallInterpretingEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterCallInterpretingEvent {
        constants {
            type_: "type" = "response.code_interpreter_call.interpreting";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The code interpreter finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterCallCompletedEvent {
        constants {
            type_: "type" = "response.code_interpreter_call.completed";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds code for the code interpreter.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallCodeDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The added code.
    pub delta: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterCallCodeDeltaEvent {
        constants {
            type_: "type" = "response.code_interpreter_call_code.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The code for the code interpreter finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallCodeDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole code.
    pub code: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterCallCodeDoneEvent {
        constants {
            type_: "type" = "response.code_interpreter_call_code.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            plain code: String = "code";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// An image generation was requested.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageGenerationCallInProgressEvent {
        constants {
            type_: "type" = "response.image_generation_call.in_progress";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// An image is being generated.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCallGeneratingEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageGenerationCallGeneratingEvent {
        constants {
            type_: "type" = "response.image_generation_call.generating";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// An image is finished; the item contains it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageGenerationCallCompletedEvent {
        constants {
            type_: "type" = "response.image_generation_call.completed";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A partially generated image.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCallPartialImageEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the partial image, from 0.
    pub partial_image_index: i64,
    /// The image in base64.
    pub partial_image_b64: String,
    /// Size in pixels, for example `1024x1024`.
    pub size: Option<String>,
    /// Quality.
    pub quality: Option<String>,
    /// Background.
    pub background: Option<String>,
    /// File format, for example `png`.
    pub output_format: Option<String>,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageGenerationCallPartialImageEvent {
        constants {
            type_: "type" = "response.image_generation_call.partial_image";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int partial_image_index: i64 = "partial_image_index";
            plain partial_image_b64: String = "partial_image_b64";
        }
        nullable {}
        optional {
            plain size: String = "size";
            plain quality: String = "quality";
            plain background: String = "background";
            plain output_format: String = "output_format";
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds text to the arguments of a call to an MCP server's tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCallArgumentsDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The added JSON text.
    pub delta: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpCallArgumentsDeltaEvent {
        constants {
            type_: "type" = "response.mcp_call_arguments.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The arguments of a call to an MCP server's tool finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCallArgumentsDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole arguments, a JSON object as a string.
    pub arguments: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpCallArgumentsDoneEvent {
        constants {
            type_: "type" = "response.mcp_call_arguments.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            plain arguments: String = "arguments";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A tool of an MCP server is being called.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpCallInProgressEvent {
        constants {
            type_: "type" = "response.mcp_call.in_progress";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A call to an MCP server's tool succeeded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpCallCompletedEvent {
        constants {
            type_: "type" = "response.mcp_call.completed";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A call to an MCP server's tool failed; the item gives the reason.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCallFailedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpCallFailedEvent {
        constants {
            type_: "type" = "response.mcp_call.failed";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The tools of an MCP server are being listed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpListToolsInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpListToolsInProgressEvent {
        constants {
            type_: "type" = "response.mcp_list_tools.in_progress";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The tools of an MCP server were listed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpListToolsCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpListToolsCompletedEvent {
        constants {
            type_: "type" = "response.mcp_list_tools.completed";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The tools of an MCP server could not be listed; the item gives the reason.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpListToolsFailedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpListToolsFailedEvent {
        constants {
            type_: "type" = "response.mcp_list_tools.failed";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds text to the input of a custom tool call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolCallInputDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The added text.
    pub delta: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CustomToolCallInputDeltaEvent {
        constants {
            type_: "type" = "response.custom_tool_call_input.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// The input of a custom tool call finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolCallInputDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole input.
    pub input: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CustomToolCallInputDoneEvent {
        constants {
            type_: "type" = "response.custom_tool_call_input.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            plain input: String = "input";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A compaction made progress; its text is not shown.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompactionCompactingEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CompactionCompactingEvent {
        constants {
            type_: "type" = "response.compaction.compacting";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// Adds text to a model's reasoning. The Open Responses standard uses this name for `ReasoningTextDeltaEvent`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The added text.
    pub delta: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningDeltaEvent {
        constants {
            type_: "type" = "response.reasoning.delta";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain delta: String = "delta";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}

/// A model's reasoning finished. The Open Responses standard uses this name for `ReasoningTextDoneEvent`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Index of the item in the response's output, from 0.
    pub output_index: i64,
    /// Index of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole text.
    pub text: String,
    /// Sequence number of the event in its stream, increasing by one. It is the cursor for resuming a broken stream. Some compatible servers omit it.
    pub sequence_number: Option<i64>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningDoneEvent {
        constants {
            type_: "type" = "response.reasoning.done";
        }
        required {
            plain item_id: String = "item_id";
            int output_index: i64 = "output_index";
            int content_index: i64 = "content_index";
            plain text: String = "text";
        }
        nullable {}
        optional {
            int sequence_number: i64 = "sequence_number";
        }
    }
}
