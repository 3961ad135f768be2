//! What the platform assigns to tenants.

use super::Name;

/// Hosts and paths below which the services of one tenant route, and those of no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Whose it is.
    pub tenant: Name,
    /// The host, lower case; `*.example.com` for one or more labels. `None`: every host.
    pub host: Option<Name>,
    /// The prefix of the paths, normal form, without a slash at its end; empty for all.
    pub base_path: Name,
}

impl Assignment {
    /// Whether everything at a host (`None`: any) below a path is within this.
    pub fn covers(&self, host: Option<&str>, base_path: &str) -> bool {
        let host_fits = match (self.host.as_deref(), host) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(ours), Some(host)) => ours == host || is_below(ours, host),
        };
        host_fits && is_path_below(&self.base_path, base_path)
    }

    /// Whether something at a host (`None`: any) below a path is within this.
    pub fn touches(&self, host: Option<&str>, base_path: &str) -> bool {
        let hosts_meet = match (self.host.as_deref(), host) {
            (None, _) | (_, None) => true,
            (Some(ours), Some(host)) => {
                ours == host || is_below(ours, host) || is_below(host, ours)
            }
        };
        let paths_meet =
            is_path_below(&self.base_path, base_path) || is_path_below(base_path, &self.base_path);
        hosts_meet && paths_meet
    }
}

/// Whether a host, or all that a pattern stands for, matches a pattern that begins with `*`.
fn is_below(pattern: &str, host: &str) -> bool {
    // `.example.com` for `*.example.com`.
    pattern
        .strip_prefix('*')
        .is_some_and(|domain| host.len() > domain.len() && host.ends_with(domain))
}

/// Whether a path is a prefix or below it, segment by segment.
fn is_path_below(prefix: &str, path: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
