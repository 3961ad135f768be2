use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

/// What stands within the page.
fn within(markdown: &str) -> String {
    let html = html(markdown);
    let (_, after) = html.split_once("<main>\n").unwrap();
    after.split_once("</main>").unwrap().0.to_owned()
}

#[test]
fn the_policy_lets_the_style_sheet_in_and_nothing_else() {
    let hash = STANDARD.encode(sha2::Sha256::digest(STYLE.as_bytes()));
    assert!(POLICY.contains(&format!("'sha256-{hash}'")), "{hash}");
}

#[test]
fn blocks_become_elements() {
    assert_eq!(
        within("# A\n\nB `c`.\n\n## D\n\n- e\n- **f**\n\n```text\n<g> | `h`\n\n# i\n```\n"),
        "<h1>A</h1>\n<p>B <code>c</code>.</p>\n<h2>D</h2>\n<ul>\n<li>e</li>\n\
         <li><strong>f</strong></li>\n</ul>\n\
         <pre tabindex=\"0\"><code>&lt;g&gt; | `h`\n\n# i\n</code></pre>\n"
    );
}

#[test]
fn tables_may_lack_heads_and_hold_bars() {
    assert_eq!(
        within("| | |\n|---|---|\n| a | `b \\| c` |\n"),
        "<table>\n<tr>\n<td>a</td>\n<td><code>b | c</code></td>\n</tr>\n</table>\n"
    );
    assert!(within("| who |\n|---|\n| a |\n").contains("<th>who</th>"));
}

#[test]
fn only_other_pages_are_linked_to() {
    assert_eq!(
        within("[`a.b`](a.b.md) [all](README.md) [x](javascript:alert(1)) [y](http://z)"),
        "<p><a href=\"a.b\"><code>a.b</code></a> <a href=\"./\">all</a> \
         [x](javascript:alert(1)) [y](http://z)</p>\n"
    );
}

#[test]
fn what_means_nothing_is_text() {
    assert_eq!(
        within("a ` b * c [ d <script> \"e\" ** f"),
        "<p>a ` b * c [ d &lt;script&gt; &quot;e&quot; ** f</p>\n"
    );
}
