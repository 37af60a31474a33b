//! Errors from loading certificates of authorities.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use oci_genai_auth::redact;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::error_chain;

/// Error for missing certificates of authorities.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CertificatesError {
    /// A variable names a path that cannot be read.
    #[error("could not read {variable} {}", redact::shown_path(path))]
    Unreadable {
        /// Name of the variable.
        variable: &'static str,
        /// The path.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// No certificates were found.
    #[error(
        "could not find certificates of authorities; hint: install them, or name a file with them in SSL_CERT_FILE"
    )]
    None,
}

impl fmt::Debug for CertificatesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        error_chain::debug(self, "CertificatesError", f)
    }
}

/// Returns the problem with the sources of certificates, if there is one.
pub(super) fn problem() -> Option<CertificatesError> {
    let [file, folders] = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(std::env::var_os);
    of(file.as_deref(), folders.as_deref())
}

fn of(file: Option<&OsStr>, folders: Option<&OsStr>) -> Option<CertificatesError> {
    let unreadable = |variable, path: &Path, source| CertificatesError::Unreadable {
        variable,
        path: path.to_owned(),
        source,
    };
    if let Some(path) = file.map(Path::new)
        && let Err(source) = read(path)
    {
        return Some(unreadable("SSL_CERT_FILE", path, source));
    }
    for path in folders.iter().flat_map(std::env::split_paths) {
        if let Err(source) = std::fs::read_dir(&path) {
            return Some(unreadable("SSL_CERT_DIR", &path, source));
        }
    }
    (file.is_none() || folders.is_some()).then_some(CertificatesError::None)
}

/// Reads the first certificate of a file.
fn read(path: &Path) -> io::Result<()> {
    let first = CertificateDer::pem_reader_iter(File::open(path)?).next();
    match first {
        Some(Ok(_)) => Ok(()),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it contains no certificate in PEM",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_and_the_reason_are_named() {
        let folder = tempfile::TempDir::new().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "nothing").unwrap();
        let nowhere = folder.path().join("nowhere");
        let said = |file: Option<&Path>, folders: Option<&Path>| {
            let problem = of(file.map(Path::as_os_str), folders.map(Path::as_os_str)).unwrap();
            let cause = std::error::Error::source(&problem).map(ToString::to_string);
            format!("{problem}: {}", cause.unwrap_or_default())
        };
        let missing = said(Some(&nowhere), None);
        assert!(
            missing.contains("SSL_CERT_FILE") && missing.contains("No such file"),
            "{missing}"
        );
        let none = said(Some(&empty), None);
        assert!(
            none.contains("SSL_CERT_FILE") && none.contains("no certificate"),
            "{none}"
        );
        let missing = said(None, Some(&nowhere));
        assert!(
            missing.contains("SSL_CERT_DIR") && missing.contains("No such file"),
            "{missing}"
        );
        assert!(said(None, Some(folder.path())).contains("could not find certificates"));
        assert!(said(None, None).contains("could not find certificates"));
    }
}
