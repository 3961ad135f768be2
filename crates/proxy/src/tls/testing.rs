//! Authorities, chains and handshakes in memory, for the tests of this module.

use postern_model::entity::{CertificateFiles, ChainSource, KeySource, ListenerTls, TlsVersion};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::{ClientConnection, Error, ServerConnection};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// An authority that issues leaves and further authorities.
pub(super) struct Authority {
    pub(super) issuer: Issuer<'static, KeyPair>,
    pub(super) certificate: Certificate,
    /// Certificates from this one up to, but without, the root.
    above: Vec<CertificateDer<'static>>,
}

/// Years of validity: from the first of January to the first of January.
pub(super) type Years = (i32, i32);

pub(super) const ALWAYS: Years = (2000, 2100);

fn params(name: &str, years: Years) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Acme");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    params
}

fn authority_params(name: &str, years: Years) -> CertificateParams {
    let mut params = params(name, years);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

impl Authority {
    pub(super) fn root(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = authority_params(name, ALWAYS);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
            above: Vec::new(),
        }
    }

    pub(super) fn intermediate(&self, name: &str, years: Years) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = authority_params(name, years);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let mut above = vec![certificate.der().clone()];
        above.extend(self.above.iter().cloned());
        Self {
            issuer: Issuer::new(params, key),
            certificate,
            above,
        }
    }

    /// This authority's certificate in the role of a leaf.
    pub(super) fn into_leaf(self) -> Leaf {
        Leaf {
            chain: self.above,
            key: KeyPair::try_from(self.issuer.key().serialized_der()).unwrap(),
        }
    }

    /// A leaf for clients.
    pub(super) fn client(&self, name: &str, years: Years) -> Leaf {
        self.leaf(name, years, &[], &[ExtendedKeyUsagePurpose::ClientAuth])
    }

    /// A leaf for servers.
    pub(super) fn server(&self, names: &[&str]) -> Leaf {
        let purposes = [ExtendedKeyUsagePurpose::ServerAuth];
        self.leaf("server", ALWAYS, names, &purposes)
    }

    fn leaf(
        &self,
        name: &str,
        years: Years,
        alternative: &[&str],
        purposes: &[ExtendedKeyUsagePurpose],
    ) -> Leaf {
        let names: Vec<String> = alternative.iter().map(ToString::to_string).collect();
        let mut params = params(name, years);
        params.subject_alt_names = CertificateParams::new(names).unwrap().subject_alt_names;
        params.serial_number = Some(SerialNumber::from(name.len() as u64));
        params.extended_key_usages = purposes.to_vec();
        self.issue(&params, KeyPair::generate().unwrap())
    }

    pub(super) fn issue(&self, params: &CertificateParams, key: KeyPair) -> Leaf {
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let mut chain = vec![certificate.der().clone()];
        chain.extend(self.above.iter().cloned());
        Leaf { chain, key }
    }

    /// A revocation list, good for the years, with these serial numbers.
    pub(super) fn revocations(&self, years: Years, serials: &[u64]) -> String {
        let serials: Vec<_> = serials
            .iter()
            .map(|serial| SerialNumber::from(*serial).to_bytes())
            .collect();
        self.revocations_of(years, &serials)
    }

    /// The same, with serial numbers as a certificate has them.
    pub(super) fn revocations_of(&self, years: Years, serials: &[Vec<u8>]) -> String {
        CertificateRevocationListParams {
            this_update: date_time_ymd(years.0, 1, 1),
            next_update: date_time_ymd(years.1, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials
                .iter()
                .map(|serial| RevokedCertParams {
                    serial_number: SerialNumber::from_slice(serial),
                    revocation_time: date_time_ymd(years.0, 1, 1),
                    reason_code: Some(RevocationReason::KeyCompromise),
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        }
        .signed_by(&self.issuer)
        .unwrap()
        .pem()
        .unwrap()
    }
}

/// An end of a chain, with its key.
pub(super) struct Leaf {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: KeyPair,
}

impl Leaf {
    pub(super) fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }

    /// This leaf in the role of an authority, which it must not have.
    pub(super) fn into_authority(self, name: &str) -> Authority {
        Authority {
            issuer: Issuer::new(authority_params(name, ALWAYS), self.key),
            certificate: CertificateParams::default()
                .self_signed(&KeyPair::generate().unwrap())
                .unwrap(),
            above: self.chain,
        }
    }

    pub(super) fn chain_pem(&self) -> String {
        self.chain
            .iter()
            .map(|der| pem("CERTIFICATE", der))
            .collect()
    }

    /// Writes `NAME.pem` and `NAME.key`.
    pub(super) fn write(&self, directory: &Path, name: &str) -> CertificateFiles {
        let certificate = directory.join(format!("{name}.pem"));
        let key = directory.join(format!("{name}.key"));
        std::fs::write(&certificate, self.chain_pem()).unwrap();
        std::fs::write(&key, self.key.serialize_pem()).unwrap();
        CertificateFiles {
            certificate: ChainSource::File(certificate.into()),
            key: KeySource::File(key.into()),
            hosts: None,
        }
    }
}

pub(super) fn pem(label: &str, der: &[u8]) -> String {
    use std::fmt::Write;
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in der.chunks(48) {
        for group in line.chunks(3) {
            let bits = group
                .iter()
                .chain([0, 0].iter())
                .take(3)
                .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
            for place in 0..4 {
                let index = (bits >> (18 - 6 * place)) as usize & 63;
                text.push(if place <= group.len() {
                    char::from(ALPHABET[index])
                } else {
                    '='
                });
            }
        }
        text.push('\n');
    }
    writeln!(text, "-----END {label}-----").unwrap();
    text
}

pub(super) fn listener(certificates: Vec<CertificateFiles>) -> ListenerTls {
    ListenerTls {
        certificates,
        min_version: TlsVersion::V1_2,
        request_client_certificate: true,
    }
}

/// Noon of the first of July.
pub(super) fn mid(year: i32) -> UnixTime {
    let seconds = date_time_ymd(year, 7, 1).unix_timestamp() + 12 * 3600;
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap()))
}

/// Carries everything both sides want to say, until neither does.
pub(super) fn handshake(
    client: &mut ClientConnection,
    server: &mut ServerConnection,
) -> Result<(), Error> {
    while client.wants_write() || server.wants_write() {
        let mut bytes = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut bytes).unwrap();
        }
        let mut input = bytes.as_slice();
        while !input.is_empty() {
            server.read_tls(&mut input).unwrap();
            server.process_new_packets()?;
        }
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        let mut input = bytes.as_slice();
        while !input.is_empty() {
            client.read_tls(&mut input).unwrap();
            client.process_new_packets()?;
        }
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
    Ok(())
}

/// Connects and shakes hands.
pub(super) fn connect(
    client: &Arc<rustls::ClientConfig>,
    server: &Arc<rustls::ServerConfig>,
    name: &str,
) -> Result<(ClientConnection, ServerConnection), Error> {
    let name = name.to_owned().try_into().unwrap();
    let mut client = ClientConnection::new(Arc::clone(client), name)?;
    let mut server = ServerConnection::new(Arc::clone(server))?;
    handshake(&mut client, &mut server)?;
    Ok((client, server))
}
