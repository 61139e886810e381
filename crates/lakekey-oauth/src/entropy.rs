//! The door to the operating system's random numbers.

use rand::TryRng as _;
use rand::rngs::SysRng;

/// `N` fresh random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system gives random numbers");
    bytes
}
