use ballast_num::{Amount, Price, Timestamp};
use ballast_protocol::{Height, Rejected};

use super::*;
use crate::schema::TABLES_SQL;

#[test]
fn every_kind_of_receipt_reads_back() {
    let connection = Connection::open_in_memory().expect("memory");
    connection.execute_batch(TABLES_SQL).expect("tables");
    let fee = |price| Fee {
        payer: AccountId([7; 20]),
        asset: AssetId(3),
        amount: Amount::from_raw(u128::MAX),
        in_coin: Amount::from_raw(41),
        work_price: Amount::ZERO,
        price,
    };
    let expired = || Rejected::Expired {
        expiry: Timestamp(1),
        now: Timestamp(2),
    };
    let of = |outcome, fee| Receipt {
        outcome,
        work: 12_345,
        fee,
        events: Vec::new(),
    };
    let failed = Outcome::Failed {
        command: 2,
        reason: expired(),
    };
    let receipts = [
        of(Outcome::Done, Some(fee(None))),
        of(failed, Some(fee(Some(Price::whole(1_234))))),
        of(Outcome::NotAdmitted(expired()), None),
    ];
    let mut insert = connection.prepare(INSERT).expect("columns");
    for (receipt, at) in receipts.iter().zip(0..) {
        let place = Place::of(Height(9), at).expect("near");
        add(
            &mut insert,
            (place, 1),
            (TransactionHash([1; 32]), AccountId([2; 20])),
            receipt,
        )
        .expect("room");
    }
    let query = format!("SELECT {RECEIPT} FROM transactions t ORDER BY t.place");
    let mut statement = connection.prepare(&query).expect("columns");
    let mut rows = statement.query([]).expect("rows");
    for expected in receipts {
        let row = rows.next().expect("no failure").expect("a row");
        assert_eq!(receipt(row, 0).expect("readable"), expected);
    }
}
