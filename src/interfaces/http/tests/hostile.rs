//! Requests that are wrong, callers who may not, a room that is gone; and that nothing of a person is ever shown.

use std::pin::pin;
use std::time::Duration;

use serde_json::json;
use tokio::net::UnixStream;

use super::room::{PHOTO, Plan, TestRoom, adult, batch, item};
use super::{because, in_doubt, refusal};
use crate::domain::job::Code;
use crate::engine::store::StoreRead;
use crate::interfaces::api::{Done, RoomView};
use crate::interfaces::client::ClientError;
use crate::interfaces::http::door::SMALL_BODY_BYTES_MAX;
use crate::interfaces::http::refused::{CODES, status_of};
use crate::interfaces::http::{CONNECTIONS_MAX, STOP_WITHIN};

#[tokio::test]
async fn in_an_office_nobody_speaks_for_another() {
    let room = TestRoom::open(Plan {
        training: false,
        ..Plan::default()
    })
    .await;
    let other = room.speaking_as("budi");
    let paused = refusal(&other, "/printers/p1/pause", &because("a noise")).await;
    assert_eq!(paused, (403, "AS_ONLY_IN_TRAINING".to_owned()));
    let read = other.get::<RoomView>("/status").await.unwrap_err();
    assert!(
        matches!(read, ClientError::Refused { status: 403, .. }),
        "{read:?}"
    );
    let view: RoomView = room.client().get("/status").await.unwrap();
    assert!(!view.training);
    let store = room.close().await;
    assert!(store.journal(0, 1).unwrap().is_empty());
}

/// Method, path, more of the head, body; status and code of the answer.
type Case<'a> = (&'a str, &'a str, &'a str, &'a [u8], u16, &'a str);

