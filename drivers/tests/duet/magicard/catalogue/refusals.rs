//! What the dialect itself refuses, without a printer's error.

use super::*;

/// A picture of another size than the head's.
fn too_wide() -> Request {
    let image = crate::pictures::front(pictures::side(SMALL.0 + 1, SMALL.1, 0));
    Request::Load(Arc::new(image))
}

struct Refusal {
    says: Fault,
    model: &'static str,
    before: &'static [fn() -> Request],
    request: fn() -> Request,
}

fn refusals() -> Vec<Refusal> {
    let refusal = |says, model, before, request| Refusal {
        says,
        model,
        before,
        request,
    };
    let enduro = "magicard-enduro";
    vec![
        refusal(Fault::OptionAbsent, enduro, &[], || {
            Request::Prepare(Setup {
                hold: true,
                ..colour()
            })
        }),
        refusal(Fault::OptionAbsent, enduro, &[], || {
            Request::Prepare(Setup {
                chip: true,
                ..colour()
            })
        }),
        refusal(Fault::OptionAbsent, enduro, &[], || {
            Request::Prepare(Setup {
                duplex: true,
                ..colour()
            })
        }),
        refusal(Fault::OptionAbsent, "magicard-rio2", &[prepare], || {
            let back = Some(pictures::mono(SMALL.0, SMALL.1, 2));
            let image = CardImage { back, ..picture(1) };
            Request::Load(Arc::new(image))
        }),
        refusal(Fault::BadParameter, enduro, &[prepare], too_wide),
        refusal(Fault::UnknownCommand, enduro, &[prepare], || {
            Request::Do(Stage::Feed)
        }),
        refusal(Fault::OutOfStep, enduro, &[prepare], || {
            Request::Do(Stage::Face)
        }),
    ]
}

/// The faults of this file, and the one that a status alone tells.
pub(super) fn told() -> Vec<Fault> {
    let mut told: Vec<Fault> = refusals().into_iter().map(|row| row.says).collect();
    told.push(Fault::CleaningDue);
    told
}

#[test]
fn what_cannot_be_done_is_refused_before_a_byte_and_the_next_card_is_whole() {
    for row in refusals() {
        let mut make = Make::new(row.model);
        make.profile.ribbon = RibbonKind::Ymcko;
        let mut duet = make.duet();
        duet.done(Request::Status);
        for request in row.before {
            duet.done(request());
        }
        duet.records = true;
        let request = (row.request)();
        let about = format!("{} of {}", request.name(), row.model);
        assert_eq!(duet.fault(request).0, row.says, "{about}");
        assert!(duet.heard_by_printer.is_empty(), "{about}: not a byte");
        cards::check(&mut duet, colour(), &picture(1));
    }
}

#[test]
fn a_film_or_a_head_that_changes_behind_the_questions_is_out_of_step() {
    let changes: [fn(&mut Duet); 2] = [
        |duet| all(duet, &[Do::RIBBON]),
        // Another hand has printed a card meanwhile.
        |duet| {
            duet.stranger_bytes(b"\x01,REQ,TST,\x1C\x03");
            duet.pass(LONG);
        },
    ];
    for change in changes {
        let mut duet = Make::new("magicard-enduro").duet();
        duet.done(prepare());
        change(&mut duet);
        let load = Request::Load(Arc::new(picture(1)));
        assert_eq!(duet.fault(load).0, Fault::OutOfStep);
        duet.hand(Hand::TakeOutput);
        cards::check(&mut duet, colour(), &picture(1));
    }
}
