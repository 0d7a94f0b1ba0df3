//! Every refusal as an HTTP answer: one function from code to status.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::domain::job::Code;
use crate::engine::store::StoreLost;
use crate::interfaces::api::Refusal;
use crate::interfaces::desk::RoomGone;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:ident;)*) => {
        $($(#[$doc])* pub(in crate::interfaces::http) const $name: &str = stringify!($name);)*
        /// Every code of this door, with its status.
        pub const CODES: &[(&str, StatusCode)] = &[$(($name, StatusCode::$status)),*];
    };
}

codes! {
    /// The body is no JSON, at `line` and `column`.
    BAD_JSON = BAD_REQUEST;
    /// The body is JSON and not what this path takes, at `line` and `column`.
    BAD_BODY = BAD_REQUEST;
    /// The address asks for something that this path does not know, or a value that cannot be read.
    BAD_QUERY = BAD_REQUEST;
    /// The address holds no job id.
    BAD_JOB_ID = BAD_REQUEST;
    /// The address holds no proposal's number.
    BAD_PROPOSAL_NUMBER = BAD_REQUEST;
    /// No job is ever in a state of that name.
    NO_SUCH_STATE = BAD_REQUEST;
    /// More records than `limit` in one request.
    TOO_MANY_RECORDS = BAD_REQUEST;
    /// Nothing is no number of pieces.
    NO_PIECES = BAD_REQUEST;
    /// That is no blank's number.
    BAD_UID = BAD_REQUEST;
    /// A reason or a paper is empty.
    TEXT_EMPTY = BAD_REQUEST;
    /// A reason or a paper is longer than `limit` characters.
    TEXT_TOO_LONG = BAD_REQUEST;
    /// A reason or a paper holds a line break or another control character.
    TEXT_CONTROL_CHARACTER = BAD_REQUEST;
    /// A reason holds a number as long as a NIK: what is written there stays for ever and is no place for it.
    TEXT_HOLDS_NIK = BAD_REQUEST;
    /// The name to speak as is empty, too long or no text.
    BAD_AS_NAME = BAD_REQUEST;
    /// The body did not come whole.
    BODY_BROKEN = BAD_REQUEST;
    /// Only one user of a training store may speak as another.
    AS_ONLY_IN_TRAINING = FORBIDDEN;
    /// No such path.
    NO_SUCH_PATH = NOT_FOUND;
    /// This path has no such method.
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED;
    /// The body did not come in time.
    BODY_LATE = REQUEST_TIMEOUT;
    /// The body is longer than `limit` bytes.
    BODY_TOO_LARGE = PAYLOAD_TOO_LARGE;
    /// The room gave no answer in time: whether it did what was asked is not known; the views tell.
    ANSWER_LATE = GATEWAY_TIMEOUT;
    /// The room is stopping: whether it did what was asked is not known; with a key it may be asked again.
    STOPPING = SERVICE_UNAVAILABLE;
    /// The store cannot be read.
    STORE_UNREADABLE = INTERNAL_SERVER_ERROR;
    /// The room answered something else than was asked: a defect of ours.
    UNEXPECTED_ANSWER = INTERNAL_SERVER_ERROR;
}

/// The spooler's codes that say more than "not as things stand".
const SPOOLER_CODES: &[(&str, StatusCode)] = &[
    ("NO_SUCH_JOB", StatusCode::NOT_FOUND),
    ("NO_SUCH_PRINTER", StatusCode::NOT_FOUND),
    ("NO_SUCH_PROPOSAL", StatusCode::NOT_FOUND),
    ("SAME_PERSON", StatusCode::FORBIDDEN),
];

/// The status of a refusal. What the spooler or the config refuses is a conflict with how things stand.
pub fn status_of(code: &Code) -> StatusCode {
    CODES
        .iter()
        .chain(SPOOLER_CODES)
        .find(|(name, _)| *name == code.0)
        .map_or(StatusCode::CONFLICT, |(_, status)| *status)
}

/// A refusal on its way out.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Refusal);

impl Refused {
    pub(super) fn new(code: &str) -> Refused {
        Refused(Refusal::new(code))
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused(refusal)
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Refused {
        Refused::new(&code.0)
    }
}

impl From<RoomGone> for Refused {
    fn from(_: RoomGone) -> Refused {
        Refused::new(STOPPING)
    }
}

impl From<StoreLost> for Refused {
    fn from(lost: StoreLost) -> Refused {
        let cause = std::error::Error::source(&lost).map(ToString::to_string);
        tracing::error!(%lost, cause, "a query failed");
        Refused::new(STORE_UNREADABLE)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (status_of(&self.0.code), Json(self.0)).into_response()
    }
}
