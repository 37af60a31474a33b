// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `events` part.

use super::*;
use crate::model::Extra;
use crate::model::Unknown;

/// One event of a streamed response.
///
/// A stream opens with `ResponseCreatedEvent`, tells of each output item as it begins, grows
/// and ends, and closes with one of `ResponseCompletedEvent`, `ResponseIncompleteEvent`,
/// `ResponseFailedEvent` or `ErrorEvent`. Every delta is repeated whole in the matching done
/// event, so either will do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StreamEvent {
    /// `type` is `response.created`: the response was created; nothing of it is generated yet.
    Created(Box<ResponseCreatedEvent>),
    /// `type` is `response.queued`: the response waits to be generated in the background.
    Queued(Box<ResponseQueuedEvent>),
    /// `type` is `response.in_progress`: the response is being generated.
    InProgress(Box<ResponseInProgressEvent>),
    /// `type` is `response.completed`: the response is complete. Its usage is reported here. The last event of a stream.
    Completed(Box<ResponseCompletedEvent>),
    /// `type` is `response.incomplete`: the response was cut short. The last event of a stream.
    Incomplete(Box<ResponseIncompleteEvent>),
    /// `type` is `response.failed`: the response failed. The last event of a stream.
    Failed(Box<ResponseFailedEvent>),
    /// `type` is `error`: the stream failed. The last event of a stream.
    Error(Box<ErrorEvent>),
    /// `type` is `response.output_item.added`: an output item begins.
    OutputItemAdded(Box<OutputItemAddedEvent>),
    /// `type` is `response.output_item.done`: an output item is finished.
    OutputItemDone(Box<OutputItemDoneEvent>),
    /// `type` is `response.content_part.added`: a part of an item's content begins.
    ContentPartAdded(Box<ContentPartAddedEvent>),
    /// `type` is `response.content_part.done`: a part of an item's content is finished.
    ContentPartDone(Box<ContentPartDoneEvent>),
    /// `type` is `response.output_text.delta`: more of an output text.
    OutputTextDelta(OutputTextDeltaEvent),
    /// `type` is `response.output_text.done`: an output text is finished.
    OutputTextDone(OutputTextDoneEvent),
    /// `type` is `response.output_text.annotation.added`: an output text was given an annotation.
    OutputTextAnnotationAdded(OutputTextAnnotationAddedEvent),
    /// `type` is `response.refusal.delta`: more of a refusal.
    RefusalDelta(RefusalDeltaEvent),
    /// `type` is `response.refusal.done`: a refusal is finished.
    RefusalDone(RefusalDoneEvent),
    /// `type` is `response.function_call_arguments.delta`: more of a function call's arguments.
    FunctionCallArgumentsDelta(FunctionCallArgumentsDeltaEvent),
    /// `type` is `response.function_call_arguments.done`: a function call's arguments are finished. The item that follows in `OutputItemDoneEvent` holds the whole call.
    FunctionCallArgumentsDone(FunctionCallArgumentsDoneEvent),
    /// `type` is `response.reasoning_summary_part.added`: a part of a reasoning summary begins.
    ReasoningSummaryPartAdded(ReasoningSummaryPartAddedEvent),
    /// `type` is `response.reasoning_summary_part.done`: a part of a reasoning summary is finished.
    ReasoningSummaryPartDone(ReasoningSummaryPartDoneEvent),
    /// `type` is `response.reasoning_summary_text.delta`: more of a reasoning summary.
    ReasoningSummaryTextDelta(ReasoningSummaryTextDeltaEvent),
    /// `type` is `response.reasoning_summary_text.done`: the text of a part of a reasoning summary is finished.
    ReasoningSummaryTextDone(ReasoningSummaryTextDoneEvent),
    /// `type` is `response.reasoning_text.delta`: more of a model's reasoning.
    ReasoningTextDelta(ReasoningTextDeltaEvent),
    /// `type` is `response.reasoning_text.done`: a piece of a model's reasoning is finished.
    ReasoningTextDone(ReasoningTextDoneEvent),
    /// `type` is `response.file_search_call.in_progress`: a file search was called for.
    FileSearchCallInProgress(FileSearchCallInProgressEvent),
    /// `type` is `response.file_search_call.searching`: a file search is running.
    FileSearchCallSearching(FileSearchCallSearchingEvent),
    /// `type` is `response.file_search_call.completed`: a file search is finished.
    FileSearchCallCompleted(FileSearchCallCompletedEvent),
    /// `type` is `response.web_search_call.in_progress`: a web search was called for.
    WebSearchCallInProgress(WebSearchCallInProgressEvent),
    /// `type` is `response.web_search_call.searching`: a web search is running.
    WebSearchCallSearching(WebSearchCallSearchingEvent),
    /// `type` is `response.web_search_call.completed`: a web search is finished.
    WebSearchCallCompleted(WebSearchCallCompletedEvent),
    /// `type` is `response.code_interpreter_call.in_progress`: the code interpreter was called for.
    CodeInterpreterCallInProgress(CodeInterpreterCallInProgressEvent),
    /// `type` is `response.code_interpreter_call.interpreting`: the code interpreter is running the code.
    CodeInterpreterCallInterpreting(CodeInterpreterCallInterpretingEvent),
    /// `type` is `response.code_interpreter_call.completed`: the code interpreter is finished.
    CodeInterpreterCallCompleted(CodeInterpreterCallCompletedEvent),
    /// `type` is `response.code_interpreter_call_code.delta`: more of the code for the code interpreter.
    CodeInterpreterCallCodeDelta(CodeInterpreterCallCodeDeltaEvent),
    /// `type` is `response.code_interpreter_call_code.done`: the code for the code interpreter is finished.
    CodeInterpreterCallCodeDone(CodeInterpreterCallCodeDoneEvent),
    /// `type` is `response.image_generation_call.in_progress`: the generation of an image was called for.
    ImageGenerationCallInProgress(ImageGenerationCallInProgressEvent),
    /// `type` is `response.image_generation_call.generating`: an image is being generated.
    ImageGenerationCallGenerating(ImageGenerationCallGeneratingEvent),
    /// `type` is `response.image_generation_call.completed`: an image is finished; the item holds it.
    ImageGenerationCallCompleted(ImageGenerationCallCompletedEvent),
    /// `type` is `response.image_generation_call.partial_image`: an image as far as it is generated.
    ImageGenerationCallPartialImage(ImageGenerationCallPartialImageEvent),
    /// `type` is `response.mcp_call_arguments.delta`: more of the arguments of a call to an MCP server's tool.
    McpCallArgumentsDelta(McpCallArgumentsDeltaEvent),
    /// `type` is `response.mcp_call_arguments.done`: the arguments of a call to an MCP server's tool are finished.
    McpCallArgumentsDone(McpCallArgumentsDoneEvent),
    /// `type` is `response.mcp_call.in_progress`: a tool of an MCP server is being called.
    McpCallInProgress(McpCallInProgressEvent),
    /// `type` is `response.mcp_call.completed`: a call to an MCP server's tool succeeded.
    McpCallCompleted(McpCallCompletedEvent),
    /// `type` is `response.mcp_call.failed`: a call to an MCP server's tool failed; the item says why.
    McpCallFailed(McpCallFailedEvent),
    /// `type` is `response.mcp_list_tools.in_progress`: an MCP server is being asked for its tools.
    McpListToolsInProgress(McpListToolsInProgressEvent),
    /// `type` is `response.mcp_list_tools.completed`: an MCP server told its tools.
    McpListToolsCompleted(McpListToolsCompletedEvent),
    /// `type` is `response.mcp_list_tools.failed`: an MCP server could not be asked for its tools; the item says why.
    McpListToolsFailed(McpListToolsFailedEvent),
    /// `type` is `response.custom_tool_call_input.delta`: more of the input of a call to a custom tool.
    CustomToolCallInputDelta(CustomToolCallInputDeltaEvent),
    /// `type` is `response.custom_tool_call_input.done`: the input of a call to a custom tool is finished.
    CustomToolCallInputDone(CustomToolCallInputDoneEvent),
    /// `type` is `response.compaction.compacting`: more of a compaction was written; nothing of it is shown.
    CompactionCompacting(CompactionCompactingEvent),
    /// `type` is `response.reasoning.delta`: a piece of reasoning, under the name that the Open Responses standard gives the event. The same as `ReasoningTextDeltaEvent`.
    ReasoningDelta(ReasoningDeltaEvent),
    /// `type` is `response.reasoning.done`: the reasoning is finished, under the name that the Open Responses standard gives the event. The same as `ReasoningTextDoneEvent`.
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

