//! The real links against a pty, sockets and a pipe of the system.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::endpoint::connect;
use super::*;

const MAIN: Channel = Channel::Main;
/// No step of these tests takes this long unless it hangs.
const HANGS: Duration = Duration::from_secs(20);

/// A pty: the device's end and the path of the host's.
fn pty() -> (OwnedFd, String) {
    let device = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&device).unwrap();
    unlockpt(&device).unwrap();
    let path = ptsname(&device, Vec::new()).unwrap();
    (device, path.into_string().unwrap())
}

/// A folder of its own for one test's sockets.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn make_raw(device: &OwnedFd) {
    let mut settings = rustix::termios::tcgetattr(device).unwrap();
    settings.make_raw();
    rustix::termios::tcsetattr(device, rustix::termios::OptionalActions::Now, &settings).unwrap();
}

fn link_to(uri: &str) -> Box<dyn AsyncLink> {
    connect(&uri.parse().unwrap())
}

async fn opened(link: &mut dyn AsyncLink) {
    within(async {
        while link.open(MAIN).unwrap() == OpenState::Pending {
            link.ready(false).await;
        }
    })
    .await;
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(HANGS, future).await.unwrap()
}

/// Reads until `count` bytes are in or the link fell.
async fn read(link: &mut dyn AsyncLink, count: usize) -> Result<Vec<u8>, LinkError> {
    within(async {
        let mut all = Vec::new();
        let mut piece = [0; 64];
        while all.len() < count {
            match link.try_read(MAIN, &mut piece) {
                ReadResult::Bytes(count) => all.extend(&piece[..count]),
                ReadResult::Nothing => link.ready(false).await,
                ReadResult::Fallen(error) => return Err(error),
            }
        }
        Ok(all)
    })
    .await
}

async fn write(link: &mut dyn AsyncLink, mut bytes: &[u8]) {
    within(async {
        while !bytes.is_empty() {
            match link.try_write(MAIN, bytes) {
                WriteResult::Taken(0) => link.ready(true).await,
                WriteResult::Taken(count) => bytes = &bytes[count..],
                WriteResult::Fallen(error) => panic!("fell: {error}"),
            }
        }
    })
    .await;
}

/// Whether `ready` ends while nothing happens: it would turn every wait into a spin.
async fn is_quiet(link: &mut dyn AsyncLink) -> bool {
    let mut piece = [0; 64];
    assert!(matches!(
        link.try_read(MAIN, &mut piece),
        ReadResult::Nothing
    ));
    let mut ready = link.ready(false);
    for _ in 0..100 {
        tokio::select! {
            biased;
            () = &mut ready => return false,
            () = tokio::task::yield_now() => {}
        }
    }
    true
}

#[tokio::test]
async fn a_serial_link_talks_over_a_pty_both_ways() {
    let (device, path) = pty();
    let mut link = link_to(&format!("serial://{path}?baud=9600"));
    opened(&mut link).await;
    write(&mut link, b"\x1bRlr\r").await;
    let mut got = [0; 64];
    let count = rustix::io::read(&device, &mut got).unwrap();
    assert_eq!(&got[..count], b"\x1bRlr\r");
    rustix::io::write(&device, b"OK\r\0\n\xff").unwrap();
    assert_eq!(read(&mut link, 6).await.unwrap(), b"OK\r\0\n\xff");
    assert!(is_quiet(&mut link).await);
    assert_eq!(link.port_status(), None);
    assert!(matches!(
        link.open(Channel::Status),
        Err(LinkError::NoChannel { .. })
    ));
}

#[tokio::test]
async fn a_plane_over_a_pty_waits_for_a_slow_device_and_arrives_whole() {
    let (device, path) = pty();
    let plane: Vec<u8> = (0..100_000_u32).map(|i| (i * 7 % 251) as u8).collect();
    let expected = plane.clone();
    let reader = std::thread::spawn(move || {
        let mut all: Vec<u8> = Vec::new();
        let mut piece = [0; 777];
        while all.len() < expected.len() {
            let count = rustix::io::read(&device, &mut piece).unwrap();
            all.extend(&piece[..count]);
        }
        assert!(all == expected);
        device
    });
    let mut link = link_to(&format!("serial://{path}"));
    opened(&mut link).await;
    write(&mut link, &plane).await;
    reader.join().unwrap();
}

