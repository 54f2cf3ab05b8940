//! One answer of one server, taken in without ever waiting for it.
//!
//! A *transfer* runs in a thread of its own, which alone waits for names, connections and bytes. Who
//! takes in its *pieces* looks at the clock and at the meter in between, and may leave it behind: the
//! thread then ends by itself.

use std::io::Read as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use ureq::http::{HeaderName, Response, header};
use ureq::{Agent, Body, Proxy};

use super::fetcher::{Patience, ProxyChoice};
use crate::data::Meter;

/// Bytes read in one go.
const CHUNK: usize = 1 << 16;

/// Chunks that may wait to be taken in.
const WAITING: usize = 4;

/// Between two looks at the clock and the meter.
const TICK: Duration = Duration::from_millis(20);

/// Redirects followed at most.
const MAX_REDIRECTS: u32 = 5;

/// What arrives, in this order: a head, chunks, the end; or trouble at any time.
pub(super) enum Piece {
    /// What the server says about its answer.
    Head(Head),
    /// Bytes of the file.
    Chunk(Vec<u8>),
    /// No more will come.
    End,
    /// The transfer is over before its end.
    Trouble(Trouble),
}

/// What a server says about its answer.
#[derive(Debug)]
pub(super) struct Head {
    /// The HTTP status, in words.
    pub(super) status: String,
    /// The server sends the whole file.
    pub(super) is_whole: bool,
    /// The first byte of the rest that the server sends, where it sends a rest.
    pub(super) starts_at: Option<u64>,
    /// Bytes that follow, where the server says so.
    pub(super) length: Option<u64>,
}

/// Why a transfer failed.
#[derive(Debug)]
pub(super) struct Trouble {
    /// In words, such as `the connection was refused`.
    pub(super) why: String,
    /// Whether the server was reached.
    pub(super) is_reached: bool,
}

/// Why there is no next piece.
pub(super) enum Halt {
    /// It was not wanted any more.
    Cancelled,
    /// Nothing came for too long, or the connection broke.
    Trouble(Trouble),
}

/// A transfer under way.
pub(super) struct Transfer {
    pieces: Receiver<Piece>,
    patience: Patience,
    is_reached: bool,
}

impl Transfer {
    /// Asks for a file, from this byte on.
    pub(super) fn start(
        url: &str,
        from: u64,
        patience: Patience,
        proxy: &ProxyChoice,
    ) -> Result<Self, Trouble> {
        let unreached = |why: String| Trouble {
            why,
            is_reached: false,
        };
        let proxy = match proxy {
            ProxyChoice::Environment => Proxy::try_from_env(),
            ProxyChoice::Direct => None,
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(MAX_REDIRECTS)
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.stall))
            // So that a thread that was left behind ends as well.
            .timeout_per_read(Some(patience.stall))
            .user_agent(concat!("hourglass/", env!("CARGO_PKG_VERSION")))
            // The files are packed already; their bytes are what is checked.
            .accept_encoding("identity")
            .proxy(proxy)
            .build();
        let agent = Agent::new_with_config(config);
        let (sender, pieces) = sync_channel(WAITING);
        let url = url.to_owned();
        thread::Builder::new()
            .name("transfer".to_owned())
            .spawn(move || {
                if let Err(trouble) = run(&agent, &url, from, &sender) {
                    // Nobody waits for a transfer that was left behind.
                    let _gone = sender.send(Piece::Trouble(trouble));
                }
            })
            .map_err(|error| unreached(format!("no thread could be started: {error}")))?;
        Ok(Self {
            pieces,
            patience,
            is_reached: false,
        })
    }

    /// The next piece, or why there is none.
    pub(super) fn next(&mut self, meter: &dyn Meter) -> Result<Piece, Halt> {
        let since = Instant::now();
        let longest = if self.is_reached {
            self.patience.stall
        } else {
            self.patience.connect + self.patience.stall
        };
        loop {
            if meter.is_cancelled() {
                return Err(Halt::Cancelled);
            }
            match self.pieces.recv_timeout(TICK) {
                Ok(Piece::Trouble(trouble)) => return Err(Halt::Trouble(trouble)),
                Ok(piece) => {
                    self.is_reached = true;
                    return Ok(piece);
                }
                Err(RecvTimeoutError::Timeout) if since.elapsed() < longest => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(self.trouble(format!(
                        "nothing came for {} s",
                        longest.as_secs_f32().round()
                    )));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.trouble("the transfer broke off".to_owned()));
                }
            }
        }
    }

    fn trouble(&self, why: String) -> Halt {
        Halt::Trouble(Trouble {
            why,
            is_reached: self.is_reached,
        })
    }
}

/// The thread: asks, and hands on what comes.
fn run(agent: &Agent, url: &str, from: u64, pieces: &SyncSender<Piece>) -> Result<(), Trouble> {
    let mut request = agent.get(url);
    if from > 0 {
        request = request.header(header::RANGE, format!("bytes={from}-"));
    }
    let response = request.call().map_err(|error| Trouble {
        is_reached: is_reached(&error),
        why: in_words(&error),
    })?;
    let head = head(&response);
    let has_file = head.is_whole || head.starts_at.is_some();
    if pieces.send(Piece::Head(head)).is_err() || !has_file {
        return Ok(());
    }
    let mut body = response
        .into_body()
        .into_with_config()
        .limit(u64::MAX)
        .reader();
    loop {
        let mut chunk = vec![0; CHUNK];
        let count = body.read(&mut chunk).map_err(|error| Trouble {
            why: format!("the connection broke: {error}"),
            is_reached: true,
        })?;
        if count == 0 {
            let _gone = pieces.send(Piece::End);
            return Ok(());
        }
        chunk.truncate(count);
        if pieces.send(Piece::Chunk(chunk)).is_err() {
            return Ok(());
        }
    }
}

fn head(response: &Response<Body>) -> Head {
    let text = |name: HeaderName| {
        let value = response.headers().get(name)?;
        value.to_str().ok()
    };
    let status = response.status();
    let is_part = status.as_u16() == 206;
    Head {
        status: status.to_string(),
        is_whole: status.as_u16() == 200,
        starts_at: text(header::CONTENT_RANGE)
            .filter(|_range| is_part)
            .and_then(first_byte),
        length: text(header::CONTENT_LENGTH).and_then(|length| length.trim().parse().ok()),
    }
}

/// The first byte of a `Content-Range`, such as `bytes 500-999/1000`.
fn first_byte(range: &str) -> Option<u64> {
    let (first, _) = range.trim().strip_prefix("bytes")?.trim().split_once('-')?;
    first.parse().ok()
}

fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "its name was not found".to_owned(),
        ureq::Error::Timeout(_) => "it did not answer in time".to_owned(),
        ureq::Error::TooManyRedirects => "it redirects without end".to_owned(),
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            "the connection was refused".to_owned()
        }
        other => other.to_string(),
    }
}

/// Whether there was a server, rather than no network.
fn is_reached(error: &ureq::Error) -> bool {
    !matches!(
        error,
        ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::Io(_)
            | ureq::Error::ConnectProxyFailed(_)
            | ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(first_byte("bytes 500-999/1000"), Some(500));
        assert_eq!(first_byte(" bytes 0-0/*"), Some(0));
        for wrong in ["", "bytes", "bytes */1000", "items 5-9/10", "bytes -5/10"] {
            assert_eq!(first_byte(wrong), None, "{wrong:?}");
        }
    }
}