#[tokio::test]
async fn every_wrong_request_is_refused_in_one_shape() {
    let room = TestRoom::training().await;
    let api = |path: &str| format!("/api/v1{path}");
    let long = format!("{{\"reason\":\"{}\"}}", "x".repeat(201));
    let huge = vec![b' '; SMALL_BODY_BYTES_MAX + 1];
    let hold = "/jobs/TPI-1-000001/hold";
    let as_long = format!("cetak-as: {}\r\n", "x".repeat(65));
    let cases: Vec<Case<'_>> = vec![
        ("GET", "/nothing", "", b"", 404, "NO_SUCH_PATH"),
        (
            "GET",
            "/jobs/TPI-1-000001/hold/x",
            "",
            b"",
            404,
            "NO_SUCH_PATH",
        ),
        ("DELETE", "/jobs", "", b"", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/status", "", b"", 405, "METHOD_NOT_ALLOWED"),
        ("GET", hold, "", b"", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/jobs?state=done", "", b"", 400, "NO_SUCH_STATE"),
        ("GET", "/jobs?limit=many", "", b"", 400, "BAD_QUERY"),
        ("GET", "/jobs?after=-1", "", b"", 400, "BAD_QUERY"),
        ("GET", "/jobs?colour=red", "", b"", 400, "BAD_QUERY"),
        ("GET", "/stock?numbered=2", "", b"", 400, "BAD_QUERY"),
        ("GET", "/jobs/7", "", b"", 400, "BAD_JOB_ID"),
        ("GET", "/jobs/%FF", "", b"", 400, "BAD_JOB_ID"),
        ("GET", "/jobs/TPI-1-000001", "", b"", 404, "NO_SUCH_JOB"),
        ("GET", "/jobs/BTM-1-000001", "", b"", 404, "NO_SUCH_JOB"),
        ("GET", "/printers/p9", "", b"", 404, "NO_SUCH_PRINTER"),
        (
            "POST",
            hold,
            "",
            b"{\"reason\":\"a noise\"}",
            404,
            "NO_SUCH_JOB",
        ),
        ("POST", "/jobs/x/hold", "", b"{}", 400, "BAD_JOB_ID"),
        ("POST", hold, "", b"", 400, "BAD_JSON"),
        ("POST", hold, "", b"{\"reason\":", 400, "BAD_JSON"),
        ("POST", hold, "", b"\xff\xfe", 400, "BAD_JSON"),
        ("POST", hold, "", b"{}", 400, "BAD_BODY"),
        ("POST", hold, "", b"{\"reason\":7}", 400, "BAD_BODY"),
        (
            "POST",
            hold,
            "",
            b"{\"reason\":\"x\",\"y\":1}",
            400,
            "BAD_BODY",
        ),
        ("POST", hold, "", b"{\"reason\":\" \"}", 400, "TEXT_EMPTY"),
        (
            "POST",
            hold,
            "",
            b"{\"reason\":\"a\\nb\"}",
            400,
            "TEXT_CONTROL_CHARACTER",
        ),
        (
            "POST",
            hold,
            "",
            b"{\"reason\":\"2172990101900001\"}",
            400,
            "TEXT_HOLDS_NIK",
        ),
        ("POST", hold, "", long.as_bytes(), 400, "TEXT_TOO_LONG"),
        ("POST", hold, "", &huge, 413, "BODY_TOO_LARGE"),
        (
            "POST",
            "/jobs/TPI-1-000001/release",
            "",
            b"7",
            400,
            "BAD_BODY",
        ),
        (
            "POST",
            "/jobs/TPI-1-000001/settle",
            "",
            b"{\"outcome\":\"burnt\"}",
            400,
            "BAD_BODY",
        ),
        (
            "POST",
            "/proposals/x/approve",
            "",
            b"",
            400,
            "BAD_PROPOSAL_NUMBER",
        ),
        (
            "POST",
            "/proposals/7/approve",
            "",
            b"",
            404,
            "NO_SUCH_PROPOSAL",
        ),
        (
            "POST",
            "/stock/issue",
            "",
            b"{\"stock\":\"ktp_el\",\"pieces\":0}",
            400,
            "NO_PIECES",
        ),
        (
            "POST",
            "/stock/issue",
            "",
            b"{\"stock\":\"gold\",\"pieces\":1}",
            400,
            "BAD_BODY",
        ),
        (
            "POST",
            "/stock/issue",
            "",
            b"{\"stock\":\"ktp_el\",\"pieces\":-1}",
            400,
            "BAD_BODY",
        ),
        ("POST", "/jobs", "", b"{\"jobs\":{}}", 400, "BAD_BODY"),
        (
            "POST",
            "/jobs",
            "",
            b"{\"jobs\":[{\"photo\":\"\"}]}",
            400,
            "BAD_BODY",
        ),
        ("GET", "/status", "cetak-as: \r\n", b"", 400, "BAD_AS_NAME"),
        ("GET", "/status", &as_long, b"", 400, "BAD_AS_NAME"),
    ];
    for (method, path, head, body, status, code) in cases {
        let (found, refusal) = room.refused(method, &api(path), head, body).await;
        assert_eq!(
            (found, refusal.code.0.as_str()),
            (status, code),
            "{method} {path}"
        );
    }
    let (status, refusal) = room.refused("GET", "/", "", b"").await;
    assert_eq!((status, refusal.code.0.as_str()), (404, "NO_SUCH_PATH"));
    room.close().await;
}

#[tokio::test]
async fn a_bad_body_is_told_by_its_place_and_never_by_its_value() {
    let room = TestRoom::training().await;
    let path = "/api/v1/jobs/TPI-1-000001/hold";
    for body in [
        "{\n \"reason\": SUMARNI }",
        "{\n \"SUMARNI\": \"x\"}",
        "{\n \"reason\": {\"SUMARNI\": 1}}",
        "\n\"SUMARNI\"",
    ] {
        let (status, refusal) = room.refused("POST", path, "", body.as_bytes()).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(refusal.params["line"], "2", "{body}");
        assert!(refusal.params.contains_key("column"), "{body}");
        assert!(!format!("{refusal:?}").contains("SUMARNI"), "{refusal:?}");
    }
    room.close().await;
}

#[tokio::test]
async fn what_is_no_http_ends_its_connection_and_nothing_else() {
    let room = TestRoom::training().await;
    for garbage in [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"BREW /pot\r\n\r\n"] {
        let (status, _) = room.raw(garbage).await;
        assert!(status == 0 || status == 400, "{status}");
    }
    let long_head = [b"GET / HTTP/1.1\r\nx: ".as_slice(), &vec![b'y'; 1 << 20]].concat();
    let (status, _) = room.raw(&long_head).await;
    assert!(status == 0 || status == 431, "{status}");
    let _: RoomView = room.client().get("/status").await.unwrap();
    room.close().await;
}

#[tokio::test]
async fn a_room_that_has_gone_says_that_it_is_stopping() {
    let room = TestRoom::training().await;
    let client = room.client();
    room.lights_out();
    loop {
        // Until the loop has seen it an order may still be done.
        match client
            .post::<_, Done>("/printers/p1/resume", &Done {})
            .await
        {
            Ok(Done {}) => tokio::task::yield_now().await,
            Err(ClientError::Refused { status, refusal }) => {
                assert_eq!((status, refusal.code.0.as_str()), (503, "STOPPING"));
                break;
            }
            Err(other @ (ClientError::Unreachable { .. } | ClientError::Broken { .. })) => {
                panic!("{other:?}")
            }
        }
    }
    let refused = refusal(&client, "/reload", &Done {}).await;
    assert_eq!(refused, (503, "STOPPING".to_owned()));
    let refused = refusal(&client, "/jobs", &batch(1..2)).await;
    assert_eq!(refused, (503, "STOPPING".to_owned()));
    room.close().await;
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_told_and_the_next_query_tries_anew() {
    let room = TestRoom::training().await;
    let client = room.client();
    let store = room.data.join("store.db");
    let aside = room.data.join("aside.db");
    std::fs::rename(&store, &aside).unwrap();
    let lost = client.get::<RoomView>("/status").await.unwrap_err();
    let ClientError::Refused { status, refusal } = lost else {
        panic!("{lost:?}");
    };
    assert_eq!((status, refusal.code.0.as_str()), (500, "STORE_UNREADABLE"));
    std::fs::rename(&aside, &store).unwrap();
    let _: RoomView = client.get("/status").await.unwrap();
    room.close().await;
}

/// Everything that was logged on this thread.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_answer_and_no_log_line_shows_personal_data() {
    let log = Log::default();
    let lines = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || lines.clone())
        .finish();
    // With one subscriber alone a thread without any may decide for all that a line is never wanted.
    let _second = tracing::Dispatch::new(tracing_subscriber::fmt().finish());
    let _guard = tracing::subscriber::set_default(subscriber);
    let room = in_doubt().await;
    let mut broken = adult(7);
    broken.birth_place = "TANJUNGPINANG\nTIMUR".to_owned();
    let mut stray = serde_json::to_value(adult(8)).unwrap();
    stray["SPECIMEN MELUR SAMUDRA"] = json!("2172990101900009");
    let mut request = batch(2..5);
    request.jobs.push(item(&broken, Some(PHOTO)));
    request.jobs.push(item(&adult(9), None));
    request.jobs.push(crate::interfaces::api::SubmitItem {
        record: serde_json::value::to_raw_value(&stray).unwrap(),
        photo: None,
    });
    let body = serde_json::to_string(&request).unwrap();
    let ask = |method: &str, path: &str, body: &str| {
        format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: c\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let mut shown = String::new();
    for (method, path, body) in [
        ("POST", "/jobs", body.as_str()),
        ("POST", "/jobs", &body[..body.len() / 2]),
        ("GET", "/jobs", ""),
        ("GET", "/jobs/TPI-1-000001", ""),
        ("GET", "/jobs/TPI-1-000002", ""),
        ("GET", "/status", ""),
        ("GET", "/questions", ""),
        ("GET", "/proposals", ""),
        ("GET", "/printers", ""),
        ("GET", "/stock?numbered=true", ""),
        ("GET", "/jobs?state=SPECIMEN%20MELUR", ""),
        ("GET", "/2172990101900001", ""),
        ("POST", "/jobs/2172990101900001/hold", body.as_str()),
    ] {
        let (status, answer) = room.raw(ask(method, path, body).as_bytes()).await;
        assert_ne!(status, 0, "{method} {path}");
        shown.push_str(&answer);
    }
    room.close().await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered"), "{log}");
    assert!(shown.contains("2172********0003"), "{shown}");
    let record = adult(2);
    for secret in [
        "SPECIMEN",
        "MELUR",
        "217299",
        "CONTOH",
        "TANJUNGPINANG",
        "KEMBOJA",
        "1990-01-01",
        record.occupation.as_deref().unwrap(),
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn every_code_of_the_door_has_one_status_and_those_of_the_room_too() {
    let names: std::collections::BTreeSet<&str> = CODES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), CODES.len());
    for (name, status) in CODES {
        assert_eq!(status_of(&Code::from(*name)), *status);
        assert!(status.is_client_error() || status.is_server_error());
    }
    for (code, status) in [
        ("NO_SUCH_JOB", 404),
        ("NO_SUCH_PRINTER", 404),
        ("NO_SUCH_PROPOSAL", 404),
        ("SAME_PERSON", 403),
        ("NOT_WHILE_PRINTING", 409),
        ("BOOKS_HOLD_TOO_FEW", 409),
        ("HOPPER_HOLDS_ANOTHER_STOCK", 409),
        ("a code of tomorrow", 409),
    ] {
        assert_eq!(status_of(&Code::from(code)).as_u16(), status, "{code}");
    }
}

#[tokio::test]
async fn whoever_is_refused_before_his_body_is_read_hears_why() {
    let room = TestRoom::open(Plan {
        training: false,
        ..Plan::default()
    })
    .await;
    let long = json!({ "jobs": [], "x": "X".repeat(10 << 20) });
    for _ in 0..10 {
        let other = room.speaking_as("budi");
        let refused = refusal(&other, "/jobs", &long).await;
        assert_eq!(refused, (403, "AS_ONLY_IN_TRAINING".to_owned()));
        let lost = refusal(&room.client(), "/nowhere", &long).await;
        assert_eq!(lost, (404, "NO_SUCH_PATH".to_owned()));
    }
    room.close().await;
}

#[tokio::test]
async fn one_connection_too_many_waits_for_another_to_end_and_a_mute_one_delays_no_stop() {
    let mut room = TestRoom::training().await;
    let mut mute = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        mute.push(UnixStream::connect(&room.socket).await.unwrap());
    }
    let client = room.client();
    let mut asked = pin!(client.get::<RoomView>("/status"));
    let waited = tokio::time::timeout(Duration::from_millis(250), asked.as_mut()).await;
    assert!(waited.is_err(), "{waited:?}");
    mute.pop();
    asked.await.unwrap();
    tokio::time::timeout(STOP_WITHIN / 2, room.close_door())
        .await
        .unwrap();
    room.close().await;
}
