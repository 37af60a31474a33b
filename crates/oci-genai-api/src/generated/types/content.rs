// Made by `cargo xtask codegen`. Change the OpenAPI document, not this file.

//! Types of the `content` part.

use super::*;
use crate::model::Extra;
use crate::model::Unknown;

/// The content of a message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MessageContent {
    /// Text only.
    Text(String),
    /// Parts, in order.
    Parts(Vec<ContentPart>),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    MessageContent: Value {
        variants { Text Parts }
        kinds {
            string Text: String;
            array Parts: Vec<ContentPart>;
        }
        tagged "" {}
        objects {}
        from {
            &str => Text into;
            String => Text plain;
            Vec<ContentPart> => Parts plain;
        }
    }
}

/// Output of a tool.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToolOutput {
    /// A string of at most 10,485,760 characters, often JSON.
    Text(String),
    /// Parts: text, images, files.
    Parts(Vec<ContentPart>),
    /// What this version of the contract does not name, as it came.
    Unknown(serde_json::Value),
}

union! {
    ToolOutput: Value {
        variants { Text Parts }
        kinds {
            string Text: String;
            array Parts: Vec<ContentPart>;
        }
        tagged "" {}
        objects {}
        from {
            &str => Text into;
            String => Text plain;
            Vec<ContentPart> => Parts plain;
        }
    }
}

/// A part of a message or tool output.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ContentPart {
    /// `type` is `input_text`: text for the model.
    InputText(InputText),
    /// `type` is `output_text`: text that the model wrote.
    OutputText(OutputText),
    /// `type` is `input_image`: an image for the model, by URL or file id.
    InputImage(InputImage),
    /// `type` is `input_file`: a file for the model, by id, by URL or as data.
    InputFile(InputFile),
    /// `type` is `input_video`: a video for the model, by URL.
    InputVideo(InputVideo),
    /// `type` is `refusal`: a refusal by the model.
    Refusal(Refusal),
    /// `type` is `reasoning_text`: a part of a model's reasoning.
    ReasoningText(ReasoningText),
    /// `type` is `summary_text`: a part of a summary of a model's reasoning.
    SummaryText(SummaryText),
    /// `type` is `text`: text that is marked neither as input nor as output, found in stored conversations.
    Text(Text),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    ContentPart: Unknown {
        variants { InputText OutputText InputImage InputFile InputVideo Refusal ReasoningText SummaryText Text }
        kinds {}
        tagged "type" {
            "input_text" => direct InputText [InputText: InputText];
            "output_text" => direct OutputText [OutputText: OutputText];
            "input_image" => direct InputImage [InputImage: InputImage];
            "input_file" => direct InputFile [InputFile: InputFile];
            "input_video" => direct InputVideo [InputVideo: InputVideo];
            "refusal" => direct Refusal [Refusal: Refusal];
            "reasoning_text" => direct ReasoningText [ReasoningText: ReasoningText];
            "summary_text" => direct SummaryText [SummaryText: SummaryText];
            "text" => direct Text [Text: Text];
        }
        objects {}
        from {
            InputText => InputText plain;
            OutputText => OutputText plain;
            InputImage => InputImage plain;
            InputFile => InputFile plain;
            InputVideo => InputVideo plain;
            Refusal => Refusal plain;
            ReasoningText => ReasoningText plain;
            SummaryText => SummaryText plain;
            Text => Text plain;
        }
    }
}

/// Text for the model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputText {
    /// The text, at most 10,485,760 characters.
    pub text: String,
    /// Marks the end of a prompt prefix to cache.
    pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    InputText {
        constants {
            type_: "type" = "input_text";
        }
        required {
            plain text: String = "text";
        }
        nullable {}
        optional {
            plain prompt_cache_breakpoint: PromptCacheBreakpoint = "prompt_cache_breakpoint";
        }
    }
}

/// Text that the model wrote.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputText {
    /// The text.
    pub text: String,
    /// Sources and files that the text refers to.
    pub annotations: Option<Vec<Annotation>>,
    /// Log probabilities of the tokens; set if `include` contains `message.output_text.logprobs`.
    pub logprobs: Option<Vec<LogProb>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    OutputText {
        constants {
            type_: "type" = "output_text";
        }
        required {
            plain text: String = "text";
        }
        nullable {}
        optional {
            list annotations: Annotation = "annotations";
            list logprobs: LogProb = "logprobs";
        }
    }
}

