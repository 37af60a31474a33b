// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `tools` part.

use std::collections::BTreeMap;

use super::*;
use crate::model::Extra;
use crate::model::Secret;
use crate::model::Unknown;

/// A tool that the model may call: a function of the application, or a tool run by the service.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Tool {
    /// `type` is `function`: a function of the application. The model requests a call; the application makes it and sends the output.
    Function(FunctionTool),
    /// `type` is `file_search`: lets the model search the files of vector stores.
    FileSearch(Box<FileSearchTool>),
    /// `type` is `web_search`: lets the model search the web.
    WebSearch(WebSearchTool),
    /// `type` is `web_search_preview`: lets the model search the web; the predecessor of `WebSearchTool`.
    WebSearchPreview(WebSearchPreviewTool),
    /// `type` is `x_search`: lets an xAI model search posts on X.
    XSearch(XSearchTool),
    /// `type` is `code_interpreter`: lets the model run Python code in a container of the service without network access.
    CodeInterpreter(CodeInterpreterTool),
    /// `type` is `mcp`: lets the model call the tools of a remote MCP server over Streamable HTTP. Identify the server with one of `server_url`, `connector_id` and `tunnel_id`.
    Mcp(Box<McpTool>),
    /// `type` is `image_generation`: lets the model generate images.
    ImageGeneration(Box<ImageGenerationTool>),
    /// `type` is `custom`: a tool of the application that takes free text instead of JSON.
    Custom(CustomTool),
    /// `type` is `namespace`: groups functions and custom tools under a name.
    Namespace(NamespaceTool),
    /// `type` is `tool_search`: lets the model search for tools that are not loaded initially.
    ToolSearch(ToolSearchTool),
    /// `type` is `programmatic_tool_calling`: lets the model write programs that call tools.
    ProgrammaticToolCalling(ProgrammaticToolCallingTool),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    Tool: Unknown {
        variants { Function FileSearch WebSearch WebSearchPreview XSearch CodeInterpreter Mcp ImageGeneration Custom Namespace ToolSearch ProgrammaticToolCalling }
        kinds {}
        tagged "type" {
            "function" => direct Function [Function: FunctionTool];
            "file_search" => direct FileSearch [FileSearch: Box<FileSearchTool>];
            "web_search" => direct WebSearch [WebSearch: WebSearchTool];
            "web_search_preview" => direct WebSearchPreview [WebSearchPreview: WebSearchPreviewTool];
            "x_search" => direct XSearch [XSearch: XSearchTool];
            "code_interpreter" => direct CodeInterpreter [CodeInterpreter: CodeInterpreterTool];
            "mcp" => direct Mcp [Mcp: Box<McpTool>];
            "image_generation" => direct ImageGeneration [ImageGeneration: Box<ImageGenerationTool>];
            "custom" => direct Custom [Custom: CustomTool];
            "namespace" => direct Namespace [Namespace: NamespaceTool];
            "tool_search" => direct ToolSearch [ToolSearch: ToolSearchTool];
            "programmatic_tool_calling" => direct ProgrammaticToolCalling [ProgrammaticToolCalling: ProgrammaticToolCallingTool];
        }
        objects {}
        from {
            FunctionTool => Function plain;
            FileSearchTool => FileSearch boxed;
            WebSearchTool => WebSearch plain;
            WebSearchPreviewTool => WebSearchPreview plain;
            XSearchTool => XSearch plain;
            CodeInterpreterTool => CodeInterpreter plain;
            McpTool => Mcp boxed;
            ImageGenerationTool => ImageGeneration boxed;
            CustomTool => Custom plain;
            NamespaceTool => Namespace plain;
            ToolSearchTool => ToolSearch plain;
            ProgrammaticToolCallingTool => ProgrammaticToolCalling plain;
        }
    }
}

/// A function of the application. The model requests a call; the application makes it and sends the output.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionTool {
    /// Name of the function: letters, digits, `_` and `-`, at most 128 characters.
    pub name: String,
    /// Describes the function and its use, for the model.
    pub description: Option<String>,
    /// JSON Schema of the arguments, an object schema.
    pub parameters: Option<BTreeMap<String, serde_json::Value>>,
    /// Makes the arguments follow the schema exactly. Default true.
    pub strict: Option<bool>,
    /// JSON Schema of the function's output.
    pub output_schema: Option<BTreeMap<String, serde_json::Value>>,
    /// Hides the function from the model until a tool search finds it.
    pub defer_loading: Option<bool>,
    /// Lets the model continue without waiting for the output.
    pub asynchronous: Option<bool>,
    /// Allowed callers of the function.
    pub allowed_callers: Option<Vec<AllowedCaller>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FunctionTool {
        constants {
            type_: "type" = "function";
        }
        required {
            plain name: String = "name";
        }
        nullable {}
        optional {
            plain description: String = "description";
            map parameters: serde_json::Value = "parameters";
            plain strict: bool = "strict";
            map output_schema: serde_json::Value = "output_schema";
            plain defer_loading: bool = "defer_loading";
            plain asynchronous: bool = "async";
            list allowed_callers: AllowedCaller = "allowed_callers";
        }
    }
}

