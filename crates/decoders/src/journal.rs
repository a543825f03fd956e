//! What lies on a disk: the log of blocks, snapshots, and exported reserves.

use ballast_engine::kernel::RecordBytes;
use ballast_engine::{State, invariants};
use ballast_journal::{Entry, Fault, Log, LogConfig, Portable};
use ballast_protocol::{Genesis, Height, proof::Hash};
use ballast_signing::Domain;
use commonware_runtime::deterministic::{Context, Runner};
use commonware_runtime::{Blob, Runner as _, Storage, Supervisor, WriteOptions};

use crate::world;

/// The chain of the log.
const CHAIN: Hash = Hash([7; 32]);
/// Bytes of a segment's first page; of its title, and where the slots of its two marks stand.
const PAGE: usize = 4_096;
const TITLE: usize = 24;
const SLOTS: [usize; 2] = [512, 1_024];
const SLOT: usize = 16;
/// Bytes before a record's payload.
const HEADER: usize = 32;

/// A segment of the log, its title, marks and records one after the other, as it is and with every check made good: it
/// is refused as damaged or foreign, or opened; then its records rise without a gap, and one more joins them for good.
pub fn segment(data: &[u8]) -> bool {
    let file = spread(data);
    let good = opened(sealed(file.clone()));
    opened(file) || good
}

/// A whole file of a title, two marks and records; or what is too short for them, as it is.
pub fn spread(data: &[u8]) -> Vec<u8> {
    let Some((begin, records)) = data.split_at_checked(TITLE + 2 * SLOT) else {
        return data.to_vec();
    };
    let mut file = vec![0; PAGE];
    let (title, marks) = begin.split_at(TITLE);
    file[..TITLE].copy_from_slice(title);
    for (at, mark) in SLOTS.into_iter().zip(marks.chunks_exact(SLOT)) {
        file[at..at + SLOT].copy_from_slice(mark);
    }
    file.extend_from_slice(records);
    file
}

/// The same file with a title of this chain, marks whose check is right, and records whose beginning and check are right
/// as far as their lengths lead. The format is written here a second time, apart from the journal's code.
fn sealed(mut file: Vec<u8>) -> Vec<u8> {
    let key = blake3::derive_key("Ballast journal v1", &CHAIN.0);
    if file.len() < PAGE {
        return file;
    }
    file[..16].copy_from_slice(b"BALLAST\x01\x01\0\0\0\0\0\0\0");
    let check = checked(&key, &[&file[..16]]);
    file[16..TITLE].copy_from_slice(&check[..8]);
    for at in SLOTS {
        let check = checked(&key, &[b"mark", &file[at..at + 8]]);
        file[at + 8..at + SLOT].copy_from_slice(&check[..8]);
    }
    let mut at = PAGE;
    while let Some((head, rest)) = file[at..].split_at_mut_checked(HEADER) {
        head[..4].copy_from_slice(b"BLK\x02");
        let length = head[4..8]
            .iter()
            .rev()
            .fold(0, |high, byte| high << 8 | usize::from(*byte));
        let Some(payload) = rest.get(..length) else { break };
        let check = checked(&key, &[&head[..16], payload]);
        head[16..].copy_from_slice(&check[..16]);
        at += HEADER + length;
    }
    file
}

/// A keyed hash of some parts.
fn checked(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    blake3::keyed_hash(key, &parts.concat()).into()
}

fn opened(file: Vec<u8>) -> bool {
    Runner::default().start(|context| async move {
        let length = u64::try_from(file.len()).expect("a length fits");
        let (blob, _) = context.open("blocks", &1_u64.to_be_bytes()).await.expect("memory");
        blob.write_at(0, file, WriteOptions::SYNC).await.expect("memory");
        drop(blob);
        let (mut log, cut) = match Log::open(context.child("first"), config()).await {
            Ok(opened) => opened,
            Err(why) => {
                assert!(matches!(why, Fault::Corrupt { .. } | Fault::Foreign { .. }), "{why}");
                return false;
            }
        };
        assert!(cut.is_none_or(|cut| cut.height == log.next() && (1..=length).contains(&cut.bytes)));
        let mut records = read(&log).await;
        log.append(log.next(), b"one more").expect("the next height");
        log.close().await.expect("memory");
        records.push(b"one more".to_vec());
        let (log, cut) = Log::open(context.child("second"), config())
            .await
            .expect("it was closed well");
        assert_eq!(cut, None);
        assert_eq!(read(&log).await, records);
        true
    })
}

fn config() -> LogConfig {
    LogConfig::of_node(CHAIN, Height(1), 1 << 20)
}

