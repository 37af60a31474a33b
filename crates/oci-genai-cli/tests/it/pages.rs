//! `completions` and `man`, held against the shells and the formatter they are for.

use std::path::Path;
use std::process::{Command, Stdio};

use portable_pty::CommandBuilder;

use crate::help::COMMANDS;
use crate::support::{Home, found, run};
use crate::terminal::Terminal;

/// Writes the script of a shell, and returns where it is.
async fn script(home: &Home, shell: &str, name: &str) -> String {
    let ran = run(home.program().args(["completions", shell])).await;
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
    home.write(name, &ran.stdout).display().to_string()
}

/// What a shell prints when all is well.
#[track_caller]
fn says(shell: &str, arguments: &[&str]) -> String {
    let output = Command::new(shell)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{shell} {arguments:?}: {output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn completions_are_scripts_that_know_every_command() {
    let home = Home::new();
    for (shell, check) in [
        ("bash", Some(&["--norc", "-n"][..])),
        ("zsh", Some(&["-f", "-n"])),
        ("fish", Some(&["--no-config", "--no-execute"])),
        ("powershell", None),
        ("elvish", None),
    ] {
        let path = script(&home, shell, shell).await;
        let text = std::fs::read_to_string(&path).unwrap();
        for word in COMMANDS.iter().copied().flatten() {
            assert!(text.contains(word), "{shell}: {word}");
        }
        for word in ["base-url", "free", "expires-after"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
        if let Some(check) = check.filter(|_| found(shell)) {
            says(shell, &[check, &[&path]].concat());
        }
    }
}

#[tokio::test]
async fn bash_completes() {
    if !found("bash") {
        return;
    }
    let home = Home::new();
    let script = script(&home, "bash", "completions").await;
    // The function is asked for as bash asks for it: by the program's registration with `complete`.
    let ask = |words: &str, count: usize| {
        let text = format!(
            "source {script}; COMP_WORDS=({words}); COMP_CWORD={count}; COMP_LINE='{words}'; \
             COMP_POINT=${{#COMP_LINE}}; for by in $(complete -p oci-genai); do \
             [ \"$before\" = -F ] && asked=$by; before=$by; done; \
             $asked oci-genai \"${{COMP_WORDS[{count}]}}\" \"${{COMP_WORDS[{count}-1]}}\"; \
             echo \"${{COMPREPLY[@]}}\"",
        );
        says("bash", &["--norc", "-c", &text]).trim().to_owned()
    };
    assert_eq!(ask("oci-genai ses", 1), "sessions");
    assert_eq!(ask("oci-genai doc", 1), "doctor");
    assert_eq!(ask("oci-genai sessions ex", 2), "export");
    assert_eq!(ask("oci-genai doctor --fr", 2), "--free");
    assert_eq!(ask("oci-genai ask --memory l", 3), "local");
    assert!(ask("oci-genai doctor --auth i", 3).contains("instance-principal"));
}

#[tokio::test]
async fn fish_completes() {
    if !found("fish") {
        return;
    }
    let home = Home::new();
    let script = script(&home, "fish", "oci-genai.fish").await;
    let ask = |line: &str| {
        let text = format!("source {script}; complete --do-complete '{line}'");
        let found = says("fish", &["--no-config", "--command", &text]);
        let words = found.lines().map(|line| line.split('\t').next().unwrap());
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ask("oci-genai ses"), "sessions");
    assert_eq!(ask("oci-genai doc"), "doctor");
    assert_eq!(ask("oci-genai sessions ex"), "export");
    assert_eq!(ask("oci-genai doctor --fr"), "--free");
    assert_eq!(ask("oci-genai ask --memory l"), "local");
    assert_eq!(ask("oci-genai doctor --auth i"), "instance-principal");
}

/// zsh completes for people only, so somebody has to press Tab.
#[tokio::test]
async fn zsh_completes() {
    if !found("zsh") {
        return;
    }
    let home = Home::new();
    script(&home, "zsh", "functions/_oci-genai").await;
    let mut command = CommandBuilder::new("zsh");
    command.args(["-f", "-i"]);
    command.env_clear();
    command.env("HOME", home.path());
    command.env("PATH", std::env::var("PATH").unwrap());
    command.cwd(home.path());
    let mut zsh = Terminal::of(command);
    zsh.enters(
        "PROMPT='ready> '; fpath=(~/functions $fpath); autoload -U compinit; compinit -D -u",
    );
    zsh.prompts("ready> ");
    zsh.types("oci-genai ses\t");
    zsh.shows("ready> oci-genai sessions");
    zsh.types("ex\t");
    zsh.shows("ready> oci-genai sessions export");
    zsh.types("offsite --fo\t");
    zsh.shows("ready> oci-genai sessions export offsite --force");
    zsh.types("\u{15}oci-genai ask --auth i\t");
    zsh.shows("ready> oci-genai ask --auth instance-principal");
}

#[tokio::test]
async fn man_pages_are_there_for_every_command() {
    let home = Home::new();
    let ran = run(home.program().args(["man", "share/man/man1"])).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let folder = home.path().join("share/man/man1");
    for command in COMMANDS {
        let name = [&["oci-genai"], *command].concat().join("-");
        let page = folder.join(format!("{name}.1"));
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(
            text.contains(".TH ") && text.contains(".SH SYNOPSIS"),
            "{text}"
        );
        assert!(text.is_ascii(), "every formatter reads it: {name}");
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), COMMANDS.len());
}

#[tokio::test]
async fn man_pages_are_formatted_without_a_warning() {
    let home = Home::new();
    let ran = run(home.program().args(["man", "man1"])).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    for command in COMMANDS {
        let name = [&["oci-genai"], *command].concat().join("-");
        let page = home.path().join(format!("man1/{name}.1"));
        for text in [groff(&page), man(&page)].into_iter().flatten() {
            for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "GLOBAL OPTIONS"] {
                let whole = text.lines().any(|line| line == heading);
                assert!(whole, "{name}: no {heading}: {text}");
            }
            // Examples are as long as they are.
            let is_example = |line: &&str| line.trim_start().starts_with(['$', '#']);
            for line in text.lines().filter(|line| !is_example(line)) {
                assert!(line.chars().count() <= 80, "{name}: {line}");
            }
            // Lines to copy are not broken, and those below them are not drawn up to them.
            if *command == ["ask"] {
                let line = "$ git diff | oci-genai ask --instructions \"Review this change.\"\n";
                assert!(text.contains(line), "{text}");
                assert!(text.contains("\n       3    network error"), "{text}");
                assert!(text.contains("OCI_GENAI_REGION,"), "{text}");
            }
        }
    }
}

/// The page as groff shows it, if that is there.
#[track_caller]
fn groff(page: &Path) -> Option<String> {
    found("groff").then(|| {
        let page = page.to_str().unwrap();
        // The last option leaves out bold and underlined text.
        let text = says("groff", &["-man", "-ww", "-Tutf8", "-P-cbou", page]);
        text.replace('\u{2212}', "-")
    })
}

/// The page as man shows it, if that is there.
#[track_caller]
fn man(page: &Path) -> Option<String> {
    if !found("man") {
        return None;
    }
    let output = Command::new("man")
        .args(["--warnings", "-l"])
        .arg(page)
        .env("MANWIDTH", "80")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "", "{}", page.display());
    Some(String::from_utf8(output.stdout).unwrap())
}