/// Selects if, and which, tools the model may or must call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToolChoice {
    /// A general rule for tool calls.
    Mode(ToolChoiceMode),
    /// `type` is `function`: forces a call to one function.
    Function(ToolChoiceFunction),
    /// `type` is `allowed_tools`: limits the model to some of the available tools.
    AllowedTools(ToolChoiceAllowed),
    /// `type` is `file_search`: forces a file search.
    FileSearch(ToolChoiceFileSearch),
    /// `type` is `web_search_preview`: forces a web search with the older tool.
    WebSearchPreview(ToolChoiceWebSearchPreview),
    /// `type` is `code_interpreter`: forces a code run.
    CodeInterpreter(ToolChoiceCodeInterpreter),
    /// `type` is `image_generation`: forces an image generation.
    ImageGeneration(ToolChoiceImageGeneration),
    /// `type` is `mcp`: forces a call to a tool of an MCP server.
    Mcp(ToolChoiceMcp),
    /// `type` is `custom`: forces a call to one custom tool.
    Custom(ToolChoiceCustom),
    /// `type` is `programmatic_tool_calling`: forces the model to write a program that calls tools.
    ProgrammaticToolCalling(ToolChoiceProgrammaticToolCalling),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    ToolChoice: Value {
        variants { Mode Function AllowedTools FileSearch WebSearchPreview CodeInterpreter ImageGeneration Mcp Custom ProgrammaticToolCalling }
        kinds {
            string Mode: ToolChoiceMode;
        }
        tagged "type" {
            "function" => direct Function [Function: ToolChoiceFunction];
            "allowed_tools" => direct AllowedTools [AllowedTools: ToolChoiceAllowed];
            "file_search" => direct FileSearch [FileSearch: ToolChoiceFileSearch];
            "web_search_preview" => direct WebSearchPreview [WebSearchPreview: ToolChoiceWebSearchPreview];
            "code_interpreter" => direct CodeInterpreter [CodeInterpreter: ToolChoiceCodeInterpreter];
            "image_generation" => direct ImageGeneration [ImageGeneration: ToolChoiceImageGeneration];
            "mcp" => direct Mcp [Mcp: ToolChoiceMcp];
            "custom" => direct Custom [Custom: ToolChoiceCustom];
            "programmatic_tool_calling" => direct ProgrammaticToolCalling [ProgrammaticToolCalling: ToolChoiceProgrammaticToolCalling];
        }
        objects {}
        from {
            ToolChoiceMode => Mode plain;
            ToolChoiceFunction => Function plain;
            ToolChoiceAllowed => AllowedTools plain;
            ToolChoiceFileSearch => FileSearch plain;
            ToolChoiceWebSearchPreview => WebSearchPreview plain;
            ToolChoiceCodeInterpreter => CodeInterpreter plain;
            ToolChoiceImageGeneration => ImageGeneration plain;
            ToolChoiceMcp => Mcp plain;
            ToolChoiceCustom => Custom plain;
            ToolChoiceProgrammaticToolCalling => ProgrammaticToolCalling plain;
            &str => Mode into;
            String => Mode into;
        }
    }
}

/// A general rule for tool calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ToolChoiceMode {
    /// Call no tool.
    None,
    /// The model decides.
    Auto,
    /// Call at least one tool.
    Required,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ToolChoiceMode {
        None = "none",
        Auto = "auto",
        Required = "required",
    }
}

/// Forces a call to one function.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceFunction {
    /// Name of the function.
    pub name: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceFunction {
        constants {
            type_: "type" = "function";
        }
        required {
            plain name: String = "name";
        }
        nullable {}
        optional {}
    }
}

/// Limits the model to some of the available tools.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceAllowed {
    /// Selects if a call to one of them is required.
    pub mode: AllowedToolsMode,
    /// The allowed tools, each by type and name, for example `{"type": "function", "name": "get_weather"}`.
    pub tools: Vec<BTreeMap<String, serde_json::Value>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceAllowed {
        constants {
            type_: "type" = "allowed_tools";
        }
        required {
            plain mode: AllowedToolsMode = "mode";
            list tools: BTreeMap<String, serde_json::Value> = "tools";
        }
        nullable {}
        optional {}
    }
}

/// Selects if a call to one of the allowed tools is required.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AllowedToolsMode {
    /// The model decides.
    Auto,
    /// At least one must be called.
    Required,
    /// None of them may be called; only in the Open Responses standard.
    None,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    AllowedToolsMode {
        Auto = "auto",
        Required = "required",
        None = "none",
    }
}

