#![expect(clippy::unwrap_used, reason = "tests")]
//! Real pseudo-terminals, sockets and files; time runs a thousand times too fast.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::evolis::{Evolis, Profile, Switches};
use crate::faults::FaultPlan;
use crate::mechanism::{CardPlace, Looks};

/// No answer of these tests takes longer.
const LIMIT: Duration = Duration::from_secs(20);
const LINES: usize = 16;

fn profile() -> Profile {
    Profile::named("evolis-primacy")
        .unwrap()
        .with_geometry(16, LINES)
}

struct Running {
    ready: Ready,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<Box<dyn Device>, HostError>>,
}

impl Running {
    async fn start(change: impl FnOnce(&mut Options), tray: &Path) -> Running {
        Running::of(profile(), Switches::default(), change, tray).await
    }

    async fn of(
        profile: Profile,
        switches: Switches,
        change: impl FnOnce(&mut Options),
        tray: &Path,
    ) -> Running {
        let printer = Evolis::new(profile, switches, FaultPlan::default());
        let mut options = Options::new(Box::new(printer), tray.to_owned());
        options.pace.speed = 1000.0;
        options.blanks = blanks("TEST-0000000000000F:3", 100).unwrap();
        change(&mut options);
        let (tell, told) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(run(
            options,
            |ready| tell.send(ready.clone()).unwrap(),
            async { stopped.await.unwrap_or(()) },
        ));
        let ready = told.await.unwrap();
        Running { ready, stop, task }
    }

    async fn stop(self) -> Box<dyn Device> {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap()
    }

    fn open(&self) -> Host {
        let path = self.ready.endpoint.strip_prefix("serial://").unwrap();
        Host::open(path).unwrap()
    }

    async fn line(&self, socket: &str, line: &str) -> String {
        let mut stream = BufReader::new(UnixStream::connect(socket).await.unwrap());
        stream
            .write_all(format!("{line}\n").as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_line(&mut answer).await.unwrap();
        answer.trim_end().to_owned()
    }

    async fn hand(&self, line: &str) -> serde_json::Value {
        let answer = self.line(&self.ready.control, line).await;
        serde_json::from_str(&answer).unwrap()
    }

    async fn reader(&self, line: &str) -> String {
        let socket = self.ready.reader.strip_prefix("unix://").unwrap();
        self.line(socket, line).await
    }
}

/// The far end of a pseudo-terminal.
struct Host {
    file: File,
}

impl Host {
    fn open(path: &str) -> std::io::Result<Host> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK;
        let file = rustix::fs::open(path, flags, Mode::empty())?.into();
        Ok(Host { file })
    }

    async fn send(&mut self, mut bytes: &[u8]) {
        let started = Instant::now();
        while !bytes.is_empty() {
            assert!(started.elapsed() < LIMIT, "the port takes bytes");
            match self.file.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    }

    async fn answer(&mut self) -> String {
        let started = Instant::now();
        let mut text = Vec::new();
        while text.last() != Some(&0) {
            assert!(started.elapsed() < LIMIT, "an answer comes: {text:?}");
            let mut byte = [0];
            match self.file.read(&mut byte) {
                Ok(1) => text.push(byte[0]),
                Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
        text.pop();
        String::from_utf8(text).unwrap()
    }

    async fn ask(&mut self, command: &str) -> String {
        self.send(format!("\x1B{command}\r").as_bytes()).await;
        self.answer().await
    }
}

/// A terminal's bytes and closings take a moment through the kernel.
async fn come_through() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}

async fn print_card(host: &mut Host) {
    for command in ["Pem;2", "Pr;ymcko", "Ss", "Sr"] {
        assert_eq!(host.ask(command).await, "OK", "{command}");
    }
    for (letter, levels, bits) in [
        ("y", 128, 7),
        ("m", 128, 7),
        ("c", 128, 7),
        ("k", 2, 1),
        ("o", 2, 1),
    ] {
        let mut plane = format!("\x1BDb;{letter};{levels};").into_bytes();
        plane.extend(vec![0xAA; 2 * LINES * bits]);
        plane.push(b'\r');
        host.send(&plane).await;
        assert_eq!(host.answer().await, "OK", "{letter}");
    }
    assert_eq!(host.ask("Se").await, "OK");
}

#[tokio::test]
async fn a_card_is_printed_over_a_terminal_and_lies_in_the_tray() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(|_| {}, folder.path()).await;
    let mut host = running.open();
    assert_eq!(host.ask("Rsn").await, "T00000000001");
    assert_eq!(host.ask("Sic").await, "OK");
    assert_eq!(running.reader("uid").await, "TEST-0000000000000F");
    assert_eq!(running.reader("apdu 00D600000101").await, "9000");
    print_card(&mut host).await;
    let look = running.hand("\"look\"").await;
    assert_eq!(look["look"]["output"][0]["face"], "whole");
    assert_eq!(look["look"]["output"][0]["mark"], serde_json::Value::Null);
    let card = look["look"]["output"][0]["card"].as_u64().unwrap();
    let close = running
        .hand(&format!("{{\"read_mark\":{{\"card\":{card}}}}}"))
        .await;
    let mark = &close["look"]["output"][0]["mark"];
    assert_eq!(mark["bits"].as_str().unwrap().len(), 2 * 2 * LINES);
    assert_eq!(
        running.hand("\"clear_jam\"").await["refused"],
        "no card is jammed"
    );
    assert!(running.hand("{\"dance\":1}").await["error"].is_string());
    let printer = running.stop().await;
    assert!(folder.path().join("0001-out-good-front.png").exists());
    let card = printer.mechanism().cards().next().unwrap();
    assert_eq!(
        (card.place, card.looks()),
        (CardPlace::Output, Looks::Whole)
    );
    assert_eq!(card.chip.updates, 1);
    assert!(
        !folder.path().join("endpoint").exists(),
        "the link is taken away"
    );
    assert!(!folder.path().join("control").exists(), "the socket, too");
}

#[tokio::test]
async fn the_link_outlives_hosts_and_power_cuts() {
    let folder = tempfile::tempdir().unwrap();
    let mut profile = profile();
    profile.timing.power_on_ms = 1000;
    let running = Running::of(profile, Switches::default(), |_| (), folder.path()).await;
    for _ in 0..3 {
        let mut host = running.open();
        assert_eq!(host.ask("Echo;here").await, "here");
    }
    running.hand("\"power_off\"").await;
    let mut host = running.open();
    host.send(b"\x1BRsn\r").await;
    come_through().await;
    drop(host);
    running.hand("\"power_on\"").await;
    let mut host = running.open();
    assert_eq!(host.ask("Rem").await, "0 0");
    running.stop().await;
}

#[tokio::test]
async fn closings_are_heard_and_an_unread_answer_reaches_the_next_host_or_does_not() {
    for keeps in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let switches = Switches {
            stale_answer: keeps,
            half_payload: crate::evolis::HalfPayload::DroppedOnClose,
            ..Switches::default()
        };
        let running = Running::of(profile(), switches, |_| (), folder.path()).await;
        let mut host = running.open();
        host.send(b"\x1BEcho;old\r").await;
        host.send(b"\x1BDb;y;128;half").await;
        drop(host);
        come_through().await;
        let mut host = running.open();
        let first = host.ask("Echo;new").await;
        if keeps {
            assert_eq!(first, "old");
            assert_eq!(
                host.answer().await,
                "new",
                "the half plane went with its host"
            );
        } else {
            assert_eq!(first, "new");
        }
        running.stop().await;
    }
}