#[tokio::test]
async fn a_serial_port_belongs_to_one_program() {
    let (_device, path) = pty();
    let uri = format!("serial://{path}");
    let mut first = link_to(&uri);
    opened(&mut first).await;
    let mut second = link_to(&uri);
    assert!(matches!(second.open(MAIN), Err(LinkError::Taken { .. })));
    first.close(MAIN);
    opened(&mut second).await;
}

#[tokio::test]
async fn what_the_host_did_not_read_waits_on_a_pty_for_its_next_opener() {
    let (device, path) = pty();
    // As the simulators' host does: an end of its own keeps the pty alive between openers.
    let _keeper = rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let uri = format!("serial://{path}");
    let mut first = link_to(&uri);
    opened(&mut first).await;
    write(&mut first, b"Se\r").await;
    rustix::io::write(&device, b"OK\r").unwrap();
    first.abort(MAIN);
    let mut got = [0; 64];
    let count = rustix::io::read(&device, &mut got).unwrap();
    assert_eq!(&got[..count], b"Se\r");
    let mut second = link_to(&uri);
    opened(&mut second).await;
    assert_eq!(read(&mut second, 3).await.unwrap(), b"OK\r");
}

#[tokio::test]
async fn a_pty_whose_device_is_gone_falls() {
    let (device, path) = pty();
    let mut link = link_to(&format!("serial://{path}"));
    opened(&mut link).await;
    drop(device);
    let fallen = read(&mut link, 1).await.unwrap_err();
    assert!(matches!(
        fallen,
        LinkError::Fell { .. } | LinkError::Closed { .. }
    ));
    link.abort(MAIN);
    assert!(link.open(MAIN).is_err());
}

#[tokio::test]
async fn what_is_not_there_is_absent() {
    let folder = folder();
    for scheme in ["serial", "usb", "unix"] {
        let mut link = link_to(&format!("{scheme}://{}/nothing", folder.path().display()));
        assert!(
            matches!(link.open(MAIN), Err(LinkError::Absent { .. })),
            "{scheme}"
        );
    }
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut link = link_to(&format!("tcp://{free}"));
    let refused = within(async {
        loop {
            match link.open(MAIN) {
                Ok(OpenState::Pending) => link.ready(false).await,
                other => break other,
            }
        }
    })
    .await;
    assert!(matches!(refused, Err(LinkError::Absent { .. })));
}

#[tokio::test]
async fn a_device_file_without_port_status_talks_and_tells_none() {
    let (device, path) = pty();
    make_raw(&device);
    let mut link = link_to(&format!("usb://{path}"));
    opened(&mut link).await;
    write(&mut link, b"\x1bRsn\r").await;
    let mut got = [0; 64];
    let count = rustix::io::read(&device, &mut got).unwrap();
    assert_eq!(&got[..count], b"\x1bRsn\r");
    rustix::io::write(&device, b"1234\r").unwrap();
    assert_eq!(read(&mut link, 5).await.unwrap(), b"1234\r");
    assert_eq!(link.port_status(), None);
    assert!(is_quiet(&mut link).await);
}

#[tokio::test]
async fn a_tcp_link_talks_and_hears_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut link = link_to(&format!("tcp://{}", listener.local_addr().unwrap()));
    opened(&mut link).await;
    let (mut device, _) = listener.accept().unwrap();
    write(&mut link, b"REQ").await;
    let mut got = [0; 3];
    device.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"REQ");
    device.write_all(b"answer").unwrap();
    assert_eq!(read(&mut link, 6).await.unwrap(), b"answer");
    assert!(is_quiet(&mut link).await);
    drop(device);
    assert!(matches!(
        read(&mut link, 1).await,
        Err(LinkError::Closed { .. })
    ));
}