/// The response was created; nothing of it is generated yet.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseCreatedEvent {
    /// The response as it is now.
    pub response: Response,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The response waits to be generated in the background.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseQueuedEvent {
    /// The response as it is now.
    pub response: Response,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// The response as it is now.
    pub response: Response,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The response is complete. Its usage is reported here. The last event of a stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseCompletedEvent {
    /// The whole response.
    pub response: Response,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The response was cut short. The last event of a stream.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseIncompleteEvent {
    /// The response as far as it got; `incomplete_details` says why it ended.
    pub response: Response,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// The response as far as it got; `error` says why it failed.
    pub response: Response,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// The error in words.
    pub message: Option<String>,
    /// A code for programs.
    pub code: Option<String>,
    /// The request field that is at fault.
    pub param: Option<String>,
    /// The same, as an error object; some compatible servers send it in place of the fields above.
    pub error: Option<ErrorValue>,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An output item begins.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputItemAddedEvent {
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The item, mostly still empty.
    pub item: Item,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An output item is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputItemDoneEvent {
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole item.
    pub item: Item,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A part of an item's content begins.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContentPartAddedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The part, mostly still empty.
    pub part: ContentPart,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A part of an item's content is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContentPartDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole part.
    pub part: ContentPart,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of an output text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputTextDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The text that is added.
    pub delta: String,
    /// Probabilities of the added tokens, if asked for.
    pub logprobs: Option<Vec<LogProb>>,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An output text is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputTextDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole text.
    pub text: String,
    /// Probabilities of the tokens, if asked for.
    pub logprobs: Option<Vec<LogProb>>,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An output text was given an annotation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputTextAnnotationAddedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// Place of the annotation among those of the part, from 0.
    pub annotation_index: i64,
    /// The annotation.
    pub annotation: Option<Annotation>,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of a refusal.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RefusalDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The text that is added.
    pub delta: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A refusal is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RefusalDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole refusal.
    pub refusal: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of a function call's arguments.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCallArgumentsDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The JSON text that is added.
    pub delta: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A function call's arguments are finished. The item that follows in `OutputItemDoneEvent` holds the whole call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCallArgumentsDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole arguments, a JSON object as text.
    pub arguments: String,
    /// Name of the function; left out by some servers.
    pub name: Option<String>,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A part of a reasoning summary begins.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningSummaryPartAddedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's summary, from 0.
    pub summary_index: i64,
    /// The part, still empty.
    pub part: SummaryText,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A part of a reasoning summary is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningSummaryPartDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's summary, from 0.
    pub summary_index: i64,
    /// The whole part.
    pub part: SummaryText,
    /// Set to `incomplete` when the part was cut short.
    pub status: Option<ItemStatus>,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of a reasoning summary.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningSummaryTextDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's summary, from 0.
    pub summary_index: i64,
    /// The text that is added.
    pub delta: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The text of a part of a reasoning summary is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningSummaryTextDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's summary, from 0.
    pub summary_index: i64,
    /// The whole text.
    pub text: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of a model's reasoning.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningTextDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The text that is added.
    pub delta: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A piece of a model's reasoning is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningTextDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole text.
    pub text: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A file search was called for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A file search is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A web search was called for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A web search is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The code interpreter was called for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The code interpreter is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of the code for the code interpreter.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallCodeDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The code that is added.
    pub delta: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The code for the code interpreter is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterCallCodeDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole code.
    pub code: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The generation of an image was called for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCallInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An image is finished; the item holds it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCallCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An image as far as it is generated.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationCallPartialImageEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the partial image, from 0.
    pub partial_image_index: i64,
    /// The image in base64.
    pub partial_image_b64: String,
    /// Its size in pixels, such as `1024x1024`.
    pub size: Option<String>,
    /// Its quality.
    pub quality: Option<String>,
    /// Its background.
    pub background: Option<String>,
    /// Its file format, such as `png`.
    pub output_format: Option<String>,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of the arguments of a call to an MCP server's tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCallArgumentsDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The JSON text that is added.
    pub delta: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The arguments of a call to an MCP server's tool are finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCallArgumentsDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole arguments, a JSON object as text.
    pub arguments: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A call to an MCP server's tool failed; the item says why.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpCallFailedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An MCP server is being asked for its tools.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpListToolsInProgressEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An MCP server told its tools.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpListToolsCompletedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// An MCP server could not be asked for its tools; the item says why.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpListToolsFailedEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of the input of a call to a custom tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolCallInputDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The text that is added.
    pub delta: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The input of a call to a custom tool is finished.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolCallInputDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// The whole input.
    pub input: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// More of a compaction was written; nothing of it is shown.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompactionCompactingEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// A piece of reasoning, under the name that the Open Responses standard gives the event. The same as `ReasoningTextDeltaEvent`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningDeltaEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The text that is added.
    pub delta: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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

/// The reasoning is finished, under the name that the Open Responses standard gives the event. The same as `ReasoningTextDoneEvent`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningDoneEvent {
    /// Id of the output item.
    pub item_id: String,
    /// Place of the item in the response's output, from 0.
    pub output_index: i64,
    /// Place of the part in the item's content, from 0.
    pub content_index: i64,
    /// The whole text.
    pub text: String,
    /// Number of the event in its stream, rising by one; the cursor for picking up a broken stream. Some compatible servers leave it out.
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
