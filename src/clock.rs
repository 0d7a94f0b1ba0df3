//! The only place that asks the system for the time.
//!
//! A real clock, or a scaled one that a training room shares with its simulated printers: both count from one
//! epoch, `speed` times as fast as the wall.

use std::str::FromStr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cetak_drivers::contract::Moment;

use crate::domain::ids::At;

/// No wait of ours is shorter than this on the wall, however fast the clock: a busy machine needs so long to answer.
pub const WALL_MIN: Duration = Duration::from_millis(250);
/// The fastest clock.
pub const SPEED_MAX: f64 = 1_000.0;

/// `SCALE@EPOCH`: how fast a training room's time runs, and when it began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Seconds of the room in a second of the wall. Above 0, at most [`SPEED_MAX`].
    pub speed: f64,
    /// Wall time at which the room's time was the same.
    pub epoch: At,
}

/// A text that is no `SCALE@EPOCH`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no clock: SCALE@EPOCH expected, SCALE above 0 and at most 1000, EPOCH in milliseconds since 1970 or like 2019-01-14T01:00:00Z"
)]
pub struct NotAScale {
    /// What came.
    pub text: String,
}

impl FromStr for Scale {
    type Err = NotAScale;

    fn from_str(text: &str) -> Result<Scale, NotAScale> {
        let wrong = || NotAScale {
            text: text.to_owned(),
        };
        let (speed, epoch) = text.split_once('@').ok_or_else(wrong)?;
        let speed: f64 = speed.parse().map_err(|_| wrong())?;
        if !(speed > 0.0 && speed <= SPEED_MAX) {
            return Err(wrong());
        }
        let epoch = match epoch.parse::<i64>() {
            Ok(ms) => ms,
            Err(_) => epoch
                .parse::<jiff::Timestamp>()
                .map_err(|_| wrong())?
                .as_millisecond(),
        };
        Ok(Scale {
            speed,
            epoch: At(epoch),
        })
    }
}

impl std::fmt::Display for Scale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.speed, self.epoch.0)
    }
}

/// The room's time.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    speed: f64,
    started: Instant,
    /// The room's wall time at `started`.
    started_at: At,
    scaled: bool,
}

impl Clock {
    /// The wall's own time.
    pub fn real() -> Clock {
        Clock {
            speed: 1.0,
            started: Instant::now(),
            started_at: wall(),
            scaled: false,
        }
    }

    /// A training room's time.
    pub fn scaled(scale: Scale) -> Clock {
        let since = (wall().0 - scale.epoch.0) as f64 * scale.speed;
        Clock {
            speed: scale.speed,
            started: Instant::now(),
            started_at: At(scale.epoch.0.saturating_add(since as i64)),
            scaled: true,
        }
    }

    /// Since the start. Never goes back.
    pub fn now(&self) -> Moment {
        Moment(nanoseconds(self.started.elapsed(), self.speed))
    }

    /// Wall time for people. A real clock follows the system's, jumps and all.
    pub fn at(&self) -> At {
        if self.scaled {
            let passed = nanoseconds(self.started.elapsed(), self.speed) / 1_000_000;
            At(self
                .started_at
                .0
                .saturating_add(i64::try_from(passed).unwrap_or(i64::MAX)))
        } else {
            wall()
        }
    }

    /// How long the wall has to wait for `moment`; zero if it has passed.
    pub fn until(&self, moment: Moment) -> Duration {
        let left = moment.0.saturating_sub(self.now().0);
        Duration::from_secs_f64(left as f64 / 1e9 / self.speed)
    }

    /// Ends at `moment`.
    pub async fn sleep(self, moment: Moment) {
        tokio::time::sleep(self.until(moment)).await;
    }

    /// A limit in the room's time that is not shorter than [`WALL_MIN`] on the wall.
    pub fn stretched(&self, limit: Duration) -> Duration {
        limit.max(WALL_MIN.mul_f64(self.speed))
    }

    /// Whether it is a training room's.
    pub fn is_scaled(&self) -> bool {
        self.scaled
    }

    /// Seconds of the room in a second of the wall.
    pub fn speed(&self) -> f64 {
        self.speed
    }
}

/// The system's wall time.
pub fn wall() -> At {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    At(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn nanoseconds(wall: Duration, speed: f64) -> u64 {
    if speed == 1.0 {
        return u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX);
    }
    (wall.as_secs_f64() * speed * 1e9) as u64
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_read_from_both_forms_of_an_epoch() {
        let ms: Scale = "60@1547427600000".parse().unwrap();
        let text: Scale = "60@2019-01-14T01:00:00Z".parse().unwrap();
        assert_eq!(ms, text);
        assert_eq!(ms.to_string(), "60@1547427600000");
    }

    #[test]
    fn what_is_no_scale_is_refused() {
        for text in ["60", "@1", "0@1", "-1@1", "NaN@1", "1001@1", "60@yesterday"] {
            assert!(text.parse::<Scale>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_scaled_clock_begins_where_the_epoch_says() {
        let epoch = At(wall().0 - 10_000);
        let clock = Clock::scaled(Scale { speed: 60.0, epoch });
        let since = clock.at().0 - epoch.0;
        assert!((600_000..1_200_000).contains(&since), "{since}");
    }

    #[test]
    fn a_wait_is_divided_by_the_speed_and_limits_are_stretched() {
        let clock = Clock::scaled(Scale {
            speed: 100.0,
            epoch: wall(),
        });
        let wait = clock.until(Moment(clock.now().0 + 10_000_000_000));
        assert!(wait <= Duration::from_millis(100) && wait > Duration::from_millis(50));
        assert_eq!(
            clock.stretched(Duration::from_secs(4)),
            Duration::from_secs(25)
        );
        assert_eq!(
            Clock::real().stretched(Duration::from_secs(4)),
            Duration::from_secs(4)
        );
    }
}
