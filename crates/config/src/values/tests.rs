use super::*;
use serde_json::json;

#[test]
fn yaml_becomes_json_and_loses_nothing() {
    let text = "a: &x {n: 80, big: 99999999999999999999, t: true, v: 1.10, o: 007, q: '80'}\n\
                b: [*x, ~]\n\
                d: 2026-11-20";
    let x = json!({
        "n": 80, "big": "99999999999999999999", "t": true, "v": "1.10", "o": "007", "q": "80"
    });
    assert_eq!(
        values("f.yaml", text).unwrap(),
        json!({"a": x, "b": [x, null], "d": "2026-11-20"})
    );
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let report = values("f.yaml", "a: 1\na: 2\n").unwrap_err();
    let position = report.diagnostics[0].position.as_ref().unwrap();
    assert_eq!((position.line, position.column), (2, 1));
}

#[test]
fn every_example_is_the_same_configuration_as_json() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        let name = path.display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let json = values(&name, &text).unwrap().to_string();
        let secrets = crate::System::throwaway();
        let (Ok(yaml), Ok(json)) = (
            crate::parse(&name, &text, &secrets),
            crate::parse(&name, &json, &secrets),
        ) else {
            continue;
        };
        assert_eq!(yaml.configuration, json.configuration, "{name}");
        assert_eq!(yaml.accounts, json.accounts, "{name}");
    }
}
