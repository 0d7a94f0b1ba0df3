//! The client against a real room, and against servers that behave badly.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use super::*;
use crate::interfaces::api::{Done, RoomView};
use crate::interfaces::http::tests::room::TestRoom;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// A server that answers the n-th connection with the n-th list of answers, one a request, and then closes it; it
/// tells how many requests came in all.
fn scripted(
    folder: &Path,
    script: Vec<Vec<&'static [u8]>>,
) -> (PathBuf, tokio::task::JoinHandle<usize>) {
    let socket = folder.join("s.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let served = tokio::spawn(async move {
        let mut came = 0;
        for answers in script {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                let mut seen = Vec::new();
                while !seen.ends_with(b"\r\n\r\n") && !seen.ends_with(b"{}") {
                    let mut byte = [0];
                    if stream.read(&mut byte).await.unwrap() == 0 {
                        break;
                    }
                    seen.push(byte[0]);
                }
                came += usize::from(!seen.is_empty());
                stream.write_all(answer).await.unwrap();
            }
        }
        came
    });
    (socket, served)
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = Client::of(&folder.path().join("nowhere")).unwrap_err();
    assert!(
        matches!(nowhere, ClientError::Unreachable { .. }),
        "{nowhere}"
    );
    let client = Client::of(folder.path()).unwrap();
    let silent = client.get::<RoomView>("/status").await.unwrap_err();
    let ClientError::Unreachable { socket, cause } = silent else {
        panic!("{silent:?}");
    };
    assert_eq!(socket, client.socket());
    assert_eq!(cause.kind(), io::ErrorKind::NotFound);
    drop(std::os::unix::net::UnixListener::bind(client.socket()).unwrap());
    let dead = client
        .post::<_, Done>("/reload", &Done {})
        .await
        .unwrap_err();
    assert!(matches!(dead, ClientError::Unreachable { .. }), "{dead:?}");
}

#[tokio::test]
async fn a_connection_is_kept_and_one_that_was_closed_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, served) = scripted(folder.path(), vec![vec![OK, OK], vec![OK], vec![OK]]);
    let client = Client::at(socket);
    for _ in 0..2 {
        let Done {} = client.get("/status").await.unwrap();
    }
    // The close has been seen: nothing is sent on it, so that an order is as free to try again as a question.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let Done {} = client.post("/reload", &Done {}).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let Done {} = client.get("/status").await.unwrap();
    assert_eq!(served.await.unwrap(), 4);
}

#[tokio::test]
async fn a_question_that_got_no_answer_on_a_kept_connection_is_asked_again_and_an_order_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, served) = scripted(folder.path(), vec![vec![OK, b""], vec![OK]]);
    let client = Client::at(socket);
    for _ in 0..2 {
        let Done {} = client.get("/status").await.unwrap();
    }
    assert_eq!(served.await.unwrap(), 3);
    let folder = tempfile::tempdir().unwrap();
    let (socket, served) = scripted(folder.path(), vec![vec![OK, b""]]);
    let client = Client::at(socket);
    let Done {} = client.get("/status").await.unwrap();
    let order = client
        .post::<_, Done>("/reload", &Done {})
        .await
        .unwrap_err();
    assert!(matches!(order, ClientError::Broken { .. }), "{order:?}");
    assert_eq!(served.await.unwrap(), 2);
}

#[tokio::test]
async fn what_is_no_answer_of_ours_is_broken() {
    let answers: [&'static [u8]; 4] = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{x}",
        b"HTTP/1.1 502 Bad\r\ncontent-length: 5\r\n\r\n<html",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
    ];
    for answer in answers {
        let folder = tempfile::tempdir().unwrap();
        let (socket, served) = scripted(folder.path(), vec![vec![answer]]);
        let broken = Client::at(socket).get::<Done>("/status").await.unwrap_err();
        assert!(matches!(broken, ClientError::Broken { .. }), "{broken:?}");
        served.await.unwrap();
    }
}

#[tokio::test]
async fn a_door_that_closed_is_unreachable_and_one_that_opens_again_is_found() {
    let mut room = TestRoom::training().await;
    let client = room.client();
    let _: RoomView = client.get("/status").await.unwrap();
    room.close_door().await;
    let closed = client.get::<RoomView>("/status").await.unwrap_err();
    assert!(
        matches!(closed, ClientError::Unreachable { .. }),
        "{closed:?}"
    );
    let (listener, socket) = crate::interfaces::socket::bind(&room.data).unwrap();
    assert_eq!(socket, client.socket());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(OK).await.unwrap();
        let _ = stream.read(&mut [0; 512]).await;
    });
    let _ = client.get::<Done>("/status").await;
    served.await.unwrap();
}

#[tokio::test]
async fn clones_ask_side_by_side() {
    let room = TestRoom::training().await;
    let client = room.client();
    let ask = async || client.clone().get::<RoomView>("/status").await.unwrap();
    tokio::join!(ask(), ask(), ask(), ask(), ask(), ask());
    assert!(client.kept().len() <= KEPT_MAX && !client.kept().is_empty());
    room.close().await;
}