/// What the device's end sees after the host wrote, and perhaps read an answer, and let go.
async fn end_of_tcp(
    answered: bool,
    let_go: impl FnOnce(Box<dyn AsyncLink>),
) -> std::io::Result<usize> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut link = link_to(&format!("tcp://{}", listener.local_addr().unwrap()));
    opened(&mut link).await;
    let (mut device, _) = listener.accept().unwrap();
    write(&mut link, b"07").await;
    let mut got = [0; 2];
    device.read_exact(&mut got).unwrap();
    if answered {
        device.write_all(b"ok").unwrap();
        read(&mut link, 2).await.unwrap();
    }
    let_go(link);
    device.read(&mut got)
}

#[tokio::test]
async fn tcp_is_closed_in_order_only_when_everything_was_answered() {
    let close = |mut link: Box<dyn AsyncLink>| link.close(MAIN);
    assert_eq!(end_of_tcp(true, close).await.unwrap(), 0);
    let reset = end_of_tcp(false, close).await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);
    let abort = |mut link: Box<dyn AsyncLink>| link.abort(MAIN);
    assert!(end_of_tcp(true, abort).await.is_err());
    assert!(end_of_tcp(true, drop).await.is_err());
}

/// Opens both channels of a link with status beside it.
async fn opened_both(link: &mut dyn AsyncLink) {
    opened(link).await;
    within(async {
        while link.open(Channel::Status).unwrap() == OpenState::Pending {
            link.ready(false).await;
        }
    })
    .await;
}

