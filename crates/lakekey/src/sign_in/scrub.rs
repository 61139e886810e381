use std::ffi::{OsStr, OsString};

use url::Url;

/// The variable as the browser may have it; `None` for one that may hold a secret.
pub(super) fn harmless((name, value): (OsString, OsString)) -> Option<(OsString, OsString)> {
    let upper = name.to_string_lossy().to_ascii_uppercase();
    let is_secret =
        SECRET_PARTS.iter().any(|part| upper.contains(part)) && upper != "XDG_ACTIVATION_TOKEN";
    if is_secret {
        return None;
    }
    if upper.ends_with("_PROXY") && value.to_string_lossy().contains('@') {
        return Some((name, without_password(&value)?));
    }
    Some((name, value))
}

fn without_password(proxy: &OsStr) -> Option<OsString> {
    let mut url = Url::parse(proxy.to_str()?).ok()?;
    url.set_password(None).ok()?;
    url.set_username("").ok()?;
    // An address such as `user:password@proxy` parses, with `user` for a scheme.
    url.has_host().then(|| OsString::from(url.as_str()))
}

const SECRET_PARTS: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
];

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::harmless;

    #[test]
    fn c_sec_03_the_child_gets_no_secret() {
        for (name, value, expected) in [
            ("PATH", "/bin", Some("/bin")),
            (
                "DBUS_SESSION_BUS_ADDRESS",
                "unix:path=/run/x",
                Some("unix:path=/run/x"),
            ),
            ("XDG_ACTIVATION_TOKEN", "a", Some("a")),
            ("DATABRICKS_TOKEN", "canary", None),
            ("databricks_token", "canary", None),
            ("DATABRICKS_CLIENT_SECRET", "canary", None),
            ("ARM_CLIENT_SECRET", "canary", None),
            ("PGPASSWORD", "canary", None),
            ("AWS_SECRET_ACCESS_KEY", "canary", None),
            ("GOOGLE_CREDENTIALS", "canary", None),
            ("OPENAI_API_KEY", "canary", None),
            (
                "https_proxy",
                "http://proxy:3128",
                Some("http://proxy:3128"),
            ),
            (
                "https_proxy",
                "http://user:canary@proxy:3128",
                Some("http://proxy:3128/"),
            ),
            ("HTTPS_PROXY", "user:canary@proxy:3128", None),
            (
                "NO_PROXY",
                "localhost,127.0.0.1",
                Some("localhost,127.0.0.1"),
            ),
        ] {
            let kept = harmless((name.into(), value.into())).map(|(_, value)| value);
            assert_eq!(kept, expected.map(OsString::from), "{name}={value}");
        }
    }
}
