//! The demo's printers: simulated ones that run in the demo's own process, because it is the spooler that is killed.

use cetak_firmware_sims::device::Device;
use cetak_firmware_sims::host::{self, HostError, Listen, Options, Pace, Ready};
use cetak_firmware_sims::model;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::folder::Folder;
use super::plan::{Plan, Port, PrinterPlan};

/// A printer could not be started, or fell over.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// Its host failed.
    #[error("the simulated printer {printer} failed")]
    Host {
        /// Which.
        printer: String,
        /// Why.
        #[source]
        cause: HostError,
    },
    /// It ended without a word.
    #[error("the simulated printer {printer} ended without a word")]
    Gone {
        /// Which.
        printer: String,
    },
}

/// A printer's host as a task; it ends with the printer's truth.
type Running = JoinHandle<Result<Box<dyn Device>, HostError>>;

/// Running printers, in the plan's order.
pub struct Fleet {
    stop: watch::Sender<bool>,
    running: Vec<(String, Running)>,
    /// Where each can be reached.
    pub ready: Vec<Ready>,
}

impl Fleet {
    /// Starts every printer of the plan; their uptime counts from the pace's epoch.
    ///
    /// # Errors
    /// [`FleetError`].
    pub async fn start(plan: &Plan, folder: &Folder, pace: Pace) -> Result<Fleet, FleetError> {
        let (stop, stopped) = watch::channel(false);
        let mut fleet = Fleet {
            stop,
            running: Vec::new(),
            ready: Vec::new(),
        };
        for printer in &plan.printers {
            let name = printer.id.to_string();
            let options = options(printer, folder, pace);
            let (tell, told) = oneshot::channel();
            let ready = move |ready: &Ready| {
                // Who does not wait for it any more has given up on the whole fleet.
                let _ = tell.send(ready.clone());
            };
            let mut stopped = stopped.clone();
            let stop = async move {
                // An error means that the fleet was dropped: that is a stop too.
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            let task = tokio::spawn(host::run(options, ready, stop));
            match told.await {
                Ok(ready) => fleet.ready.push(ready),
                Err(_) => return Err(ended(name, task).await),
            }
            fleet.running.push((name, task));
        }
        Ok(fleet)
    }

    /// The first printer that has ended by itself.
    pub fn fallen(&self) -> Option<&str> {
        let fallen = self.running.iter().find(|(_, task)| task.is_finished());
        fallen.map(|(name, _)| name.as_str())
    }

    /// Stops all of them and gives back their truth, in the plan's order.
    ///
    /// # Errors
    /// [`FleetError`]: one had failed before.
    pub async fn stop(self) -> Result<Vec<Box<dyn Device>>, FleetError> {
        self.stop.send_replace(true);
        let mut printers = Vec::new();
        for (printer, task) in self.running {
            match task.await {
                Ok(Ok(device)) => printers.push(device),
                Ok(Err(cause)) => return Err(FleetError::Host { printer, cause }),
                Err(_) => return Err(FleetError::Gone { printer }),
            }
        }
        Ok(printers)
    }
}

async fn ended(
    printer: String,
    task: JoinHandle<Result<Box<dyn Device>, HostError>>,
) -> FleetError {
    match task.await {
        Ok(Err(cause)) => FleetError::Host { printer, cause },
        Ok(Ok(_)) | Err(_) => FleetError::Gone { printer },
    }
}

fn options(printer: &PrinterPlan, folder: &Folder, pace: Pace) -> Options {
    let faults = printer.faults.clone();
    let device = model::build(printer.profile, Some(printer.serial), None, faults)
        .expect("a plan names built-in models only");
    Options {
        listen: match printer.port {
            Port::Terminal => Listen::Pty,
            Port::Tcp => Listen::Tcp(0),
        },
        pace,
        ..Options::new(device, folder.tray(&printer.id))
    }
}
