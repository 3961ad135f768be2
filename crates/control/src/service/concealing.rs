//! What is left out of errors for whoever may not know what the platform is made of.

use postern_model::egress::allowed;
use postern_model::entity::Egress;
use std::net::{IpAddr, SocketAddr};

/// Stands for an address that the gateway may not connect to.
pub(super) const FORBIDDEN: &str = "forbidden";

/// Leaves out of an error what would say where a name leads that leads where it must not.
pub(super) fn conceal(error: &mut Option<String>, egress: &Egress) {
    let Some(said) = error else { return };
    let mut told: Vec<&str> = Vec::new();
    for word in said.split(' ') {
        let bare = word.trim_matches([',', ';', '(', ')']);
        told.push(if is_hidden(bare.trim_end_matches(':'), egress) {
            FORBIDDEN
        } else {
            word
        });
    }
    *error = Some(told.join(" "));
}

/// Whether a word is such an address, or a range that the rule names.
fn is_hidden(word: &str, egress: &Egress) -> bool {
    let address = word.parse::<SocketAddr>().ok();
    let address = address.or_else(|| Some((word.parse::<IpAddr>().ok()?, 443).into()));
    address.is_some_and(|to| allowed(to, egress, &[], |_| false).is_err())
        || word.parse::<ipnet::IpNet>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_name_leads_that_it_must_not_is_left_out() {
        let said = "login.example.com: 10.0.0.7 is a private address, 10.0.0.7:443, [fd00::1]:443: \
                    (8.8.8.8) in 10.0.0.0/8, which `egress.deny` lists";
        let mut error = Some(said.to_owned());
        conceal(&mut error, &Egress::default());
        let told = error.unwrap();
        assert!(!told.contains("10.0.0") && !told.contains("fd00"), "{told}");
        assert!(told.contains("8.8.8.8") && told.contains("login.example.com"));
    }
}
