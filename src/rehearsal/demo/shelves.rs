//! The blanks that lie in no printer: real pieces with numbers, on the store's shelf and on the room's.
//!
//! The spooler's books know how many; the shelves know which. At the end the two are compared.

use std::collections::BTreeMap;

use cetak_firmware_sims::mechanism::Blank;

use crate::domain::ids::Stock;

/// Two shelves, and the numbers of all blanks that ever lay on them.
#[derive(Debug, Clone, Default)]
pub struct Shelves {
    store: BTreeMap<Stock, Vec<Blank>>,
    room: BTreeMap<Stock, Vec<Blank>>,
    numbers: BTreeMap<String, Stock>,
    made: u64,
}

impl Shelves {
    /// A batch arrives in the store. Blanks with a chip have a number each.
    pub fn receive(&mut self, stock: Stock, pieces: u32) {
        for _ in 0..pieces {
            self.made += 1;
            let uid = stock.has_chip().then(|| format!("TEST-{:014X}", self.made));
            if let Some(uid) = &uid {
                self.numbers.insert(uid.clone(), stock);
            }
            let blank = Blank {
                uid,
                ..Blank::default()
            };
            self.store.entry(stock).or_default().push(blank);
        }
    }

    /// Carries pieces from the store to the room; fewer if there are fewer. Returns how many.
    pub fn issue(&mut self, stock: Stock, pieces: u32) -> u32 {
        let carried = take(&mut self.store, stock, pieces);
        let count = count(&carried);
        self.room.entry(stock).or_default().extend(carried);
        count
    }

    /// Takes pieces from the room's shelf; fewer if there are fewer.
    pub fn take(&mut self, stock: Stock, pieces: u32) -> Vec<Blank> {
        take(&mut self.room, stock, pieces)
    }

    /// Pieces on the store's shelf.
    pub fn in_store(&self, stock: Stock) -> u32 {
        self.store.get(&stock).map_or(0, |lying| count(lying))
    }

    /// Pieces on the room's shelf.
    pub fn in_room(&self, stock: Stock) -> u32 {
        self.room.get(&stock).map_or(0, |lying| count(lying))
    }

    /// What a numbered blank is; `None`: it never lay here.
    pub fn stock_of(&self, uid: &str) -> Option<Stock> {
        self.numbers.get(uid).copied()
    }

    /// Whether a numbered blank lies on one of the shelves.
    pub fn holds(&self, uid: &str) -> bool {
        let mut lying = self.store.values().chain(self.room.values()).flatten();
        lying.any(|blank| blank.uid.as_deref() == Some(uid))
    }
}

fn count(blanks: &[Blank]) -> u32 {
    u32::try_from(blanks.len()).unwrap_or(u32::MAX)
}

fn take(shelf: &mut BTreeMap<Stock, Vec<Blank>>, stock: Stock, pieces: u32) -> Vec<Blank> {
    let lying = shelf.entry(stock).or_default();
    let many = lying
        .len()
        .min(usize::try_from(pieces).unwrap_or(usize::MAX));
    lying.drain(..many).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_is_on_one_shelf_or_in_a_hand() {
        let mut shelves = Shelves::default();
        shelves.receive(Stock::KtpEl, 5);
        shelves.receive(Stock::Kia517, 2);
        assert_eq!(shelves.issue(Stock::KtpEl, 3), 3);
        let taken = shelves.take(Stock::KtpEl, 2);
        assert_eq!(
            (
                shelves.in_store(Stock::KtpEl),
                shelves.in_room(Stock::KtpEl)
            ),
            (2, 1)
        );
        let uid = taken[0].uid.clone().expect("a KTP blank has a number");
        assert_eq!(shelves.stock_of(&uid), Some(Stock::KtpEl));
        assert!(!shelves.holds(&uid));
        assert_eq!(shelves.issue(Stock::Kia517, 9), 2, "no more than there are");
        assert_eq!(shelves.take(Stock::Kia517, 1)[0].uid, None);
    }
}
