//! Runs the Rust examples of the guide as documentation tests.

/// Defines a module for each page, with the page as its documentation.
macro_rules! pages {
    ($($page:ident = $file:literal),+ $(,)?) => {
        $(
            #[doc = include_str!(concat!("../../docs/", $file))]
            mod $page {}
        )+
    };
}

pages! {
    credentials = "credentials.md",
    failure = "failure.md",
    first_answer = "first-answer.md",
    from_python = "from-python.md",
    many_machines = "many-machines.md",
    memory = "memory.md",
    own_auth = "own-auth.md",
    program = "program.md",
    regenerating = "regenerating.md",
    regions = "regions.md",
    streaming = "streaming.md",
    structured_output = "structured-output.md",
    testing = "testing.md",
    tools = "tools.md",
}

// Its example uses async-openai, which only this feature builds.
#[cfg(feature = "peers")]
pages! { from_async_openai = "from-async-openai.md" }