/// Sends one datagram on the status channel: all of it at once.
async fn ask(link: &mut dyn AsyncLink, bytes: &[u8]) {
    within(async {
        loop {
            match link.try_write(Channel::Status, bytes) {
                WriteResult::Taken(0) => link.ready(true).await,
                WriteResult::Taken(count) => break assert_eq!(count, bytes.len()),
                WriteResult::Fallen(error) => panic!("fell: {error}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn status_runs_beside_the_connection_and_datagrams_come_in_pieces() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let status = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = status.local_addr().unwrap().port();
    let uri = format!("tcp://{}?status=udp:{port}", listener.local_addr().unwrap());
    let mut link = link_to(&uri);
    opened_both(link.as_mut()).await;
    let (mut device, _) = listener.accept().unwrap();
    write(&mut link, b"job").await;
    let mut got = [0; 64];
    device.read_exact(&mut got[..3]).unwrap();
    ask(link.as_mut(), b"how?").await;
    let (count, host) = status.recv_from(&mut got).unwrap();
    assert_eq!(&got[..count], b"how?");
    // Longer than a piece, then an empty one, then another: each comes whole and apart.
    let long: Vec<u8> = (0..200).collect();
    for datagram in [&long[..], b"", b"next"] {
        status.send_to(datagram, host).unwrap();
    }
    let mut heard: Vec<Vec<u8>> = Vec::new();
    within(async {
        let mut piece = [0; 64];
        while heard.len() < 5 {
            match link.try_read(Channel::Status, &mut piece) {
                ReadResult::Bytes(count) => heard.push(piece[..count].to_vec()),
                ReadResult::Nothing => link.ready(false).await,
                ReadResult::Fallen(error) => panic!("fell: {error}"),
            }
        }
    })
    .await;
    assert_eq!(heard[..4].concat(), long);
    assert_eq!(heard[4], b"next");
    // A session reads every channel to its end before it waits.
    assert!(matches!(
        link.try_read(Channel::Status, &mut got),
        ReadResult::Nothing
    ));
    device.write_all(b"done").unwrap();
    assert_eq!(read(&mut link, 4).await.unwrap(), b"done");
    assert!(is_quiet(&mut link).await);
    link.close(MAIN);
    ask(link.as_mut(), b"still").await;
    link.close(Channel::Status);
}

#[tokio::test]
async fn datagrams_to_nobody_are_lost_and_the_channel_stays() {
    let port = {
        let free = UdpSocket::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("tcp://{}?status=udp:{port}", listener.local_addr().unwrap());
    let mut link = link_to(&uri);
    opened_both(link.as_mut()).await;
    for _ in 0..3 {
        ask(link.as_mut(), b"how?").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(matches!(
            link.try_read(Channel::Status, &mut [0; 64]),
            ReadResult::Nothing
        ));
    }
}

#[tokio::test]
async fn a_full_connection_is_not_waited_for_through_its_status() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let status = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = status.local_addr().unwrap().port();
    let uri = format!("tcp://{}?status=udp:{port}", listener.local_addr().unwrap());
    let mut link = link_to(&uri);
    opened_both(link.as_mut()).await;
    let (_device, _) = listener.accept().unwrap();
    let plane = vec![0; 1 << 20];
    let mut takes = true;
    while takes {
        takes = !matches!(link.try_write(MAIN, &plane), WriteResult::Taken(0));
    }
    let mut ready = link.ready(true);
    for _ in 0..100 {
        tokio::select! {
            biased;
            () = &mut ready => panic!("it would spin"),
            () = tokio::task::yield_now() => {}
        }
    }
}

#[tokio::test]
async fn a_unix_socket_talks_and_hears_the_end() {
    let folder = folder();
    let path = format!("{}/reader.sock", folder.path().display());
    let listener = UnixListener::bind(&path).unwrap();
    let mut link = link_to(&format!("unix://{path}"));
    opened(&mut link).await;
    let (mut device, _) = listener.accept().unwrap();
    write(&mut link, b"uid\n").await;
    let mut got = [0; 4];
    device.read_exact(&mut got).unwrap();
    device.write_all(b"none\n").unwrap();
    assert_eq!(read(&mut link, 5).await.unwrap(), b"none\n");
    assert!(is_quiet(&mut link).await);
    drop((device, listener));
    assert!(matches!(
        read(&mut link, 1).await,
        Err(LinkError::Closed { .. })
    ));
    link.close(MAIN);
    assert!(matches!(link.open(MAIN), Err(LinkError::Absent { .. })));
}

#[tokio::test]
async fn a_session_runs_as_a_task_over_a_pty() {
    use crate::contract::{BlankUid, EncoderNews, EncoderRequest, Moment};
    let (device, path) = pty();
    let reader = std::thread::spawn(move || {
        for (expected, answer) in [("presence\n", "yes\n"), ("uid\n", "04AA\n")] {
            let mut asked = Vec::new();
            let mut piece = [0; 64];
            while !asked.ends_with(b"\n") {
                let count = rustix::io::read(&device, &mut piece).unwrap();
                asked.extend(&piece[..count]);
            }
            assert_eq!(asked, expected.as_bytes());
            // Byte by byte, as a slow line brings it.
            for byte in answer.bytes() {
                rustix::io::write(&device, &[byte]).unwrap();
            }
        }
        device
    });
    let link = trace::Trace::new(
        link_to(&format!("serial://{path}?baud=9600")),
        "reader",
        b"key",
        trace::Shown::Word,
    );
    let began = std::time::Instant::now();
    let clock = move || Moment::ZERO + began.elapsed();
    let (commands, commands_in) = tokio::sync::mpsc::channel(4);
    let (news_out, mut news) = tokio::sync::mpsc::channel(4);
    let task = tokio::spawn(crate::session::run(
        crate::session::Session::new(crate::reader::LineReader::new()),
        link,
        commands_in,
        news_out,
        clock,
        move |moment: Moment| tokio::time::sleep(moment.since(clock())),
    ));
    commands.send(EncoderRequest::Presence).await.unwrap();
    commands.send(EncoderRequest::Uid).await.unwrap();
    assert_eq!(within(news.recv()).await, Some(EncoderNews::Presence(true)));
    let uid = BlankUid("04AA".to_owned());
    assert_eq!(within(news.recv()).await, Some(EncoderNews::Uid(Some(uid))));
    drop(commands);
    within(task).await.unwrap();
    reader.join().unwrap();
}
