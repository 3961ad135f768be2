use crate::testing::{Value, country, database, lite, system};
use crate::{Database, Databases, ReadError, Wanted};
use postern_model::entity::{AsNumber, Country, Geo};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

const BUILT: u64 = 1_795_000_000;

fn countries() -> Vec<u8> {
    let records = [
        ("203.0.113.0/24", country("DE")),
        ("203.0.113.128/25", country("FR")),
        ("2001:db8::/32", country("CH")),
        // As databases have it for satellites and anycast: a continent alone.
        (
            "192.0.2.0/24",
            Value::Map(vec![("continent", Value::Map(vec![]))]),
        ),
    ];
    database("Test-Country", BUILT, &records)
}

fn systems() -> Vec<u8> {
    let records = [
        ("203.0.113.0/24", system(64_496, "Example Net")),
        ("198.51.100.0/24", system(64_497, "")),
    ];
    database("Test-ASN", BUILT, &records)
}

const COUNTRY: Wanted = Wanted {
    country: true,
    asn: false,
};
const ASN: Wanted = Wanted {
    country: false,
    asn: true,
};

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn an_address_is_in_the_country_of_its_narrowest_range() {
    let database = Database::of(countries(), COUNTRY).unwrap();
    assert_eq!(database.built(), i64::try_from(BUILT).unwrap());
    for (from, expected) in [
        ("203.0.113.7", Some("DE")),
        ("203.0.113.200", Some("FR")),
        ("2001:db8::7", Some("CH")),
        ("::ffff:203.0.113.7", None),
        ("192.0.2.7", None),
        ("10.0.0.1", None),
        ("2001:db9::1", None),
    ] {
        let found = database.country(address(from));
        assert_eq!(found, expected.and_then(Country::parse), "{from}");
        assert_eq!(database.system(address(from)), None);
    }
}

#[test]
fn layouts_of_several_providers_are_read() {
    let flat = |code: &str| Value::Map(vec![("country_code", code.into())]);
    let text = |code: &str| Value::Map(vec![("country", code.into())]);
    for record in [
        country("DE"),
        flat("DE"),
        text("DE"),
        lite("DE", "AS64496", "Example Net"),
    ] {
        let bytes = database("Test", BUILT, &[("203.0.113.0/24", record.clone())]);
        let found = Database::of(bytes, COUNTRY)
            .unwrap()
            .country(address("203.0.113.7"));
        assert_eq!(found, Country::parse("DE"), "{record:?}");
    }
    let named = Value::Map(vec![
        ("asn", "AS64496".into()),
        ("name", "Example Net".into()),
    ]);
    for record in [
        system(64_496, "Example Net"),
        lite("DE", "AS64496", "Example Net"),
        named,
    ] {
        let bytes = database("Test", BUILT, &[("203.0.113.0/24", record.clone())]);
        let found = Database::of(bytes, ASN)
            .unwrap()
            .system(address("203.0.113.7"));
        let found = found.unwrap();
        assert_eq!(found.number, AsNumber(64_496), "{record:?}");
        assert_eq!(found.name.as_str(), "Example Net", "{record:?}");
    }
}

#[test]
fn a_database_without_what_is_wanted_is_refused() {
    let asked = |bytes, wanted| match Database::of(bytes, wanted) {
        Err(ReadError::Lacks { kind, wanted }) => (kind, wanted),
        other => panic!("{other:?}"),
    };
    let (kind, wanted) = asked(systems(), COUNTRY);
    assert_eq!((kind.as_str(), wanted), ("Test-ASN", "a country"));
    let (kind, wanted) = asked(countries(), ASN);
    assert_eq!(
        (kind.as_str(), wanted),
        ("Test-Country", "an autonomous system")
    );
}

/// Every byte cut off, and every byte changed: what is no database is said to be none, and what is
/// one answers.
#[test]
fn damaged_databases_are_refused_or_answer() {
    let whole = countries();
    let mut refused = 0;
    for length in 0..whole.len() {
        let cut = whole.get(..length).unwrap().to_vec();
        refused += usize::from(Database::of(cut, COUNTRY).is_err());
    }
    assert_eq!(refused, whole.len(), "a database is whole or none");
    for at in 0..whole.len() {
        for change in [0x01, 0x20, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= change;
            let _ = crate::fuzz(&damaged);
        }
    }
}

