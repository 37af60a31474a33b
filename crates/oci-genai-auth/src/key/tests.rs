use super::*;

#[test]
fn a_generated_key_signs_and_round_trips_through_pem() {
    use secrecy::ExposeSecret as _;
    let key = PrivateKey::generate().unwrap();
    let again = PrivateKey::from_pem(key.to_pem().unwrap().expose_secret(), None).unwrap();
    assert_eq!(key.public_key(), again.public_key());
    assert_eq!(
        key.sign_base64(b"text").unwrap(),
        again.sign_base64(b"text").unwrap()
    );
    let public = PublicKey::from_pem(&key.public_key().to_pem()).unwrap();
    assert_eq!(public.fingerprint(), key.public_key().fingerprint());
}

#[test]
fn each_mistake_has_its_own_message() {
    let key = PrivateKey::generate().unwrap();
    let public = key.public_key().to_pem();
    let cut = "-----BEGIN PRIVATE KEY-----\nAAAA\n";
    let ec = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
    let locked =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    for (text, part) in [
        ("", "empty"),
        ("hello", "no PEM block"),
        (public.as_str(), "public key"),
        (cut, "no END line"),
        (ec, "an EC key"),
        (locked, "malformed"),
    ] {
        let error = PrivateKey::from_pem(text, None).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn labels_and_ciphers_that_are_none_are_not_repeated() {
    let blanks = " ".repeat(25);
    for text in [
        format!("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END{blanks}-----\n"),
        format!("-----BEGIN{blanks}-----\nAAAA\n-----END{blanks}-----\n"),
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: CAMELLI----A-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n".to_owned(),
    ] {
        let phrase = secrecy::SecretString::from("x");
        let error = PrivateKey::from_pem(&text, Some(&phrase)).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("          ") && !shown.contains("CAMELLI"),
            "{shown}"
        );
    }
}

#[test]
fn labels_with_unknown_words_are_not_shown() {
    for text in [
        "-----BEGIN RSAMII PRIVATMEGAAAAIN-----\nAAAA\n-----END RSAMII PRIVATMEGAAAAIN-----\n",
        "-----BEGIN MEGAAAAIN PRIVATE KEY-----\nAAAA\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END MEGAAAAIN KEY-----\n",
    ] {
        let error = PrivateKey::from_pem(text, None).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("unknown`"), "{shown}");
        assert!(!shown.contains("MEGAAAAIN"), "{shown}");
    }
}
