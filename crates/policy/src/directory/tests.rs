use super::*;
use postern_model::entity::{
    ImportedKey, KeyDigest, Proof, Requested, Revocation, SubscriptionState,
};
use postern_model::key::imported::Algorithm;

fn tenant(name: &str) -> Tenant {
    Tenant {
        name: name.into(),
        title: None,
        call_log_days: None,
        suspended: None,
    }
}

fn app(name: &str) -> App {
    App {
        name: name.into(),
        tenant: "partner".into(),
        title: None,
        access_roles: Box::default(),
        groups: Box::default(),
        suspended: None,
    }
}

fn in_group(mut app: App) -> App {
    app.groups = ["partners".into()].into();
    app
}

fn group(roles: &[&str]) -> Group {
    Group {
        name: "partners".into(),
        tenant: Some("partner".into()),
        title: None,
        access_roles: roles.iter().map(|role| (*role).into()).collect(),
    }
}

fn credential(id: &str, app: &str) -> Credential {
    Credential {
        id: id.into(),
        app: app.into(),
        proof: Proof::Key(KeyDigest([7; 32])),
        environment: "production".into(),
        scopes: Some(["orders:read".into()].into()),
        not_before: None,
        expires_at: Some(1_900_000_000),
        revoked: None,
        restriction: None,
    }
}

fn subscription(app: &str, service: &str) -> Subscription {
    Subscription {
        id: format!("sub_{app}_{service}").into(),
        app: app.into(),
        service: service.into(),
        plan: "standard".into(),
        state: SubscriptionState::Approved,
        since: None,
        scopes: None,
        requested: Requested::default(),
        decided: None,
        expires_at: None,
    }
}

fn some() -> Directory {
    let accounts = Accounts {
        tenants: vec![tenant("partner")],
        groups: vec![group(&["reader"])],
        apps: vec![in_group(app("shop")), app("field")],
        credentials: vec![credential("key_1", "shop"), credential("key_2", "field")],
        token_revocations: Vec::new(),
        subscriptions: vec![subscription("shop", "orders")],
    };
    Directory::new(accounts, 41)
}

#[test]
fn rows_are_found_by_what_a_request_shows() {
    let rows = some();
    assert_eq!(rows.sequence(), 41);
    assert_eq!(&*rows.tenant("partner").unwrap().name, "partner");
    assert_eq!(&*rows.app("field").unwrap().name, "field");
    assert_eq!(&*rows.credential("key_2").unwrap().app, "field");
    let found = rows.subscription("shop", "orders").unwrap();
    assert_eq!(&*found.id, "sub_shop_orders");
    assert!(rows.subscription("orders", "shop").is_none());
    assert!(rows.subscription("field", "orders").is_none());
    assert!(rows.tenant("shop").is_none());
}

#[test]
fn a_change_makes_another_directory_with_the_next_number() {
    let before = some();
    let mut revoked = credential("key_1", "shop");
    revoked.revoked = Some(Box::new(Revocation {
        at: 5,
        by: None,
        reason: None,
    }));
    let after = before.with(Change::PutCredential(revoked));
    assert_eq!((before.sequence(), after.sequence()), (41, 42));
    assert!(before.credential("key_1").unwrap().revoked.is_none());
    assert!(after.credential("key_1").unwrap().revoked.is_some());

    let shop = || Name::from("shop");
    let gone = after
        .with(Change::RemoveCredential("key_1".into()))
        .with(Change::RemoveSubscription {
            app: shop(),
            service: "orders".into(),
        })
        .with(Change::RemoveApp(shop()))
        .with(Change::RemoveTenant("partner".into()));
    assert_eq!(gone.sequence(), 46);
    assert!(gone.credential("key_1").is_none());
    assert!(gone.credential("key_2").is_some());
    assert!(gone.subscription("shop", "orders").is_none());
    assert!(gone.app("shop").is_none() && gone.tenant("partner").is_none());
    assert!(after.subscription("shop", "orders").is_some());
}

#[test]
fn names_that_many_rows_say_are_kept_once() {
    let rows = some();
    let (one, two) = (
        rows.credential("key_1").unwrap(),
        rows.credential("key_2").unwrap(),
    );
    assert!(Arc::ptr_eq(&one.environment, &two.environment));
    assert!(Arc::ptr_eq(&one.app, &rows.app("shop").unwrap().name));
    let first = |row: &Credential| row.scopes.as_ref().unwrap()[0].clone();
    assert!(Arc::ptr_eq(&first(one), &first(two)));
}

