//! A desktop of the test's own: a virtual display, the real program on it, a pointer and a camera.

#![allow(dead_code, reason = "the test and the benchmark take what they need")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Size of the display and of the window on it.
pub const SIZE: [u32; 2] = [1280, 800];

/// Ends the process with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

/// The program in a window on a display that nobody sees.
pub struct Desktop {
    lines: Receiver<(Instant, String)>,
    /// Everything the program has said so far.
    pub said: Vec<String>,
    /// When it said each line.
    pub said_at: Vec<Instant>,
    /// When the program was started.
    pub started: Instant,
    // In this order: the program goes before its display.
    program: Ended,
    _manager: Option<Ended>,
    display_name: String,
    _display: Ended,
}

/// What is missing on this machine to have a desktop.
pub fn missing() -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return Some("an X server");
    }
    ["Xvfb", "xdotool", "import"]
        .into_iter()
        .find(|tool| !has_tool(tool))
}

/// Whether a program is on the path.
pub fn has_tool(tool: &str) -> bool {
    let there = Command::new("sh")
        .args(["-c", &format!("command -v {tool}")])
        .stdout(Stdio::null())
        .status();
    there.is_ok_and(|status| status.success())
}

/// Who minds the windows of a display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowManager {
    /// Nobody: a window lies where it was opened.
    None,
    /// Openbox, under which a window can be minimised.
    Openbox,
}

impl Desktop {
    /// Starts the display and the program with these arguments, with a folder for what it remembers.
    pub fn open(arguments: &[&str], home: &Path) -> Self {
        Self::open_with(arguments, home, &[])
    }

    /// The same with some variables of the environment.
    pub fn open_with(arguments: &[&str], home: &Path, variables: &[(&str, &str)]) -> Self {
        Self::open_under(WindowManager::None, arguments, home, variables)
    }

    /// The same under a window manager.
    pub fn open_under(
        manager: WindowManager,
        arguments: &[&str],
        home: &Path,
        variables: &[(&str, &str)],
    ) -> Self {
        let size = format!("{}x{}x24", SIZE[0], SIZE[1]);
        let mut display = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is there");
        let mut number = String::new();
        let out = display.stdout.take().expect("it is piped");
        BufReader::new(out)
            .read_line(&mut number)
            .expect("Xvfb tells its display");
        let display_name = format!(":{}", number.trim());
        let manager = (manager == WindowManager::Openbox).then(|| {
            let openbox = Command::new("openbox")
                .args(["--sm-disable"])
                .env("DISPLAY", &display_name)
                .env("XDG_CONFIG_HOME", home)
                .stderr(Stdio::null())
                .spawn();
            Ended(openbox.expect("openbox is there"))
        });
        let started = Instant::now();
        let mut program = Command::new(env!("CARGO_BIN_EXE_hourglass"))
            .args(arguments)
            .env("DISPLAY", &display_name)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .env("XDG_DATA_HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .envs(variables.iter().copied())
            .env("RUST_LOG", "error,wgpu_hal=off,hourglass=trace")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program was built");
        let (tell, lines) = mpsc::channel();
        let err = BufReader::new(program.stderr.take().expect("it is piped"));
        thread::spawn(move || {
            for line in err.lines().map_while(Result::ok) {
                if tell.send((Instant::now(), line)).is_err() {
                    return;
                }
            }
        });
        Self {
            lines,
            said: Vec::new(),
            said_at: Vec::new(),
            started,
            program: Ended(program),
            _manager: manager,
            display_name,
            _display: Ended(display),
        }
    }

    /// Waits for a line that the program has not said before this call, and returns it.
    pub fn wait_for(&mut self, what: &str, timeout: Duration) -> String {
        self.wait_until(what, timeout, |line| line.contains(what))
    }

    /// As [`Self::wait_for`], for whatever `is_it` recognises.
    pub fn wait_until(
        &mut self,
        what: &str,
        timeout: Duration,
        is_it: impl Fn(&str) -> bool,
    ) -> String {
        let until = Instant::now() + timeout;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok((at, line)) => {
                    self.said.push(line.clone());
                    self.said_at.push(at);
                    if is_it(&line) {
                        return line;
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout | mpsc::RecvTimeoutError::Disconnected) => {
                    panic!("the program never said {what:?}; {}", self.last_words())
                }
            }
        }
    }

    /// The last things the program said, for a test that fails.
    pub fn last_words(&self) -> String {
        let from = self.said.len().saturating_sub(40);
        format!("its last words\n{}", self.said[from..].join("\n"))
    }

    /// Ends the program as nobody expects.
    pub fn kill(&mut self) {
        self.program.0.kill().expect("it runs");
        self.program.0.wait().expect("it was killed");
    }

