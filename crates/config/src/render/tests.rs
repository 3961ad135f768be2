use crate::tests::parse;

#[test]
fn colour_is_only_added() {
    let report = parse("timeouts: {idel: 10s}").unwrap_err();
    let plain = report.render(false);
    let coloured = report.render(true);
    assert!(!plain.contains('\u{1b}'));
    let stripped = coloured.split('\u{1b}').enumerate().map(|(n, part)| {
        if n == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        }
    });
    assert_eq!(stripped.collect::<String>(), plain);
}

#[test]
fn marks_stand_below_wide_characters_and_tabs() {
    let report = parse("{\"forwarding\":\t{\"名前\":\t1}}").unwrap_err();
    let lines: Vec<_> = report.to_string().lines().map(str::to_owned).collect();
    assert_eq!(lines[3], "1 | {\"forwarding\":    {\"名前\":    1}}");
    assert_eq!(lines[4], "  |                    ^^^^^^ unknown field");
}

#[test]
fn a_long_line_is_cut_around_the_mark() {
    let padding = " ".repeat(5000);
    let report = parse(&format!("{{{padding}foo: 1,{padding}limits: {{}}}}")).unwrap_err();
    let position = report.diagnostics[0].position.as_ref().unwrap();
    assert_eq!((position.line, position.column), (1, 5002));
    let lines: Vec<_> = report.to_string().lines().map(str::to_owned).collect();
    assert!(
        lines[3].starts_with("1 | …") && lines[3].len() < 300,
        "{}",
        lines[3]
    );
    assert_eq!(
        lines[4].find('^'),
        lines[3].find("foo").map(|at| at - '…'.len_utf8() + 1)
    );
}

#[test]
fn a_document_cannot_write_to_the_terminal() {
    let report = parse("\"\\e[2J\\u202e\": 1").unwrap_err();
    let text = report.to_string();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}