/// All records, whose heights rise from 1 without a gap.
async fn read(log: &Log<Context>) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    let all = log.read(Height(1), |height, payload| {
        records.push(payload.to_vec());
        assert_eq!(height.0, records.len() as u64);
        Ok::<(), Fault>(())
    });
    all.await.expect("what was opened is read");
    assert_eq!(log.durable().0, records.len() as u64 + 1);
    records
}

/// A block as it is kept: one value has one encoding, and who said what is judged or refused.
pub fn entry(data: &[u8]) -> bool {
    let Ok(entry) = Entry::decode(data) else { return false };
    assert_eq!(entry.encode(), data, "one value has one encoding");
    let (domain, state) = (Domain::new(31_337, CHAIN), world::state());
    let verified = entry.block.verify(&domain, |source| state.source_key(source).cloned());
    let _ = verified.map_err(|refused| refused.to_string());
    true
}

/// Records as snapshots hold them: refused for a reason, or those of a state, which tells exactly these again.
pub fn records(data: &[u8]) -> bool {
    let mut rest = data;
    let records = std::iter::from_fn(|| next(&mut rest));
    let Ok(state) = State::restore(records) else {
        return false;
    };
    let told = told(&state);
    assert_eq!(told, &data[..data.len() - rest.len()], "a state has one row of records");
    assert_eq!(state.root(), state.root_from_scratch());
    // Whoever made the records may have broken an invariant; looking at them breaks nothing else.
    let _ = invariants::check_all(&state).map_err(|breach| breach.to_string());
    let again = through_a_file(world::genesis(), &state);
    assert_eq!((again.root(), *again.chain()), (state.root(), *state.chain()));
    true
}

/// The record at the start of some bytes, which are then what follows it.
fn next<'a>(bytes: &mut &'a [u8]) -> Option<RecordBytes<'a>> {
    let (table, rest) = bytes.split_first_chunk::<2>()?;
    let (key, rest) = rest.split_first_chunk::<4>()?;
    let (value, rest) = rest.split_first_chunk::<4>()?;
    let length = |bytes: &[u8; 4]| usize::try_from(u32::from_le_bytes(*bytes)).ok();
    let (key, rest) = rest.split_at_checked(length(key)?)?;
    let (value, rest) = rest.split_at_checked(length(value)?)?;
    *bytes = rest;
    let table = u16::from_le_bytes(*table);
    Some(RecordBytes { table, key, value })
}

/// The records of a state, as snapshots hold them.
pub fn told(state: &State) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.tell_records(|record| {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a record is small").to_le_bytes();
        bytes.extend(record.table.to_le_bytes());
        bytes.extend(length(record.key));
        bytes.extend(length(record.value));
        bytes.extend([record.key, record.value].concat());
    });
    bytes
}

fn through_a_file(genesis: Genesis, state: &State) -> State {
    let mut file = Vec::new();
    let written = Portable::new(genesis, state.clone()).write(&mut file);
    written.expect("memory takes all bytes");
    Portable::read(&file).expect("our own file").state().clone()
}

/// An exported reserve, as it is and with its last hash made good: refused for a reason, or written again as it was.
pub fn portable(data: &[u8]) -> bool {
    exported(&rehashed(data).unwrap_or_default());
    exported(data)
}

fn exported(file: &[u8]) -> bool {
    let portable = match Portable::read(file) {
        Ok(portable) => portable,
        Err(why) => {
            drop(why.to_string());
            return false;
        }
    };
    let mut again = Vec::new();
    portable.write(&mut again).expect("memory takes all bytes");
    // The genesis may have been written with other spaces.
    assert_eq!(snapshot(&again), snapshot(file), "one state has one snapshot");
    assert!(snapshot(file).is_some());
    let _ = invariants::check_all(portable.state()).map_err(|breach| breach.to_string());
    true
}

/// The genesis in an exported reserve, and where its snapshot begins.
fn genesis(file: &[u8]) -> Option<(Genesis, usize)> {
    let length = u64::from_le_bytes(*file.get(8..)?.first_chunk()?);
    let end = usize::try_from(length).ok()?.checked_add(16)?;
    Some((serde_json::from_slice(file.get(16..end)?).ok()?, end))
}

fn snapshot(file: &[u8]) -> Option<&[u8]> {
    file.get(genesis(file)?.1..)
}

/// The same file whose last bytes are the hash of its snapshot, if there is room for it.
fn rehashed(file: &[u8]) -> Option<Vec<u8>> {
    let (genesis, begin) = genesis(file)?;
    let end = file.len().checked_sub(32).filter(|end| *end >= begin)?;
    let key = blake3::derive_key("Ballast journal v1", &genesis.hash().0);
    let hash = checked(&key, &[&file[begin..end]]);
    Some([&file[..end], &hash].concat())
}
