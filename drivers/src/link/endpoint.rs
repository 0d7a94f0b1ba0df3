//! Where a printer or reader is reached, as a URI.
//!
//! | URI | parameters (default) |
//! |---|---|
//! | `serial:///dev/serial/by-id/...` | `baud` (115200), `flow` = `none`, `rtscts`, `xonxoff` (`none`) |
//! | `usb:///dev/usb/lp0` | |
//! | `tcp://host:port`, `tcp://[address]:port` | `user_timeout_ms` (5000), `status` = `udp:port` (no status channel) |
//! | `unix:///path` | |

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::AsyncLink;
use super::beside::Beside;
use super::serial::{BAUD_DEFAULT, Flow, SerialLink, SerialPort};
use super::socket::{SocketLink, SocketPort};
use super::tcp::{TcpLink, TcpPort, USER_TIMEOUT};
use super::udp::{UdpLink, UdpPort};
use super::usb::{UsbLink, UsbPort};

/// What USB 2.0 carries in practice: half of its 480 Mbit/s. Unit: bytes a second. Source: general knowledge.
const USB_BYTES_A_SECOND: u64 = 30_000_000;
/// What a network of 100 Mbit/s carries. Unit: bytes a second.
const NETWORK_BYTES_A_SECOND: u64 = 12_500_000;
/// Bits of a byte on a serial line, with start and stop bit.
const SERIAL_BYTE_BITS: u64 = 10;

/// Where a printer or reader is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Endpoint {
    /// A serial port.
    Serial {
        /// Its device file.
        path: PathBuf,
        /// Bits per second.
        baud: u32,
        /// Flow control.
        flow: Flow,
    },
    /// A printer's device file.
    Usb {
        /// The file.
        path: PathBuf,
    },
    /// A network printer.
    Tcp {
        /// Name or address, without brackets.
        host: String,
        /// Port, never zero.
        port: u16,
        /// How long bytes may stay unacknowledged.
        user_timeout: Duration,
        /// The same host's datagram port that tells its status beside the connection, never zero.
        status: Option<u16>,
    },
    /// A Unix socket.
    Unix {
        /// Its path.
        path: PathBuf,
    },
}

/// Why a URI names no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No `scheme://`.
    #[error("{uri:?} is no endpoint: it needs serial://, usb://, tcp:// or unix://")]
    NoScheme {
        /// What was given.
        uri: String,
    },
    /// A scheme that is not one of the four.
    #[error("unknown scheme {scheme:?}: serial, usb, tcp and unix are known")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// The path does not begin with a slash, or is the root.
    #[error("{path:?} is no absolute path")]
    Path {
        /// What stood in its place.
        path: String,
    },
    /// Host or port are missing or malformed.
    #[error("{authority:?} is no host:port")]
    Authority {
        /// What stood in their place.
        authority: String,
    },
    /// A parameter that this scheme does not have.
    #[error("{scheme} has no parameter {name:?}")]
    UnknownParameter {
        /// The scheme.
        scheme: &'static str,
        /// The parameter.
        name: String,
    },
    /// A parameter's value is malformed.
    #[error("{value:?} is no value for {name}: {expected} expected")]
    Value {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// What would be one.
        expected: &'static str,
    },
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(uri: &str) -> Result<Endpoint, EndpointError> {
        let (scheme, rest) = uri
            .split_once("://")
            .ok_or_else(|| EndpointError::NoScheme {
                uri: uri.to_owned(),
            })?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parameters = query
            .split('&')
            .filter(|parameter| !parameter.is_empty())
            .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")));
        match scheme {
            "serial" => serial(place, parameters),
            "usb" => {
                none_of(parameters, "usb")?;
                Ok(Endpoint::Usb { path: path(place)? })
            }
            "tcp" => tcp(place, parameters),
            "unix" => {
                none_of(parameters, "unix")?;
                Ok(Endpoint::Unix { path: path(place)? })
            }
            _ => Err(EndpointError::Scheme {
                scheme: scheme.to_owned(),
            }),
        }
    }
}

