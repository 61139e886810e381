//! Fuzz target `names`: any text in the place of an account id, a workspace id or a profile.

#![cfg_attr(fuzzing, no_main)]

use lakekey_config::ProfileFile;
use lakekey_endpoints::{AccountId, Host, Target, WorkspaceId};
use lakekey_fuzz::check_message;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match text.parse::<AccountId>() {
        Ok(id) => account(text, &id),
        Err(error) => check_message(&error, &[]),
    }
    match text.parse::<WorkspaceId>() {
        Ok(id) => workspace(text, &id),
        Err(error) => check_message(&error, &[]),
    }
    profile(text);
}

/// One segment of a path, the same with and without encoding, and safe in a section header too.
fn account(text: &str, id: &AccountId) {
    assert!(id.as_str().eq_ignore_ascii_case(text));
    assert_eq!(id.as_str().parse().as_ref(), Ok(id));
    let host: Host = "accounts.example.test".parse().expect("it is a host");
    let url = Target::account(host, id.clone()).metadata_url();
    let segments: Vec<_> = url.path_segments().expect("it has a path").collect();
    assert!(segments.contains(&id.as_str()), "{url}");
    assert!(
        !url.as_str().contains("..") && !url.as_str().contains('%'),
        "{url}"
    );
    assert_eq!(header(id.as_str()).as_deref(), Some(id.as_str()));
}

/// The same, and safe in an HTTP header.
fn workspace(text: &str, id: &WorkspaceId) {
    assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
    assert!(http::HeaderValue::from_str(text).is_ok());
    assert_ne!(text, WorkspaceId::NONE);
    assert_eq!(header(text).as_deref(), Some(text));
}

/// An accepted profile makes one section of this name and nothing else.
fn profile(name: &str) {
    let mut file = ProfileFile::default();
    if let Err(error) = file.set(name, "host", "https://ws.example.test") {
        check_message(&error, &[]);
        assert_eq!(file.to_string(), "", "what is refused changes nothing");
        return;
    }
    let text = file.to_string();
    let profiles: Vec<_> = file
        .profiles()
        .map(|profile| profile.name().to_owned())
        .collect();
    assert_eq!(profiles, [name], "{text}");
    if name != "DEFAULT" {
        assert_eq!(header(name).as_deref(), Some(name), "{text}");
        assert_eq!(text.lines().next(), Some(&*format!("[{name}]")), "{text}");
    }
    assert_eq!(
        text.lines().filter(|line| line.contains('=')).count(),
        1 + usize::from(name.contains('='))
    );
}

/// The name of the only section of a file that begins with this header, by a plain reader.
fn header(name: &str) -> Option<String> {
    let text = format!("[{name}]\n");
    let mut lines = text.lines();
    let inside = lines.next()?.trim().strip_prefix('[')?.strip_suffix(']')?;
    (lines.next().is_none() && !name.contains('\r')).then(|| inside.to_owned())
}
