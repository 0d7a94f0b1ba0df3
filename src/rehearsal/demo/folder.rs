//! The demo's folder: the spooler's data folder with a config, a tray for each printer, and a sign that it is a demo's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::plan::{Plan, PrinterPlan};
use crate::domain::ids::{PrinterId, Stock};
use cetak_firmware_sims::host::Ready;
use cetak_firmware_sims::mechanism::RibbonKind;

/// The file by which a demo's folder is known.
pub const SIGN: &str = "demo.txt";
/// What the sign says.
const SIGN_TEXT: &str =
    "A folder of `cetak demo`. The next demo with this --out replaces all of it.\n";
/// The room's code.
const ROOM: &str = "TPI";

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It holds something else.
    #[error("{} is not empty and no demo made it; name another folder with --out", folder.display())]
    NotOurs {
        /// Which.
        folder: PathBuf,
    },
    /// The system refuses.
    #[error("cannot prepare {}", path.display())]
    Files {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

/// A prepared folder. All paths are absolute.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The data folder itself.
    pub data: PathBuf,
}

impl Folder {
    /// Makes the folder, or empties that of an earlier demo.
    ///
    /// # Errors
    /// [`FolderError`]; nothing is removed from a folder that no demo made.
    pub fn prepare(out: &Path) -> Result<Folder, FolderError> {
        let files = |cause| FolderError::Files {
            path: out.to_owned(),
            cause,
        };
        let data = std::path::absolute(out).map_err(files)?;
        match fs::read_dir(&data) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    // A link is not followed: what it leads to is not ours.
                    let sign = fs::symlink_metadata(data.join(SIGN));
                    if !sign.is_ok_and(|sign| sign.is_file()) {
                        return Err(FolderError::NotOurs { folder: data });
                    }
                    empty(&data).map_err(files)?;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&data).map_err(files)?;
            }
            Err(error) => return Err(files(error)),
        }
        fs::write(data.join(SIGN), SIGN_TEXT).map_err(files)?;
        Ok(Folder { data })
    }

    /// A printer's tray.
    pub fn tray(&self, printer: &PrinterId) -> PathBuf {
        self.data.join("tray").join(&printer.0)
    }

    /// Where the records that are handed in lie.
    pub fn records(&self) -> PathBuf {
        self.data.join("records")
    }

    /// Where the spooler's log goes.
    pub fn log(&self) -> PathBuf {
        self.data.join("serve.log")
    }

    /// Writes the room's config.
    ///
    /// # Errors
    /// [`FolderError::Files`].
    pub fn write_config(&self, plan: &Plan, ready: &[Ready]) -> Result<(), FolderError> {
        let printers = plan.printers.iter().zip(ready);
        let config = Config {
            room: ROOM,
            training: true,
            printer: printers.map(|(plan, ready)| printer(plan, ready)).collect(),
        };
        let text = toml::to_string(&config).expect("texts and lists are always TOML");
        let path = self.data.join(crate::config::FILE);
        fs::write(&path, text).map_err(|cause| FolderError::Files { path, cause })
    }
}

/// Removes what is in a folder, and keeps the folder.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Config<'a> {
    room: &'a str,
    training: bool,
    printer: Vec<Printer<'a>>,
}

#[derive(Serialize)]
struct Printer<'a> {
    id: &'a str,
    profile: &'a str,
    endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reader: Option<&'a str>,
    duty: [Stock; 1],
    ribbon: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    chip: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    knows: &'a [&'a str],
}

fn printer<'a>(plan: &'a PrinterPlan, ready: &'a Ready) -> Printer<'a> {
    let chip = plan.stock.has_chip();
    Printer {
        id: &plan.id.0,
        profile: plan.profile,
        endpoint: endpoint(ready),
        reader: chip.then_some(ready.reader.as_str()),
        duty: [plan.stock],
        ribbon: match plan.ribbon {
            // Whether there is a varnish the profile knows: on a film it is the film.
            RibbonKind::Ymcko | RibbonKind::Ymck | RibbonKind::Ymcku => "ymcko",
            RibbonKind::Ymckok | RibbonKind::Ymckk => "ymckok",
            RibbonKind::K | RibbonKind::Ko => "k",
        },
        chip: chip.then_some("training"),
        knows: plan.knows,
    }
}

/// The words of the config for a printer whose status has a port of its own.
fn endpoint(ready: &Ready) -> String {
    let port = ready.status.as_deref().and_then(|at| at.rsplit(':').next());
    match port {
        Some(port) => format!("{}?status=udp:{port}", ready.endpoint),
        None => ready.endpoint.clone(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_folder_of_somebody_else_is_refused_and_left_alone() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("thesis.txt"), "years of work").unwrap();
        let refused = Folder::prepare(root.path()).unwrap_err();
        assert!(refused.to_string().contains("--out"), "{refused}");
        assert!(root.path().join("thesis.txt").exists());
    }

    #[test]
    fn an_earlier_demos_folder_is_replaced() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("a/b");
        let folder = Folder::prepare(&out).unwrap();
        fs::create_dir_all(folder.tray(&PrinterId("p".to_owned()))).unwrap();
        fs::write(folder.log(), "old").unwrap();
        let again = Folder::prepare(&out).unwrap();
        assert!(!again.log().exists() && !again.data.join("tray").exists());
        assert!(again.data.join(SIGN).exists());
    }

    #[test]
    fn the_config_is_one_that_the_spooler_reads() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(root.path()).unwrap();
        let plan = Plan::draw(1, 40);
        let ready: Vec<Ready> = plan
            .printers
            .iter()
            .enumerate()
            .map(|(number, printer)| Ready {
                endpoint: format!(
                    "serial://{}",
                    folder.tray(&printer.id).join("endpoint").display()
                ),
                control: String::new(),
                reader: format!("unix:///run/reader-{number}"),
                status: None,
            })
            .collect();
        folder.write_config(&plan, &ready).unwrap();
        let profiles: Vec<&str> = plan
            .printers
            .iter()
            .map(|printer| printer.profile)
            .collect();
        let config = Config::load(&folder.data, &profiles).unwrap();
        assert_eq!(config.printers.len(), 4);
        assert!(config.training);
        assert_eq!(
            config.printers[0].ribbon,
            Some(cetak_drivers::contract::Ribbon::Ymckok)
        );
    }
}
