//! What is sent out, against real servers: aiosmtpd and oauth2-mock-server.

#[cfg(test)]
mod oidc;
#[cfg(test)]
mod smtp;
#[cfg(test)]
mod support;
