//! A browser without a screen.

use std::net::IpAddr;

use http::header::LOCATION;
use http::{Request, Response};
use url::Url;

use super::connection;
use crate::case::{Finding, Wrong, there};

/// Opens addresses with GET and follows redirects; keeps no cookies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Browser;

impl Browser {
    /// Opens an address and follows redirects to the page at the end.
    pub(crate) fn open(self, address: &str) -> Finding<Response<Vec<u8>>> {
        let mut here = Url::parse(address)?;
        for _ in 0..=MOST_HOPS {
            let page = self.look(here.as_str())?;
            match leads_to(&here, &page)? {
                Some(next) => here = next,
                None => return Ok(page),
            }
        }
        Err(Wrong::new(format!("more than {MOST_HOPS} redirects")))
    }

    /// Opens an address and stays there: the redirect, if it is one, is not followed.
    #[expect(clippy::unused_self, reason = "a browser opens addresses")]
    pub(crate) fn look(self, address: &str) -> Finding<Response<Vec<u8>>> {
        connection::send(&get(address)?)
    }

    /// The same at one address of the machine, whichever the host's name leads to.
    #[expect(clippy::unused_self, reason = "a browser opens addresses")]
    pub(crate) fn look_at(self, ip: IpAddr, address: &Url) -> Finding<Response<Vec<u8>>> {
        let port = there("the port", address.port_or_known_default())?;
        connection::send_to((ip, port), &get(address.as_str())?)
    }
}

fn get(address: &str) -> Finding<Request<Vec<u8>>> {
    let request = Request::get(address).header("accept", "text/html");
    Ok(request.body(Vec::new())?)
}

fn leads_to(here: &Url, page: &Response<Vec<u8>>) -> Finding<Option<Url>> {
    let location = page
        .headers()
        .get(LOCATION)
        .filter(|_| page.status().is_redirection());
    let location = location.map(|location| location.to_str()).transpose()?;
    Ok(location.map(|location| here.join(location)).transpose()?)
}

const MOST_HOPS: usize = 10;
