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