/// Forces a file search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceFileSearch {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceFileSearch {
        constants {
            type_: "type" = "file_search";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// Forces a web search with the older tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceWebSearchPreview {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceWebSearchPreview {
        constants {
            type_: "type" = "web_search_preview";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// Forces a code run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceCodeInterpreter {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceCodeInterpreter {
        constants {
            type_: "type" = "code_interpreter";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// Forces an image generation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceImageGeneration {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceImageGeneration {
        constants {
            type_: "type" = "image_generation";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// Forces a call to a tool of an MCP server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceMcp {
    /// Label of the server.
    pub server_label: String,
    /// Name of the tool. If absent, any tool of the server.
    pub name: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceMcp {
        constants {
            type_: "type" = "mcp";
        }
        required {
            plain server_label: String = "server_label";
        }
        nullable {}
        optional {
            plain name: String = "name";
        }
    }
}

/// Forces a call to one custom tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceCustom {
    /// Name of the tool.
    pub name: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceCustom {
        constants {
            type_: "type" = "custom";
        }
        required {
            plain name: String = "name";
        }
        nullable {}
        optional {}
    }
}

/// Forces the model to write a program that calls tools.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolChoiceProgrammaticToolCalling {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolChoiceProgrammaticToolCalling {
        constants {
            type_: "type" = "programmatic_tool_calling";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// A kind of caller of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AllowedCaller {
    /// The model itself.
    Direct,
    /// A program that the model wrote.
    Programmatic,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    AllowedCaller {
        Direct = "direct",
        Programmatic = "programmatic",
    }
}

/// Lets the model search the files of vector stores.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileSearchTool {
    /// Ids of the vector stores to search.
    pub vector_store_ids: Vec<String>,
    /// Maximum number of passages to return, from 1 to 50.
    pub max_num_results: Option<i64>,
    /// Ranking options.
    pub ranking_options: Option<RankingOptions>,
    /// Selects files by their attributes. An unknown key matches nothing and is no error.
    pub filters: Option<Filter>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FileSearchTool {
        constants {
            type_: "type" = "file_search";
        }
        required {
            list vector_store_ids: String = "vector_store_ids";
        }
        nullable {}
        optional {
            int max_num_results: i64 = "max_num_results";
            plain ranking_options: RankingOptions = "ranking_options";
            plain filters: Filter = "filters";
        }
    }
}

/// Ranking options of a file search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RankingOptions {
    /// Ranking method. Default `auto`.
    pub ranker: Option<Ranker>,
    /// Minimum score of a passage, from 0 to 1.
    pub score_threshold: Option<f64>,
    /// Weights of semantic and keyword search.
    pub hybrid_search: Option<HybridSearch>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    RankingOptions {
        constants {}
        required {}
        nullable {}
        optional {
            plain ranker: Ranker = "ranker";
            plain score_threshold: f64 = "score_threshold";
            plain hybrid_search: HybridSearch = "hybrid_search";
        }
    }
}

/// A ranking method.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ranker {
    /// The best method available.
    Auto,
    /// The method of that date.
    Default2024_11_15,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    Ranker {
        Auto = "auto",
        Default2024_11_15 = "default-2024-11-15",
    }
}

/// Weights of semantic and keyword search in a file search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HybridSearch {
    /// Weight of semantic similarity.
    pub embedding_weight: f64,
    /// Weight of keyword matches.
    pub text_weight: f64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    HybridSearch {
        constants {}
        required {
            plain embedding_weight: f64 = "embedding_weight";
            plain text_weight: f64 = "text_weight";
        }
        nullable {}
        optional {}
    }
}

/// A file filter by attributes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// Compares an attribute with a value.
    ComparisonFilter(ComparisonFilter),
    /// Combines filters.
    CompoundFilter(CompoundFilter),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    Filter: Unknown {
        variants { ComparisonFilter CompoundFilter }
        kinds {}
        tagged "type" {
            "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "in" | "nin" => whole ComparisonFilter [ComparisonFilter: ComparisonFilter];
            "and" | "or" => whole CompoundFilter [CompoundFilter: CompoundFilter];
        }
        objects {}
        from {
            ComparisonFilter => ComparisonFilter plain;
            CompoundFilter => CompoundFilter plain;
        }
    }
}

/// Compares an attribute with a value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ComparisonFilter {
    /// Comparison operator.
    pub operator: ComparisonOperator,
    /// Name of the attribute.
    pub key: String,
    /// Value to compare with; a list for `in` and `nin`.
    pub value: FilterValue,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ComparisonFilter {
        constants {}
        required {
            plain operator: ComparisonOperator = "type";
            plain key: String = "key";
            plain value: FilterValue = "value";
        }
        nullable {}
        optional {}
    }
}

/// A comparison operator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ComparisonOperator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// One of a list. Oracle's service was observed to reject it with 422.
    In,
    /// None of a list.
    Nin,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ComparisonOperator {
        Eq = "eq",
        Ne = "ne",
        Gt = "gt",
        Gte = "gte",
        Lt = "lt",
        Lte = "lte",
        In = "in",
        Nin = "nin",
    }
}

/// A value to compare an attribute with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FilterValue {
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A list of strings and numbers.
    List(Vec<FilterListValue>),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    FilterValue: Value {
        variants { Text Number Boolean List }
        kinds {
            string Text: String;
            number Number: f64;
            boolean Boolean: bool;
            array List: Vec<FilterListValue>;
        }
        tagged "" {}
        objects {}
        from {
            &str => Text into;
            String => Text plain;
            f64 => Number plain;
            bool => Boolean plain;
            Vec<FilterListValue> => List plain;
        }
    }
}

