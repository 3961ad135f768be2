//! An introspection endpoint that says what it is told to.

use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    /// This.
    Answer(String),
    /// What this makes of the question.
    Judged(fn(&str) -> Self),
    /// This, a byte now and then.
    Slowly(String),
    /// Nothing, for long.
    Nothing,
    /// Nothing: the connection ends.
    Close,
}

impl Says {
    /// A status, with fields, and a body.
    pub(crate) fn answer(status: u16, fields: &str, body: &str) -> Self {
        let length = body.len();
        Self::Answer(format!(
            "HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nConnection: close\r\n{fields}\r\n{body}"
        ))
    }

    pub(crate) fn json(said: &Value) -> Self {
        Self::answer(200, "Content-Type: application/json\r\n", &said.to_string())
    }
}

#[derive(Debug)]
struct Told {
    says: Says,
    questions: Vec<String>,
}

/// One that listens until the test is over.
pub(crate) struct Endpoint {
    address: SocketAddr,
    told: Arc<Mutex<Told>>,
}

impl Endpoint {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let told = Arc::new(Mutex::new(Told {
            says: Says::Close,
            questions: Vec::new(),
        }));
        let endpoint = Self {
            address,
            told: told.clone(),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let told = told.clone();
                std::thread::spawn(move || serve(stream, &told));
            }
        });
        endpoint
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/introspect", self.origin())
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn says(&self, says: Says) {
        self.told.lock().expect("nobody panics with it").says = says;
    }

    /// How many questions came.
    pub(crate) fn asked(&self) -> usize {
        self.told
            .lock()
            .expect("nobody panics with it")
            .questions
            .len()
    }

    /// The last question.
    pub(crate) fn last(&self) -> String {
        let told = self.told.lock().expect("nobody panics with it");
        told.questions.last().cloned().unwrap_or_default()
    }
}

fn serve(mut stream: TcpStream, told: &Mutex<Told>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut question = String::new();
    let mut part = [0; 4096];
    while !is_whole(&question) {
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return,
            Ok(read) => question.push_str(&String::from_utf8_lossy(&part[..read])),
        }
    }
    let says = {
        let mut told = told.lock().expect("nobody panics with it");
        told.questions.push(question.clone());
        told.says.clone()
    };
    let says = match says {
        Says::Judged(judge) => judge(&question),
        says => says,
    };
    match says {
        Says::Answer(answer) => {
            let _ = stream.write_all(answer.as_bytes());
        }
        Says::Slowly(answer) => {
            for byte in answer.bytes().take(60) {
                if stream.write_all(&[byte]).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        Says::Nothing => std::thread::sleep(Duration::from_secs(3)),
        Says::Judged(_) | Says::Close => {}
    }
}

fn is_whole(question: &str) -> bool {
    let Some((head, body)) = question.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    body.len() >= length.unwrap_or(0_usize)
}
