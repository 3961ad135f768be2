use super::content::fuzz;
use super::*;
use postern_model::entity::ListFormat;

fn text(content: &str) -> Result<Vec<String>, ContentError> {
    let ranges = parse(content.as_bytes(), ListFormat::Text)?;
    Ok(ranges.iter().map(ToString::to_string).collect())
}

fn json(content: &str) -> Result<Vec<String>, ContentError> {
    let ranges = parse(content.as_bytes(), ListFormat::Json)?;
    Ok(ranges.iter().map(ToString::to_string).collect())
}

#[test]
fn text_has_a_range_on_a_line_and_comments() {
    let content =
        "# the office\n203.0.113.0/24\n\n  198.51.100.7 # Ann\r\n2001:db8::/32\n198.51.100.7/32\n";
    let found = text(content).unwrap();
    assert_eq!(
        found,
        ["198.51.100.7/32", "203.0.113.0/24", "2001:db8::/32"]
    );
    let mapped = text("::ffff:203.0.113.7\n::ffff:198.51.100.0/120\n").unwrap();
    assert_eq!(mapped, ["198.51.100.0/24", "203.0.113.7/32"]);
    let wrong = text("203.0.113.0/24\n<html>\n").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "line 2 is not an address or a range: `<html>`"
    );
    assert_eq!(text("# nothing\n"), Err(ContentError::Empty));
    assert_eq!(parse(&[0xff], ListFormat::Text), Err(ContentError::NotText));
}

#[test]
fn json_of_several_providers_is_read() {
    for content in [
        r#"["203.0.113.0/24", "2001:db8::/32"]"#,
        r#"{"syncToken": "1", "prefixes": [{"ip_prefix": "203.0.113.0/24", "region": "eu-1"}],
            "ipv6_prefixes": [{"ipv6_prefix": "2001:db8::/32", "region": "eu-1"}]}"#,
        r#"{"prefixes": [{"ipv4Prefix": "203.0.113.0/24"}, {"ipv6Prefix": "2001:db8::/32"}]}"#,
        r#"{"result": {"ipv4_cidrs": ["203.0.113.0/24"], "ipv6_cidrs": ["2001:db8::/32"]}, "success": true}"#,
        r#"{"values": [{"name": "x", "properties": {"addressPrefixes": ["203.0.113.0/24", "2001:db8::/32"]}}]}"#,
        r#"{"addresses": ["203.0.113.0/24", "2001:db8::/32"]}"#,
    ] {
        let found = json(content);
        assert_eq!(
            found.unwrap(),
            ["203.0.113.0/24", "2001:db8::/32"],
            "{content}"
        );
    }
    let wrong = json(r#"["203.0.113.0/24", "everybody"]"#);
    assert_eq!(wrong, Err(ContentError::NotARange("everybody".to_owned())));
    assert_eq!(json("{}"), Err(ContentError::Empty));
    assert!(matches!(
        json("203.0.113.0/24"),
        Err(ContentError::NotJson(_))
    ));
}

#[test]
fn there_is_a_bound() {
    let many: Vec<String> = (0..=u32::try_from(MOST_RANGES).unwrap())
        .map(|n| std::net::Ipv4Addr::from(n).to_string())
        .collect();
    assert_eq!(text(&many.join("\n")), Err(ContentError::TooMany));
    assert_eq!(
        text(&"#".repeat(MOST_BYTES + 1)),
        Err(ContentError::TooLarge)
    );
    let deep = format!("{}\"203.0.113.7\"{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(json(&deep), Err(ContentError::Empty));
}

#[test]
fn a_list_that_was_not_confirmed_lets_nobody_in_and_still_holds() {
    let name: Name = "office".into();
    let ranges = ["203.0.113.0/24".parse().unwrap()];
    let contents = Contents::new(&name, &ranges, 100, 200);
    let listings = Listings::default().with(name.clone(), Arc::new(contents));
    let address = "203.0.113.7".parse().unwrap();
    let fresh = listings.listed(&name, address, 199_999);
    assert!(fresh.lets_in() && fresh.since == Some(100));
    let stale = listings.listed(&name, address, 200_000);
    assert!(!stale.lets_in() && stale.range.is_some());
    let other = listings.listed(&name, "203.0.114.7".parse().unwrap(), 0);
    assert_eq!((other.range, other.nearest), (None, Some(ranges[0])));
    let never = listings.listed(&"other".into(), address, 0);
    assert!(never.range.is_none() && never.since.is_none() && never.stale);
}

#[test]
fn whatever_is_read_holds_what_was_promised() {
    let mut seed = 7_u64;
    let pieces: [&[u8]; 12] = [
        b"203.0.113.0/24",
        b"2001:db8::/32",
        b"\n",
        b"#",
        b"[",
        b"]",
        b"\"",
        b",",
        b"{\"prefixes\":",
        b"}",
        b"::ffff:1.2.3.4",
        b" ",
    ];
    for _ in 0..5_000 {
        let mut data = Vec::new();
        for _ in 0..(seed % 12) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            data.extend(pieces[usize::try_from(seed >> 33).unwrap() % pieces.len()]);
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        fuzz(&data).unwrap_or_else(|why| panic!("{why}: {}", data.escape_ascii()));
    }
}
