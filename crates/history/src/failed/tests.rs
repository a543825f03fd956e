use rusqlite::ffi;

use super::*;

/// As SQLite's code says it.
fn failed(code: i32) -> Failed {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
}

#[test]
fn what_passes_is_no_damage() {
    let passing = [
        ffi::SQLITE_BUSY,
        ffi::SQLITE_LOCKED,
        ffi::SQLITE_IOERR,
        ffi::SQLITE_IOERR_SHORT_READ,
        ffi::SQLITE_CANTOPEN,
        ffi::SQLITE_FULL,
        ffi::SQLITE_NOMEM,
        ffi::SQLITE_READONLY,
        ffi::SQLITE_PERM,
        ffi::SQLITE_AUTH,
        ffi::SQLITE_SCHEMA,
        ffi::SQLITE_PROTOCOL,
        ffi::SQLITE_ABORT,
        ffi::SQLITE_INTERRUPT,
        ffi::SQLITE_ERROR,
    ];
    for code in passing {
        assert!(!failed(code).is_damage(), "{code}");
        assert!(matches!(Unusable::from(failed(code)), Unusable::NotNow(_)), "{code}");
    }
}

#[test]
fn what_a_file_can_not_hold_is_damage() {
    for code in [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB] {
        assert!(failed(code).is_damage(), "{code}");
        assert!(matches!(Unusable::from(failed(code)), Unusable::Damaged(_)), "{code}");
    }
}

#[test]
fn a_journal_that_can_not_be_read_now_throws_no_index_away() {
    use ballast_journal::{Fault, PassedOver, Unrecoverable};
    use commonware_runtime::Error as StorageError;

    use crate::NotRebuilt;

    let passing = [
        Fault::Storage(StorageError::ReadFailed),
        Fault::Storage(StorageError::BlobAlreadyOpen("blocks".into(), "1".into())),
        Fault::Closed,
    ];
    for fault in passing {
        let told = fault.to_string();
        assert!(!NotRebuilt::from(fault).wants_anew(), "{told}");
    }
    let gap = Unrecoverable::Gap {
        first: Height(5),
        from: Height(1),
        passed_over: PassedOver::default(),
    };
    assert!(NotRebuilt::from(gap).wants_anew());
    assert!(
        NotRebuilt::from(Fault::Pruned {
            asked: Height(2),
            first: Height(5)
        })
        .wants_anew()
    );
    assert!(!NotRebuilt::from(failed(ffi::SQLITE_FULL)).wants_anew());
    assert!(matches!(
        NotRebuilt::from(failed(ffi::SQLITE_INTERRUPT)),
        NotRebuilt::Ended
    ));
}
