//! Batches of records: each its result, however large or broken its neighbours are.

use serde_json::json;

use super::room::{PHOTO, TestRoom, adult, batch, item};
use super::{id, refusal, submit};
use crate::domain::flaw::Flaw;
use crate::domain::job::Code;
use crate::interfaces::api::{
    BATCH_MAX, BODY_BYTES_MAX, JobsPage, RoomView, SubmitRequest, SubmitResult,
};
use crate::interfaces::client::Client;

#[tokio::test]
async fn each_record_of_a_batch_gets_its_result_in_order() {
    let room = TestRoom::training().await;
    let client = room.client();
    let mut other_name = adult(1);
    other_name.name = "CONTOH RINTIK LAZUARDI".to_owned();
    let mut again = adult(1);
    again.key = "ANOTHER-KEY".to_owned();
    let mut real = adult(4);
    real.nik = "2172010101900004".to_owned();
    let mut broken = adult(5);
    broken.nik = "12".to_owned();
    broken.name = "SPECIMEN 7".to_owned();
    let request = SubmitRequest {
        jobs: vec![
            item(&adult(1), Some(PHOTO)),
            item(&adult(1), Some(PHOTO)),
            item(&broken, Some(PHOTO)),
            item(&other_name, Some(PHOTO)),
            item(&again, Some(PHOTO)),
            item(&adult(3), None),
            item(&real, Some(PHOTO)),
        ],
    };
    let results = submit(&client, &request).await;
    let new = |number, state: &str, code: Option<&str>| SubmitResult::New {
        job: id(number),
        state: state.to_owned(),
        code: code.map(Code::from),
    };
    assert_eq!(results[0], new(1, "queued", None));
    assert_eq!(results[1], SubmitResult::Same { job: id(1) });
    let SubmitResult::Refused { faults } = &results[2] else {
        panic!("{:?}", results[2]);
    };
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["nik", "name"]);
    assert_eq!(results[3], SubmitResult::Conflict { job: id(1) });
    let open_already = SubmitResult::OpenAlready {
        job: id(2),
        open: id(1),
    };
    assert_eq!(results[4], open_already);
    assert_eq!(results[5], new(3, "held", Some("HELD_PHOTO_MISSING")));
    let rejected = Some("REJECTED_OFFICE_NIK_IN_TRAINING");
    assert_eq!(results[6], new(4, "rejected", rejected));
    assert_eq!(results.len(), 7);
    let page: JobsPage = client.get("/jobs?state=held").await.unwrap();
    assert_eq!(page.jobs.len(), 1);
    assert_eq!(
        page.jobs[0].waits_for,
        Some(Code::from("HELD_PHOTO_MISSING"))
    );
    assert_eq!(page.counts["rejected"], 2);
    room.close().await;
}

#[tokio::test]
async fn the_name_of_the_photo_is_no_part_of_the_body() {
    let room = TestRoom::training().await;
    let client = room.client();
    let mut named = adult(1);
    named.photo = Some("photos/0001.jpg".to_owned());
    let request = SubmitRequest {
        jobs: vec![item(&named, Some(PHOTO)), item(&adult(1), Some(PHOTO))],
    };
    let results = submit(&client, &request).await;
    assert_eq!(results[1], SubmitResult::Same { job: id(1) });
    let other_photo = SubmitRequest {
        jobs: vec![item(&adult(1), Some(b"\xff\xd8\xff another"))],
    };
    let results = submit(&client, &other_photo).await;
    assert_eq!(results, [SubmitResult::Conflict { job: id(1) }]);
    room.close().await;
}

