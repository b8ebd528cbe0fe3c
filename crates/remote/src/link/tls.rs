//! Whom the link believes: the authorities that this machine knows, and those of a file for private certificates.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::error::LinkError;

/// TLS with ring. Given to the client whole, so that nothing depends on what else the process has chosen for itself.
pub(super) fn config(ca_file: Option<&Path>) -> Result<ClientConfig, LinkError> {
    let mut roots = machine_roots();
    if let Some(path) = ca_file {
        add_file(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| LinkError::Here(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// What the operating system believes; where it has no list, the common public authorities.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), LinkError> {
    let failed = |why: String| LinkError::Here(format!("the CA file {} {why}", path.display()));
    let certificates =
        CertificateDer::pem_file_iter(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    let mut added = 0;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| failed(format!("is not a PEM file: {error}")))?;
        roots.add(certificate).map_err(|error| failed(format!("holds a certificate that is not valid: {error}")))?;
        added += 1;
    }
    if added == 0 { Err(failed("holds no certificate".to_owned())) } else { Ok(()) }
}
