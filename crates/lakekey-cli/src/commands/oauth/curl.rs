//! The same request as a `curl` command, with secrets read from files by `curl` itself.

use lakekey::shell_word;
use std::fmt::Write as _;
use std::path::Path;

use url::Url;

/// A form parameter's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    /// Harmless text.
    Text(&'a str),
    /// A secret, by the file it is in.
    File(&'a Path),
}

/// A form post, an option a line.
pub(super) fn call(endpoint: &Url, form: &[(&str, Value<'_>)]) -> String {
    let mut call = format!("curl --request POST {}", shell_word(endpoint.as_str()));
    for (name, value) in form {
        let argument = match value {
            Value::Text(text) => format!("{name}={text}"),
            Value::File(path) => format!("{name}@{}", path.display()),
        };
        let _ = write!(call, " \\\n  --data-urlencode {}", shell_word(&argument));
    }
    call.push('\n');
    call
}

#[cfg(test)]
mod tests {
    use super::{Path, Value, call};

    #[test]
    fn secrets_stay_in_their_files() {
        let endpoint = "https://w.example.test/oidc/v1/token".parse().unwrap();
        let form = [
            ("grant_type", Value::Text("refresh_token")),
            ("client_id", Value::Text("it's mine")),
            ("refresh_token", Value::File(Path::new("my token"))),
        ];
        insta::assert_snapshot!(call(&endpoint, &form), @r"
        curl --request POST https://w.example.test/oidc/v1/token \
          --data-urlencode grant_type=refresh_token \
          --data-urlencode 'client_id=it'\''s mine' \
          --data-urlencode 'refresh_token@my token'
        ");
    }
}
