//! The mocks of one server, by name.

use std::{
    collections::BTreeMap,
    fmt,
    io::{Error, ErrorKind, Result},
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::Sender},
};

use tokio::{net::TcpListener, runtime::Handle, task::AbortHandle};
use tokio_rustls::TlsAcceptor;

use super::{DEFAULT_NAMESPACE, Namespace, Shared, connection, loopback};
use crate::{Mock, Setup};

/// All namespaces of a server, and what is needed to open another one.
pub(crate) struct Namespaces {
    pub(crate) control_token: String,
    control_port: u16,
    tls: Option<TlsAcceptor>,
    runtime: Handle,
    /// Held by every socket: whoever waits for its end knows that all are closed.
    open: Mutex<Option<Sender<()>>>,
    by_name: Mutex<BTreeMap<String, Open>>,
}

/// A namespace with the tasks that accept its connections.
struct Open {
    namespace: Namespace,
    accepting: Vec<AbortHandle>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.accepting.iter().for_each(AbortHandle::abort);
    }
}

impl Namespaces {
    pub(super) fn new(
        control_token: String,
        control_port: u16,
        tls: Option<TlsAcceptor>,
        runtime: Handle,
        open: Sender<()>,
    ) -> Self {
        Self {
            control_token,
            control_port,
            tls,
            runtime,
            open: Mutex::new(Some(open)),
            by_name: Mutex::default(),
        }
    }

    /// The namespace of that name, new or started over, and whether it is new.
    pub(crate) fn open(&self, name: &str, mut setup: Setup) -> Result<(Namespace, bool)> {
        let is_fit = (1..=MAX_NAME).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_fit || name == DEFAULT_NAMESPACE {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("`{name}` can not be the name of a new namespace"),
            ));
        }
        name.clone_into(&mut setup.namespace);
        setup.tls = self.tls.is_some();
        let mut by_name = self.lock();
        if let Some(known) = by_name.get(name) {
            known.namespace.with(|mock| mock.start_over(setup));
            return Ok((known.namespace.clone(), false));
        }
        if by_name.len() > MAX_NAMESPACES {
            return Err(Error::other("there are too many namespaces; close some"));
        }
        let open = self.listen(name, Mock::new(setup))?;
        let namespace = open.namespace.clone();
        by_name.insert(name.to_owned(), open);
        Ok((namespace, true))
    }

    /// Opens the namespace that is always there.
    pub(super) fn open_default(&self, mock: Mock) -> Result<Namespace> {
        let open = self.listen(DEFAULT_NAMESPACE, mock)?;
        let namespace = open.namespace.clone();
        self.lock().insert(DEFAULT_NAMESPACE.to_owned(), open);
        Ok(namespace)
    }

    fn listen(&self, name: &str, mock: Mock) -> Result<Open> {
        let sockets = loopback(mock.world.setup.port)?;
        let namespace = Namespace {
            name: name.into(),
            scheme: if self.tls.is_some() { "https" } else { "http" },
            port: sockets[0].local_addr()?.port(),
            control_port: self.control_port,
            shared: Arc::new(Shared::new(mock)),
        };
        let _inside = self.runtime.enter();
        let mut accepting = Vec::new();
        for socket in sockets {
            let socket = TcpListener::from_std(socket)?;
            let open = self
                .open
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            let accept = connection::accept(
                socket,
                Arc::clone(&namespace.shared),
                self.tls.clone(),
                open,
            );
            accepting.push(self.runtime.spawn(accept).abort_handle());
        }
        Ok(Open {
            namespace,
            accepting,
        })
    }

    /// Closes the namespace of that name, unless it is the one that is always there.
    pub(crate) fn close(&self, name: &str) -> bool {
        name != DEFAULT_NAMESPACE && self.lock().remove(name).is_some()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Namespace> {
        self.lock().get(name).map(|open| open.namespace.clone())
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> Vec<Namespace> {
        self.lock()
            .values()
            .map(|open| open.namespace.clone())
            .collect()
    }

    /// Lets nothing be opened any more.
    pub(super) fn end(&self) {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Open>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Namespaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespaces")
            .field("names", &self.lock().keys())
            .finish_non_exhaustive()
    }
}

const MAX_NAME: usize = 64;
/// Beside the one that is always there.
const MAX_NAMESPACES: usize = 1_000;
