use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Result<Json, Broken> {
    Json::read(text.as_bytes())
}

#[test]
fn what_is_written_without_white_space_comes_out_byte_for_byte() {
    for text in [
        "null",
        "-0",
        "1e400",
        "12345678901234567890123.4500",
        r#"{"b":1,"a":[true,false,null,"x\n\"\\y","é"],"":{}}"#,
        "[]",
        "\"\\u0001\"",
    ] {
        let json = read(text).unwrap();
        assert_eq!(String::from_utf8(json.write()).unwrap(), text);
    }
}

#[test]
fn what_two_readers_could_read_differently_is_not_taken() {
    for (text, what) in [
        (r#"{"a":1,"a":2}"#, "a name stands twice in one object"),
        (r#"{"a":1,"\u0061":2}"#, "a name stands twice in one object"),
        ("01", "a number that is none"),
        ("1.", "a number that is none"),
        ("+1", "a value is missing"),
        ("[1,]", "a value is missing"),
        ("[1", "a list does not end"),
        ("{", "a text in quotes is missing"),
        (r#"{"a" 1}"#, "a colon is missing"),
        ("\"a", "a text does not end"),
        ("\"\t\"", "a control character in a text"),
        (r#""\ud800""#, "an escape that means no character"),
        ("1 2", "something follows its end"),
        ("", "it ends too early"),
        ("nul", "a value is missing"),
    ] {
        assert_eq!(read(text).unwrap_err().what, what, "{text}");
    }
    assert_eq!(Json::read(b"\"\xff\"").unwrap_err().what, "it is not UTF-8");
}

#[test]
fn depth_and_size_are_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(DEEPEST)).is_ok());
    assert_eq!(
        read(&nested(DEEPEST + 1)).unwrap_err().what,
        "it nests too deep"
    );
    let many = format!("[{}0]", "0,".repeat(MOST));
    assert_eq!(read(&many).unwrap_err().what, "it has too many values");
    let members: Vec<String> = (0..1000).map(|n| format!("\"m{n}\":0")).collect();
    let object = format!("{{{}}}", members.join(","));
    assert!(read(&object).is_ok());
    let doubled = format!("{{{},\"m700\":1}}", members.join(","));
    assert!(read(&doubled).is_err());
}

#[test]
fn a_shape_says_nothing_of_the_value() {
    let json = read(r#"{"a":["x"],"b":"Canary7","c":-4.5,"d":true,"e":null}"#).unwrap();
    let shape = |name| json.get(name).unwrap().shape();
    let shapes: Vec<String> = ["a", "b", "c", "d", "e"].map(shape).into();
    let expected = ["list of 1", "text of 7", "number", "boolean", "null"];
    assert_eq!(shapes, expected);
    assert_eq!(json.shape(), "object of 5");
}

proptest! {
    #[test]
    fn it_agrees_with_serde_about_what_it_takes(text in r#"[\[\]{}",:0-9a-e.\\ntrulfs+ -]{0,40}"#) {
        if let Ok(json) = read(&text) {
            let theirs: serde_json::Value = match serde_json::from_str(&text) {
                Ok(theirs) => theirs,
                // Numbers that serde cannot hold are numbers.
                Err(error) => { prop_assert!(error.to_string().contains("out of range")); return Ok(()); }
            };
            let written = String::from_utf8(json.write()).unwrap();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), theirs);
            prop_assert_eq!(read(&written).unwrap(), json);
        }
    }
}