#[test]
fn a_tree_that_runs_in_circles_has_an_end() {
    let mut bytes = countries();
    // The root leads to itself, both ways.
    bytes[..6].fill(0);
    assert!(Database::of(bytes, COUNTRY).is_err());
}

/// A tree in which every level leads to the next on both sides has more ways than anybody can go.
#[test]
fn a_tree_with_more_ways_than_can_be_gone_has_an_end() {
    let mut bytes = countries();
    let nodes = u32::try_from(bytes.windows(16).position(|w| w == [0; 16]).unwrap() / 6).unwrap();
    for node in 0..100.min(nodes) {
        let next = (node + 1).to_be_bytes();
        let at = usize::try_from(node).unwrap() * 6;
        bytes[at..at + 3].copy_from_slice(&next[1..]);
        bytes[at + 3..at + 6].copy_from_slice(&next[1..]);
    }
    assert!(matches!(
        Database::of(bytes, COUNTRY),
        Err(ReadError::Circles)
    ));
}

/// The database of `examples/geo.yaml`: the ranges that are kept for examples (RFC 5737, RFC 3849),
/// and what nobody can say of them elsewhere.
fn example() -> Vec<u8> {
    let records = [
        ("192.0.2.0/24", lite("US", "AS64498", "Example Cloud")),
        ("198.51.100.0/24", lite("FR", "AS64497", "Exemple SA")),
        ("203.0.113.0/24", lite("DE", "AS64496", "Beispiel GmbH")),
        ("2001:db8::/32", lite("AT", "AS64499", "Beispiel AG")),
    ];
    database("Example-Country-ASN", BUILT, &records)
}

/// Files in the repository that this writer makes: `UPDATE=1` writes them anew.
#[test]
fn committed_databases_are_those_that_are_written_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let flat = |code: &str| Value::Map(vec![("country_code", code.into())]);
    let one = |record: Value| database("Seed", BUILT, &[("203.0.113.0/24", record)]);
    let mut circle = countries();
    circle[..6].fill(0);
    let mut cut = countries();
    cut.truncate(cut.len() / 2);
    let files = [
        ("examples/geo/example.mmdb", example()),
        ("fuzz/corpus/geo/circle", circle),
        ("fuzz/corpus/geo/countries", countries()),
        ("fuzz/corpus/geo/cut", cut),
        ("fuzz/corpus/geo/empty", database("Seed", BUILT, &[])),
        (
            "fuzz/corpus/geo/everywhere",
            database("Seed", BUILT, &[("::/1", country("DE"))]),
        ),
        ("fuzz/corpus/geo/flat", one(flat("DE"))),
        (
            "fuzz/corpus/geo/lite",
            one(lite("DE", "AS64496", "Example Net")),
        ),
        (
            "fuzz/corpus/geo/long",
            one(lite("DE", "AS64496", &"x".repeat(200))),
        ),
        ("fuzz/corpus/geo/systems", systems()),
    ];
    for (path, bytes) in files {
        let file = root.join(path);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &bytes).unwrap();
        }
        let there = std::fs::read(&file).unwrap_or_else(|e| panic!("{path}: {e}; UPDATE=1"));
        assert!(there == bytes, "{path}: UPDATE=1 writes it anew");
    }
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> Arc<Path> {
        self.0.path().join(name).into()
    }

    /// Replaces a file as `mv` does.
    fn put(&self, name: &str, bytes: &[u8]) -> Arc<Path> {
        let (path, new) = (self.path(name), self.path("new"));
        std::fs::write(&new, bytes).unwrap();
        std::fs::rename(&new, &path).unwrap();
        path
    }
}

fn country_of(databases: &Databases, from: &str) -> Option<Country> {
    databases.country(address(from)).unwrap().country
}