impl fmt::Display for Endpoint {
    /// The shortest URI that names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Serial { path, baud, flow } => {
                write!(f, "serial://{}", path.display())?;
                let mut mark = '?';
                if *baud != BAUD_DEFAULT {
                    write!(f, "{mark}baud={baud}")?;
                    mark = '&';
                }
                match flow {
                    Flow::None => Ok(()),
                    Flow::RtsCts => write!(f, "{mark}flow=rtscts"),
                    Flow::XonXoff => write!(f, "{mark}flow=xonxoff"),
                }
            }
            Endpoint::Usb { path } => write!(f, "usb://{}", path.display()),
            Endpoint::Tcp {
                host,
                port,
                user_timeout,
                status,
            } => {
                if host.contains(':') {
                    write!(f, "tcp://[{host}]:{port}")?;
                } else {
                    write!(f, "tcp://{host}:{port}")?;
                }
                let mut mark = '?';
                if *user_timeout != USER_TIMEOUT {
                    write!(f, "{mark}user_timeout_ms={}", user_timeout.as_millis())?;
                    mark = '&';
                }
                match status {
                    Some(port) => write!(f, "{mark}status=udp:{port}"),
                    None => Ok(()),
                }
            }
            Endpoint::Unix { path } => write!(f, "unix://{}", path.display()),
        }
    }
}

impl TryFrom<String> for Endpoint {
    type Error = EndpointError;
    fn try_from(uri: String) -> Result<Endpoint, EndpointError> {
        uri.parse()
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> String {
        endpoint.to_string()
    }
}

impl Endpoint {
    /// Whether the name stays with the device when others are plugged in: a serial port needs a path under `by-id` or
    /// `by-path`.
    pub fn is_stable_name(&self) -> bool {
        match self {
            Endpoint::Serial { path, .. } => path
                .components()
                .any(|part| part.as_os_str() == "by-id" || part.as_os_str() == "by-path"),
            Endpoint::Usb { .. } | Endpoint::Tcp { .. } | Endpoint::Unix { .. } => true,
        }
    }

