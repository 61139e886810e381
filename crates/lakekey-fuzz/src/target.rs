/// Makes the program it stands in a fuzz target of a property, a function of bytes that panics
/// where something does not hold.
///
/// 1. Built by `cargo fuzz`, the program is libFuzzer's and calls the property with inputs of its
///    own making.
/// 2. Built by `cargo build`, it calls the property with the files it is given: a crash is seen
///    again without libFuzzer.
/// 3. Built by `cargo test`, it calls the property with each seed in `fixtures/fuzz/`.
#[macro_export]
macro_rules! target {
    ($property:path) => {
        #[cfg(fuzzing)]
        $crate::libfuzzer_sys::fuzz_target!(|input: &[u8]| $property(input));

        #[cfg(not(any(fuzzing, test)))]
        fn main() {
            $crate::replay(std::env::args_os().skip(1), $property);
        }

        #[cfg(test)]
        #[test]
        fn the_seeds_keep_it() {
            $crate::replay_seeds(env!("CARGO_CRATE_NAME"), $property);
        }
    };
}
