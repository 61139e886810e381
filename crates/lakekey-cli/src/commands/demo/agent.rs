//! A user agent that knows one page: the sign-in page of the mock.

use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, Response};
use lakekey::{Code, Error, Http, HttpClient as _};
use url::Url;
use url::form_urlencoded::Serializer;

/// Opens the address, clicks Allow, and goes where that leads: back to the listener.
pub(super) async fn click_through(address: Url) -> Result<(), Error> {
    let http = Http::default();
    let page = http.send(get(&address)).await?;
    let html = String::from_utf8_lossy(page.body()).into_owned();
    let answer = http.send(allow(&address, &html)?).await?;
    http.send(get(&redirect(&address, &answer)?)).await?;
    Ok(())
}

fn get(address: &Url) -> Request<Vec<u8>> {
    Request::get(address.as_str())
        .body(Vec::new())
        .expect("a parsed URL is a URI")
}

/// The form of the page, with the button Allow.
fn allow(address: &Url, html: &str) -> Result<Request<Vec<u8>>, Error> {
    let (Some(action), Some(ticket), Some(csrf)) = (
        between(html, "action=\"", "\""),
        field(html, "ticket"),
        field(html, "csrf"),
    ) else {
        return Err(unexpected("the sign-in page has no form"));
    };
    let action = address
        .join(action)
        .map_err(|_| unexpected("the form leads nowhere"))?;
    let form = [("ticket", ticket), ("csrf", csrf), ("decision", "allow")];
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let request =
        Request::post(action.as_str()).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    Ok(request
        .body(body.into_bytes())
        .expect("a parsed URL is a URI"))
}

fn redirect(address: &Url, answer: &Response<Vec<u8>>) -> Result<Url, Error> {
    let location = answer
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    location
        .and_then(|location| address.join(location).ok())
        .ok_or_else(|| {
            unexpected(&format!(
                "clicking Allow led to status {}",
                answer.status().as_u16()
            ))
        })
}

fn field<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    between(html, &format!("name=\"{name}\" value=\""), "\"")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

fn unexpected(message: &str) -> Error {
    Error::new(Code::AuthError, message).with_hint("try it in a browser: lakekey demo")
}
