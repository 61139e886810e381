//! Decoding of `application/x-www-form-urlencoded`, without the usual leniency.

/// The pairs of a query in their order, or `None` when any part of it does not decode.
///
/// A valid query decodes as it does everywhere. A percent sign without two hexadecimal digits,
/// bytes that are not UTF-8, NUL, and characters that a request target cannot hold are refused
/// instead of replaced, so that no two readers can see different values.
pub(crate) fn decode(query: &str) -> Option<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            Some((text(name)?, text(value)?))
        })
        .collect()
}

fn text(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, tail) = match (first, tail) {
            (b'+', tail) => (b' ', tail),
            (b'%', [high, low, tail @ ..]) => (digit(*high)? << 4 | digit(*low)?, tail),
            (plain, tail) if plain.is_ascii_graphic() && *plain != b'%' => (*plain, tail),
            _ => return None,
        };
        if byte == 0 {
            return None;
        }
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

fn digit(character: u8) -> Option<u8> {
    char::from(character)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::form_urlencoded::{Serializer, parse};

    use super::decode;

    #[test]
    fn what_does_not_decode_is_refused() {
        for value in [
            "%FF%FE", "%00", "%zz", "%", "%4", "%C0%AF", "é", "a\rb", "a b", "\0",
        ] {
            assert_eq!(decode(&format!("code=c&state={value}")), None, "{value:?}");
            assert_eq!(decode(&format!("{value}=1")), None, "{value:?}");
        }
    }

    #[test]
    fn names_without_value_and_repetitions_are_kept() {
        let pairs = |list: &[(&str, &str)]| {
            Some(
                list.iter()
                    .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                    .collect(),
            )
        };
        assert_eq!(
            decode("a=1&&a=%2B+=&b&=c"),
            pairs(&[("a", "1"), ("a", "+ ="), ("b", ""), ("", "c")])
        );
        assert_eq!(decode(""), pairs(&[]));
    }

    proptest! {
        #[test]
        fn encoding_and_decoding_give_the_same(
            pairs in prop::collection::vec(("[^\0]{0,12}", "[^\0]{0,40}"), 0..6),
        ) {
            let query = Serializer::new(String::new()).extend_pairs(&pairs).finish();
            prop_assert_eq!(decode(&query), Some(pairs));
        }

        #[test]
        fn what_is_accepted_is_what_the_url_crate_reads(query in "[a-f0-9%&=+é;?/ ]{0,40}") {
            if let Some(pairs) = decode(&query) {
                let theirs: Vec<_> = parse(query.as_bytes()).into_owned().collect();
                prop_assert_eq!(pairs, theirs);
            }
        }
    }
}