/// An image for the model, by URL or file id.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputImage {
    /// URL of the image: `https:`, or a `data:` URL in base64.
    pub image_url: Option<String>,
    /// Id of an uploaded file.
    pub file_id: Option<String>,
    /// Image detail. Default `auto`.
    pub detail: Option<ImageDetail>,
    /// Marks the end of a prompt prefix to cache.
    pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    InputImage {
        constants {
            type_: "type" = "input_image";
        }
        required {}
        nullable {}
        optional {
            plain image_url: String = "image_url";
            plain file_id: String = "file_id";
            plain detail: ImageDetail = "detail";
            plain prompt_cache_breakpoint: PromptCacheBreakpoint = "prompt_cache_breakpoint";
        }
    }
}

/// A file for the model, by id, by URL or as data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputFile {
    /// Id of an uploaded file (purpose `user_data`).
    pub file_id: Option<String>,
    /// URL of the file.
    pub file_url: Option<String>,
    /// The file as a `data:` URL in base64, at most 73,400,320 characters.
    pub file_data: Option<String>,
    /// Name of the file.
    pub filename: Option<String>,
    /// Detail of the file's pages. Default `auto`.
    pub detail: Option<FileDetail>,
    /// Marks the end of a prompt prefix to cache.
    pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    InputFile {
        constants {
            type_: "type" = "input_file";
        }
        required {}
        nullable {}
        optional {
            plain file_id: String = "file_id";
            plain file_url: String = "file_url";
            plain file_data: String = "file_data";
            plain filename: String = "filename";
            plain detail: FileDetail = "detail";
            plain prompt_cache_breakpoint: PromptCacheBreakpoint = "prompt_cache_breakpoint";
        }
    }
}

/// A video for the model, by URL.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InputVideo {
    /// URL of the video: `https:`, or a `data:` URL in base64.
    pub video_url: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    InputVideo {
        constants {
            type_: "type" = "input_video";
        }
        required {
            plain video_url: String = "video_url";
        }
        nullable {}
        optional {}
    }
}

/// A refusal by the model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    /// Explanation of the refusal.
    pub refusal: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Refusal {
        constants {
            type_: "type" = "refusal";
        }
        required {
            plain refusal: String = "refusal";
        }
        nullable {}
        optional {}
    }
}

/// A part of a model's reasoning.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReasoningText {
    /// The reasoning.
    pub text: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ReasoningText {
        constants {
            type_: "type" = "reasoning_text";
        }
        required {
            plain text: String = "text";
        }
        nullable {}
        optional {}
    }
}

/// A part of a summary of a model's reasoning.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SummaryText {
    /// The summary.
    pub text: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    SummaryText {
        constants {
            type_: "type" = "summary_text";
        }
        required {
            plain text: String = "text";
        }
        nullable {}
        optional {}
    }
}

/// Text that is marked neither as input nor as output, found in stored conversations.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub text: String,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    Text {
        constants {
            type_: "type" = "text";
        }
        required {
            plain text: String = "text";
        }
        nullable {}
        optional {}
    }
}

/// Detail level for images; higher detail costs more tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageDetail {
    /// Low detail.
    Low,
    /// High detail.
    High,
    /// The model decides.
    Auto,
    /// The image's own resolution.
    Original,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    ImageDetail {
        Low = "low",
        High = "high",
        Auto = "auto",
        Original = "original",
    }
}

/// Detail level for the pages of a file; higher detail costs more tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileDetail {
    /// The model decides.
    Auto,
    /// Low detail.
    Low,
    /// High detail.
    High,
    /// A value this version of the contract does not name.
    Other(String),
}

open_enum! {
    FileDetail {
        Auto = "auto",
        Low = "low",
        High = "high",
    }
}

/// Marks the end of a prompt prefix to cache, at the end of the part that contains it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PromptCacheBreakpoint {
    /// Minimum time to keep the prefix.
    pub ttl: Option<PromptCacheTtl>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    PromptCacheBreakpoint {
        constants {
            mode: "mode" = "explicit";
        }
        required {}
        nullable {}
        optional {
            plain ttl: PromptCacheTtl = "ttl";
        }
    }
}

