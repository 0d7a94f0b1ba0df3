//! The other makers' printers: nothing cut and nobody asked, and cut at every place.

use cetak::rehearsal::room::mode::Mode;

use crate::everywhere::{cut_every, uncut};
use crate::harness::every;

#[test]
fn one_good_card_each_and_nobody_is_asked() {
    for mode in Mode::OTHERS {
        let report = uncut(mode);
        let good: Vec<_> = report.good.values().copied().collect();
        assert_eq!(good, [1, 1], "{mode:?}");
        assert_eq!(report.settled, 0, "{mode:?}");
    }
}

/// Every cut is a run of some milliseconds; the long run plays all of them (`CETAK_EVERY=1`).
macro_rules! everywhere {
    ($($name:ident: $mode:expr, $step:expr;)*) => {$(
        #[test]
        fn $name() {
            cut_every(every($step), $mode, stringify!($name));
        }
    )*};
}

everywhere! {
    everywhere_zebra: Mode::Zebra, 3;
    everywhere_zebra_dual: Mode::ZebraDual, 3;
    everywhere_magicard: Mode::Magicard, 3;
    everywhere_magicard_rio: Mode::MagicardRio, 3;
    everywhere_matica: Mode::Matica, 3;
    everywhere_matica_9300: Mode::Matica9300, 3;
}
