//! Mails about what becomes of versions, to those who have subscriptions.

use crate::mail::plain::{date, go, list, name, time};
use crate::mail::template::{Stage, Version};

pub(super) fn version(
    about: &Version,
    stage: Stage,
    apps: &[String],
    link: &str,
    ours: &str,
) -> (String, String) {
    let publisher = about.publisher.as_deref().map(name);
    let publisher = publisher.unwrap_or_else(|| ours.to_owned());
    let (service, version) = (name(&about.service), name(&about.version));
    let which = format!("version {version} of {service}");
    let moving = about.successor.as_deref().map_or_else(
        || "No version to move to was named.".to_owned(),
        |successor| format!("The version to move to is {}.", name(successor)),
    );
    let (subject, text) = match stage {
        Stage::Published => (
            format!("{service} {version} is published"),
            format!("{publisher} has published {which}. Other versions stay as they are."),
        ),
        Stage::Deprecated { sunset } => {
            let ends = sunset.map_or_else(
                || "It still works; when it will stop was not said.".to_owned(),
                |sunset| format!("It still works, until {}.", time(sunset)),
            );
            (
                format!("{service} {version} is deprecated"),
                format!("{publisher} has deprecated {which}. {ends} {moving}"),
            )
        }
        Stage::Retiring { at } => (
            format!("{service} {version} stops working on {}", date(at)),
            format!(
                "Version {version} of {service} stops working at {}, as {publisher} has decided. {moving}",
                time(at)
            ),
        ),
        Stage::Retired => (
            format!("{service} {version} has stopped working"),
            format!(
                "{publisher} has retired {which}: requests to it are refused with the code route.version_retired. {moving}"
            ),
        ),
    };
    let next = go("To read about it", link, &[]);
    let apps = list(apps);
    let text = format!(
        "\
{text}

You get this mail since these apps of yours have a subscription to {service}:

{apps}

{next}"
    );
    (subject, text)
}