/// A reference from text to a source or a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Annotation {
    /// `type` is `file_citation`: a citation of a file that was searched.
    FileCitation(FileCitation),
    /// `type` is `url_citation`: a citation of a web page.
    UrlCitation(UrlCitation),
    /// `type` is `container_file_citation`: a citation of a file that the code interpreter created.
    ContainerFileCitation(ContainerFileCitation),
    /// `type` is `file_path`: a file path.
    FilePath(FilePath),
    /// What this version of the contract does not name, as it came.
    Unknown(Unknown),
}

union! {
    Annotation: Unknown {
        variants { FileCitation UrlCitation ContainerFileCitation FilePath }
        kinds {}
        tagged "type" {
            "file_citation" => direct FileCitation [FileCitation: FileCitation];
            "url_citation" => direct UrlCitation [UrlCitation: UrlCitation];
            "container_file_citation" => direct ContainerFileCitation [ContainerFileCitation: ContainerFileCitation];
            "file_path" => direct FilePath [FilePath: FilePath];
        }
        objects {}
        from {
            FileCitation => FileCitation plain;
            UrlCitation => UrlCitation plain;
            ContainerFileCitation => ContainerFileCitation plain;
            FilePath => FilePath plain;
        }
    }
}

/// A citation of a file that was searched.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileCitation {
    /// Id of the file.
    pub file_id: String,
    /// Name of the file.
    pub filename: String,
    /// Position of the citation in the text, in characters.
    pub index: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FileCitation {
        constants {
            type_: "type" = "file_citation";
        }
        required {
            plain file_id: String = "file_id";
            plain filename: String = "filename";
            int index: i64 = "index";
        }
        nullable {}
        optional {}
    }
}

/// A citation of a web page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct UrlCitation {
    /// URL of the page.
    pub url: String,
    /// Title of the page.
    pub title: String,
    /// Index of the citation's first character in the text.
    pub start_index: i64,
    /// Index of the citation's last character in the text.
    pub end_index: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    UrlCitation {
        constants {
            type_: "type" = "url_citation";
        }
        required {
            plain url: String = "url";
            plain title: String = "title";
            int start_index: i64 = "start_index";
            int end_index: i64 = "end_index";
        }
        nullable {}
        optional {}
    }
}

/// A citation of a file that the code interpreter created.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ContainerFileCitation {
    /// Id of the container that holds the file.
    pub container_id: String,
    /// Id of the file.
    pub file_id: String,
    /// Name of the file.
    pub filename: String,
    /// Index of the citation's first character in the text.
    pub start_index: i64,
    /// Index of the citation's last character in the text.
    pub end_index: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    ContainerFileCitation {
        constants {
            type_: "type" = "container_file_citation";
        }
        required {
            plain container_id: String = "container_id";
            plain file_id: String = "file_id";
            plain filename: String = "filename";
            int start_index: i64 = "start_index";
            int end_index: i64 = "end_index";
        }
        nullable {}
        optional {}
    }
}

/// A file path.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FilePath {
    /// Id of the file.
    pub file_id: String,
    /// Position of the path in the text, in characters.
    pub index: i64,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    FilePath {
        constants {
            type_: "type" = "file_path";
        }
        required {
            plain file_id: String = "file_id";
            int index: i64 = "index";
        }
        nullable {}
        optional {}
    }
}

/// A generated token with its log probability.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogProb {
    /// The token.
    pub token: String,
    /// Natural logarithm of its probability.
    pub logprob: f64,
    /// The token's UTF-8 bytes, for joining characters that span tokens.
    pub bytes: Option<Vec<i64>>,
    /// The likeliest tokens at this position.
    pub top_logprobs: Option<Vec<TopLogProb>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    LogProb {
        constants {}
        required {
            plain token: String = "token";
            plain logprob: f64 = "logprob";
        }
        nullable {}
        optional {
            list bytes: i64 = "bytes";
            list top_logprobs: TopLogProb = "top_logprobs";
        }
    }
}

/// One of the likeliest tokens at a position, with its log probability.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TopLogProb {
    /// The token.
    pub token: Option<String>,
    /// Natural logarithm of its probability.
    pub logprob: Option<f64>,
    /// The token's UTF-8 bytes.
    pub bytes: Option<Vec<i64>>,
    /// Members that this version of the contract does not name.
    pub extra: Extra,
}

object! {
    TopLogProb {
        constants {}
        required {}
        nullable {}
        optional {
            plain token: String = "token";
            plain logprob: f64 = "logprob";
            list bytes: i64 = "bytes";
        }
    }
}
