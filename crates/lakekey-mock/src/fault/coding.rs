//! Content codings, made by hand: a mock needs them valid, not small.

/// The content coding of that kind: header value and coded body.
pub(super) fn encode(
    kind: &str,
    body: &[u8],
    bomb_bytes: usize,
) -> Option<(&'static str, Vec<u8>)> {
    match kind {
        "gzip" => Some(("gzip", gzip(&stored(body), crc32(body), body.len()))),
        "deflate" => Some(("deflate", zlib(body))),
        "br" => Some(("br", brotli(body))),
        "bomb" => Some(("gzip", gzip(&run_of_zeros(bomb_bytes), 0, bomb_bytes))),
        "mislabel" => Some(("gzip", body.to_vec())),
        _ => None,
    }
}

/// RFC 1952.
fn gzip(deflated: &[u8], checksum: u32, length: usize) -> Vec<u8> {
    let mut coded = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    coded.extend_from_slice(deflated);
    coded.extend_from_slice(&checksum.to_le_bytes());
    coded.extend_from_slice(
        &u32::try_from(length & 0xffff_ffff)
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    coded
}

/// RFC 1950.
fn zlib(body: &[u8]) -> Vec<u8> {
    let (a, b) = body.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let mut coded = vec![0x78, 0x01];
    coded.extend_from_slice(&stored(body));
    coded.extend_from_slice(&(b << 16 | a).to_be_bytes());
    coded
}

/// DEFLATE blocks that compress nothing (RFC 1951 §3.2.4).
fn stored(body: &[u8]) -> Vec<u8> {
    let mut coded = Vec::with_capacity(body.len() + 16);
    for chunk in body.chunks(0xffff) {
        let length = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        coded.push(0);
        coded.extend_from_slice(&length.to_le_bytes());
        coded.extend_from_slice(&(!length).to_le_bytes());
        coded.extend_from_slice(chunk);
    }
    coded.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    coded
}

/// A DEFLATE stream of about `bytes` zeros: one literal, then copies of 258 bytes, 13 bits each
/// (fixed codes, RFC 1951 §3.2.6). The checksum after it is wrong; nobody should get that far.
fn run_of_zeros(bytes: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b011, 3);
    // Literal 0 is 00110000, written from its highest bit on.
    bits.push(0b0000_1100, 8);
    for _ in 0..bytes / 258 {
        // Length 258 is 11000101, distance 1 is 00000.
        bits.push(0b1010_0011, 8);
        bits.push(0, 5);
    }
    bits.push(0, 7);
    bits.finish()
}

/// Bits, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    rest: u32,
    held: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        self.rest |= value << self.held;
        self.held += count;
        while self.held >= 8 {
            self.bytes.push(self.rest.to_le_bytes()[0]);
            self.rest >>= 8;
            self.held -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.held > 0 {
            self.bytes.push(self.rest.to_le_bytes()[0]);
        }
        self.bytes
    }
}

/// Brotli meta-blocks that compress nothing (RFC 7932 §9.2).
fn brotli(body: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    for (index, chunk) in body.chunks(1 << 16).enumerate() {
        let mut bits = Bits::default();
        if index == 0 {
            // A window of 16 bits.
            bits.push(0, 1);
        }
        // Not last, a length of four nibbles, then the mark of an uncompressed block.
        bits.push(0, 3);
        bits.push(u32::try_from(chunk.len() - 1).unwrap_or_default(), 16);
        bits.push(1, 1);
        coded.extend_from_slice(&bits.finish());
        coded.extend_from_slice(chunk);
    }
    // Last and empty; before any block the window comes first.
    coded.push(if body.is_empty() { 0b110 } else { 0b11 });
    coded
}

fn crc32(body: &[u8]) -> u32 {
    let step = |crc: u32, _| {
        if crc & 1 == 1 {
            crc >> 1 ^ 0xedb8_8320
        } else {
            crc >> 1
        }
    };
    !body
        .iter()
        .fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_of_the_usual_example() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
