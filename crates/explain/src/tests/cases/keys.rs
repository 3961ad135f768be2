//! API keys, and credentials of the wrong kind.

use super::*;

pub(super) fn credentials() -> Vec<Case> {
    let foreign = || CredentialVerdict::Unknown {
        id: "key_0000111122223333".into(),
    };
    vec![
        case(Code::CredentialMissing, json!({}), with(CredentialVerdict::Missing)).if_wrong(),
        case(
            Code::CredentialMalformed,
            json!({}),
            with(CredentialVerdict::Malformed {
                place: Place::Header("x-api-key".into()),
                fault: Malformed::Truncated,
            }),
        )
        .fixes(0),
        case(
            Code::CredentialKindNotAccepted,
            json!({}),
            with(CredentialVerdict::KindNotAccepted {
                sent: OtherKind::Bearer,
            }),
        )
        .if_wrong(),
        case(
            Code::CredentialKindNotAccepted,
            but_for_one(),
            with(CredentialVerdict::KindNotAccepted {
                sent: OtherKind::ApiKey,
            }),
        )
        .fixes(0)
        .blames(Fault::Publisher)
        .unproved(1),
        case(
            Code::CredentialAmbiguous,
            json!({}),
            with(CredentialVerdict::Ambiguous {
                places: vec![Place::Header("x-api-key".into())],
            }),
        )
        .fixes(0),
        case(Code::CredentialUnknown, json!({}), with(foreign())).fixes(0),
        case(
            Code::CredentialWrongSecret,
            json!({}),
            with(CredentialVerdict::WrongSecret { id: KEY.into() }),
        )
        .fixes(0),
        case(Code::CredentialNotYetValid, key(&json!({"not_before": "2026-12-01"})), post()),
        case(Code::CredentialExpired, key(&json!({"expires_at": "2026-11-20T12:00:00Z"})), post()),
        case(
            Code::CredentialRevoked,
            key(&json!({"revoked_at": "2026-11-21", "revoked_by": "ann@example.com", "reason": "leaked"})),
            post(),
        )
        .if_wrong(),
        case(
            Code::CredentialWrongEnvironment,
            json!({}),
            Request {
                credential: Some(verified(STAGING)),
                ..post()
            },
        ),
        case(
            Code::CredentialRestricted,
            key(&json!({"restricted_to": {"addresses": ["10.0.0.0/8"]}})),
            post(),
        ),
    ]
}
