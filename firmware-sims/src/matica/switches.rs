//! What nobody has shown of these printers, one switch each.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

pub use crate::switches::{HalfPayload, PositionAfterPower, PowerUp};

use crate::mechanism::CounterStore;

/// When the total counter moves \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TotalMoves {
    /// At the end of a card's first transfer.
    Transfer,
    /// When a card leaves to the output.
    Leaves,
}

/// What command 03 does with a card that is inside \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init03 {
    /// It goes to the reject box.
    Rejects,
    /// It stays; between two stations it is brought to the print position.
    Keeps,
    /// It goes to the output.
    Ejects,
}

/// The film panel under the head after an initialisation \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilmAfterPower {
    /// A fresh one is searched.
    SearchedForward,
    /// It is the same, with all that is on it.
    SamePanel,
}

/// A move with film-initialise to the position where the card is already \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilmInitInPlace {
    /// The film is wound.
    Winds,
    /// It is answered and nothing is wound.
    Ignored,
    /// It is a sequence error.
    Refused,
}

/// Film-initialise on a panel that nothing was printed on \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilmInitOnFresh {
    /// It is wound on all the same.
    Wastes,
    /// It stays.
    Stays,
}

/// A print onto a film panel that carries a picture \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrintOnUsedPanel {
    /// Both pictures are on it.
    Overprints,
    /// A fresh panel comes first.
    WindsOn,
}

/// A transfer of a film panel that carries nothing \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferWithoutPrint {
    /// It is a sequence error.
    Refused,
    /// The clear film is fused.
    FusesBlank,
}

/// Planes in memory when their connection ends \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaneAfterClose {
    /// They stay.
    Kept,
    /// They are lost.
    Lost,
}

/// A card that is inside when the connection ends \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseWithCard {
    /// It stays.
    Keeps,
    /// It goes to the reject box.
    ToReject,
    /// It goes to the output.
    ToOutput,
}

/// A connection while the printer holds an earlier one for alive \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondConnection {
    /// It is greeted when the first has ended.
    AfterTheFirst,
    /// It is greeted at once, beside the first.
    AtOnce,
    /// It is never greeted, and what it sends is lost; the host must open another one later.
    Refused,
}

/// Bytes that the host had sent and the printer had not read when the cable was pulled \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BytesAfterCable {
    /// They come when the cable is back, if the printer still holds the connection for alive.
    DeliveredLate,
    /// They are lost.
    Lost,
}

/// Whole messages that wait when their connection is closed \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueuedAfterClose {
    /// They are carried out; only then the connection has ended.
    Run,
    /// They are dropped.
    Dropped,
}

/// Whether a 9300 tells counters \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counters9300 {
    /// It does not.
    None,
    /// In the log page of its USB side, as the 8600 does.
    Usb,
}

/// The sequence word of the greeting \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GreetingSequence {
    /// The same after every power-on, counting connections up.
    Restarts,
    /// It counts on over power cuts.
    Continues,
}

/// A move while a chip station is engaged \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngagedMove {
    /// A sequence error with contacts on the card; the antenna is no hindrance.
    RefusedAtContact,
    /// A sequence error at either station.
    Refused,
    /// The station is released first.
    Releases,
}

/// What a card's motion that the lid has stopped is answered with \[unknown\]; a print onto film is answered with the lid in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LidInMotion {
    /// The jam code of its place, until it is initialised.
    Jam,
    /// The lid.
    Door,
}

/// What shutting the lid does \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LidResets {
    /// It initialises; planes stay.
    Initialises,
    /// As the reset button: planes are lost, and the next command is told 06/28.
    Resets,
}

/// Which of the two public lists of sense keys holds \[code: both\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SenseKeys {
    /// That of the kiosk, transcribed from the maker's: run-outs 42, heaters 04.
    Vendor,
    /// That of the Linux driver: run-outs 03, heaters 02.
    Other,
}

/// The type of the answer to a plane \[unknown\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaneAnswer {
    /// F1000100.
    Done,
    /// The request's type plus one in its first byte, F1000200, with result 0.
    Echo,
}

