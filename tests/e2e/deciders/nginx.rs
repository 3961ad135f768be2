//! nginx as a decider: it keeps its connections open, and answers by the headers that it is shown.

use super::{World, code, decider};
use crate::harness::files::scratch;
use crate::harness::nginx;
use crate::harness::program::{Program, find, free_address};
use crate::harness::{SOON, eventually};
use serde_json::json;

#[test]
fn nginx_decides_over_connections_that_are_kept() {
    let Some(program) = find("nginx") else {
        return;
    };
    let (address, scratch) = (free_address(), scratch("decider-nginx"));
    let directory = scratch.display();
    let http = format!(
        r#"
  log_format view '$connection $status $http_x_forwarded_method $http_x_forwarded_uri';
  access_log {directory}/views view;
  server {{
    listen {address};
    location /check {{
      add_header X-Auth-User $http_x_badge always;
      if ($http_x_badge = blue) {{ return 204; }}
      add_header WWW-Authenticate 'Badge realm="nginx"' always;
      if ($http_x_badge = "") {{ return 401; }}
      return 403;
    }}
  }}"#
    );
    let mut command = nginx::command(&program, &scratch, &http);
    let mut program = Program::start(&mut command, &scratch, "nginx");
    program.wait_for(address, SOON).expect("nginx starts");

    let more = json!({"headers": "X-Badge", "answer_headers": "X-Auth-User"});
    let url = format!("http://{address}/check");
    let world = World::start(&[("sso", decider("forward_auth", &url, &more))]);
    for _ in 0..20 {
        let passed = world.send("GET /asked/1", "X-Badge: blue\r\n", "");
        assert_eq!(passed.status, 200, "{}", passed.text());
        assert_eq!(passed.json()["headers"]["x-auth-user"], "blue");
    }
    let refused = world.send("GET /asked/2", "X-Badge: red\r\n", "");
    assert_eq!(
        (refused.status, &*code(&refused)),
        (403, "authorization.external_denied")
    );
    let refused = world.ask();
    assert_eq!(
        (
            refused.status,
            refused.header("www-authenticate").as_deref()
        ),
        (401, Some("Badge realm=\"nginx\""))
    );
    // It logs what it has answered already.
    let seen = eventually("all are logged", || {
        let seen = std::fs::read_to_string(scratch.join("views")).expect("a log");
        (seen.lines().count() >= 22).then_some(seen)
    });
    let connections: std::collections::BTreeSet<&str> = seen
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(seen.lines().count(), 22, "{seen}");
    // Each core keeps its own.
    assert!(connections.len() <= 8, "{seen}");
    assert!(seen.contains("403 GET /asked/2"), "{seen}");
}
