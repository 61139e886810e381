//! RFC 7636 appendix B, and what holds for every verifier.

use std::collections::HashSet;

use lakekey_pkce::{Challenge, Verifier, VerifierError};
use proptest::prelude::*;

#[test]
fn rfc_7636_appendix_b() {
    let verifier: Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        .parse()
        .unwrap();
    let challenge = verifier.challenge();
    assert_eq!(
        challenge.as_str(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    assert_eq!(challenge.to_string(), challenge.as_str());
    assert_eq!(Challenge::METHOD, "S256");
    assert!(challenge.verifies(&verifier));
}

#[test]
fn every_bit_of_the_entropy_is_in_the_verifier() {
    assert_eq!(Verifier::from_entropy([0x00; 64]).expose(), "A".repeat(86));
    // 64 bytes are 85 sextets and two bits, which stand at the upper end of the last character.
    assert_eq!(
        Verifier::from_entropy([0xff; 64]).expose(),
        format!("{}w", "_".repeat(85))
    );
}

#[test]
fn generated_verifiers_are_fresh_and_well_formed() {
    let mut seen = HashSet::new();
    for _ in 0..1_000 {
        let verifier = Verifier::generate();
        assert!(verifier.expose().parse::<Verifier>().is_ok());
        assert!(
            seen.insert(verifier.expose().to_owned()),
            "a verifier came twice"
        );
    }
    for position in 0..85 {
        let characters: HashSet<u8> = seen.iter().map(|text| text.as_bytes()[position]).collect();
        assert!(
            characters.len() > 32,
            "position {position} takes only {} values",
            characters.len()
        );
    }
}

#[test]
fn length_and_alphabet_are_checked() {
    for (text, error) in [
        (String::new(), VerifierError::Length { found: 0 }),
        ("a".repeat(42), VerifierError::Length { found: 42 }),
        ("a".repeat(129), VerifierError::Length { found: 129 }),
        (
            format!("{}=", "a".repeat(43)),
            VerifierError::Character { position: 43 },
        ),
        (
            format!("{}+{}", "a".repeat(9), "a".repeat(43)),
            VerifierError::Character { position: 9 },
        ),
        (
            format!("{} ", "a".repeat(43)),
            VerifierError::Character { position: 43 },
        ),
        ("é".repeat(50), VerifierError::Character { position: 0 }),
    ] {
        assert_eq!(text.parse::<Verifier>().err(), Some(error), "{text:?}");
    }
    for text in ["a".repeat(43), "~._-".repeat(32)] {
        assert_eq!(text.parse::<Verifier>().unwrap().expose(), text);
    }
}

#[test]
fn errors_say_what_is_expected() {
    let character = VerifierError::Character { position: 43 };
    assert_eq!(
        character.to_string(),
        "character 44 of the verifier is not one of `A-Z a-z 0-9 - . _ ~`"
    );
    let length = VerifierError::Length { found: 42 };
    assert_eq!(
        length.to_string(),
        "the verifier has 42 characters; it must have 43 to 128"
    );
    assert_eq!(length.code(), "invalid_verifier");
}

fn entropy() -> impl Strategy<Value = [u8; 64]> {
    proptest::collection::vec(any::<u8>(), 64).prop_map(|bytes| bytes.try_into().expect("64 bytes"))
}

proptest! {
    #[test]
    fn verifiers_from_entropy_follow_the_rfc(bytes in entropy()) {
        let verifier = Verifier::from_entropy(bytes);
        let text = verifier.expose();
        prop_assert_eq!(text.len(), 86);
        prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        prop_assert!(text.parse::<Verifier>().is_ok());
        let again = Verifier::from_entropy(bytes);
        prop_assert_eq!(again.expose(), text);
    }

    #[test]
    fn challenges_are_43_characters_and_bind_their_verifier(one in entropy(), other in entropy()) {
        let (verifier, stranger) = (Verifier::from_entropy(one), Verifier::from_entropy(other));
        let challenge = verifier.challenge();
        prop_assert_eq!(challenge.as_str().len(), 43);
        prop_assert!(!challenge.as_str().contains(['=', '+', '/']));
        prop_assert!(challenge.verifies(&verifier));
        prop_assert_eq!(challenge.verifies(&stranger), one == other);
    }

    #[test]
    fn distinct_entropy_gives_distinct_verifiers(bytes in entropy(), bit in 0usize..512) {
        let mut flipped = bytes;
        flipped[bit / 8] ^= 1 << (bit % 8);
        let (one, other) = (Verifier::from_entropy(bytes), Verifier::from_entropy(flipped));
        prop_assert_ne!(one.expose(), other.expose());
    }

    #[test]
    fn debug_says_nothing_about_the_verifier(bytes in entropy()) {
        let verifier = Verifier::from_entropy(bytes);
        for shown in [format!("{verifier:?}"), format!("{verifier:#?}")] {
            prop_assert_eq!(shown, "Verifier(<redacted>)");
        }
    }

    #[test]
    fn parsing_never_panics_and_accepts_exactly_the_rfc(text in "\\PC{0,140}|[A-Za-z0-9._~-]{40,131}") {
        let fits = (43..=128).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c));
        match text.parse::<Verifier>() {
            Ok(verifier) => {
                prop_assert!(fits);
                prop_assert_eq!(verifier.expose(), text);
            }
            Err(error) => {
                prop_assert!(!fits);
                prop_assert!(text.len() < 8 || !error.to_string().contains(&text));
            }
        }
    }
}