/// An element of a list to compare an attribute with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FilterListValue {
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    FilterListValue: Value {
        variants { Text Number }
        kinds {
            string Text: String;
            number Number: f64;
        }
        tagged "" {}
        objects {}
        from {
            &str => Text into;
            String => Text plain;
            f64 => Number plain;
        }
    }
}

/// Combines filters.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CompoundFilter {
    /// Logical operator.
    pub operator: CompoundOperator,
    /// The filters; compound filters are allowed.
    pub filters: Vec<Filter>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CompoundFilter {
        constants {}
        required {
            plain operator: CompoundOperator = "type";
            list filters: Filter = "filters";
        }
        nullable {}
        optional {}
    }
}

/// A logical operator for filters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CompoundOperator {
    /// All must match.
    And,
    /// At least one must match.
    Or,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    CompoundOperator {
        And = "and",
        Or = "or",
    }
}

/// Lets the model search the web.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchTool {
    /// Restricts the sites to search.
    pub filters: Option<WebSearchFilters>,
    /// Approximate location of the user.
    pub user_location: Option<UserLocation>,
    /// Amount of search results to pass to the model. Default `medium`.
    pub search_context_size: Option<SearchContextSize>,
    /// Allows reading live pages; otherwise only cached pages. Default true.
    pub external_web_access: Option<bool>,
    /// Analyzes the images on the pages.
    pub enable_image_understanding: Option<bool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchTool {
        constants {
            type_: "type" = "web_search";
        }
        required {}
        nullable {}
        optional {
            plain filters: WebSearchFilters = "filters";
            plain user_location: UserLocation = "user_location";
            plain search_context_size: SearchContextSize = "search_context_size";
            plain external_web_access: bool = "external_web_access";
            plain enable_image_understanding: bool = "enable_image_understanding";
        }
    }
}

/// Restricts the sites of a web search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchFilters {
    /// Allowed domains, including their subdomains. All if empty.
    pub allowed_domains: Option<Vec<String>>,
    /// Excluded domains. Cannot be combined with `allowed_domains`.
    pub excluded_domains: Option<Vec<String>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchFilters {
        constants {}
        required {}
        nullable {}
        optional {
            list allowed_domains: String = "allowed_domains";
            list excluded_domains: String = "excluded_domains";
        }
    }
}

/// Approximate location of the user.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UserLocation {
    /// Two-letter ISO 3166-1 country code, such as `US`.
    pub country: Option<String>,
    /// Region, such as `California`.
    pub region: Option<String>,
    /// City, such as `San Francisco`.
    pub city: Option<String>,
    /// IANA time zone, such as `America/Los_Angeles`.
    pub timezone: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    UserLocation {
        constants {
            type_: "type" = "approximate";
        }
        required {}
        nullable {}
        optional {
            plain country: String = "country";
            plain region: String = "region";
            plain city: String = "city";
            plain timezone: String = "timezone";
        }
    }
}

/// Amount of search results to pass to the model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchContextSize {
    /// Low.
    Low,
    /// Normal.
    Medium,
    /// High.
    High,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    SearchContextSize {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

/// Lets the model search the web; the predecessor of `WebSearchTool`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebSearchPreviewTool {
    /// Approximate location of the user.
    pub user_location: Option<UserLocation>,
    /// Amount of search results to pass to the model.
    pub search_context_size: Option<SearchContextSize>,
    /// Kinds of content to search for.
    pub search_content_types: Option<Vec<SearchContentType>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    WebSearchPreviewTool {
        constants {
            type_: "type" = "web_search_preview";
        }
        required {}
        nullable {}
        optional {
            plain user_location: UserLocation = "user_location";
            plain search_context_size: SearchContextSize = "search_context_size";
            list search_content_types: SearchContentType = "search_content_types";
        }
    }
}

/// A kind of content of a web search.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchContentType {
    /// Pages.
    Text,
    /// Images.
    Image,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    SearchContentType {
        Text = "text",
        Image = "image",
    }
}

/// Lets an xAI model search posts on X.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct XSearchTool {
    /// Searches only posts of these accounts. Cannot be combined with `excluded_x_handles`.
    pub allowed_x_handles: Option<Vec<String>>,
    /// Excludes posts of these accounts.
    pub excluded_x_handles: Option<Vec<String>>,
    /// First day to search, as `YYYY-MM-DD`.
    pub from_date: Option<String>,
    /// Last day to search, as `YYYY-MM-DD`.
    pub to_date: Option<String>,
    /// Analyzes the images in posts.
    pub enable_image_understanding: Option<bool>,
    /// Analyzes the videos in posts.
    pub enable_video_understanding: Option<bool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    XSearchTool {
        constants {
            type_: "type" = "x_search";
        }
        required {}
        nullable {}
        optional {
            list allowed_x_handles: String = "allowed_x_handles";
            list excluded_x_handles: String = "excluded_x_handles";
            plain from_date: String = "from_date";
            plain to_date: String = "to_date";
            plain enable_image_understanding: bool = "enable_image_understanding";
            plain enable_video_understanding: bool = "enable_video_understanding";
        }
    }
}

