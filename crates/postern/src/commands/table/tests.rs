use super::table;

#[test]
fn columns_are_as_wide_as_they_need_to_be() {
    let rows = [
        vec!["key_1".to_owned(), String::new(), "ü".to_owned()],
        vec!["k".to_owned(), "\u{1b}[2J".to_owned(), "y".to_owned()],
    ];
    assert_eq!(
        table(&["ID", "STATE", "X"], &rows),
        "ID     STATE            X\nkey_1                   ü\nk      (not printable)  y"
    );
}
