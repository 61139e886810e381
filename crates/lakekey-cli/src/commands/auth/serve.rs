//! `lakekey auth serve`: tokens for programs on this machine, without the login itself.

mod service;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use lakekey::attributes::METADATA_SERVICE_URL;
use lakekey::{
    ACCOUNT_ID, AUTH_TYPE, Attribute, Code, Credentials, Demand, Error, HOST, Settings,
    WORKSPACE_ID,
};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::time::timeout;

use self::service::Service;
use super::token;
use crate::args::{Format, Serve as Args, Timeout};
use crate::machine::Machine;
use crate::selection::Wanted;
use crate::{output, runtime};

/// Prints how to reach the server, and answers until nobody asks any more or a signal comes.
pub(super) fn run(args: &Args, wanted: Wanted, format: Option<Format>) -> Result<(), Error> {
    let machine = Machine::read_with(&wanted.here)?;
    let credentials = machine.wanted(wanted)?.builder(&machine).build()?;
    let format = machine.format(format);
    runtime::block_on(async {
        let server = Server::open(credentials, args.port).await?;
        announce(&server.variables(), format)?;
        output::talk(format_args!(
            "giving tokens of {} at 127.0.0.1:{}; end it with Ctrl+C",
            server.service.host, server.port
        ));
        server.run(args.idle).await;
        output::talk("nobody asked for a while: ended");
        Ok(())
    })
}

/// A server of tokens, which can be reached by now and answers once it runs.
#[derive(Debug)]
pub(super) struct Server {
    listener: TcpListener,
    port: u16,
    service: Arc<Service>,
    ids: Vec<(&'static str, String)>,
}

impl Server {
    /// Opens the port. A login without tokens is an error now, not at the first question.
    pub(super) async fn open(credentials: Credentials, port: Option<u16>) -> Result<Self, Error> {
        let host = credentials.host()?;
        token::lendable(&credentials.token_on(Demand::Fresh).await?)?;
        let ids = ids(credentials.settings());
        let listener = listen(port.unwrap_or(0)).await?;
        let port = listener.local_addr().map_err(unavailable)?.port();
        let service = Arc::new(Service::new(credentials, host, port));
        Ok(Self {
            listener,
            port,
            service,
            ids,
        })
    }

    /// The variables that lead an SDK here.
    pub(super) fn variables(&self) -> BTreeMap<&'static str, String> {
        let url = format!(
            "http://127.0.0.1:{}{}",
            self.port,
            self.service.path.expose()
        );
        let own = [
            (name(&HOST), self.service.host.to_string()),
            (name(&METADATA_SERVICE_URL), url),
            (name(&AUTH_TYPE), "metadata-service".to_owned()),
        ];
        own.into_iter().chain(self.ids.iter().cloned()).collect()
    }

    /// Answers until nobody has asked for the idle time; for ever without one.
    pub(super) async fn run(self, idle: Option<Timeout>) {
        let patience = idle.map_or(FOREVER, |Timeout(span)| span);
        while let Ok(accepted) = timeout(patience, self.listener.accept()).await {
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let service = Arc::clone(&self.service);
            tokio::spawn(async move {
                let answer =
                    service_fn(async |request| Ok::<_, Infallible>(service.answer(&request).await));
                // Who breaks off gets no answer, and that is all.
                let _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(SLOWEST)
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), answer)
                    .await;
            });
        }
    }
}

/// The variables with the ids that go with the host.
pub(super) fn ids(settings: &Settings) -> Vec<(&'static str, String)> {
    [ACCOUNT_ID, WORKSPACE_ID]
        .iter()
        .filter_map(|id| Some((name(id), settings.get(id)?.to_owned())))
        .collect()
}

pub(super) fn name(attribute: &Attribute) -> &'static str {
    attribute
        .env_names()
        .first()
        .expect("each of these attributes has a variable")
}

#[derive(Serialize)]
struct Answer<'a> {
    env: &'a BTreeMap<&'static str, String>,
}

fn announce(variables: &BTreeMap<&'static str, String>, format: Format) -> Result<(), Error> {
    let text = match format {
        Format::Json => {
            let answer = Answer { env: variables };
            let text = serde_json::to_string(&answer).expect("texts can be written as JSON");
            format!("{text}\n")
        }
        Format::Text => variables.iter().fold(String::new(), |text, (name, value)| {
            format!("{text}{name}={value}\n")
        }),
    };
    output::data(&text)
}

#[expect(clippy::disallowed_methods, reason = "the server's door")]
async fn listen(port: u16) -> Result<TcpListener, Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(unavailable)
}

fn unavailable(error: std::io::Error) -> Error {
    Error::new(Code::ListenerUnavailable, "the server cannot listen")
        .with_hint("choose another --port, or leave it out for a free one")
        .caused_by(error)
}

/// As long as a timer can be set for.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// After a connection that could not be accepted, for want of files perhaps.
const PAUSE: Duration = Duration::from_millis(100);
const SLOWEST: Duration = Duration::from_secs(10);