#[test]
fn a_change_of_a_group_leaves_its_apps_as_they_are() {
    let before = some();
    let after = before.with(Change::PutGroup(group(&["reader", "writer"])));
    assert_eq!(before.group("partners").unwrap().access_roles.len(), 1);
    assert_eq!(after.group("partners").unwrap().access_roles.len(), 2);
    assert!(Arc::ptr_eq(
        before.app("shop").unwrap(),
        after.app("shop").unwrap()
    ));
    let gone = after.with(Change::RemoveGroup("partners".into()));
    assert!(gone.group("partners").is_none());
    assert_eq!((gone.groups().count(), gone.apps().count()), (0, 2));
}

fn imported(id: &str, key: &[u8], algorithm: Algorithm, salt: &str) -> Credential {
    let format = KeyFormat {
        algorithm,
        salt_prefix: salt.into(),
        salt_suffix: "".into(),
    };
    Credential {
        proof: Proof::Imported(Box::new(ImportedKey {
            digest: keyer().keyed(&format.digest(key)),
            format: Arc::new(format),
        })),
        ..credential(id, "shop")
    }
}

fn keyer() -> Keyer {
    Keyer::new(&[4; 32])
}

#[test]
fn an_imported_key_is_found_in_every_format_until_its_row_goes() {
    use Algorithm::{Sha1, Sha256};
    let rows = some()
        .with(Change::PutCredential(imported(
            "key_3", b"sk-3", Sha256, "",
        )))
        .with(Change::PutCredential(imported(
            "key_4", b"sk-4", Sha256, "x",
        )))
        .with(Change::PutCredential(imported("key_5", b"sk-5", Sha1, "")));
    let found = |rows: &Directory, key: &[u8]| {
        let row = rows.imported(key, &keyer());
        row.map(|row| row.id.to_string())
    };
    assert_eq!(rows.key_formats().count(), 3);
    for (key, id) in [("sk-3", "key_3"), ("sk-4", "key_4"), ("sk-5", "key_5")] {
        assert_eq!(found(&rows, key.as_bytes()).as_deref(), Some(id));
    }
    // The same bytes go into the digest, under another format.
    assert_eq!(found(&rows, b"xsk-4"), None);
    assert_eq!(rows.imported(b"sk-3", &Keyer::new(&[5; 32])), None);
    let other = rows.with(Change::PutCredential(imported(
        "key_3", b"sk-6", Sha256, "x",
    )));
    assert_eq!(
        (found(&other, b"sk-3"), other.key_formats().count()),
        (None, 2)
    );
    assert_eq!(found(&other, b"sk-6").as_deref(), Some("key_3"));
    let gone = other.with(Change::RemoveCredential("key_5".into()));
    assert_eq!(
        (found(&gone, b"sk-5"), gone.key_formats().count()),
        (None, 1)
    );
    let native = gone
        .with(Change::PutCredential(credential("key_3", "shop")))
        .with(Change::PutCredential(credential("key_4", "shop")));
    assert_eq!(
        (found(&native, b"sk-4"), native.key_formats().count()),
        (None, 0)
    );
    assert_eq!(found(&rows, b"sk-3").as_deref(), Some("key_3"), "of before");
}

/// There may be a million keys: what few have stands elsewhere.
#[test]
fn a_key_is_as_large_as_it_was() {
    assert!(size_of::<Credential>() <= 144);
}

#[test]
fn looking_a_row_up_allocates_nothing() {
    let rows = some();
    let counted = allocation_counter::measure(|| {
        assert!(rows.credential("key_1").is_some());
        assert!(rows.subscription("shop", "orders").is_some());
    });
    assert_eq!(counted.count_total, 0);
}

/// Not a test: prints what a million keys take, what a lookup and what a change cost.
/// `cargo test --release -p postern-policy million -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn a_million_keys() {
    const KEYS: usize = 1_000_000;
    let id = |n: usize| format!("key_{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut rows = None;
    let memory = allocation_counter::measure(|| {
        let mut all = some();
        for n in 0..KEYS {
            let app = if n % 2 == 0 { "shop" } else { "field" };
            all.apply(Change::PutCredential(credential(&id(n), app)));
        }
        rows = Some(all);
    });
    let rows = rows.unwrap();
    let per_key = memory.bytes_current / i64::try_from(KEYS).unwrap();
    let ids: Vec<String> = (0..KEYS).step_by(7).map(id).collect();
    let start = std::time::Instant::now();
    for id in &ids {
        assert!(std::hint::black_box(&rows).credential(id).is_some());
    }
    let lookup = start.elapsed() / u32::try_from(ids.len()).unwrap();
    let start = std::time::Instant::now();
    for id in &ids[..10_000] {
        let changed = rows.with(Change::PutCredential(credential(id, "shop")));
        std::hint::black_box(changed);
    }
    let change = start.elapsed() / 10_000;
    let resident = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = resident.split(' ').nth(1).unwrap().parse().unwrap();
    eprintln!(
        "{per_key} bytes asked for per key, {} MiB resident, lookup {lookup:?}, change {change:?}",
        pages * 4 / 1024
    );
    assert!(per_key <= 300);
}