#[tokio::test]
async fn a_pulled_cable_takes_the_terminal_away_and_gives_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(|_| {}, folder.path()).await;
    let mut host = running.open();
    assert_eq!(host.ask("Rtp").await, "Evolis Primacy");
    running.hand("\"plug_out\"").await;
    running.hand("\"look\"").await;
    let path = folder.path().join("endpoint");
    assert!(Host::open(path.to_str().unwrap()).is_err());
    let mut byte = [0];
    assert!(!matches!(host.file.read(&mut byte), Ok(1)), "a hang-up");
    running.hand("\"plug_in\"").await;
    running.hand("\"look\"").await;
    let mut host = running.open();
    assert_eq!(host.ask("Rtp").await, "Evolis Primacy");
    running.stop().await;
}

#[tokio::test]
async fn one_tcp_connection_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let change = |options: &mut Options| options.listen = Listen::Tcp(0);
    let running = Running::start(change, folder.path()).await;
    let address = running
        .ready
        .endpoint
        .strip_prefix("tcp://")
        .unwrap()
        .to_owned();
    let mut first = TcpStream::connect(&address).await.unwrap();
    let mut second = TcpStream::connect(&address).await.unwrap();
    let mut answer = [0; 13];
    first.write_all(b"\x1BRsn\r").await.unwrap();
    first.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"T00000000001\0");
    second.write_all(b"\x1BRsn\r").await.unwrap();
    running.hand("\"look\"").await;
    let mut none = [0; 1];
    assert!(second.try_read(&mut none).is_err(), "the second one waits");
    drop(first);
    second.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"T00000000001\0");
    assert_eq!(
        running.ready.status, None,
        "no status channel on this model"
    );
    running.hand("\"plug_out\"").await;
    assert_eq!(second.read(&mut none).await.unwrap_or(0), 0, "cut off");
    running.stop().await;
}

#[tokio::test]
async fn sockets_with_long_paths_get_short_ones() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a".repeat(120));
    std::fs::create_dir(&deep).unwrap();
    let running = Running::start(|_| {}, &deep).await;
    assert!(running.ready.control.len() <= 100);
    assert!(deep.join("control").is_symlink());
    assert_eq!(running.hand("\"look\"").await["look"]["hopper"], 3);
    running.stop().await;
}

#[test]
fn blanks_are_numbered_in_hex() {
    let uid = |text: &str| -> Vec<Option<String>> {
        let loaded = blanks(text, 100).unwrap();
        loaded.into_iter().map(|blank| blank.uid).collect()
    };
    let named = |text: &str| Some(text.to_owned());
    assert_eq!(
        uid("TEST-0000000000000F:2"),
        [named("TEST-0000000000000F"), named("TEST-00000000000010")]
    );
    assert_eq!(uid("3"), [None, None, None]);
    for refused in [
        "TEST-1:3",
        "3:",
        "101",
        "TEST-0000000000000G:1",
        "x",
        "TEST-0000000000000F:101",
    ] {
        assert!(blanks(refused, 100).is_err(), "{refused}");
    }
}

#[test]
fn uptime_follows_a_shared_epoch() {
    let epoch = SystemTime::now() - Duration::from_secs(10);
    let clock = Clock::start(Pace {
        speed: 60.0,
        epoch: Some(epoch),
    });
    let uptime = clock.uptime();
    assert!(
        (600_000_000_000..660_000_000_000).contains(&uptime),
        "{uptime}"
    );
    let wall = clock.until(uptime + 60_000_000_000);
    assert!(wall <= Duration::from_secs(1) && wall > Duration::from_millis(100));
}
