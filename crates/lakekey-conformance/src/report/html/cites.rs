//! Citations with links to the RFCs.

use crate::report::escaped;

/// The citation with a link for each RFC it begins a part with.
pub(super) fn cited(text: &str) -> String {
    let parts = text.split(';').map(|part| {
        let part = part.trim();
        let number = part
            .strip_prefix("RFC ")
            .and_then(|rest| rest.split([' ', ',']).next());
        match number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(number) => {
                let address = format!("https://www.rfc-editor.org/rfc/rfc{number}{}", anchor(part));
                format!("<a href=\"{address}\">{}</a>", escaped(part))
            }
            None => escaped(part),
        }
    });
    parts.collect::<Vec<_>>().join(" · ")
}

/// The first section a citation names, as the fragment of an address.
fn anchor(part: &str) -> String {
    let section = part.split_once('§').map(|(_, rest)| rest);
    let number = |byte: &char| byte.is_ascii_digit() || *byte == '.';
    let section: String = section
        .unwrap_or_default()
        .chars()
        .take_while(number)
        .collect();
    let section = section.trim_end_matches('.');
    if section.is_empty() {
        String::new()
    } else {
        format!("#section-{section}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfcs_become_links_to_their_first_section() {
        assert_eq!(
            cited("RFC 6749 §4.1.2, §10.5; Design <x>"),
            "<a href=\"https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2\">RFC 6749 §4.1.2, §10.5</a> · Design &lt;x&gt;"
        );
        assert_eq!(
            cited("RFC 8259"),
            "<a href=\"https://www.rfc-editor.org/rfc/rfc8259\">RFC 8259</a>"
        );
    }
}