/// Lets the model run Python code in a container of the service without network access.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CodeInterpreterTool {
    /// Container to run in.
    pub container: CodeInterpreterContainer,
    /// Allowed callers of the code interpreter.
    pub allowed_callers: Option<Vec<AllowedCaller>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CodeInterpreterTool {
        constants {
            type_: "type" = "code_interpreter";
        }
        required {
            plain container: CodeInterpreterContainer = "container";
        }
        nullable {}
        optional {
            list allowed_callers: AllowedCaller = "allowed_callers";
        }
    }
}

/// Container of the code interpreter.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CodeInterpreterContainer {
    /// Id of an existing container.
    Id(String),
    /// A container that the service creates.
    Auto(AutoContainer),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    CodeInterpreterContainer: Value {
        variants { Id Auto }
        kinds {
            string Id: String;
        }
        tagged "" {}
        objects {
            Auto: AutoContainer;
        }
        from {
            &str => Id into;
            String => Id plain;
            AutoContainer => Auto plain;
        }
    }
}

/// A container that the service creates. It ends after 20 minutes without use.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AutoContainer {
    /// Ids of uploaded files to copy into it, at most 50.
    pub file_ids: Option<Vec<String>>,
    /// Memory of the container. All containers of a tenancy share 64 GB.
    pub memory_limit: Option<ContainerMemory>,
    /// Network access of the container.
    pub network_policy: Option<NetworkPolicy>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    AutoContainer {
        constants {
            type_: "type" = "auto";
        }
        required {}
        nullable {}
        optional {
            list file_ids: String = "file_ids";
            plain memory_limit: ContainerMemory = "memory_limit";
            plain network_policy: NetworkPolicy = "network_policy";
        }
    }
}

/// Memory of a container.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContainerMemory {
    /// 1 GB.
    V1g,
    /// 4 GB.
    V4g,
    /// 16 GB.
    V16g,
    /// 64 GB.
    V64g,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ContainerMemory {
        V1g = "1g",
        V4g = "4g",
        V16g = "16g",
        V64g = "64g",
    }
}

/// Network access of a container.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NetworkPolicy {
    /// `type` is `disabled`: no network access.
    Disabled(NetworkDisabled),
    /// `type` is `allowlist`: access to some domains only.
    Allowlist(NetworkAllowlist),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    NetworkPolicy: Unknown {
        variants { Disabled Allowlist }
        kinds {}
        tagged "type" {
            "disabled" => direct Disabled [Disabled: NetworkDisabled];
            "allowlist" => direct Allowlist [Allowlist: NetworkAllowlist];
        }
        objects {}
        from {
            NetworkDisabled => Disabled plain;
            NetworkAllowlist => Allowlist plain;
        }
    }
}

/// No network access.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NetworkDisabled {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    NetworkDisabled {
        constants {
            type_: "type" = "disabled";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// Access to some domains only.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NetworkAllowlist {
    /// Allowed domains, at least one.
    pub allowed_domains: Vec<String>,
    /// Secrets to add to requests to these domains.
    pub domain_secrets: Option<Vec<DomainSecret>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    NetworkAllowlist {
        constants {
            type_: "type" = "allowlist";
        }
        required {
            list allowed_domains: String = "allowed_domains";
        }
        nullable {}
        optional {
            list domain_secrets: DomainSecret = "domain_secrets";
        }
    }
}

/// A secret that is added to a container's requests to a domain.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DomainSecret {
    /// The domain.
    pub domain: String,
    /// Name of the secret.
    pub name: String,
    /// The secret value, at most 10,485,760 characters. Do not log it.
    pub value: Secret,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    DomainSecret {
        constants {}
        required {
            plain domain: String = "domain";
            plain name: String = "name";
            plain value: Secret = "value";
        }
        nullable {}
        optional {}
    }
}

/// Lets the model call the tools of a remote MCP server over Streamable HTTP. Identify the server with one of `server_url`, `connector_id` and `tunnel_id`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpTool {
    /// Label of the server, repeated in its calls.
    pub server_label: String,
    /// URL of the server.
    pub server_url: Option<String>,
    /// Connector of the service.
    pub connector_id: Option<Connector>,
    /// Id of a tunnel to the server: `tunnel_` and 32 lowercase letters or digits.
    pub tunnel_id: Option<String>,
    /// OAuth access token for the server, without `Bearer`. A secret: do not log it; send it with each request.
    pub authorization: Option<Secret>,
    /// Description of the server, for the model.
    pub server_description: Option<String>,
    /// Additional HTTP headers for the server. May contain secrets.
    pub headers: Option<BTreeMap<String, Secret>>,
    /// Allowed tools of the server. All if absent.
    pub allowed_tools: Option<McpAllowedTools>,
    /// Calls that require approval. Default `always`.
    pub require_approval: Option<McpApproval>,
    /// Hides the server's tools from the model until a tool search finds them.
    pub defer_loading: Option<bool>,
    /// Allowed callers of the server's tools.
    pub allowed_callers: Option<Vec<AllowedCaller>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpTool {
        constants {
            type_: "type" = "mcp";
        }
        required {
            plain server_label: String = "server_label";
        }
        nullable {}
        optional {
            plain server_url: String = "server_url";
            plain connector_id: Connector = "connector_id";
            plain tunnel_id: String = "tunnel_id";
            plain authorization: Secret = "authorization";
            plain server_description: String = "server_description";
            map headers: Secret = "headers";
            plain allowed_tools: McpAllowedTools = "allowed_tools";
            plain require_approval: McpApproval = "require_approval";
            plain defer_loading: bool = "defer_loading";
            list allowed_callers: AllowedCaller = "allowed_callers";
        }
    }
}

