//! Change requests: one person proposes, another approves.

use super::{CONFIG, Stored};
use crate::harness::files::Scratch;
use crate::harness::program::{Program, Ran, free_address, installed, run, skipped};
use crate::harness::{SOON, binary, eventually};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

fn next() -> String {
    CONFIG.replace(
        "lists:",
        "environments: { staging: { hosts: [s.example] } }\nlists:",
    )
}

/// Proposes a configuration and gives the id.
fn propose(postern: &Stored, config: &str) -> String {
    let file = postern.scratch.write("proposed.yaml", config);
    let file = file.to_str().expect("a path of ours");
    let made = postern.json(&[
        "change-requests",
        "create",
        file,
        "--comment",
        "Room to try",
    ]);
    made["id"].as_str().expect("an id").to_owned()
}

fn me(postern: &Stored) -> String {
    let listed = postern.json(&["change-requests", "list"]);
    listed["change_requests"][0]["proposed_by"]
        .as_str()
        .expect("a name")
        .to_owned()
}

#[test]
fn a_request_waits_and_is_not_approved_by_whoever_made_it() {
    let postern = Stored::start();
    let id = propose(&postern, &next());
    assert!(!postern.ok(&["export"]).contains("staging"));
    let shown = postern.ok(&["change-requests", "show", &id]);
    for part in [
        "open",
        "Room to try",
        "+ environment staging",
        "| environments:",
        "1 to add",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let listed = postern.ok(&["change-requests", "list", "--state", "open"]);
    assert!(
        listed.contains(&id) && listed.contains("+1 ~0 -0"),
        "{listed}"
    );
    let unasked = postern.fails(&["change-requests", "approve", &id]);
    assert!(unasked.contains("add --yes"), "{unasked}");
    let alone = postern.fails(&["change-requests", "approve", &id, "--yes"]);
    assert!(alone.contains("somebody else has to approve it"), "{alone}");
    let force = postern.run(&["change-requests", "approve", &id, "--yes", "--force"]);
    if me(&postern) != "root" {
        assert_eq!(force.status.code(), Some(1), "{force:?}");
        return;
    }
    assert!(
        force.stdout.contains("done: 2 documents are changed"),
        "{force:?}"
    );
    assert!(postern.ok(&["export"]).contains("staging"));
    let shown = postern.ok(&["change-requests", "show", &id]);
    assert!(shown.contains("applied by root, alone (forced)"), "{shown}");
    let revisions = postern.json(&["revisions", "list"]);
    let comment = revisions["revisions"][0]["comment"].as_str().expect("text");
    assert!(
        comment.contains(&id) && comment.contains("decided alone"),
        "{comment}"
    );
    let again = postern.fails(&["change-requests", "approve", &id, "--yes", "--force"]);
    assert!(again.contains("was applied already by root"), "{again}");
}

#[test]
fn a_request_whose_documents_moved_is_stale() {
    let postern = Stored::start();
    let bigger = CONFIG.replace("max_size: 1MiB", "max_size: 2MiB");
    let id = propose(&postern, &bigger);
    let other = CONFIG.replace("max_size: 1MiB", "max_size: 3MiB");
    assert!(postern.apply(&other).status.success());
    let listed = postern.ok(&["change-requests", "list"]);
    assert!(listed.contains("open, stale"), "{listed}");
    let shown = postern.ok(&["change-requests", "show", &id]);
    assert!(
        shown.contains("somebody has changed policy `small`"),
        "{shown}"
    );
    let refused = postern.fails(&["change-requests", "approve", &id, "--force"]);
    // Whose it is comes first, unless root may decide alone.
    assert!(
        refused.contains("policy `small`") || refused.contains("somebody else"),
        "{refused}"
    );
    assert!(postern.ok(&["export"]).contains("3MiB"));
    let taken_back = postern.ok(&["change-requests", "reject", &id]);
    assert!(taken_back.starts_with("withdrawn"), "{taken_back}");
}

#[test]
fn what_could_not_be_applied_is_not_proposed() {
    let postern = Stored::start();
    let file = postern.scratch.write("same.yaml", CONFIG);
    let create = |file: &Path, more: &[&str]| {
        let file = file.to_str().expect("a path of ours");
        let all = ["change-requests", "create", file, "--comment", "x"];
        postern.run(&[&all[..], more].concat())
    };
    let same = create(&file, &[]);
    assert_eq!(same.status.code(), Some(2), "{same:?}");
    assert!(same.stderr.contains("nothing would change"), "{same:?}");
    let faulty = postern
        .scratch
        .write("f.yaml", next().replace("[partners]", "[partnres]"));
    let faulty = create(&faulty, &[]);
    assert_eq!(faulty.status.code(), Some(1), "{faulty:?}");
    assert!(faulty.stderr.contains("f.yaml:"), "{faulty:?}");
    let good = postern.scratch.write("g.yaml", next());
    let long = create(&good, &["--expires", "365d"]);
    assert_eq!(long.status.code(), Some(2), "{long:?}");
    assert!(long.stderr.contains("at most 90 days"), "{long:?}");
    let soon = create(&good, &["--expires", "1s", "--json"]);
    let id = serde_json::from_str::<Value>(&soon.stdout).expect("JSON")["id"].clone();
    let id = id.as_str().expect("an id");
    eventually("it expires", || {
        let shown = postern.ok(&["change-requests", "show", id]);
        shown.contains(": expired").then_some(())
    });
    let late = postern.fails(&["change-requests", "approve", id, "--force"]);
    assert!(late.contains("expired at"), "{late}");
    // What is no part of a configuration is not proposed, nor changed in another way.
    let user = json!({"kind": "user", "id": "u", "put": {}});
    let answer = postern.ask(
        "change_requests.create",
        &json!({"comment": "x", "changes": [user]}),
    );
    let message = answer["error"]["message"].as_str().expect("text");
    assert!(
        message.contains("there is no kind of document `user`"),
        "{message}"
    );
}

/// A directory that another user may use.
struct Shared(PathBuf);

impl Drop for Shared {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A command as another user of this machine.
fn as_nobody(words: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.args(words);
    command
}

#[test]
fn a_second_person_approves() {
    let root =
        std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").expect("a process"))
            == 0;
    if !root || !installed("setpriv") {
        return skipped("two users take root and setpriv");
    }
    let shared = Shared(std::env::temp_dir().join(format!("postern-two-{}", std::process::id())));
    std::fs::create_dir_all(&shared.0).expect("a directory");
    let place = shared.0.to_str().expect("a path of ours").to_owned();
    let program = format!("{place}/postern");
    std::fs::copy(binary::postern(), &program).expect("a copy");
    std::os::unix::fs::chown(&shared.0, Some(65534), Some(65534)).expect("root may");
    let data = format!("{place}/data");
    let (gateway, admin) = (free_address().to_string(), free_address());
    let scratch: Scratch = crate::harness::files::scratch("two");
    let admin_text = admin.to_string();
    let mut command = as_nobody(&[
        &program,
        "run",
        "--data",
        &data,
        "--gateway",
        &gateway,
        "--admin",
        &admin_text,
    ]);
    let mut running = Program::start(&mut command, &scratch, "log");
    running.wait_for(admin, SOON).expect("postern starts");
    eventually("the socket", || {
        Path::new(&data).join("postern.sock").exists().then_some(())
    });
    let nobody = |words: &[&str]| -> Ran {
        let all = [&[&*program], words, &["--data", &data]].concat();
        run(&mut as_nobody(&all), SOON)
    };
    let mine = |words: &[&str]| super::run(Path::new(&data), words);
    let file = shared.0.join("c.yaml");
    std::fs::write(&file, CONFIG).expect("a file");
    let file = file.to_str().expect("a path of ours");
    let made = nobody(&[
        "change-requests",
        "create",
        file,
        "--comment",
        "All of it",
        "--json",
    ]);
    assert!(made.status.success(), "{made:?}");
    let id = serde_json::from_str::<Value>(&made.stdout).expect("JSON")["id"].clone();
    let id = id.as_str().expect("an id");
    let alone = nobody(&["change-requests", "approve", id, "--yes", "--force"]);
    assert_eq!(alone.status.code(), Some(1), "{alone:?}");
    assert!(alone.stderr.contains("nobody proposed this"), "{alone:?}");
    let agreed = mine(&[
        "change-requests",
        "approve",
        id,
        "--yes",
        "--comment",
        "Agreed",
    ]);
    assert!(agreed.status.success(), "{agreed:?}");
    let shown = nobody(&["change-requests", "show", id]);
    assert!(shown.stdout.contains("applied by root, 20"), "{shown:?}");
    assert!(shown.stdout.contains("Agreed"), "{shown:?}");
    let export = mine(&["export"]);
    assert!(export.stdout.contains("sub_fieldforce"), "{export:?}");
    let other = shared.0.join("d.yaml");
    std::fs::write(&other, next()).expect("a file");
    let other = other.to_str().expect("a path of ours");
    let made = nobody(&[
        "change-requests",
        "create",
        other,
        "--comment",
        "More",
        "--json",
    ]);
    let id = serde_json::from_str::<Value>(&made.stdout).expect("JSON")["id"].clone();
    let id = id.as_str().expect("an id");
    let rejected = mine(&["change-requests", "reject", id, "--comment", "Not now"]);
    assert!(rejected.stdout.starts_with("rejected"), "{rejected:?}");
    let late = mine(&["change-requests", "approve", id, "--yes"]);
    assert!(
        late.stderr.contains("was rejected already by root"),
        "{late:?}"
    );
}
