//! Keys in the forms that users have.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// A key file and its pass phrase.
pub(crate) struct KeyCase {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) pass_phrase: Option<String>,
}

#[derive(Deserialize)]
struct Fixture {
    keys: Vec<FixtureKey>,
}

#[derive(Deserialize)]
pub(crate) struct FixtureKey {
    pub(crate) name: String,
    pub(crate) pem: String,
    pub(crate) pass_phrase: Option<String>,
}

/// Returns keys as OpenSSL writes them, in all its formats and ciphers.
pub(crate) fn fixture() -> Vec<FixtureKey> {
    let text = include_str!("../data/keys.json");
    let fixture: Fixture = serde_json::from_str(text).unwrap();
    fixture.keys
}

pub(crate) fn key(name: &str) -> String {
    let found = fixture().into_iter().find(|key| key.name == name);
    found.unwrap_or_else(|| panic!("no key {name}")).pem
}

/// Returns every key of the fixture, and one key in every form.
pub(crate) fn all() -> Vec<KeyCase> {
    let mut cases: Vec<KeyCase> = fixture()
        .into_iter()
        .map(|key| KeyCase {
            name: key.name,
            bytes: key.pem.into_bytes(),
            pass_phrase: key.pass_phrase,
        })
        .collect();
    let pass_phrase = cases.iter().find_map(|case| case.pass_phrase.clone());
    let forms = plain().into_iter().chain(encrypted()).chain(bytes());
    cases.extend(forms.map(|(name, bytes)| KeyCase {
        name: name.to_owned(),
        bytes,
        pass_phrase: pass_phrase.clone(),
    }));
    cases
}

