use super::*;

fn block(name: &str, cause: Cause) -> CallerBlock {
    CallerBlock {
        number: 7,
        kind: CallerKind::Credential,
        name: name.into(),
        cause,
        shadow: false,
        since: 1,
        until: 2,
    }
}

#[test]
fn what_is_written_is_read() {
    let data = tempfile::tempdir().unwrap();
    let file = BlockFile::new(data.path());
    assert_eq!(file.read().unwrap(), [], "nothing was kept yet");
    let blocks = vec![
        block(
            "key_a",
            Cause::Abuse {
                policy: "probing".into(),
                trigger: Code::ScopeMissing,
            },
        ),
        CallerBlock {
            kind: CallerKind::App,
            ..block(
                "shop",
                Cause::Hand {
                    by: "ada".into(),
                    reason: Some("it leaks".into()),
                },
            )
        },
    ];
    file.write(|| Some(blocks.clone())).unwrap();
    file.write(|| None).unwrap();
    assert_eq!(file.read().unwrap(), blocks);
    file.write(|| Some(Vec::new())).unwrap();
    assert_eq!(file.read().unwrap(), []);
    std::fs::write(data.path().join("blocks.json"), "half").unwrap();
    assert!(file.read().is_err());
}
