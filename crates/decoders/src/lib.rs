//! What each decoder of outside bytes promises: of what others send, and of what lies on a disk where others may have written.
//!
//! A target takes any bytes and panics where a promise is broken: a value has one encoding and reads back, what is no value is
//! refused with a reason, and nothing else happens. `fuzz/` gives the targets to libFuzzer, which also bounds their memory;
//! `tests/seeds.rs` runs each over its seeds, and over changes of them, in ordinary tests.

pub mod journal;
pub mod reserve;
pub mod said;
pub mod signed;
pub mod text;
pub mod world;

/// A function that takes any bytes, and says whether they are what it is about. A fuzzer asks for no more than that it returns.
pub type Target = fn(&[u8]) -> bool;

/// Each target by the name of its seeds' folder and of its program in `fuzz/`.
pub const TARGETS: [(&str, Target); 22] = [
    ("signed_transaction", signed::transaction),
    ("signed_transaction_json", signed::transaction_json),
    ("signed_batch", signed::batch),
    ("signed_observation", signed::observation),
    ("redstone_package", signed::redstone_package),
    ("pyth_package", signed::pyth_package),
    ("signature_text", signed::signature_text),
    ("typed_data", signed::typed_data),
    ("key_file", signed::key_file),
    ("said", said::canonical),
    ("said_json", said::json),
    ("answer_json", said::answer),
    ("proof", said::proof),
    ("number_text", text::numbers),
    ("genesis_json", reserve::genesis),
    ("genesis_changed", reserve::genesis_changed),
    ("blocks", reserve::blocks),
    ("commands", reserve::commands),
    ("log_segment", journal::segment),
    ("log_entry", journal::entry),
    ("state_records", journal::records),
    ("portable_file", journal::portable),
];