/// The switches of one simulated Matica printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// A card that is inside at power-up.
    pub power_up: PowerUp,
    /// When counters are written to memory that survives.
    pub counter_store: CounterStore,
    /// What is known of a card's place after a power cut.
    pub position_after_power: PositionAfterPower,
    /// Answers that an earlier connection has not read reach the next one, behind its greeting.
    pub stale_answer: bool,
    /// Half a message whose connection has ended.
    pub half_payload: HalfPayload,
    /// 06/29 is told over TCP after a power-on; 06/28 is in any case [code].
    pub attention_on_tcp: bool,
    /// When the total counter moves.
    pub total_moves: TotalMoves,
    /// A card that is rejected counts, too.
    pub reject_moves_total: bool,
    /// What command 03 does with a card.
    pub init_03: Init03,
    /// A plain move to position 5 is allowed; else it is a sequence error.
    pub move_to_5: bool,
    /// A transfer may return to the print position; else it is a sequence error.
    pub return_after_07: bool,
    /// Planes whose connection has ended.
    pub plane_after_close: PlaneAfterClose,
    /// Whether a 9300 tells counters.
    pub counters_9300: Counters9300,
    /// The film after an initialisation.
    pub film_after_power: FilmAfterPower,
    /// Film-initialise without a way to go.
    pub film_init_in_place: FilmInitInPlace,
    /// Film-initialise on a fresh panel.
    pub film_init_on_fresh: FilmInitOnFresh,
    /// A second print onto one film panel.
    pub print_on_used_panel: PrintOnUsedPanel,
    /// A transfer of a clear film panel.
    pub transfer_without_print: TransferWithoutPrint,
    /// A card whose connection has ended.
    pub close_with_card: CloseWithCard,
    /// A connection beside an earlier one.
    pub second_connection: SecondConnection,
    /// Seconds until the printer notices that a connection has gone without a word.
    pub half_open: u32,
    /// Bytes on their way when the cable is pulled.
    pub bytes_after_cable: BytesAfterCable,
    /// Messages that wait when their connection is closed.
    pub queued_after_close: QueuedAfterClose,
    /// The sequence word of the greeting.
    pub greeting_sequence: GreetingSequence,
    /// A move while a chip station is engaged.
    pub engaged_move: EngagedMove,
    /// The reader sees a card only while the contactless station is engaged.
    pub antenna_needs_engage: bool,
    /// A motion that the lid has stopped.
    pub lid_in_motion: LidInMotion,
    /// What shutting the lid does.
    pub lid_resets: LidResets,
    /// Which list of sense keys holds.
    pub sense_keys: SenseKeys,
    /// The answer to a plane.
    pub plane_answer: PlaneAnswer,
    /// Datagrams are answered while something moves; else they are lost.
    pub status_while_busy: bool,
    /// Seconds for which a status answer is told again although the truth has moved on.
    pub status_lags: u32,
    /// A reject box is fitted.
    pub reject_box: bool,
}

impl Default for Switches {
    /// The most ordinary reading.
    fn default() -> Switches {
        Switches {
            power_up: PowerUp::Keep,
            counter_store: CounterStore::AtOnce,
            position_after_power: PositionAfterPower::Sensed,
            stale_answer: false,
            half_payload: HalfPayload::DroppedOnClose,
            attention_on_tcp: true,
            total_moves: TotalMoves::Leaves,
            reject_moves_total: false,
            init_03: Init03::Rejects,
            move_to_5: true,
            return_after_07: true,
            plane_after_close: PlaneAfterClose::Kept,
            counters_9300: Counters9300::None,
            film_after_power: FilmAfterPower::SamePanel,
            film_init_in_place: FilmInitInPlace::Winds,
            film_init_on_fresh: FilmInitOnFresh::Stays,
            print_on_used_panel: PrintOnUsedPanel::Overprints,
            transfer_without_print: TransferWithoutPrint::Refused,
            close_with_card: CloseWithCard::Keeps,
            second_connection: SecondConnection::AfterTheFirst,
            half_open: 20,
            bytes_after_cable: BytesAfterCable::Lost,
            queued_after_close: QueuedAfterClose::Run,
            greeting_sequence: GreetingSequence::Restarts,
            engaged_move: EngagedMove::RefusedAtContact,
            antenna_needs_engage: true,
            lid_in_motion: LidInMotion::Jam,
            lid_resets: LidResets::Initialises,
            sense_keys: SenseKeys::Vendor,
            plane_answer: PlaneAnswer::Done,
            status_while_busy: true,
            status_lags: 0,
            reject_box: true,
        }
    }
}

