use super::*;
use crate::load::Request;

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = ALL.iter().map(|scenario| scenario.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
}

#[test]
fn patterns_select_by_name_prefix_and_suffix() {
    let names = |patterns| {
        let names = ALL.iter().map(|scenario| scenario.name);
        names
            .filter(|name| selected(patterns, name))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(Some("post-32")), ["post-32"]);
    assert_eq!(names(Some("get*")), ["get-1", "get-32", "get-256"]);
    assert_eq!(
        names(Some("*-256, up-64k")),
        ["get-256", "post-256", "up-64k"]
    );
    assert!(names(Some("nothing")).is_empty());
    assert_eq!(names(None).len(), ALL.len());
}

#[test]
fn every_command_is_one_that_the_load_generator_reads() {
    for scenario in ALL {
        let read = |ask| match ask {
            Ask::Made(..) => {}
            Ask::Curl(curl) | Ask::Fresh(curl, _) => {
                Request::parse(curl).unwrap();
            }
        };
        read(scenario.ask);
        if let Entrants::Variants(variants) | Entrants::Ways(variants) = scenario.entrants {
            let names: std::collections::HashSet<_> = variants.iter().map(|v| v.name).collect();
            assert_eq!(names.len(), variants.len());
            for variant in variants {
                read(variant.ask);
                assert_eq!(variant.code.is_none(), variant.status == 200);
            }
        }
    }
}
