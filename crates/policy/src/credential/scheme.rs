//! The schemes of `Authorization` (RFC 9110 §11.1).

/// What follows the name of a scheme in a value of `Authorization`; `None` where it is of another
/// scheme. The name may be written in any case.
pub(super) fn after<'a>(value: &'a [u8], scheme: &str) -> Option<&'a [u8]> {
    let (name, rest) = value.split_at_checked(scheme.len())?;
    let ends = rest.first().is_none_or(|&byte| byte == b' ');
    (name.eq_ignore_ascii_case(scheme.as_bytes()) && ends).then(|| rest.trim_ascii())
}
