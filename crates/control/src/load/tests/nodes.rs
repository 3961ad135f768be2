//! What other nodes store between two reads.

use super::*;

/// As another node would: it is stored, and this one does not read it.
fn elsewhere(site: &Site, changes: Vec<postern_store::Change>) {
    let meta = ChangeMeta::local("another node", 0, "", "");
    let stored = site
        .store
        .apply(changes, meta, |_| Ok::<_, ApplyError<Refusal>>(()));
    site.runtime.block_on(stored).unwrap();
}

/// Reads on from what was read last.
fn catch_up(site: &mut Site) -> Candidate {
    let (loader, last) = (site.loader.clone(), site.last.clone().unwrap());
    let look = move |proposal: &Proposal<'_>| {
        let read = loader.next(proposal, &last);
        read.map_err(ApplyError::Refused)
    };
    let read: Result<Read, ApplyError<Refusal>> = site.runtime.block_on(site.store.inspect(look));
    let read = read.unwrap();
    site.last = Some(read.last);
    read.candidate
}

fn key(n: u8, app: &str) -> postern_store::Change {
    let value = json!({"app": app, "sha256": format!("0{n}").repeat(32)});
    documents("credential", &format!("key_000000000000000{n}"), value)
}

#[test]
fn what_was_missed_is_read_at_once() {
    let mut site = Site::of_accounts(TOGETHER);
    elsewhere(&site, vec![key(7, "a0")]);
    elsewhere(&site, vec![key(8, "a1"), key(7, "a2")]);
    let candidate = catch_up(&mut site);
    assert!(candidate.configuration.is_none(), "no rules changed");
    let app = |id: &str| {
        candidate
            .directory
            .credential(id)
            .map(|row| row.app.to_string())
    };
    assert_eq!(app("key_0000000000000007").as_deref(), Some("a2"));
    assert_eq!(app("key_0000000000000008").as_deref(), Some("a1"));
    assert!(site.last.as_ref().unwrap().is_at(site.store.head()));
    let keys = |directory: &Directory| directory.credentials().count();
    assert_eq!(keys(&candidate.directory), keys(&site.start().unwrap()));

    elsewhere(
        &site,
        vec![documents(
            "plan",
            "p",
            json!({"services": ["s"], "scopes": []}),
        )],
    );
    let candidate = catch_up(&mut site);
    assert!(candidate.configuration.is_some());
    assert_eq!(
        &*candidate.revision.name,
        &*site.store.head().revision.to_string()
    );
}

#[test]
fn a_change_is_made_of_what_was_missed_too() {
    let site = Site::of_accounts(TOGETHER);
    elsewhere(&site, vec![key(7, "a0")]);
    let (loader, last) = (site.loader.clone(), site.last.clone().unwrap());
    let validate = move |proposal: &Proposal<'_>| {
        let read = loader.next(proposal, &last);
        read.map_err(ApplyError::Refused)
    };
    let meta = ChangeMeta::local("this node", 0, "", "");
    let applied: Result<_, ApplyError<Refusal>> =
        site.runtime
            .block_on(site.store.apply(vec![key(8, "a1")], meta, validate));
    let directory = applied.unwrap().validated.candidate.directory;
    assert!(directory.credential("key_0000000000000007").is_some());
    assert!(directory.credential("key_0000000000000008").is_some());
}

#[test]
fn after_a_copy_everything_is_read() {
    let mut site = Site::of_accounts(TOGETHER);
    site.last.as_mut().unwrap().stood = None;
    let candidate = catch_up(&mut site);
    assert!(candidate.configuration.is_some());
    let keys = |directory: &Directory| directory.credentials().count();
    assert_eq!(keys(&candidate.directory), keys(&site.start().unwrap()));
}
