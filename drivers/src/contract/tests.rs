use super::*;

#[test]
fn bit_plane_keeps_dots_where_they_were_set() {
    let mut plane = BitPlane::clear(11, 3);
    plane.set(10, 2);
    plane.set(0, 0);
    plane.set(11, 0);
    assert!(plane.get(10, 2) && plane.get(0, 0));
    assert!(!plane.get(9, 2) && !plane.get(11, 0));
    assert_eq!(plane.bits.iter().map(|b| b.count_ones()).sum::<u32>(), 2);
}

#[test]
fn a_moment_never_runs_backwards() {
    let a = Moment(5);
    assert_eq!(a.since(Moment(9)), Duration::ZERO);
    assert_eq!(
        (a + Duration::from_secs(1)).since(a),
        Duration::from_secs(1)
    );
}

#[test]
fn a_picture_is_fitted_by_its_middle_and_doubled_where_the_printer_is_twice_as_fine() {
    let mut resin = BitPlane::clear(16, 8);
    resin.set(8, 4);
    let mut colour = Colour {
        width: 16,
        height: 8,
        rgb: vec![255; 16 * 8 * 3],
    };
    colour.rgb[(4 * 16 + 9) * 3] = 7;
    // The left edge of row 3 and the lower right corner.
    colour.rgb[3 * 16 * 3] = 11;
    colour.rgb[(7 * 16 + 15) * 3] = 13;
    let side = Side {
        colour: Some(colour),
        resin,
        overlay: Overlay::Full,
    };
    let image = CardImage {
        front: side,
        back: None,
    };
    let inked = |image: &CardImage| {
        let plane = &image.front.resin;
        let all = (0..plane.height).flat_map(|y| (0..plane.width).map(move |x| (x, y)));
        all.filter(|(x, y)| plane.get(*x, *y)).collect::<Vec<_>>()
    };
    let red = |image: &CardImage, x: usize, y: usize| {
        let colour = image.front.colour.as_ref().expect("colour");
        colour.rgb[(y * colour.width + x) * 3]
    };
    let narrow = image.clone().fitted(12, 8);
    assert_eq!(inked(&narrow), [(6, 4)]);
    assert_eq!((red(&narrow, 7, 4), red(&narrow, 6, 4)), (7, 255));
    let wide = image.clone().fitted(20, 12);
    assert_eq!((inked(&wide), red(&wide, 11, 6)), (vec![(10, 6)], 7));
    let edges = [(0, 5), (1, 5), (2, 5), (19, 11), (17, 10), (3, 5)];
    assert_eq!(
        edges.map(|(x, y)| red(&wide, x, y)),
        [11, 11, 11, 13, 13, 255]
    );
    let fine = image.clone().fitted(30, 14);
    assert_eq!(inked(&fine), [(15, 7), (16, 7), (15, 8), (16, 8)]);
    assert_eq!(
        (red(&fine, 17, 7), red(&fine, 18, 8), red(&fine, 19, 8)),
        (7, 7, 255)
    );
    assert_eq!(
        image.clone().fitted(16, 8),
        image,
        "what fits is not touched"
    );
}

#[test]
fn what_broke_a_motion_off_puts_the_card_in_flight_in_question_and_a_blank_stuck_at_the_hopper_does_not()
 {
    for fault in [Fault::CardJam, Fault::MechanicalTimeout, Fault::HeadFailure] {
        assert!(fault.broke_a_motion(), "{fault:?}");
        assert_eq!(fault.gravity(), Gravity::Stop, "{fault:?}");
    }
    for fault in [Fault::FeederJam, Fault::FeederEmpty, Fault::CoverOpen] {
        assert!(!fault.broke_a_motion(), "{fault:?}");
    }
}
