//! One data directory, one process; and everything else that can be wrong with a directory.

use super::{Stored, binary, cli, run};
use crate::harness::files::scratch;
use crate::harness::program::{installed, skipped};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::process::Command;

#[test]
fn a_second_process_is_refused_and_told_of_the_first() {
    let postern = Stored::empty();
    let second = postern.run(&["run", "--gateway", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    let first = format!("process {} at http://", postern.program.id());
    assert!(second.stderr.contains(&first), "{}", second.stderr);
}

#[test]
fn a_command_without_a_running_postern_says_how_to_start_one() {
    let empty = scratch("nobody");
    let ran = run(&empty, &["keys", "list"]);
    assert_eq!(ran.status.code(), Some(1));
    assert!(ran.stderr.contains("no Postern runs on"), "{}", ran.stderr);
    assert!(ran.stderr.contains("postern run --data"), "{}", ran.stderr);
    let nowhere = run(&empty.join("nowhere"), &["blocks", "list"]);
    assert!(
        nowhere.stderr.contains("no Postern runs on"),
        "{}",
        nowhere.stderr
    );
    let file = empty.write("file", "");
    let file = run(&file, &["blocks", "list"]);
    assert!(
        file.stderr.contains("no Postern runs on"),
        "{}",
        file.stderr
    );
}

#[test]
fn a_database_of_something_else_is_refused_by_its_name() {
    let data = scratch("foreign");
    std::fs::write(data.join("installation.key"), [7; 32]).unwrap();
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(data.join("installation.key"), private).unwrap();
    data.write(
        "postern.db",
        "this is no database, but long enough to be looked at as one",
    );
    let path = data.to_str().unwrap();
    let ran = cli(&[
        "run",
        "--data",
        path,
        "--gateway",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
    ]);
    assert_eq!(ran.status.code(), Some(1));
    assert!(
        ran.stderr
            .contains("postern.db is not a database of Postern"),
        "{}",
        ran.stderr
    );
}

/// One that every user may run.
const PYTHON: &str = "/usr/bin/python3";

#[test]
fn the_socket_is_its_owners() {
    let postern = Stored::start();
    let socket = postern.data().join("postern.sock");
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    if !installed("setpriv") || !root() || !std::path::Path::new(PYTHON).exists() {
        skipped("it takes root, setpriv and the system's python3");
        return;
    }
    // Even where files would let others through, the socket looks at who they are.
    for path in [postern.data(), socket] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    let connect = "import socket,sys\n\
        s = socket.socket(socket.AF_UNIX)\n\
        s.connect(sys.argv[1])\n\
        print(s.recv(4096).decode())\n";
    // The folders above it are closed to others: a second name in one that is not.
    let place = tempdir();
    let link = place.join("s");
    std::fs::hard_link(postern.data().join("postern.sock"), &link).unwrap();
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        PYTHON,
        "-c",
    ]);
    command.arg(connect).arg(&link);
    let ran = crate::harness::program::run(&mut command, super::SOON);
    std::fs::remove_dir_all(&place).unwrap();
    assert!(ran.stdout.contains("not_allowed"), "{ran:?}");
}

fn root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// A directory that every user may look into.
fn tempdir() -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("postern-e2e-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn what_is_no_request_is_answered_with_what_would_be_one() {
    let postern = Stored::empty();
    let stream = UnixStream::connect(short(&postern)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut ask = |line: &str| {
        (&stream).write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        reader.read_line(&mut answer).unwrap();
        answer
    };
    assert!(ask("hello\n").contains(r#"{\"method\""#));
    assert!(ask("{\"method\": \"fly\"}\n").contains("no method `fly`"));
    assert!(ask("{\"method\": \"blocks.lift\", \"params\": {}}\n").contains("`address`"));
    assert!(ask("{\"method\": \"change\", \"params\": {\"changes\": []}}\n").contains("1 to"));
    let unknown = r#"{"method": "documents", "params": {"kind": "servce"}}"#;
    assert!(ask(&format!("{unknown}\n")).contains("there is no kind of document `servce`"));
    let change = r#"{"method":"change","params":{"changes":[{"kind":"app","id":"x"}]}}"#;
    assert!(ask(&format!("{change}\n")).contains("one of `put`, `patch` and `delete`"));
    assert!(ask("{\"method\": \"status\"}\n").contains("\"ok\""));
}

/// A path that fits into the address of a socket.
fn short(postern: &Stored) -> std::path::PathBuf {
    let link = std::env::temp_dir().join(format!("postern-e2e-{}.sock", postern.program.id()));
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(postern.data().join("postern.sock"), &link).unwrap();
    link
}

#[test]
fn a_directory_with_a_long_name_works_too() {
    let place = scratch("long");
    let long = place.join("d".repeat(120));
    std::fs::create_dir_all(&long).unwrap();
    let (gateway, admin) = (super::free_address(), super::free_address());
    let mut command = Command::new(binary::postern());
    command.arg("run").arg("--data").arg(&long);
    command.args([
        "--gateway",
        &gateway.to_string(),
        "--admin",
        &admin.to_string(),
    ]);
    let mut program = super::Program::start(&mut command, &place, "log");
    program.wait_for(gateway, super::SOON).unwrap();
    super::eventually("the socket", || {
        long.join("postern.sock").exists().then_some(())
    });
    let ran = run(&long, &["keys", "list"]);
    assert!(ran.status.success(), "{ran:?}");
}
