use std::io::Write;

use proptest::prelude::*;

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(text, 1).unwrap()
}

static ZEROS: [u8; 100_000] = [b'0'; 100_000];

#[test]
fn text_of_exactly_the_limit_is_read_and_a_byte_more_is_not() {
    for packed in [ZEROS.to_vec(), gzip(&ZEROS), zstd(&ZEROS)] {
        assert_eq!(unpack(&packed, 100_000).unwrap(), ZEROS.as_slice());
        assert_eq!(unpack(&packed, 99_999), Err(Problem::TooLarge { limit: 99_999 }));
    }
}

#[test]
fn a_bomb_is_given_up_at_the_limit_however_small_its_file() {
    let bomb = zstd(&ZEROS);
    assert!(bomb.len() < 100, "{} bytes", bomb.len());
    assert_eq!(unpack(&bomb, 1_000), Err(Problem::TooLarge { limit: 1_000 }));
}

#[test]
fn several_compressed_parts_joined_are_one_text() {
    let joined = |pack: fn(&[u8]) -> Vec<u8>| [pack(b"ts,price\n"), pack(b"1,2\n")].concat();
    for packed in [joined(gzip), joined(zstd)] {
        assert_eq!(unpack(&packed, 100).unwrap(), b"ts,price\n1,2\n".as_slice());
    }
}

#[test]
fn a_file_cut_short_anywhere_is_corrupt() {
    let text = b"ts,price\n1,2\n3,4\n";
    for (format, packed, magic) in [("gzip", gzip(text), 2), ("zstd", zstd(text), 4)] {
        for length in magic..packed.len() {
            match unpack(&packed[..length], 100) {
                Err(Problem::Corrupt { format: named, .. }) => assert_eq!(named, format),
                other => panic!("{format} cut to {length} bytes gave {other:?}"),
            }
        }
    }
}

#[test]
fn bytes_after_a_compressed_part_are_not_ignored() {
    for packed in [gzip(b"ts,price\n"), zstd(b"ts,price\n")] {
        let followed = [packed.as_slice(), b"trailing"].concat();
        assert!(matches!(unpack(&followed, 100), Err(Problem::Corrupt { .. })));
    }
}

proptest! {
    #[test]
    fn what_was_packed_is_unpacked(text in prop::collection::vec(any::<u8>(), 0..2_000)) {
        for packed in [gzip(&text), zstd(&text)] {
            let unpacked = unpack(&packed, 2_000);
            prop_assert_eq!(unpacked.as_deref(), Ok(text.as_slice()));
        }
    }

    #[test]
    fn a_flipped_bit_neither_panics_nor_passes_the_limit(at in 0_usize..100, bit in 0_u8..8) {
        for mut packed in [gzip(&ZEROS), zstd(&ZEROS)] {
            let at = at % packed.len();
            packed[at] ^= 1_u8 << bit;
            if let Ok(text) = unpack(&packed, 150_000) {
                prop_assert!(text.len() <= 150_000);
            }
        }
    }
}
