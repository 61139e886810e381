//! Fuzz target `host`: any text in the place of a host, as typed or as pasted from a browser.

#![cfg_attr(fuzzing, no_main)]

mod accepted;
mod refused;

use lakekey_endpoints::Host;

lakekey_fuzz::target!(property);

/// Holds for every input.
fn property(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match Host::parse_pasted(text) {
        Ok(pasted) => {
            assert_eq!(text.parse(), Ok(pasted.host.clone()));
            accepted::property(text, &pasted);
        }
        Err(error) => {
            assert_eq!(text.parse::<Host>(), Err(error.clone()));
            refused::property(&error);
        }
    }
    refused::never_with_user_information(text);
}