/// A connector to another service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Connector {
    /// Dropbox.
    ConnectorDropbox,
    /// Gmail.
    ConnectorGmail,
    /// Google Calendar.
    ConnectorGooglecalendar,
    /// Google Drive.
    ConnectorGoogledrive,
    /// Microsoft Teams.
    ConnectorMicrosoftteams,
    /// Outlook calendar.
    ConnectorOutlookcalendar,
    /// Outlook mail.
    ConnectorOutlookemail,
    /// SharePoint.
    ConnectorSharepoint,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    Connector {
        ConnectorDropbox = "connector_dropbox",
        ConnectorGmail = "connector_gmail",
        ConnectorGooglecalendar = "connector_googlecalendar",
        ConnectorGoogledrive = "connector_googledrive",
        ConnectorMicrosoftteams = "connector_microsoftteams",
        ConnectorOutlookcalendar = "connector_outlookcalendar",
        ConnectorOutlookemail = "connector_outlookemail",
        ConnectorSharepoint = "connector_sharepoint",
    }
}

/// Allowed tools of an MCP server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum McpAllowedTools {
    /// Names of the tools.
    Names(Vec<String>),
    /// A filter.
    Filter(McpToolFilter),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    McpAllowedTools: Value {
        variants { Names Filter }
        kinds {
            array Names: Vec<String>;
        }
        tagged "" {}
        objects {
            Filter: McpToolFilter;
        }
        from {
            Vec<String> => Names plain;
            McpToolFilter => Filter plain;
        }
    }
}

/// Selects tools of an MCP server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpToolFilter {
    /// Names of the tools.
    pub tool_names: Option<Vec<String>>,
    /// Selects the tools that the server marks as read-only.
    pub read_only: Option<bool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpToolFilter {
        constants {}
        required {}
        nullable {}
        optional {
            list tool_names: String = "tool_names";
            plain read_only: bool = "read_only";
        }
    }
}

/// Calls to an MCP server that require approval.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum McpApproval {
    /// A rule for all calls.
    Mode(McpApprovalMode),
    /// A rule per tool.
    Filter(McpApprovalFilter),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    McpApproval: Value {
        variants { Mode Filter }
        kinds {
            string Mode: McpApprovalMode;
        }
        tagged "" {}
        objects {
            Filter: McpApprovalFilter;
        }
        from {
            McpApprovalMode => Mode plain;
            McpApprovalFilter => Filter plain;
            &str => Mode into;
            String => Mode into;
        }
    }
}

/// An approval rule for all calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum McpApprovalMode {
    /// All calls require approval.
    Always,
    /// No call requires approval.
    Never,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    McpApprovalMode {
        Always = "always",
        Never = "never",
    }
}

/// An approval rule per tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct McpApprovalFilter {
    /// Tools whose calls require approval.
    pub always: Option<McpToolFilter>,
    /// Tools whose calls require no approval.
    pub never: Option<McpToolFilter>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    McpApprovalFilter {
        constants {}
        required {}
        nullable {}
        optional {
            plain always: McpToolFilter = "always";
            plain never: McpToolFilter = "never";
        }
    }
}