    /// Gives the window the keyboard, as a window manager would.
    pub fn focus(&self) {
        self.act("search --onlyvisible --name Hourglass windowfocus --sync");
    }

    /// Puts the window away; somebody must mind the windows of the display.
    pub fn minimise(&self) {
        self.act("search --onlyvisible --name Hourglass windowminimize");
    }

    /// Takes in what was said meanwhile.
    pub fn listen(&mut self) {
        while let Ok((at, line)) = self.lines.try_recv() {
            self.said.push(line);
            self.said_at.push(at);
        }
    }

    /// Takes in all that was said until the program ended.
    pub fn hear_out(&mut self) {
        while let Ok((at, line)) = self.lines.recv() {
            self.said.push(line);
            self.said_at.push(at);
        }
    }

    /// Where a widget was last drawn: x, y, width and height in pixels.
    pub fn widget(&mut self, name: &str) -> [f64; 4] {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            self.listen();
            let mark = format!("widget {name} ");
            let place = self.said.iter().rev().find_map(|line| {
                let numbers: Vec<f64> = line
                    .split_once(&mark)?
                    .1
                    .split_whitespace()
                    .map(|number| number.parse().ok())
                    .collect::<Option<_>>()?;
                <[f64; 4]>::try_from(numbers).ok()
            });
            if let Some(place) = place {
                return place;
            }
            assert!(
                Instant::now() < until,
                "the widget {name:?} was never drawn"
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Lets `xdotool` act: `mousemove 10 20`, `click 1`.
    pub fn act(&self, words: &str) {
        let status = Command::new("xdotool")
            .args(words.split_whitespace())
            .env("DISPLAY", &self.display_name)
            .status()
            .expect("xdotool is there");
        assert!(status.success(), "xdotool {words}");
    }

    /// Clicks the middle of a widget.
    pub fn click(&mut self, name: &str) {
        let [x, y, width, height] = self.widget(name);
        self.act(&format!(
            "mousemove {:.0} {:.0}",
            x + width / 2.0,
            y + height / 2.0
        ));
        thread::sleep(Duration::from_millis(150));
        self.act("click 1");
    }

    /// Presses the button at one place of a widget and lets it go at others, in shares of its size.
    pub fn drag(&mut self, name: &str, from: [f64; 2], along: &[[f64; 2]]) {
        let [x, y, width, height] = self.widget(name);
        let place =
            |[u, v]: [f64; 2]| format!("mousemove {:.0} {:.0}", x + u * width, y + v * height);
        self.act(&place(from));
        thread::sleep(Duration::from_millis(150));
        self.act("mousedown 1");
        let mut last = from;
        for &next in along {
            for part in 1..=8 {
                let share = f64::from(part) / 8.0;
                self.act(&place([
                    last[0] + (next[0] - last[0]) * share,
                    last[1] + (next[1] - last[1]) * share,
                ]));
                thread::sleep(Duration::from_millis(25));
            }
            last = next;
        }
        self.act("mouseup 1");
    }

    /// Puts another window over the program's, until the returned one is dropped.
    pub fn cover(&self) -> impl Drop + use<> {
        let size = format!("{}x{}", SIZE[0], SIZE[1]);
        let child = Command::new("display")
            .args([
                "-size",
                &size,
                "-geometry",
                &format!("{size}+0+0"),
                "xc:gray",
            ])
            .env("DISPLAY", &self.display_name)
            .spawn()
            .expect("ImageMagick is there");
        Ended(child)
    }

    /// What is on the screen now.
    pub fn photograph(&self) -> image::RgbaImage {
        let out = Command::new("import")
            .args(["-window", "root", "png:-"])
            .env("DISPLAY", &self.display_name)
            .output()
            .expect("import is there");
        image::load_from_memory_with_format(&out.stdout, image::ImageFormat::Png)
            .expect("import gives a PNG")
            .to_rgba8()
    }

    /// Whether the program still runs.
    pub fn is_open(&mut self) -> bool {
        matches!(self.program.0.try_wait(), Ok(None))
    }
}

/// Pixels inside a rectangle that differ between two photographs.
pub fn changed(
    before: &image::RgbaImage,
    after: &image::RgbaImage,
    [x, y, w, h]: [f64; 4],
) -> usize {
    let range = |from: f64, length: f64, end: u32| {
        let from = from.max(0.0) as u32;
        from.min(end)..((f64::from(from) + length) as u32).min(end)
    };
    range(y, h, before.height())
        .flat_map(|y| range(x, w, before.width()).map(move |x| (x, y)))
        .filter(|&(x, y)| before.get_pixel(x, y) != after.get_pixel(x, y))
        .count()
}
