//! Mails: what they say ([`Template`]) and how they are handed to a server ([`Mailer`]).

mod catalogue;
mod error;
mod mailer;
mod message;
mod plain;
mod session;
mod starttls;
mod template;
#[cfg(test)]
mod tests;

pub use error::MailError;
pub use mailer::{Login, Mailer, Security, Server};
pub use message::Message;
pub use template::{
    Asked, Became, Cause, Decision, Installation, Invitation, Password, RevokedCredential, Stage,
    Subscription, Template, Version,
};

/// Whether a text is an address that mails can go to, with or without a name.
pub fn is_address(text: &str) -> bool {
    message::mailbox(text).is_ok()
}

/// What a server says, and addresses.
pub(crate) fn fuzz(data: &[u8]) -> Result<(), String> {
    if starttls::end(data).is_some_and(|end| end == 0 || end > data.len()) {
        return Err("a reply ends where there is none".to_owned());
    }
    let text = String::from_utf8_lossy(data);
    match message::mailbox(&text) {
        Ok(mailbox) if mailbox.to_string().contains(['\r', '\n']) => {
            Err("an address has two lines".to_owned())
        }
        _ => Ok(()),
    }
}
