//! Why a connection failed, in the words of what failed.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// The cause itself, which libraries wrap in words about requests; of a certificate that is refused, what would work.
pub fn cause(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    loop {
        if let Some(why) = of_tls(deepest).and_then(untrusted) {
            return why;
        }
        match deepest.source() {
            Some(deeper) => deepest = deeper,
            None => return deepest.to_string(),
        }
    }
}

/// What TLS says, also where it stands in an error of a socket, which names the source of what it holds but not that itself.
fn of_tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let held = |error: &'a io::Error| of_tls(error.get_ref()?);
    error.downcast_ref().or_else(|| error.downcast_ref().and_then(held))
}

/// What is wrong with a server, as far as it is its certificate or that it has none.
fn untrusted(error: &rustls::Error) -> Option<String> {
    let why = match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            "no authority that this machine trusts has signed its certificate; SSL_CERT_FILE names a file of those to trust \
             instead"
        }
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "its certificate is for another name than that of the URL",
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => "its certificate is not of this time: it has expired, or this machine's clock is wrong",
        rustls::Error::InvalidMessage(_) => "it does not speak https",
        _ => return None,
    };
    Some(why.to_owned())
}
