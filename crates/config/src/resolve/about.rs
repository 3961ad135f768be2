//! What people are told of services, versions and operations.

use super::Resolver;
use super::declared::{CATEGORY, refer};
use crate::code::Code;
use crate::document::service::{Operation, Service, Version};
use crate::findings::quote;
use crate::located::At;
use crate::scalar::text::{Description, Text};
use postern_model::entity::{About, Name};

/// What every one of them may say.
struct Said<'a> {
    title: Option<&'a Text>,
    description: Option<&'a Description>,
    tags: Option<&'a Vec<At<Text>>>,
}

impl Resolver<'_, '_> {
    pub(super) fn about_service(
        &mut self,
        name: &At<String>,
        given: &Service,
    ) -> Option<Box<About>> {
        let shown = format!("service {}", quote(&name.value));
        let mut categories: Vec<Name> = Vec::new();
        for category in given.categories.iter().flatten() {
            refer(
                self.findings,
                &CATEGORY,
                &self.names.categories,
                category,
                || format!("{shown} is in a category that does not exist"),
            );
            if !categories.iter().any(|have| **have == *category.value) {
                categories.push(category.value.as_str().into());
            }
        }
        let about = self.about(
            &shown,
            &Said {
                title: given.title.as_ref(),
                description: given.description.as_ref(),
                tags: given.tags.as_ref(),
            },
        );
        let about = About {
            categories,
            contact: given.contact.as_ref().map(|contact| contact.0.clone()),
            documentation: given.documentation.as_ref().map(|url| url.0.clone()),
            logo: given.logo.as_ref().map(|url| url.0.clone()),
            ..about
        };
        about.boxed()
    }

    pub(super) fn about_version(
        &mut self,
        name: &At<String>,
        given: &Version,
    ) -> Option<Box<About>> {
        let said = Said {
            title: given.title.as_ref(),
            description: given.description.as_ref(),
            tags: given.tags.as_ref(),
        };
        self.about(&format!("version {}", quote(&name.value)), &said)
            .boxed()
    }

    pub(super) fn about_operation(
        &mut self,
        name: &At<String>,
        given: &Operation,
    ) -> Option<Box<About>> {
        let said = Said {
            title: given.title.as_ref(),
            description: given.description.as_ref(),
            tags: given.tags.as_ref(),
        };
        self.about(&format!("operation {}", quote(&name.value)), &said)
            .boxed()
    }

    fn about(&mut self, shown: &str, said: &Said<'_>) -> About {
        let mut tags: Vec<Name> = Vec::new();
        for tag in said.tags.into_iter().flatten() {
            if tags.contains(&tag.value.0) {
                let message = format!("{shown} has a tag twice");
                self.findings
                    .warning(Code::Conflict, tag.span, &message, "the second one");
            } else {
                tags.push(tag.value.0.clone());
            }
        }
        About {
            title: said.title.map(|title| title.0.clone()),
            description: said.description.map(|text| text.0.clone()),
            tags,
            ..About::default()
        }
    }
}
