//! Debian's nginx with the few lines that a test has to say to it.

use super::files::Scratch;
use std::path::Path;
use std::process::Command;

/// nginx in one process that writes below a directory of its own. `http`: what its `http` block has
/// besides.
pub(crate) fn command(program: &Path, scratch: &Scratch, http: &str) -> Command {
    let directory = scratch.display();
    let config = format!(
        "
daemon off; master_process off; worker_processes 1; pid {directory}/pid;
error_log {directory}/error;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
{http}
}}
"
    );
    let file = scratch.write("nginx.conf", config);
    let mut command = Command::new(program);
    command.arg("-p").arg(&**scratch).arg("-c").arg(file);
    command.arg("-e").arg(scratch.join("error"));
    command
}
