//! The mock gives a token, is busy once, and lets an hour pass.

use std::{error::Error, io::Write, time::Duration};

use http::{Request, Response};
use lakekey_mock::{M2M_CLIENT_ID, M2M_CLIENT_SECRET, Mock, Setup};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    // A value: no socket, no thread. `mock.listen()?` puts the same mock behind one.
    let mut mock = Mock::new(Setup::workspace());

    let answer = ask_for_a_token(&mut mock)?;
    writeln!(out, "a token: {}", answer.status().as_u16())?;
    let answer: serde_json::Value = serde_json::from_slice(answer.body())?;
    let token = answer["access_token"].as_str().ok_or("no token")?;
    let status = list_clusters(&mut mock, token)?;
    writeln!(out, "clusters: {status}")?;

    mock.inject("token:http.status=503,times=1".parse()?)?;
    let busy = ask_for_a_token(&mut mock)?;
    writeln!(out, "when it is busy: {}", busy.status().as_u16())?;

    mock.clock().advance(Duration::from_secs(3601));
    let status = list_clusters(&mut mock, token)?;
    writeln!(out, "an hour later: {status}")?;

    for entry in mock.requests() {
        let status = entry.status.map_or(0, |status| status.as_u16());
        let rule = entry.rule.unwrap_or("-");
        writeln!(out, "{} {} {status} {rule}", entry.method(), entry.path())?;
    }
    Ok(())
}

fn ask_for_a_token(mock: &mut Mock) -> Result<Response<Vec<u8>>, http::Error> {
    let form = format!(
        "grant_type=client_credentials&scope=all-apis&client_id={M2M_CLIENT_ID}&client_secret={M2M_CLIENT_SECRET}"
    );
    let request = Request::post("https://example.cloud.databricks.com/oidc/v1/token")
        .header("content-type", "application/x-www-form-urlencoded");
    Ok(mock.handle(request.body(form.into_bytes())?))
}

fn list_clusters(mock: &mut Mock, token: &str) -> Result<u16, http::Error> {
    let request = Request::get("https://example.cloud.databricks.com/api/2.1/clusters/list")
        .header("authorization", format!("Bearer {token}"));
    Ok(mock.handle(request.body(Vec::new())?).status().as_u16())
}
