//! Whom the clients of both programs believe: the authorities that this machine knows, and those of a file for private certificates.

use std::path::Path;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Why a client cannot be prepared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientTlsError {
    #[error("the CA file {0} {1}")]
    File(String, String),
    #[error("TLS cannot be prepared: {0}")]
    Rustls(#[from] tokio_rustls::rustls::Error),
}

/// TLS with ring, for a client. Given to the client whole, so that nothing depends on what else the process has chosen for itself.
pub fn client_tls(ca_file: Option<&Path>) -> Result<ClientConfig, ClientTlsError> {
    let mut roots = machine_roots();
    if let Some(path) = ca_file {
        add_file(&mut roots, path)?;
    }
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// What the operating system believes; where it has no list, as in a bare container, the common public authorities.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), ClientTlsError> {
    let failed = |why: String| ClientTlsError::File(path.display().to_string(), why);
    let certificates =
        CertificateDer::pem_file_iter(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    let mut added = 0;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| failed(format!("is not a PEM file: {error}")))?;
        roots.add(certificate).map_err(|error| failed(format!("holds a certificate that is not valid: {error}")))?;
        added += 1;
    }
    if added == 0 { Err(failed("holds no certificate; give a PEM file".to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::client_tls;

    #[test]
    fn a_ca_file_is_a_pem_file() {
        assert!(client_tls(None).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "no certificate").unwrap();
        assert!(client_tls(Some(&file)).unwrap_err().to_string().contains("no certificate"));
        assert!(
            client_tls(Some(&folder.path().join("missing.pem"))).unwrap_err().to_string().contains("cannot be read")
        );
    }
}
