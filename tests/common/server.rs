//! A web server of the test's own on the loopback interface, which behaves as badly as it is told to.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long a stalling connection is held, unless the server ends before.
const LONGEST_STALL: Duration = Duration::from_mins(1);

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method, `GET` or `CONNECT`.
    pub method: String,
    /// The path, or whatever stood in its place.
    pub path: String,
    /// The first byte of the range, where one was asked for.
    pub from: Option<u64>,
}

/// What the server answers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// 200 with the whole body.
    Whole(Vec<u8>),
    /// 200 or 206, as the client asked.
    Served(Vec<u8>),
    /// These bytes, then the connection is closed.
    Raw(Vec<u8>),
    /// These bytes, then nothing more comes.
    Stall(Vec<u8>),
    /// Another address.
    Redirect(String),
    /// A status without a file.
    Status(&'static str),
}

type Behaviour = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// A server that runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A server that answers a request, and how many came before it, with a reply.
    pub fn start(behaviour: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("the address of a server");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let behaviour: Arc<Behaviour> = Arc::new(behaviour);
        let (log, end) = (Arc::clone(&asked), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (log, end, behaviour) =
                    (Arc::clone(&log), Arc::clone(&end), Arc::clone(&behaviour));
                // A client that hangs up in the middle is part of the play.
                thread::spawn(move || answer(&connection, &log, &end, &*behaviour));
            }
        });
        Self {
            address,
            asked,
            is_over,
            thread: Some(thread),
        }
    }

    /// Its address, with a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Everything that was asked for so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no thread panics").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _woken = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// A port that nobody listens at.
pub fn closed_port() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("the address of a server");
    format!("http://{address}/")
}

/// An answer's head and as much of a body as is given, of a length that may be a lie.
pub fn answer_of(status: &str, length: Option<usize>, body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
    if let Some(length) = length {
        let _ = write!(head, "Content-Length: {length}\r\n");
    }
    head += "\r\n";
    [head.as_bytes(), body].concat()
}

fn read(connection: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(connection).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut from = None;
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            break;
        }
        let range = line.to_ascii_lowercase();
        if let Some(range) = range.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok();
        }
    }
    Some(Asked { method, path, from })
}

fn answer(
    mut connection: &TcpStream,
    log: &Mutex<Vec<Asked>>,
    is_over: &AtomicBool,
    behaviour: &Behaviour,
) -> Option<()> {
    // A proxy is asked twice over one connection: for the tunnel, then through it.
    loop {
        let asked = read(connection)?;
        let before = {
            let mut log = log.lock().expect("no thread panics");
            log.push(asked.clone());
            log.len() - 1
        };
        if asked.method == "CONNECT" {
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
            continue;
        }
        let bytes = match behaviour(&asked, before) {
            Reply::Whole(body) => answer_of("200 OK", Some(body.len()), &body),
            Reply::Served(body) => served(&asked, &body),
            Reply::Raw(bytes) => bytes,
            Reply::Stall(bytes) => {
                connection.write_all(&bytes).ok()?;
                let since = Instant::now();
                while !is_over.load(Ordering::SeqCst) && since.elapsed() < LONGEST_STALL {
                    thread::sleep(Duration::from_millis(5));
                }
                return Some(());
            }
            Reply::Redirect(to) => format!(
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            .into_bytes(),
            Reply::Status(status) => answer_of(status, Some(0), &[]),
        };
        return connection.write_all(&bytes).ok();
    }
}

fn served(asked: &Asked, body: &[u8]) -> Vec<u8> {
    let Some(from) = asked.from.map(|from| from as usize) else {
        return answer_of("200 OK", Some(body.len()), body);
    };
    if from >= body.len() {
        return answer_of("416 Range Not Satisfiable", Some(0), &[]);
    }
    let rest = &body[from..];
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{}/{}\r\n\r\n",
        rest.len(),
        body.len() - 1,
        body.len()
    );
    [head.as_bytes(), rest].concat()
}
