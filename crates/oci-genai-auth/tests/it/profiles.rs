//! Configuration files in the forms that users have.

use crate::support::{TENANCY, USER};

/// A file, the requested profile, and placeholders: `KEY` is the path of a plain key with the
/// fingerprint `FP`, `LOCKED` the path of an encrypted key, `TOKEN` the path of a token.
pub(crate) struct ProfileCase {
    pub(crate) name: &'static str,
    pub(crate) config: Vec<u8>,
    pub(crate) profile: &'static str,
}

pub(crate) fn all() -> Vec<ProfileCase> {
    let full = [
        ("user", USER),
        ("fingerprint", "FP"),
        ("tenancy", TENANCY),
        ("region", "us-chicago-1"),
        ("key_file", "KEY"),
    ];
    let section = |header: &str, lines: &[(&str, &str)]| {
        let lines = lines.iter().map(|(key, value)| format!("{key}={value}\n"));
        format!("[{header}]\n{}", lines.collect::<String>())
    };
    let with = |key: &str, value: &str| {
        let lines = full.map(|(name, old)| {
            if name == key {
                (name, value)
            } else {
                (name, old)
            }
        });
        section("DEFAULT", &lines)
    };
    let without = |key: &str| {
        let lines: Vec<_> = full.into_iter().filter(|(name, _)| *name != key).collect();
        section("DEFAULT", &lines)
    };
    let plain = section("DEFAULT", &full);
    let and = |more: &str| format!("{plain}{more}");
    let session = "tenancy=ocid1.tenancy.oc1..exampletenancy\nfingerprint=FP\nregion=us-chicago-1\nkey_file=KEY\nsecurity_token_file=TOKEN\n";
    let texts: Vec<(&'static str, &'static str, String)> = vec![
        ("plain", "DEFAULT", plain.clone()),
        ("other-profile", "A", section("A", &full)),
        ("other-profile-not-there", "B", section("A", &full)),
        ("inherited", "A", and("[A]\nregion=us-ashburn-1\n")),
        ("overridden", "A", and("[A]\nuser=ocid1.user.oc1..other\n")),
        ("crlf", "DEFAULT", plain.replace('\n', "\r\n")),
        ("cr", "DEFAULT", plain.replace('\n', "\r")),
        (
            "mixed-line-ends",
            "DEFAULT",
            plain.replacen('\n', "\r", 2).replacen('\n', "\r\n", 2),
        ),
        ("no-final-line-end", "DEFAULT", plain.trim().into()),
        (
            "blanks-around-equals",
            "DEFAULT",
            plain.replace('=', "  =  "),
        ),
        ("tabs-around-equals", "DEFAULT", plain.replace('=', "\t=\t")),
        ("colons", "DEFAULT", plain.replace('=', ": ")),
        ("blanks-behind", "DEFAULT", plain.replace('\n', "   \n")),
        (
            "capitals",
            "DEFAULT",
            plain
                .replace("user", "USER")
                .replace("key_file", "Key_File"),
        ),
        (
            "all-indented",
            "DEFAULT",
            plain.replace('\n', "\n  ").replace("  [", "["),
        ),
        (
            "header-indented-too",
            "DEFAULT",
            plain.lines().map(|line| format!("  {line}\n")).collect(),
        ),
        (
            "less-and-less-indented",
            "DEFAULT",
            plain
                .replace("user", "   user")
                .replace("fingerprint", " fingerprint"),
        ),
        (
            "one-line-indented",
            "DEFAULT",
            plain.replace("tenancy=", "  tenancy="),
        ),
        (
            "region-indented",
            "DEFAULT",
            plain.replace("region=", "  region="),
        ),
        (
            "last-line-indented",
            "DEFAULT",
            plain.replace("key_file=", "\tkey_file="),
        ),
        ("blank-lines", "DEFAULT", plain.replace('\n', "\n\n")),
        (
            "blank-line-then-indented",
            "DEFAULT",
            plain.replace("tenancy=", "\n  tenancy="),
        ),
        (
            "comments",
            "DEFAULT",
            plain.replace('\n', "\n# a\n; b\n  # c\n"),
        ),
        (
            "comment-before-section",
            "DEFAULT",
            format!("# mine\n\n{plain}"),
        ),
        (
            "comment-behind-value",
            "DEFAULT",
            with("user", &format!("{USER} # me")),
        ),
        (
            "comment-behind-path",
            "DEFAULT",
            with("key_file", "KEY # mine"),
        ),
        (
            "comment-behind-header",
            "DEFAULT",
            plain.replace("[DEFAULT]", "[DEFAULT] # mine"),
        ),
        (
            "default-twice",
            "DEFAULT",
            format!("{}[A]\nx=1\n[DEFAULT]\nuser={USER}\n", without("user")),
        ),
        (
            "default-last",
            "A",
            format!("[A]\nregion=us-ashburn-1\n{plain}"),
        ),
        (
            "default-twice-same-key",
            "DEFAULT",
            and("[DEFAULT]\nuser=x\n"),
        ),
        ("section-twice", "A", format!("{0}{0}", section("A", &full))),
        ("other-section-twice", "DEFAULT", and("[A]\n[A]\n")),
        ("key-twice", "DEFAULT", and("region=us-ashburn-1\n")),
        (
            "key-twice-in-capitals",
            "DEFAULT",
            and("REGION=us-ashburn-1\n"),
        ),
        ("no-section", "DEFAULT", plain.replace("[DEFAULT]\n", "")),
        ("nonsense-line", "DEFAULT", and("nonsense\n")),
        ("no-key", "DEFAULT", and("=x\n")),
        ("empty-header", "DEFAULT", and("[]\n")),
        (
            "header-in-small-letters",
            "DEFAULT",
            plain.replace("DEFAULT", "default"),
        ),
        (
            "header-in-small-letters-asked",
            "default",
            plain.replace("DEFAULT", "default"),
        ),
        (
            "header-with-blanks",
            "DEFAULT",
            plain.replace("DEFAULT", " DEFAULT "),
        ),
        (
            "header-and-more",
            "DEFAULT",
            plain.replace("[DEFAULT]", "[DEFAULT] x"),
        ),
        (
            "unknown-keys",
            "DEFAULT",
            and("colour=blue\nlog_requests=False\n"),
        ),
        ("odd-log-requests", "DEFAULT", and("log_requests=perhaps\n")),
        ("percent", "DEFAULT", and("pass_phrase=100%\nother=%(x)s\n")),
        ("empty", "DEFAULT", String::new()),
        ("empty-section", "A", and("[A]\n")),
        ("no-user", "DEFAULT", without("user")),
        ("no-tenancy", "DEFAULT", without("tenancy")),
        ("no-fingerprint", "DEFAULT", without("fingerprint")),
        ("no-region", "DEFAULT", without("region")),
        ("no-key-file", "DEFAULT", without("key_file")),
        ("empty-user", "DEFAULT", with("user", "")),
        ("empty-key-file", "DEFAULT", with("key_file", "")),
        (
            "user-in-quotes",
            "DEFAULT",
            with("user", &format!("\"{USER}\"")),
        ),
        ("key-file-in-quotes", "DEFAULT", with("key_file", "\"KEY\"")),
        (
            "key-file-below-home",
            "DEFAULT",
            with("key_file", "~/key.pem"),
        ),
        (
            "key-file-with-variable",
            "DEFAULT",
            with("key_file", "$HOME/key.pem"),
        ),
        (
            "key-file-not-there",
            "DEFAULT",
            with("key_file", "KEY.gone"),
        ),
        ("key-file-a-folder", "DEFAULT", with("key_file", "~")),
        (
            "key-as-path",
            "DEFAULT",
            with("key_file", "-----BEGIN PRIVATE KEY-----MII"),
        ),
        ("key-content", "DEFAULT", and("key_content=x\n")),
        ("user-no-ocid", "DEFAULT", with("user", "me")),
        (
            "user-of-four-parts",
            "DEFAULT",
            with("user", "ocid1.user.oc1"),
        ),
        (
            "user-of-another-kind",
            "DEFAULT",
            with("user", "me.at.some.place.else"),
        ),
        (
            "user-with-colons",
            "DEFAULT",
            with("user", "ocid1:user:oc1::me"),
        ),
        (
            "user-with-blank",
            "DEFAULT",
            with("user", "ocid1.user.oc1..a b"),
        ),
        (
            "user-and-tenancy-swapped",
            "DEFAULT",
            section(
                "DEFAULT",
                &[
                    ("user", TENANCY),
                    ("tenancy", USER),
                    ("fingerprint", "FP"),
                    ("key_file", "KEY"),
                ],
            ),
        ),
        (
            "fingerprint-in-capitals",
            "DEFAULT",
            with("fingerprint", "UPPER"),
        ),
        (
            "fingerprint-cut",
            "DEFAULT",
            with("fingerprint", "FP").replace("FP", "00:11"),
        ),
        (
            "fingerprint-without-colons",
            "DEFAULT",
            with("fingerprint", &"ab".repeat(16)),
        ),
        (
            "locked",
            "DEFAULT",
            with("key_file", "LOCKED\npass_phrase=PHRASE"),
        ),
        (
            "locked-without-phrase",
            "DEFAULT",
            with("key_file", "LOCKED"),
        ),
        (
            "locked-wrong-phrase",
            "DEFAULT",
            with("key_file", "LOCKED\npass_phrase=wrong"),
        ),
        (
            "locked-phrase-in-quotes",
            "DEFAULT",
            with("key_file", "LOCKED\npass_phrase=\"PHRASE\""),
        ),
        (
            "locked-go-spelling",
            "DEFAULT",
            with("key_file", "LOCKED\npassphrase=PHRASE"),
        ),
        ("needless-phrase", "DEFAULT", and("pass_phrase=unneeded\n")),
        (
            "needless-phrase-beyond-ascii",
            "DEFAULT",
            and("pass_phrase=größer\n"),
        ),
        (
            "authentication-type-odd",
            "DEFAULT",
            and("authentication_type=magic\n"),
        ),
        ("session", "S", format!("[S]\n{session}")),
        (
            "session-below-default",
            "S",
            and(&format!("[S]\n{session}")),
        ),
        (
            "session-token-not-there",
            "S",
            format!("[S]\n{session}").replace("TOKEN", "TOKEN.gone"),
        ),
    ];
    let mut cases: Vec<ProfileCase> = texts
        .into_iter()
        .map(|(name, profile, text)| ProfileCase {
            name,
            config: text.into_bytes(),
            profile,
        })
        .collect();
    let latin1 = [b"# cl\xe9\n".as_slice(), plain.as_bytes()].concat();
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(plain.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let bom = format!("\u{feff}{plain}").into_bytes();
    for (name, config) in [
        ("latin-1", latin1),
        ("utf-16", utf16),
        ("byte-order-mark", bom),
    ] {
        cases.push(ProfileCase {
            name,
            config,
            profile: "DEFAULT",
        });
    }
    cases
}
