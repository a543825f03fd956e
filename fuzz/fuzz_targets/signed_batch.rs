#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = ballast_decoders::signed::batch(data);
});