#[tokio::test]
async fn a_photo_that_is_too_large_or_no_base64_refuses_its_record_only() {
    let room = TestRoom::training().await;
    let limit = usize::try_from(crate::interfaces::records::PHOTO_BYTES_MAX).unwrap();
    let mut garbled = item(&adult(3), None);
    garbled.photo = Some("!SUMARNI!".to_owned());
    let request = SubmitRequest {
        jobs: vec![
            item(&adult(1), Some(&vec![7; limit])),
            item(&adult(2), Some(&vec![7; limit + 1])),
            garbled,
        ],
    };
    let results = submit(&room.client(), &request).await;
    assert!(
        matches!(results[0], SubmitResult::New { .. }),
        "{results:?}"
    );
    let flaw = |result: &SubmitResult| match result {
        SubmitResult::Refused { faults } => {
            assert_eq!(faults.len(), 1);
            assert_eq!(faults[0].field, "photo");
            faults[0].code
        }
        other @ (SubmitResult::New { .. }
        | SubmitResult::Same { .. }
        | SubmitResult::Conflict { .. }
        | SubmitResult::OpenAlready { .. }) => panic!("{other:?}"),
    };
    assert_eq!(flaw(&results[1]), Flaw::PhotoTooLarge);
    assert_eq!(flaw(&results[2]), Flaw::PhotoUnreadable);
    assert!(!format!("{results:?}").contains("SUMARNI"));
    room.close().await;
}

#[tokio::test]
async fn a_field_of_ten_megabytes_is_named_and_a_huge_body_refused() {
    let room = TestRoom::training().await;
    let client = room.client();
    let mut record = adult(1);
    record.address = "X".repeat(10 << 20);
    let request = SubmitRequest {
        jobs: vec![item(&record, None), item(&adult(2), Some(PHOTO))],
    };
    let results = submit(&client, &request).await;
    let SubmitResult::Refused { faults } = &results[0] else {
        panic!("{:?}", results[0]);
    };
    assert_eq!(faults[0].code, Flaw::FieldTooLong);
    assert_eq!(faults[0].field, "address");
    assert!(matches!(results[1], SubmitResult::New { .. }));
    let huge = json!({ "jobs": [], "x": "X".repeat(BODY_BYTES_MAX) });
    let refused = refusal(&client, "/jobs", &huge).await;
    assert_eq!(refused, (413, "BODY_TOO_LARGE".to_owned()));
    let _: RoomView = client.get("/status").await.unwrap();
    room.close().await;
}

#[tokio::test]
async fn more_records_than_a_batch_are_refused_whole() {
    let room = TestRoom::training().await;
    let client = room.client();
    let most = u32::try_from(BATCH_MAX).unwrap();
    assert_eq!(submit(&client, &batch(0..most)).await.len(), BATCH_MAX);
    let refused = refusal(&client, "/jobs", &batch(0..most + 1)).await;
    assert_eq!(refused, (400, "TOO_MANY_RECORDS".to_owned()));
    let body = format!(
        "{{\"jobs\":[{}{{\"record\":0}}]}}",
        "{\"record\":0},".repeat(2_000_000)
    );
    let (status, refusal) = room
        .refused("POST", "/api/v1/jobs", "", body.as_bytes())
        .await;
    assert_eq!((status, refusal.code.0.as_str()), (400, "TOO_MANY_RECORDS"));
    let none = submit(&client, &SubmitRequest { jobs: vec![] }).await;
    assert!(none.is_empty());
    room.close().await;
}

#[tokio::test]
async fn many_batches_are_accepted_whole() {
    let room = TestRoom::training().await;
    let (first, second) = (room.client(), room.client());
    let send = async |client: &Client, from: u32| {
        for number in 0..10 {
            let from = from + number * 100;
            let results = submit(client, &batch(from..from + 100)).await;
            let new = |result: &SubmitResult| matches!(result, SubmitResult::New { .. });
            assert!(results.iter().all(new), "{results:?}");
        }
    };
    tokio::join!(send(&first, 0), send(&second, 1_000));
    let view: RoomView = first.get("/status").await.unwrap();
    assert_eq!(view.jobs["queued"], 2_000);
    room.close().await;
}
