//! Small packed bodies, which are most: what unpacks them is kept for the next, as making it costs more than unpacking.

use std::sync::{Mutex, PoisonError};

use zstd::bulk::Decompressor;

/// Unpacked. Larger ones are unpacked piece by piece, within their limit.
const SMALL: usize = 64 << 10;

/// Not more than work at a time: each holds some memory.
const KEPT: usize = 4;
static DECOMPRESSORS: Mutex<Vec<Decompressor<'static>>> = Mutex::new(Vec::new());

/// The bytes of an archive that says itself that they are few; nothing if it does not, or if it is damaged.
pub(crate) fn unpack_small(packed: &[u8]) -> Option<Vec<u8>> {
    let size = Decompressor::upper_bound(packed).filter(|size| *size <= SMALL)?;
    let kept = || DECOMPRESSORS.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = kept().pop();
    let mut decompressor = match taken {
        Some(decompressor) => decompressor,
        None => Decompressor::new().ok()?,
    };
    let bytes = decompressor.decompress(packed, size).ok();
    let mut kept = kept();
    if kept.len() < KEPT {
        kept.push(decompressor);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_that_it_is_small_is_unpacked_at_once() {
        let (small, large) = (vec![b'x'; SMALL], vec![b'x'; SMALL + 1]);
        let pack = |bytes: &[u8]| zstd::bulk::compress(bytes, 1).unwrap();
        // Twice, with the one that is kept.
        for _ in 0..2 {
            assert_eq!(unpack_small(&pack(&small)).as_deref(), Some(&small[..]));
        }
        assert_eq!(unpack_small(&[pack(b"one"), pack(b"two")].concat()).as_deref(), Some(&b"onetwo"[..]));
        assert_eq!(unpack_small(&pack(&large)), None);
        let mut damaged = pack(b"one");
        damaged.pop();
        assert_eq!(unpack_small(&damaged), None);
        assert_eq!(unpack_small(&pack(b"after a damaged one")).as_deref(), Some(&b"after a damaged one"[..]));
        assert_eq!(unpack_small(b"not packed"), None);
    }
}