    /// What its link carries at most, nothing taken off for pauses: a serial line by its speed, USB as USB 2.0 does, a
    /// network as 100 Mbit/s do. `None`: there is no line. Unit: bytes a second.
    pub fn bytes_a_second(&self) -> Option<u64> {
        match self {
            Endpoint::Serial { baud, .. } => Some(u64::from(*baud) / SERIAL_BYTE_BITS),
            Endpoint::Usb { .. } => Some(USB_BYTES_A_SECOND),
            Endpoint::Tcp { .. } => Some(NETWORK_BYTES_A_SECOND),
            Endpoint::Unix { .. } => None,
        }
    }
}

/// The link to an endpoint, shut. Needs a tokio runtime from its first opening on.
pub fn connect(endpoint: &Endpoint) -> Box<dyn AsyncLink> {
    match endpoint {
        Endpoint::Serial { path, baud, flow } => {
            Box::new(SerialLink::new(SerialPort::new(path, *baud, *flow)))
        }
        Endpoint::Usb { path } => Box::new(UsbLink::new(UsbPort::new(path))),
        Endpoint::Tcp {
            host,
            port,
            user_timeout,
            status,
        } => {
            let main = TcpLink::new(TcpPort::new(host, *port, *user_timeout));
            match status {
                Some(port) => {
                    let status = UdpLink::new(UdpPort::new(host, *port));
                    Box::new(Beside::new(main, status))
                }
                None => Box::new(main),
            }
        }
        Endpoint::Unix { path } => Box::new(SocketLink::new(SocketPort::new(path))),
    }
}

fn serial<'a>(
    place: &str,
    parameters: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Endpoint, EndpointError> {
    let path = path(place)?;
    let mut baud = BAUD_DEFAULT;
    let mut flow = Flow::None;
    for (name, value) in parameters {
        match name {
            "baud" => baud = positive("baud", value)?,
            "flow" => flow = flow_named(value)?,
            _ => return Err(unknown("serial", name)),
        }
    }
    Ok(Endpoint::Serial { path, baud, flow })
}

fn tcp<'a>(
    place: &str,
    parameters: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Endpoint, EndpointError> {
    let (host, port) = host_and_port(place).ok_or_else(|| EndpointError::Authority {
        authority: place.to_owned(),
    })?;
    let mut user_timeout = USER_TIMEOUT;
    let mut status = None;
    for (name, value) in parameters {
        match name {
            "user_timeout_ms" => {
                user_timeout = Duration::from_millis(positive("user_timeout_ms", value)?.into());
            }
            "status" => status = Some(datagram_port(value)?),
            _ => return Err(unknown("tcp", name)),
        }
    }
    Ok(Endpoint::Tcp {
        host,
        port,
        user_timeout,
        status,
    })
}

fn datagram_port(value: &str) -> Result<u16, EndpointError> {
    let port = value
        .strip_prefix("udp:")
        .and_then(|port| port.parse().ok());
    port.filter(|port| *port != 0)
        .ok_or_else(|| EndpointError::Value {
            name: "status",
            value: value.to_owned(),
            expected: "udp:port",
        })
}

fn host_and_port(place: &str) -> Option<(String, u16)> {
    let (host, port) = place.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._:%".contains(c);
    let port = port.parse().ok().filter(|port| *port != 0)?;
    (!host.is_empty() && host.chars().all(is_name)).then(|| (host.to_owned(), port))
}

fn path(place: &str) -> Result<PathBuf, EndpointError> {
    if place.len() > 1 && place.starts_with('/') {
        Ok(Path::new(place).to_owned())
    } else {
        Err(EndpointError::Path {
            path: place.to_owned(),
        })
    }
}

fn positive(name: &'static str, value: &str) -> Result<u32, EndpointError> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| EndpointError::Value {
        name,
        value: value.to_owned(),
        expected: "a whole number above zero",
    })
}

fn flow_named(value: &str) -> Result<Flow, EndpointError> {
    match value {
        "none" => Ok(Flow::None),
        "rtscts" => Ok(Flow::RtsCts),
        "xonxoff" => Ok(Flow::XonXoff),
        _ => Err(EndpointError::Value {
            name: "flow",
            value: value.to_owned(),
            expected: "none, rtscts or xonxoff",
        }),
    }
}

fn none_of<'a>(
    mut parameters: impl Iterator<Item = (&'a str, &'a str)>,
    scheme: &'static str,
) -> Result<(), EndpointError> {
    match parameters.next() {
        Some((name, _)) => Err(unknown(scheme, name)),
        None => Ok(()),
    }
}