impl Switches {
    /// Draws every switch from a seed.
    pub fn draw(seed: u64) -> Switches {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let mut one_of = |count: u32| chance.next_u32() % count;
        Switches {
            power_up: match one_of(3) {
                0 => PowerUp::Keep,
                1 => PowerUp::Output,
                _ => PowerUp::Reject,
            },
            counter_store: match one_of(3) {
                0 => CounterStore::AtOnce,
                1 => CounterStore::AtEject,
                _ => CounterStore::EverySeconds(1 + one_of(60)),
            },
            position_after_power: match one_of(2) {
                0 => PositionAfterPower::Sensed,
                _ => PositionAfterPower::Forgotten,
            },
            stale_answer: one_of(2) == 0,
            half_payload: match one_of(3) {
                0 => HalfPayload::Wait,
                1 => HalfPayload::Timeout(5 + one_of(60)),
                _ => HalfPayload::DroppedOnClose,
            },
            attention_on_tcp: one_of(2) == 0,
            total_moves: match one_of(2) {
                0 => TotalMoves::Transfer,
                _ => TotalMoves::Leaves,
            },
            reject_moves_total: one_of(2) == 0,
            init_03: match one_of(3) {
                0 => Init03::Rejects,
                1 => Init03::Keeps,
                _ => Init03::Ejects,
            },
            move_to_5: one_of(2) == 0,
            return_after_07: one_of(2) == 0,
            plane_after_close: match one_of(2) {
                0 => PlaneAfterClose::Kept,
                _ => PlaneAfterClose::Lost,
            },
            counters_9300: match one_of(2) {
                0 => Counters9300::None,
                _ => Counters9300::Usb,
            },
            film_after_power: match one_of(2) {
                0 => FilmAfterPower::SearchedForward,
                _ => FilmAfterPower::SamePanel,
            },
            film_init_in_place: match one_of(3) {
                0 => FilmInitInPlace::Winds,
                1 => FilmInitInPlace::Ignored,
                _ => FilmInitInPlace::Refused,
            },
            film_init_on_fresh: match one_of(2) {
                0 => FilmInitOnFresh::Wastes,
                _ => FilmInitOnFresh::Stays,
            },
            print_on_used_panel: match one_of(2) {
                0 => PrintOnUsedPanel::Overprints,
                _ => PrintOnUsedPanel::WindsOn,
            },
            transfer_without_print: match one_of(2) {
                0 => TransferWithoutPrint::Refused,
                _ => TransferWithoutPrint::FusesBlank,
            },
            close_with_card: match one_of(3) {
                0 => CloseWithCard::Keeps,
                1 => CloseWithCard::ToReject,
                _ => CloseWithCard::ToOutput,
            },
            second_connection: match one_of(3) {
                0 => SecondConnection::AfterTheFirst,
                1 => SecondConnection::AtOnce,
                _ => SecondConnection::Refused,
            },
            half_open: [1, 20, 400][one_of(3) as usize],
            bytes_after_cable: match one_of(2) {
                0 => BytesAfterCable::DeliveredLate,
                _ => BytesAfterCable::Lost,
            },
            queued_after_close: match one_of(2) {
                0 => QueuedAfterClose::Run,
                _ => QueuedAfterClose::Dropped,
            },
            greeting_sequence: match one_of(2) {
                0 => GreetingSequence::Restarts,
                _ => GreetingSequence::Continues,
            },
            engaged_move: match one_of(3) {
                0 => EngagedMove::RefusedAtContact,
                1 => EngagedMove::Refused,
                _ => EngagedMove::Releases,
            },
            antenna_needs_engage: one_of(2) == 0,
            lid_in_motion: match one_of(2) {
                0 => LidInMotion::Jam,
                _ => LidInMotion::Door,
            },
            lid_resets: match one_of(2) {
                0 => LidResets::Initialises,
                _ => LidResets::Resets,
            },
            sense_keys: match one_of(2) {
                0 => SenseKeys::Vendor,
                _ => SenseKeys::Other,
            },
            plane_answer: match one_of(2) {
                0 => PlaneAnswer::Done,
                _ => PlaneAnswer::Echo,
            },
            status_while_busy: one_of(2) == 0,
            status_lags: [0, 0, 2, 10][one_of(4) as usize],
            reject_box: one_of(4) != 0,
        }
    }
}
