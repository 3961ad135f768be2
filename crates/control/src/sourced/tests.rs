use super::*;
use postern_model::entity::ListFormat;
use postern_outbound::{Anywhere, Dialer, Trust};
use std::time::Duration;

const NOW: i64 = 1_795_000_000;

struct World {
    folder: tempfile::TempDir,
    keeper: Keeper,
    client: HttpClient,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let trust = Trust::system().unwrap();
        Self {
            keeper: Keeper::new(folder.path()),
            client: HttpClient::new(Dialer::new(Arc::new(Anywhere), trust)),
            folder,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("office.txt")
    }

    /// Replaces the file as `mv` does.
    fn write(&self, content: &str) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, content).unwrap();
        std::fs::rename(new, self.file()).unwrap();
    }

    fn list(place: ListPlace) -> Vec<AddressList> {
        vec![AddressList {
            name: "office".into(),
            tenant: None,
            expires_at: None,
            entries: Vec::new(),
            source: Some(ListSource {
                stale_after: Duration::from_secs(100),
                ..ListSource::usual(place)
            }),
        }]
    }

    fn look(&self, lists: &[AddressList], now: i64) -> Option<Listings> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(self.keeper.look(lists, &self.client, now))
    }
}

fn holds(listings: &Listings, address: &str, now: i64) -> (bool, bool) {
    let listed = listings.listed(&"office".into(), address.parse().unwrap(), now * 1000);
    (listed.range.is_some(), listed.stale)
}

#[test]
fn a_file_is_read_at_once_and_again_when_it_is_replaced() {
    let world = World::new();
    world.write("203.0.113.0/24 # the office\n");
    let lists = World::list(ListPlace::File(world.file().into()));
    let listings = world.keeper.prepare(&lists, NOW).unwrap();
    assert_eq!(holds(&listings, "203.0.113.7", NOW), (true, false));
    // As long as the file is there, it is not stale.
    assert_eq!(
        holds(&listings, "203.0.113.7", NOW + 1_000_000),
        (true, false)
    );
    assert!(world.keeper.prepare(&lists, NOW).is_none());
    assert!(world.look(&lists, NOW + 1).is_none());
    world.write("198.51.100.0/24\n");
    assert!(
        world.look(&lists, NOW + 2).is_none(),
        "it may still be written"
    );
    let listings = world.look(&lists, NOW + 3).unwrap();
    assert_eq!(holds(&listings, "203.0.113.7", NOW + 3), (false, false));
    assert_eq!(holds(&listings, "198.51.100.7", NOW + 3), (true, false));
    let [state] = &world.keeper.states(NOW + 4)[..] else {
        panic!("one list");
    };
    assert_eq!(
        (state.ranges, state.since, state.next),
        (Some(1), Some(NOW + 3), None)
    );
}

#[test]
fn a_broken_file_changes_nothing_until_it_is_stale() {
    let world = World::new();
    world.write("203.0.113.0/24\n");
    let lists = World::list(ListPlace::File(world.file().into()));
    world.keeper.prepare(&lists, NOW);
    world.write("203.0.113.0/24\n<html>\n");
    world.look(&lists, NOW + 1);
    let listings = world.look(&lists, NOW + 2).unwrap();
    assert_eq!(holds(&listings, "203.0.113.7", NOW + 101), (true, false));
    // It is still there: where lists keep out, it goes on keeping out.
    assert_eq!(holds(&listings, "203.0.113.7", NOW + 102), (true, true));
    let state = &world.keeper.states(NOW + 102)[0];
    assert!(state.stale);
    assert_eq!(
        state.error.as_deref(),
        Some("line 2 is not an address or a range: `<html>`")
    );
    std::fs::remove_file(world.file()).unwrap();
    world.look(&lists, NOW + 103);
    world.look(&lists, NOW + 104);
    assert!(
        world.keeper.states(NOW)[0]
            .error
            .as_ref()
            .unwrap()
            .contains("No such file")
    );
    world.write("203.0.113.0/24\n");
    world.look(&lists, NOW + 105);
    let listings = world.look(&lists, NOW + 106).unwrap();
    assert_eq!(holds(&listings, "203.0.113.7", NOW + 1_000), (true, false));
    assert_eq!(world.keeper.states(NOW)[0].error, None);
}

#[test]
fn what_a_list_said_is_there_after_a_restart() {
    let world = World::new();
    world.write("203.0.113.0/24\n");
    let lists = World::list(ListPlace::File(world.file().into()));
    world.keeper.prepare(&lists, NOW);
    std::fs::remove_file(world.file()).unwrap();
    let again = Keeper::new(world.folder.path());
    let listings = again.prepare(&lists, NOW + 50).unwrap();
    assert_eq!(holds(&listings, "203.0.113.7", NOW + 99), (true, false));
    assert_eq!(holds(&listings, "203.0.113.7", NOW + 100), (true, true));
    assert_eq!(again.states(NOW + 50)[0].since, Some(NOW));
    // A copy of another place says nothing.
    let other = World::list(ListPlace::Url("https://example.com/ranges".into()));
    let other = Keeper::new(world.folder.path())
        .prepare(&other, NOW)
        .unwrap();
    assert_eq!(holds(&other, "203.0.113.7", NOW), (false, true));
}

#[test]
fn a_url_that_cannot_be_asked_is_asked_again_later_and_later() {
    let world = World::new();
    // A port that nobody listens on.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "https://127.0.0.1:{}/?token=secret",
        port.local_addr().unwrap().port()
    );
    drop(port);
    let lists = World::list(ListPlace::Url(url.into()));
    assert!(world.keeper.prepare(&lists, NOW).is_some());
    let mut now = NOW;
    let mut waits = Vec::new();
    for _ in 0..9 {
        assert!(world.look(&lists, now).is_none());
        let state = &world.keeper.states(now)[0];
        assert!(state.error.is_some() && state.ranges.is_none() && state.stale);
        let next = state.next.unwrap();
        waits.push(next - now);
        // Before its time it is not asked.
        assert!(world.look(&lists, next - 1).is_none());
        assert_eq!(world.keeper.states(now)[0].next, Some(next));
        now = next;
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
}

#[test]
fn lists_that_are_gone_are_forgotten_and_others_begin_anew() {
    let world = World::new();
    world.write("203.0.113.0/24\n");
    let lists = World::list(ListPlace::File(world.file().into()));
    world.keeper.prepare(&lists, NOW);
    let mut json = lists.clone();
    json[0].source.as_mut().unwrap().format = ListFormat::Json;
    let listings = world.keeper.prepare(&json, NOW).unwrap();
    assert_eq!(holds(&listings, "203.0.113.7", NOW), (false, true));
    assert!(
        world.keeper.states(NOW)[0]
            .error
            .as_ref()
            .unwrap()
            .contains("not JSON")
    );
    world.look(&[], NOW);
    assert!(world.keeper.states(NOW).is_empty());
}
