use super::*;
#[test]
fn zz_show() {
    let t = std::time::Instant::now();
    let studio = Studio::new(&Letterhead::specimen()).unwrap();
    eprintln!("studio {:?}", t.elapsed());
    let all =
        crate::rehearsal::specimen::specimens(1, 60, crate::rehearsal::specimen::Mix::EVERYTHING);
    let mut seen = BTreeMap::new();
    for (r, p) in &all {
        let n = seen.entry(r.product).or_insert(0);
        *n += 1;
        if *n > 3 {
            continue;
        }
        if let Some(p) = p {
            std::fs::write(format!("/tmp/show/photo-{}.png", r.key), p).unwrap();
            eprintln!("{}", p.len());
        }
        for (l, look) in [Look::Colour, Look::Mono, Look::ColourWithBack]
            .into_iter()
            .enumerate()
        {
            let t = std::time::Instant::now();
            let c = studio
                .draw_look(r, p.as_deref(), &r.key, true, look)
                .unwrap();
            eprintln!("draw {:?} {look:?}", t.elapsed());
            assert_eq!(mark::read_plane(&c.front.resin), Some(mark::of(&r.key)));
            if l < 2 {
                std::fs::write(
                    format!("/tmp/show/{:?}-{n}-{look:?}.png", r.product),
                    image::proof_png(&c.front),
                )
                .unwrap();
            } else {
                std::fs::write("/tmp/show/back.png", image::proof_png(&c.back.unwrap())).unwrap();
            }
        }
        let c = studio
            .draw_look(r, p.as_deref(), &r.key, false, Look::Colour)
            .unwrap();
        std::fs::write(
            format!("/tmp/show/{:?}-{n}-office.png", r.product),
            image::proof_png(&c.front),
        )
        .unwrap();
    }
}
