//! Data for the magnetic tracks, as fields of a header.
//!
//! Lengths and characters: the maker's user manual, appendix A \[doc\]; densities and bits [code: gp, magapi]. There is
//! no escape, so what would end a field cannot be written \[inferred\].

use super::job::Field;

/// How strong the stripe is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coercivity {
    /// `COEH`.
    High,
    /// `COEL`.
    Low,
}

impl Coercivity {
    fn field(self) -> Field {
        Field::new(
            "COE",
            match self {
                Coercivity::High => "H",
                Coercivity::Low => "L",
            },
        )
    }
}

/// Why data do not fit a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrackError {
    /// There are tracks 1 to 3.
    #[error("there is no track {0}")]
    Number(u8),
    /// Longer than the track takes.
    #[error("{length} characters, the track takes {most}")]
    Length {
        /// Characters, sentinels included.
        length: usize,
        /// The track's.
        most: usize,
    },
    /// Data begin with the track's start sentinel and end with `?`.
    #[error("the sentinels are missing")]
    Sentinel,
    /// A character that the track has not, or one that would end the field.
    #[error("character {0} cannot be written")]
    Character(usize),
}

/// One track's data. Personal: its `Debug` shows the length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Track {
    number: u8,
    data: String,
}

impl std::fmt::Debug for Track {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Track({}, {} characters)", self.number, self.data.len())
    }
}

/// What a track takes by ISO: start sentinel, most characters, lowest and highest character, density, bits.
struct Iso(char, usize, char, char, &'static str, &'static str);

const ISO: [Iso; 3] = [
    Iso('%', 79, ' ', '_', "210", "7"),
    Iso(';', 40, '0', '?', "75", "5"),
    Iso(';', 107, '0', '?', "210", "5"),
];

impl Track {
    /// Data in the ISO format of their track, sentinels included. A comma is legal on track 1 and would end the
    /// field: it is refused unless `comma_is_safe` on this firmware.
    ///
    /// Errors: [`TrackError`] names what does not fit.
    pub fn iso(number: u8, data: &str, comma_is_safe: bool) -> Result<Track, TrackError> {
        let Some(Iso(start, most, low, high, _, _)) = number
            .checked_sub(1)
            .and_then(|at| ISO.get(usize::from(at)))
        else {
            return Err(TrackError::Number(number));
        };
        let length = data.chars().count();
        if length > *most {
            return Err(TrackError::Length {
                length,
                most: *most,
            });
        }
        if length < 2 || !data.starts_with(*start) || !data.ends_with('?') {
            return Err(TrackError::Sentinel);
        }
        let wrong = |(at, c): (usize, char)| {
            let inside = at > 0 && at + 1 < length;
            let sentinel = inside && (c == '?' || c == *start);
            let comma = c == ',' && !comma_is_safe;
            (!(*low..=*high).contains(&c) || sentinel || comma).then_some(at)
        };
        match data.chars().enumerate().find_map(wrong) {
            Some(at) => Err(TrackError::Character(at)),
            None => Ok(Track {
                number,
                data: data.to_owned(),
            }),
        }
    }

    fn iso_row(&self) -> &'static Iso {
        &ISO[usize::from(self.number) - 1]
    }
}

/// The maker's order: coercivity once, density and bits only where they are not ISO's, which here they always are
/// [code: ultra14].
pub(super) fn maker_fields(coercivity: Option<Coercivity>, tracks: &[Track]) -> Vec<Field> {
    let mut fields: Vec<Field> = coercivity.map(Coercivity::field).into_iter().collect();
    for track in tracks {
        fields.push(Field::new("MAG", track.number));
        fields.push(Field::new("", &track.data));
    }
    fields
}

/// The order of the paper's example and of the public driver: everything between the track and its data [doc; measured].
pub(super) fn example_fields(coercivity: Option<Coercivity>, tracks: &[Track]) -> Vec<Field> {
    let mut fields = Vec::new();
    for track in tracks {
        let Iso(.., density, bits) = track.iso_row();
        fields.push(Field::new("MAG", track.number));
        fields.push(Field::new("BPI", density));
        fields.push(Field::new("MPC", bits));
        fields.extend(coercivity.map(Coercivity::field));
        fields.push(Field::new("", &track.data));
    }
    fields
}