fn unknown(scheme: &'static str, name: &str) -> EndpointError {
    EndpointError::UnknownParameter {
        scheme,
        name: name.to_owned(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_and_written_back() {
        for uri in [
            "serial:///dev/serial/by-id/usb-Evolis-0?baud=9600&flow=rtscts",
            "serial:///dev/ttyS0?flow=xonxoff",
            "serial:///dev/ttyS0",
            "usb:///dev/usb/lp0",
            "tcp://192.0.2.7:9100",
            "tcp://[2001:db8::7]:9100?user_timeout_ms=60000",
            "tcp://evo-pr1.local:9100",
            "tcp://192.0.2.7:50730?status=udp:50731",
            "tcp://192.0.2.7:50730?user_timeout_ms=60000&status=udp:50731",
            "unix:///run/cetak/reader.sock",
        ] {
            let endpoint: Endpoint = uri.parse().unwrap();
            assert_eq!(endpoint.to_string(), uri);
        }
    }

    #[test]
    fn defaults_are_not_written_back() {
        let endpoint: Endpoint = "serial:///dev/ttyS0?baud=115200&flow=none".parse().unwrap();
        assert_eq!(endpoint.to_string(), "serial:///dev/ttyS0");
        let json = serde_json::to_string(&endpoint).unwrap();
        assert_eq!(serde_json::from_str::<Endpoint>(&json).unwrap(), endpoint);
    }

    #[test]
    fn a_bad_uri_is_refused_by_name() {
        expect_test::expect![[r#"
            /dev/ttyS0 -> "/dev/ttyS0" is no endpoint: it needs serial://, usb://, tcp:// or unix://
            http://x:80 -> unknown scheme "http": serial, usb, tcp and unix are known
            serial://dev/ttyS0 -> "dev/ttyS0" is no absolute path
            usb:// -> "" is no absolute path
            usb:///dev/usb/lp0?baud=1 -> usb has no parameter "baud"
            serial:///dev/x?bauds=9600 -> serial has no parameter "bauds"
            serial:///dev/x?baud=fast -> "fast" is no value for baud: a whole number above zero expected
            serial:///dev/x?baud=0 -> "0" is no value for baud: a whole number above zero expected
            serial:///dev/x?flow -> "" is no value for flow: none, rtscts or xonxoff expected
            tcp://192.0.2.7 -> "192.0.2.7" is no host:port
            tcp://192.0.2.7:0 -> "192.0.2.7:0" is no host:port
            tcp://192.0.2.7:99999 -> "192.0.2.7:99999" is no host:port
            tcp://::1:9100 -> "::1:9100" is no host:port
            tcp://:9100 -> ":9100" is no host:port
            tcp://a/b:9100 -> "a/b:9100" is no host:port
            tcp://h:1?linger=0 -> tcp has no parameter "linger"
            tcp://h:1?status=50731 -> "50731" is no value for status: udp:port expected
            tcp://h:1?status=udp:0 -> "udp:0" is no value for status: udp:port expected
            unix:///s?mode=1 -> unix has no parameter "mode"
        "#]]
        .assert_eq(
            &[
                "/dev/ttyS0",
                "http://x:80",
                "serial://dev/ttyS0",
                "usb://",
                "usb:///dev/usb/lp0?baud=1",
                "serial:///dev/x?bauds=9600",
                "serial:///dev/x?baud=fast",
                "serial:///dev/x?baud=0",
                "serial:///dev/x?flow",
                "tcp://192.0.2.7",
                "tcp://192.0.2.7:0",
                "tcp://192.0.2.7:99999",
                "tcp://::1:9100",
                "tcp://:9100",
                "tcp://a/b:9100",
                "tcp://h:1?linger=0",
                "tcp://h:1?status=50731",
                "tcp://h:1?status=udp:0",
                "unix:///s?mode=1",
            ]
            .map(|uri| format!("{uri} -> {}\n", uri.parse::<Endpoint>().unwrap_err()))
            .concat(),
        );
    }

    #[test]
    fn a_serial_line_carries_a_tenth_of_its_bits() {
        let carries = |uri: &str| uri.parse::<Endpoint>().unwrap().bytes_a_second();
        assert_eq!(carries("serial:///dev/ttyS0?baud=9600"), Some(960));
        assert_eq!(carries("serial:///dev/ttyS0"), Some(11_520));
        assert_eq!(carries("usb:///dev/usb/lp0"), Some(30_000_000));
        assert_eq!(carries("tcp://h:1"), Some(12_500_000));
        assert_eq!(carries("unix:///s"), None);
    }

    #[test]
    fn only_serial_names_can_move() {
        let stable = |uri: &str| uri.parse::<Endpoint>().unwrap().is_stable_name();
        assert!(stable("serial:///dev/serial/by-path/pci-0"));
        assert!(!stable("serial:///dev/ttyUSB0"));
        assert!(stable("tcp://h:1") && stable("usb:///dev/usb/lp0"));
    }
}