/// Lets the model generate images.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageGenerationTool {
    /// Model that generates the image. Default `gpt-image-1`.
    pub model: Option<ImageModel>,
    /// Generates a new image or edits one. Default `auto`.
    pub action: Option<ImageAction>,
    /// Size of the image in pixels. Default `auto`.
    pub size: Option<ImageSize>,
    /// Quality of the image. Default `auto`.
    pub quality: Option<ImageQuality>,
    /// Background of the image. Default `auto`.
    pub background: Option<ImageBackground>,
    /// File format of the image. Default `png`.
    pub output_format: Option<ImageFormat>,
    /// Compression in percent, from 0 to 100. Default 100.
    pub output_compression: Option<i64>,
    /// Strictness of the content moderation. Default `auto`.
    pub moderation: Option<ImageModeration>,
    /// Fidelity to the features of input images. Default `low`.
    pub input_fidelity: Option<InputFidelity>,
    /// Mask of the area that may be edited in an input image.
    pub input_image_mask: Option<ImageMask>,
    /// Number of partial images to send in a stream, from 0 to 3. Default 0.
    pub partial_images: Option<i64>,
    /// Complexity of an SVG image.
    pub complexity: Option<ImageComplexity>,
    /// Number of frames of an animated image.
    pub frame_count: Option<i64>,
    /// Duration of a frame, in milliseconds.
    pub frame_duration_ms: Option<i64>,
    /// Options for SVG images.
    pub svg: Option<SvgOptions>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageGenerationTool {
        constants {
            type_: "type" = "image_generation";
        }
        required {}
        nullable {}
        optional {
            plain model: ImageModel = "model";
            plain action: ImageAction = "action";
            plain size: ImageSize = "size";
            plain quality: ImageQuality = "quality";
            plain background: ImageBackground = "background";
            plain output_format: ImageFormat = "output_format";
            int output_compression: i64 = "output_compression";
            plain moderation: ImageModeration = "moderation";
            plain input_fidelity: InputFidelity = "input_fidelity";
            plain input_image_mask: ImageMask = "input_image_mask";
            int partial_images: i64 = "partial_images";
            plain complexity: ImageComplexity = "complexity";
            int frame_count: i64 = "frame_count";
            int frame_duration_ms: i64 = "frame_duration_ms";
            plain svg: SvgOptions = "svg";
        }
    }
}

/// Complexity of an image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageComplexity {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageComplexity {
        Low = "low",
        Medium = "medium",
        High = "high",
    }
}

/// Options for SVG images.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SvgOptions {
    /// Model that writes the image.
    pub model: Option<String>,
    /// Reasoning settings of that model.
    pub reasoning: Option<SvgReasoning>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    SvgOptions {
        constants {}
        required {}
        nullable {}
        optional {
            plain model: String = "model";
            plain reasoning: SvgReasoning = "reasoning";
        }
    }
}

/// Reasoning settings of the model that writes an SVG image.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SvgReasoning {
    /// Reasoning effort.
    pub effort: Option<ReasoningEffort>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    SvgReasoning {
        constants {}
        required {}
        nullable {}
        optional {
            plain effort: ReasoningEffort = "effort";
        }
    }
}

/// A model that generates images.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageModel {
    /// GPT Image 1.
    GptImage1,
    /// GPT Image 1 mini.
    GptImage1Mini,
    /// GPT Image 1.5.
    GptImage1_5,
    /// GPT Image 2.
    GptImage2,
    /// GPT Image 2, snapshot of that date.
    GptImage2_2026_04_21,
    /// GPT Image 2.5 Sunburst.
    GptImage2_5Sunburst,
    /// GPT Image 2.5 Sunburst, snapshot of that date.
    GptImage2_5Sunburst2026_09_08,
    /// GPT Image 2.5 Flare.
    GptImage2_5Flare,
    /// GPT Image 2.5 Flare, snapshot of that date.
    GptImage2_5Flare2026_09_08,
    /// GPT Image 2.6 Sunburst.
    GptImage2_6Sunburst,
    /// GPT Image 2.6 Flare.
    GptImage2_6Flare,
    /// The newest image model of ChatGPT.
    ChatgptImageLatest,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageModel {
        GptImage1 = "gpt-image-1",
        GptImage1Mini = "gpt-image-1-mini",
        GptImage1_5 = "gpt-image-1.5",
        GptImage2 = "gpt-image-2",
        GptImage2_2026_04_21 = "gpt-image-2-2026-04-21",
        GptImage2_5Sunburst = "gpt-image-2.5-sunburst",
        GptImage2_5Sunburst2026_09_08 = "gpt-image-2.5-sunburst-2026-09-08",
        GptImage2_5Flare = "gpt-image-2.5-flare",
        GptImage2_5Flare2026_09_08 = "gpt-image-2.5-flare-2026-09-08",
        GptImage2_6Sunburst = "gpt-image-2.6-sunburst",
        GptImage2_6Flare = "gpt-image-2.6-flare",
        ChatgptImageLatest = "chatgpt-image-latest",
    }
}

/// An action on images.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageAction {
    /// Generate a new image.
    Generate,
    /// Edit an image.
    Edit,
    /// The model decides.
    Auto,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageAction {
        Generate = "generate",
        Edit = "edit",
        Auto = "auto",
    }
}

/// The size of an image in pixels, width by height.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageSize {
    /// Square.
    V1024x1024,
    /// Portrait.
    V1024x1536,
    /// Landscape.
    V1536x1024,
    /// The model decides.
    Auto,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageSize {
        V1024x1024 = "1024x1024",
        V1024x1536 = "1024x1536",
        V1536x1024 = "1536x1024",
        Auto = "auto",
    }
}

/// The quality of an image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageQuality {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Very high.
    Xhigh,
    /// The highest.
    Max,
    /// The model decides.
    Auto,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageQuality {
        Low = "low",
        Medium = "medium",
        High = "high",
        Xhigh = "xhigh",
        Max = "max",
        Auto = "auto",
    }
}

