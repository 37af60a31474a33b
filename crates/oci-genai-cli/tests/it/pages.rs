//! `completions` and `man`.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Home, run};

/// Whether a program is there to check with. Says so when it is not.
fn found(name: &str) -> bool {
    let found = Command::new(name)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !found {
        println!("not checked with {name}, which is not installed");
    }
    found
}

#[tokio::test]
async fn completions_are_scripts_that_know_every_command() {
    let home = Home::new();
    for (shell, check) in [
        ("bash", Some(("bash", "-n"))),
        ("zsh", Some(("zsh", "-n"))),
        ("fish", Some(("fish", "-n"))),
        ("powershell", None),
        ("elvish", None),
    ] {
        let ran = run(home.program().args(["completions", shell])).await;
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        for word in [
            "quickstart",
            "sessions",
            "doctor",
            "emulator",
            "base-url",
            "free",
        ] {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
        let script = home.write(shell, &ran.stdout);
        if let Some((program, option)) = check.filter(|(program, _)| found(program)) {
            let output = Command::new(program)
                .arg(option)
                .arg(&script)
                .output()
                .unwrap();
            assert!(output.status.success(), "{shell}: {output:?}");
        }
    }
    let ran = run(home.program().args(["completions", "tcsh"])).await;
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("bash") && ran.stderr.contains("tcsh"),
        "{}",
        ran.stderr
    );
}

#[tokio::test]
async fn bash_completes() {
    if !found("bash") {
        return;
    }
    let home = Home::new();
    let ran = run(home.program().args(["completions", "bash"])).await;
    let script = home.write("completions", &ran.stdout);
    let ask = |words: &str, count: usize| {
        let text = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD={count}; _oci__genai oci-genai \
             \"${{COMP_WORDS[{count}]}}\" \"${{COMP_WORDS[{count}-1]}}\"; echo \"${{COMPREPLY[@]}}\"",
            script.display()
        );
        let output = Command::new("bash")
            .args(["--norc", "-c", &text])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(ask("oci-genai doc", 1), "doctor");
    assert_eq!(ask("oci-genai doctor --fr", 2), "--free");
    assert!(ask("oci-genai doctor --auth i", 3).contains("instance-principal"));
}

#[tokio::test]
async fn man_pages_are_there_for_every_command() {
    let home = Home::new();
    let ran = run(home.program().args(["man", "share/man/man1"])).await;
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let folder = home.path().join("share/man/man1");
    for name in [
        "oci-genai",
        "oci-genai-doctor",
        "oci-genai-emulator",
        "oci-genai-sessions-list",
    ] {
        let page = folder.join(format!("{name}.1"));
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(
            text.contains(".TH ") && text.contains(".SH SYNOPSIS"),
            "{text}"
        );
        assert_renders(&page);
    }
    let file = home.write("file", "");
    let ran = run(home.program().arg("man").arg(file.join("man1"))).await;
    ran.assert_error(2, &["cannot create", "man1"]);
}

/// The page goes through a formatter without a warning.
fn assert_renders(page: &Path) {
    if !found("man") {
        return;
    }
    let output = Command::new("man")
        .args(["--warnings", "-l"])
        .arg(page)
        .env("MANWIDTH", "80")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "", "{}", page.display());
    assert!(
        text.contains("SYNOPSIS") && text.contains("oci-genai"),
        "{text}"
    );
}