type Form = (&'static str, Vec<u8>);

fn wrapped(text: &str, width: usize) -> String {
    let lines: Vec<&[u8]> = text.as_bytes().chunks(width).collect();
    let lines: Vec<&str> = lines
        .into_iter()
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join("\n")
}

fn each_line(text: &str, form: impl Fn(&str) -> String) -> String {
    let lines: Vec<String> = text.lines().map(form).collect();
    lines.join("\n")
}

fn plain() -> Vec<Form> {
    const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
    const END: &str = "-----END PRIVATE KEY-----";
    let k = key("pkcs8");
    let s = k.trim();
    let pkcs1 = key("pkcs1");
    let lines: Vec<&str> = s.lines().filter(|line| !line.starts_with('-')).collect();
    let body = lines.join("\n");
    let flat = lines.concat();
    let (last, most) = lines.split_last().unwrap();
    let most = most.join("\n");
    let middle = lines[5];
    let damaged = |with: &str| k.replace(middle, &format!("{}{with}", &middle[1..]));
    let forms: Vec<(&'static str, String)> = vec![
        ("no-final-line-end", s.into()),
        ("crlf", k.replace('\n', "\r\n")),
        ("cr", k.replace('\n', "\r")),
        ("cr-cr-lf", k.replace('\n', "\r\r\n")),
        ("blanks", s.replace('\n', " ")),
        ("tabs", s.replace('\n', "\t")),
        ("form-feeds", s.replace('\n', "\u{c}")),
        ("no-break-spaces", s.replace('\n', "\u{a0}")),
        ("written-lf", s.replace('\n', "\\n")),
        ("written-crlf", s.replace('\n', "\\r\\n")),
        ("written-lf-twice", s.replace('\n', "\\\\n")),
        (
            "written-lf-quoted",
            format!("\"{}\"", s.replace('\n', "\\n")),
        ),
        ("written-lf-and-lf", s.replace('\n', "\\n\\\n")),
        (
            "json",
            format!("{{\"key\":\"{}\"}}", k.replace('\n', "\\n")),
        ),
        ("json-slashes", s.replace('/', "\\/")),
        (
            "shell-dollar-quotes",
            format!("$'{}'", s.replace('\n', "\\n")),
        ),
        ("continued-lines", s.replace('\n', "\\\n")),
        ("label-after-end", format!("{s}OCI_API_KEY\n")),
        (
            "label-after-end-without-line-end",
            format!("{s}OCI_API_KEY"),
        ),
        ("label-after-a-blank", format!("{s} OCI_API_KEY")),
        ("label-on-its-line", format!("{k}OCI_API_KEY")),
        ("label-before", format!("OCI_API_KEY{k}")),
        ("text-around", format!("my key\n{k}\nbye\n")),
        (
            "bag-attributes",
            format!("Bag Attributes\n  friendlyName: x\nKey Attributes: <No Attributes>\n{k}"),
        ),
        (
            "end-after-a-blank",
            format!("{BEGIN}\n{most}\n{last} {END}"),
        ),
        ("end-glued", format!("{BEGIN}\n{most}\n{last}{END}")),
        ("begin-before-a-blank", format!("{BEGIN} {body}\n{END}")),
        ("begin-glued", format!("{BEGIN}{body}\n{END}")),
        ("in-one-line", format!("{BEGIN}{flat}{END}")),
        ("one-long-line", format!("{BEGIN}\n{flat}\n{END}")),
        (
            "lines-of-76",
            format!("{BEGIN}\n{}\n{END}", wrapped(&flat, 76)),
        ),
        (
            "lines-of-1",
            format!("{BEGIN}\n{}\n{END}", wrapped(&flat, 1)),
        ),
        (
            "blanks-inside",
            format!("{BEGIN}\n{}\n{END}", wrapped(&flat, 8).replace('\n', " ")),
        ),
        ("double-quotes", format!("\"{s}\"")),
        ("single-quotes", format!("'{s}'")),
        ("curly-quotes", format!("\u{201c}{s}\u{201d}")),
        (
            "each-line-quoted",
            each_line(s, |line| format!("\"{line}\"")),
        ),
        ("body-quoted", format!("{BEGIN}\n\"{body}\"\n{END}")),
        ("indented", each_line(&k, |line| format!("    {line}"))),
        (
            "indented-by-tabs",
            each_line(&k, |line| format!("\t{line}")),
        ),
        (
            "yaml-block",
            format!("|\n{}", each_line(&k, |line| format!("    {line}"))),
        ),
        ("blanks-behind", each_line(&k, |line| format!("{line}  "))),
        ("blank-lines-between", k.replace('\n', "\n\n")),
        ("blank-line-first", k.replace(BEGIN, &format!("{BEGIN}\n"))),
        ("blank-line-last", k.replace(END, &format!("\n{END}"))),
        ("byte-order-mark", format!("\u{feff}{k}")),
        ("zero-width-spaces", k.replace('\n', "\u{200b}\n")),
        (
            "header",
            k.replace(BEGIN, &format!("{BEGIN}\nComment: x\n")),
        ),
        (
            "header-without-blank-line",
            k.replace(BEGIN, &format!("{BEGIN}\nComment: x")),
        ),
        ("certificate-then-key", key("certificate") + &k),
        ("key-then-certificate", k.clone() + &key("certificate")),
        ("public-then-key", key("public") + &k),
        ("key-then-public", k.clone() + &key("public")),
        ("two-keys", k.clone() + &key("rsa3072")),
        ("ec-key-then-key", key("ec-sec1") + &k),
        (
            "ec-parameters-then-key",
            format!(
                "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{k}"
            ),
        ),
        (
            "padding-missing",
            format!(
                "{}\n{END}\n",
                k.split(END)
                    .next()
                    .unwrap()
                    .trim_end()
                    .trim_end_matches('=')
            ),
        ),
        ("padding-too-long", k.replace(END, &format!("====\n{END}"))),
        (
            "pkcs8-labelled-pkcs1",
            k.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
        ),
        (
            "pkcs1-labelled-pkcs8",
            pkcs1.replace("RSA PRIVATE KEY", "PRIVATE KEY"),
        ),
        (
            "pkcs8-labelled-encrypted",
            k.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        ),
        (
            "pkcs8-labelled-any",
            k.replace("PRIVATE KEY", "ANY PRIVATE KEY"),
        ),
        ("pkcs1-labelled-dsa", pkcs1.replace("RSA", "DSA")),
        (
            "pkcs8-labelled-openssh",
            k.replace("PRIVATE", "OPENSSH PRIVATE"),
        ),
        ("begin-in-small-letters", k.replace("BEGIN", "Begin")),
        (
            "label-in-small-letters",
            k.replace("PRIVATE KEY", "private key"),
        ),
        (
            "two-blanks-in-label",
            k.replace("PRIVATE KEY", "PRIVATE  KEY"),
        ),
        ("four-hyphens", k.replace("-----", "----")),
        ("six-hyphens", k.replace("-----", "------")),
        (
            "blank-after-hyphens",
            k.replace("-----BEGIN", "----- BEGIN"),
        ),
        ("dashes", k.replace("-----", "\u{2014}\u{2014}")),
        (
            "other-end",
            k.replace("END PRIVATE KEY", "END RSA PRIVATE KEY"),
        ),
        ("no-end", k.replace(END, "")),
        ("no-begin", k.replace(BEGIN, "")),
        ("body-alone", body),
        ("cut", k[..600].into()),
        ("character-missing", damaged("")),
        ("character-altered", damaged("*")),
        ("padding-inside", damaged("=")),
        ("url-alphabet", k.replace('+', "-").replace('/', "_")),
        ("percent-encoded", k.replace('+', "%2B")),
        ("plus-lost", k.replace('+', " ")),
        ("quoted-mail", each_line(&k, |line| format!("> {line}"))),
        ("commented-out", each_line(&k, |line| format!("#{line}"))),
        ("base64-twice", STANDARD.encode(&k)),
        ("path", "/home/me/.oci/key.pem".into()),
        ("empty", String::new()),
        ("line-end-alone", "\n".into()),
    ];
    let forms = forms.into_iter();
    forms
        .map(|(name, text)| (name, text.into_bytes()))
        .collect()
}

fn encrypted() -> Vec<Form> {
    let l = key("legacy-aes256");
    let e = key("pbes2-aes-256-cbc");
    let forms: Vec<(&'static str, String)> = vec![
        ("legacy-crlf", l.replace('\n', "\r\n")),
        ("legacy-cr", l.replace('\n', "\r")),
        ("legacy-blanks", l.trim().replace('\n', " ")),
        ("legacy-written-lf", l.trim().replace('\n', "\\n")),
        ("legacy-indented", each_line(&l, |line| format!("  {line}"))),
        ("legacy-without-blank-line", l.replace("\n\n", "\n")),
        ("legacy-two-blank-lines", l.replace("\n\n", "\n\n\n")),
        ("legacy-blanks-in-blank-line", l.replace("\n\n", "\n  \n")),
        ("legacy-begin-glued", l.replace("-----\nProc", "----- Proc")),
        (
            "legacy-blank-line-first",
            l.replace("-----\nProc", "-----\n\nProc"),
        ),
        (
            "legacy-headers-swapped",
            l.replace("Proc-Type: 4,ENCRYPTED\n", "")
                .replace("\n\n", "\nProc-Type: 4,ENCRYPTED\n\n"),
        ),
        (
            "legacy-no-proc-type",
            l.replace("Proc-Type: 4,ENCRYPTED\n", ""),
        ),
        (
            "legacy-no-dek-info",
            l.lines()
                .filter(|line| !line.starts_with("DEK"))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
        (
            "legacy-blank-after-comma",
            l.replace("AES-256-CBC,", "AES-256-CBC, "),
        ),
        ("legacy-no-comma", l.replace("AES-256-CBC,", "AES-256-CBC")),
        (
            "legacy-small-letters",
            l.replace("AES-256-CBC", "aes-256-cbc"),
        ),
        ("legacy-no-blank-after-colon", l.replace(": ", ":")),
        ("legacy-label-after-end", format!("{}OCI_API_KEY", l.trim())),
        ("encrypted-blanks", e.trim().replace('\n', " ")),
        ("encrypted-cr", e.replace('\n', "\r")),
        ("encrypted-written-lf", e.trim().replace('\n', "\\n")),
        (
            "encrypted-label-after-end",
            format!("{}OCI_API_KEY", e.trim()),
        ),
        ("encrypted-quoted", format!("\"{}\"", e.trim())),
        ("encrypted-labelled-plain", e.replace("ENCRYPTED ", "")),
        ("encrypted-labelled-pkcs1", e.replace("ENCRYPTED", "RSA")),
    ];
    let forms = forms.into_iter();
    forms
        .map(|(name, text)| (name, text.into_bytes()))
        .collect()
}

fn bytes() -> Vec<Form> {
    let k = key("pkcs8");
    let flat: String = k.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(flat).unwrap();
    let mut longer = der.clone();
    longer.extend([0, 0]);
    let longer = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        wrapped(&STANDARD.encode(longer), 64)
    );
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(k.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        ("der", der),
        ("bytes-behind-the-der", longer.into_bytes()),
        ("utf-16", utf16),
        (
            "latin-1-around",
            [b"cl\xe9 de Zo\xeb\n".as_slice(), k.as_bytes()].concat(),
        ),
        ("nul-behind", [k.as_bytes(), b"\0"].concat()),
    ]
}
