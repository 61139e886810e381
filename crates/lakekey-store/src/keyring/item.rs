//! The names and values of items.

use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};

use lakekey_core::{Secret, Token};
use serde_json::value::RawValue;

use crate::Key;
use crate::file::document::Members;
use crate::file::entry;

/// The account of a key: the key itself, as the official tools have it, unless not every keyring
/// could store that, or it could be taken for one of lakekey's own.
pub(super) fn account(key: &Key) -> String {
    let key = key.as_str();
    if !key.starts_with(OURS) && !key.contains(char::is_control) {
        return key.to_owned();
    }
    let mut account = format!("{OURS}key:");
    for character in key.chars() {
        if character == '%' || character.is_control() {
            // Writing to a string cannot fail.
            let _ = write!(account, "%{:02X}", u32::from(character));
        } else {
            account.push(character);
        }
    }
    account
}

/// The account of one part of a value that is split, counted from one.
pub(super) fn part(account: &str, slot: char, number: usize) -> String {
    format!("{OURS}part_{slot}{number}:{account}")
}

/// An account that nobody has.
pub(super) fn probe() -> String {
    format!("{OURS}probe_{:016x}", RandomState::new().hash_one(OURS))
}

/// The token in a value, or what is wrong with it, in words that follow the name of the item.
pub(super) fn decode(text: &Secret) -> Result<Token, String> {
    let members: Members<'_> =
        serde_json::from_str(text.expose()).map_err(|_| "is no JSON object".to_owned())?;
    let token = members.get(TOKEN).ok_or("has no member `token`")?;
    entry::decode(token.get()).map_err(|reason| format!("{reason} in its member `token`"))
}

/// The value for a token; members of the old value that lakekey does not know stay.
pub(super) fn encode(token: &Token, old: Option<&Secret>) -> Secret {
    let old: Members<'_> = old
        .and_then(|old| serde_json::from_str(old.expose()).ok())
        .unwrap_or_default();
    let token = entry::encode_compact(token, old.get(TOKEN).copied().map(RawValue::get));
    let rest = old.iter().filter(|(name, _)| *name != TOKEN);
    let members: Vec<_> = std::iter::once((TOKEN, token.as_str()))
        .chain(rest.map(|(name, value)| (name.as_str(), value.get())))
        .collect();
    // A buffer that need not grow leaves no copies behind.
    let size: usize = members
        .iter()
        .map(|(name, value)| 6 * name.len() + value.len() + 4)
        .sum();
    let mut text = String::with_capacity(size + 2);
    text.push('{');
    entry::push_compact(&mut text, &members);
    text.push('}');
    Secret::from(text)
}

/// How the accounts begin that are lakekey's own.
const OURS: &str = "__lakekey_";
const TOKEN: &str = "token";

#[cfg(test)]
mod tests {
    use lakekey_core::{Secret, Token};

    use super::{account, decode, encode, part};
    use crate::Key;

    #[test]
    fn accounts_are_the_keys_of_the_official_tools_or_escaped() {
        for (key, expected) in [
            ("dev", "dev"),
            ("100 %", "100 %"),
            ("lakekey", "lakekey"),
            ("https://w.example", "https://w.example"),
            ("a\nb", "__lakekey_key:a%0Ab"),
            ("nul\0%", "__lakekey_key:nul%00%25"),
            ("__lakekey_x", "__lakekey_key:__lakekey_x"),
        ] {
            assert_eq!(account(&Key::new(key)), expected);
        }
        assert_eq!(part("dev", 'a', 1), "__lakekey_part_a1:dev");
    }

    #[test]
    fn a_value_is_what_the_official_tools_write() {
        let token = Token::bearer("a<b").with_refresh("r");
        assert_eq!(
            encode(&token, None).expose(),
            r#"{"token":{"access_token":"a\u003cb","token_type":"Bearer","refresh_token":"r"}}"#
        );
        let old = Secret::from(r#"{ "z" : [1, 2], "token": {"refresh_token":"old", "x": 1e400} }"#);
        assert_eq!(
            encode(&token, Some(&old)).expose(),
            r#"{"token":{"access_token":"a\u003cb","token_type":"Bearer","refresh_token":"r","x":1e400},"z":[1, 2]}"#
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (text, reason) in [
            ("secret", "is no JSON object"),
            (r#"{"token":{"access_token":"secret""#, "is no JSON object"),
            (r#"{"access_token":"secret"}"#, "has no member `token`"),
            (
                r#"{"token":"secret"}"#,
                "is not an object in its member `token`",
            ),
            (
                r#"{"token":null}"#,
                "is not an object in its member `token`",
            ),
            (
                r#"{"token":{}}"#,
                "has no access token in its member `token`",
            ),
        ] {
            assert_eq!(decode(&Secret::from(text)).unwrap_err(), reason, "{text}");
        }
    }
}