/// The background of an image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageBackground {
    /// Transparent.
    Transparent,
    /// Opaque.
    Opaque,
    /// The model decides.
    Auto,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageBackground {
        Transparent = "transparent",
        Opaque = "opaque",
        Auto = "auto",
    }
}

/// The file format of an image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageFormat {
    /// PNG.
    Png,
    /// WebP.
    Webp,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// SVG.
    Svg,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageFormat {
        Png = "png",
        Webp = "webp",
        Jpeg = "jpeg",
        Gif = "gif",
        Svg = "svg",
    }
}

/// Strictness of image content moderation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageModeration {
    /// Standard strictness.
    Auto,
    /// Less strict.
    Low,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageModeration {
        Auto = "auto",
        Low = "low",
    }
}

/// Fidelity of a generated image to the features of input images.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFidelity {
    /// High fidelity.
    High,
    /// Low fidelity.
    Low,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    InputFidelity {
        High = "high",
        Low = "low",
    }
}

/// Marks the area that may be edited in an input image.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageMask {
    /// The mask as a `data:` URL in base64.
    pub image_url: Option<String>,
    /// Id of the mask's uploaded file.
    pub file_id: Option<String>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ImageMask {
        constants {}
        required {}
        nullable {}
        optional {
            plain image_url: String = "image_url";
            plain file_id: String = "file_id";
        }
    }
}

/// A tool of the application that takes free text instead of JSON.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomTool {
    /// Name of the tool.
    pub name: String,
    /// Description of the tool, for the model.
    pub description: Option<String>,
    /// Format of the input. Default free text.
    pub format: Option<CustomToolFormat>,
    /// Hides the tool from the model until a tool search finds it.
    pub defer_loading: Option<bool>,
    /// Lets the model continue without waiting for the output.
    pub asynchronous: Option<bool>,
    /// Allowed callers of the tool.
    pub allowed_callers: Option<Vec<AllowedCaller>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CustomTool {
        constants {
            type_: "type" = "custom";
        }
        required {
            plain name: String = "name";
        }
        nullable {}
        optional {
            plain description: String = "description";
            plain format: CustomToolFormat = "format";
            plain defer_loading: bool = "defer_loading";
            plain asynchronous: bool = "async";
            list allowed_callers: AllowedCaller = "allowed_callers";
        }
    }
}

/// Format of a custom tool's input.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CustomToolFormat {
    /// `type` is `text`: free text.
    Text(CustomToolFormatText),
    /// `type` is `grammar`: text that follows a grammar.
    Grammar(CustomToolFormatGrammar),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    CustomToolFormat: Unknown {
        variants { Text Grammar }
        kinds {}
        tagged "type" {
            "text" => direct Text [Text: CustomToolFormatText];
            "grammar" => direct Grammar [Grammar: CustomToolFormatGrammar];
        }
        objects {}
        from {
            CustomToolFormatText => Text plain;
            CustomToolFormatGrammar => Grammar plain;
        }
    }
}

/// Free text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolFormatText {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CustomToolFormatText {
        constants {
            type_: "type" = "text";
        }
        required {}
        nullable {}
        optional {}
    }
}

/// Text that follows a grammar.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CustomToolFormatGrammar {
    /// Syntax of the grammar.
    pub syntax: GrammarSyntax,
    /// The grammar.
    pub definition: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    CustomToolFormatGrammar {
        constants {
            type_: "type" = "grammar";
        }
        required {
            plain syntax: GrammarSyntax = "syntax";
            plain definition: String = "definition";
        }
        nullable {}
        optional {}
    }
}

/// A grammar syntax.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GrammarSyntax {
    /// Lark.
    Lark,
    /// A regular expression.
    Regex,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    GrammarSyntax {
        Lark = "lark",
        Regex = "regex",
    }
}

/// Groups functions and custom tools under a name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NamespaceTool {
    /// Name of the namespace.
    pub name: String,
    /// Description of the group, for the model.
    pub description: String,
    /// Tools of the group, at least one; functions and custom tools only.
    pub tools: Vec<Tool>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    NamespaceTool {
        constants {
            type_: "type" = "namespace";
        }
        required {
            plain name: String = "name";
            plain description: String = "description";
            list tools: Tool = "tools";
        }
        nullable {}
        optional {}
    }
}

/// Lets the model search for tools that are not loaded initially.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ToolSearchTool {
    /// Executor of the search.
    pub execution: Option<ToolSearchExecution>,
    /// Description of the search, for the model; only if the application runs it.
    pub description: Option<String>,
    /// JSON Schema of the search arguments; only if the application runs the search.
    pub parameters: Option<BTreeMap<String, serde_json::Value>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ToolSearchTool {
        constants {
            type_: "type" = "tool_search";
        }
        required {}
        nullable {}
        optional {
            plain execution: ToolSearchExecution = "execution";
            plain description: String = "description";
            map parameters: serde_json::Value = "parameters";
        }
    }
}

/// Lets the model write programs that call tools.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProgrammaticToolCallingTool {
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ProgrammaticToolCallingTool {
        constants {
            type_: "type" = "programmatic_tool_calling";
        }
        required {}
        nullable {}
        optional {}
    }
}