#[test]
fn a_replaced_file_is_taken_over_once_it_has_settled() {
    let files = Files::new();
    let path = files.put("country.mmdb", &countries());
    let geo = Geo {
        country: Some(path.clone()),
        asn: None,
    };
    let databases = Databases::open(&geo, None).unwrap();
    assert_eq!(databases.look(), []);
    assert_eq!(databases.system(address("203.0.113.7")), None);
    let new = database("Test", BUILT + 60, &[("203.0.113.0/24", country("AT"))]);
    files.put("country.mmdb", &new);
    assert_eq!(databases.look(), [], "it may still be written");
    assert_eq!(country_of(&databases, "203.0.113.7"), Country::parse("DE"));
    let news = databases.look();
    let built = i64::try_from(BUILT).unwrap() + 60;
    assert_eq!(news.len(), 1);
    assert_eq!((&news[0].path, &news[0].outcome), (&path, &Ok(built)));
    let located = databases.country(address("203.0.113.7")).unwrap();
    assert_eq!(located.country, Country::parse("AT"));
    assert_eq!(located.built, built);
    assert_eq!(databases.look(), []);
}

#[test]
fn a_broken_replacement_keeps_the_last_good_database() {
    let files = Files::new();
    let path = files.put("country.mmdb", &countries());
    let geo = Geo {
        country: Some(path.clone()),
        asn: None,
    };
    let databases = Databases::open(&geo, None).unwrap();
    let whole = countries();
    files.put("country.mmdb", &whole[..whole.len() / 2]);
    databases.look();
    let news = databases.look();
    assert!(news[0].outcome.is_err(), "{news:?}");
    assert_eq!(databases.look(), [], "it is said once");
    assert_eq!(country_of(&databases, "203.0.113.7"), Country::parse("DE"));
    let [state] = &databases.states()[..] else {
        panic!("one file");
    };
    assert_eq!(state.asked, "country");
    assert!(state.broken.as_ref().unwrap().contains("MMDB"), "{state:?}");
    // Another configuration goes on with what there is.
    let again = Databases::open(&geo, Some(&databases)).unwrap();
    assert_eq!(country_of(&again, "203.0.113.7"), Country::parse("DE"));
    std::fs::remove_file(&path).unwrap();
    again.look();
    assert!(again.look()[0].outcome.is_err());
    assert_eq!(country_of(&again, "203.0.113.7"), Country::parse("DE"));
    files.put("country.mmdb", &whole);
    again.look();
    assert_eq!(again.look()[0].outcome, Ok(i64::try_from(BUILT).unwrap()));
    assert_eq!(again.states()[0].broken, None);
}

#[test]
fn one_file_may_know_both() {
    let files = Files::new();
    let records = [("203.0.113.0/24", lite("DE", "AS64496", "Example Net"))];
    let path = files.put("both.mmdb", &database("Test", BUILT, &records));
    let geo = Geo {
        country: Some(path.clone()),
        asn: Some(path.clone()),
    };
    let databases = Databases::open(&geo, None).unwrap();
    let from = address("203.0.113.7");
    assert_eq!(
        databases.country(from).unwrap().country,
        Country::parse("DE")
    );
    let system = databases.system(from).unwrap().system.unwrap();
    assert_eq!(system.to_string(), "AS64496 (Example Net)");
    assert_eq!(databases.states().len(), 2);
    let new = database(
        "Test",
        BUILT,
        &[("203.0.113.0/24", lite("AT", "AS64497", ""))],
    );
    files.put("both.mmdb", &new);
    databases.look();
    assert_eq!(databases.look().len(), 1, "it is read once");
    assert_eq!(
        databases.country(from).unwrap().country,
        Country::parse("AT")
    );
    // Where it lacks one of them, it is said at once.
    let alone = files.put("country.mmdb", &countries());
    let geo = Geo {
        country: Some(alone.clone()),
        asn: Some(alone),
    };
    let why = Databases::open(&geo, None).unwrap_err().to_string();
    assert!(
        why.contains("no record of it has an autonomous system"),
        "{why}"
    );
}

#[test]
fn what_is_no_database_is_said_with_its_file() {
    let files = Files::new();
    let open = |path: &Arc<Path>| {
        let geo = Geo {
            country: None,
            asn: Some(path.clone()),
        };
        Databases::open(&geo, None).unwrap_err().to_string()
    };
    let text = files.put("text.mmdb", b"203.0.113.0/24,DE");
    let why = open(&text);
    assert!(why.contains(&*text.to_string_lossy()), "{why}");
    assert!(why.contains("not a whole database"), "{why}");
    assert!(open(&files.path("none.mmdb")).contains("No such file"));
    assert!(open(&files.0.path().into()).contains("not a regular file"));
}
