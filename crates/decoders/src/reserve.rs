//! What a reserve is made of and goes on with: its genesis, and its blocks.

use ballast_engine::invariants::{self, Standing};
use ballast_engine::kernel::RecordBytes;
use ballast_engine::{State, apply_block};
use ballast_num::{Price, Timestamp};
use ballast_protocol::{
    AccountId, Block, Command, FeeOffer, Genesis, Height, Observation, Signer, SourceId, Transaction, arbitrary, coins,
};
use serde_json::Value;

use crate::world;

/// Bytes of a genesis that is started; a longer one may only be read.
const GENESIS_MAX: usize = 64 << 10;
/// Most blocks of a run.
const BLOCKS_MAX: usize = 16;

/// A genesis in JSON is refused for a reason, or makes a state whose invariants hold, from which blocks follow.
pub fn genesis(data: &[u8]) -> bool {
    let Ok(genesis) = serde_json::from_slice::<Genesis>(data) else {
        return false;
    };
    let json = serde_json::to_vec(&genesis).expect("a genesis has a JSON form");
    assert_eq!(serde_json::from_slice::<Genesis>(&json).expect("our own JSON"), genesis);
    data.len() <= GENESIS_MAX && starts(&genesis)
}

/// The same of the small reserve's genesis with a few values changed: each four bytes of the data say which, and by what.
pub fn genesis_changed(data: &[u8]) -> bool {
    let mut value = serde_json::to_value(world::genesis()).expect("a genesis has a JSON form");
    let mut places = Vec::new();
    leaves(&value, &mut String::new(), &mut places);
    for change in data.chunks_exact(4).take(8) {
        let [high, low, kind, by] = change else { continue };
        let at = usize::from(*high) << 8 | usize::from(*low);
        let place = &places[at % places.len()];
        let other = value.pointer(&places[usize::from(*by) % places.len()]).cloned();
        let Some(leaf) = value.pointer_mut(place) else { continue };
        *leaf = changed(leaf, *kind, *by, other);
    }
    serde_json::from_value(value).is_ok_and(|genesis| starts(&genesis))
}

/// Where the values stand that hold no others.
fn leaves(value: &Value, at: &mut String, found: &mut Vec<String>) {
    let here = at.len();
    let mut below = |name: &str, value: &Value| {
        at.push('/');
        at.push_str(name);
        leaves(value, at, found);
        at.truncate(here);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(list) => (0_usize..)
            .zip(list)
            .for_each(|(at, value)| below(&at.to_string(), value)),
        _ => {}
    }
    found.push(at.clone());
}

/// Another value in the place of one: an end of its range, a multiple, another's, or a list that is shorter or longer.
fn changed(value: &Value, kind: u8, by: u8, other: Option<Value>) -> Value {
    let most = || Value::from(u128::MAX.to_string());
    match (kind % 8, value) {
        (0, Value::String(_)) => Value::from("0"),
        (1, Value::String(_)) => most(),
        (2, Value::String(text)) => Value::from(format!("{text}{by}")),
        (3, Value::String(text)) => Value::from(text.chars().take(text.len() / 2).collect::<String>()),
        (4, Value::String(_)) => Value::from(format!("{by}.{by}")),
        (0, Value::Number(_)) => Value::from(0),
        (1, Value::Number(_)) => Value::from(u64::MAX),
        (2, Value::Number(_)) => Value::from(u32::MAX),
        (3, Value::Number(number)) => Value::from(number.as_u64().unwrap_or(0).wrapping_mul(u64::from(by))),
        (4, Value::Number(_)) => Value::from(by),
        (0, Value::Array(_)) => Value::Array(Vec::new()),
        (1, Value::Array(list)) => list.iter().chain(list).cloned().collect(),
        (2, Value::Array(list)) => list.iter().rev().cloned().collect(),
        (3, Value::Array(list)) => list.iter().skip(1).cloned().collect(),
        (5, _) => Value::Null,
        _ => other.unwrap_or(Value::Null),
    }
}

fn starts(genesis: &Genesis) -> bool {
    let bytes = borsh::to_vec(genesis).expect("memory takes all bytes");
    let read: Genesis = borsh::from_slice(&bytes).expect("our own bytes");
    assert_eq!((read.hash(), &read), (genesis.hash(), genesis));
    let mut state = match State::genesis(genesis) {
        Ok(state) => state,
        Err(why) => {
            drop(why.to_string());
            return false;
        }
    };
    check_all(&state);
    for later in [0, 12, 100_000] {
        goes_on(&mut state, &block(later, Vec::new(), Vec::new()));
    }
    check_all(&state);
    true
}

/// Blocks in canonical bytes on the small reserve: each is refused and changes nothing, or leaves all invariants whole.
pub fn blocks(data: &[u8]) -> bool {
    let Ok(blocks) = borsh::from_slice::<Vec<Block>>(data) else {
        return false;
    };
    let again = borsh::to_vec(&blocks).expect("memory takes all bytes");
    assert_eq!(again, data, "one list has one encoding");
    let mut state = world::state();
    for block in blocks.iter().take(BLOCKS_MAX) {
        let mut refusing = state.clone();
        if apply_block(&mut refusing, block).is_err() {
            assert_eq!(refusing.chain(), state.chain());
            assert_eq!(refusing.root_from_scratch(), state.root());
        }
        goes_on(&mut state, block);
    }
    check_all(&state);
    true
}

/// Commands of all kinds, made from the bytes and sent by the people of the small reserve, while its price moves.
pub fn commands(data: &[u8]) -> bool {
    let mut state = world::state();
    let mut nonce = 0;
    let mut price = u64::from(world::PRICE) * 100;
    for bytes in data.chunks(256).take(BLOCKS_MAX) {
        let [later, moved, who, bytes @ ..] = bytes else { break };
        // Up to an eighth down or up.
        price = (price * (896 + u64::from(*moved)) / 1_024).clamp(1, u64::from(u32::MAX));
        let mut transactions: Vec<Transaction> = arbitrary::value(bytes).unwrap_or_default();
        // Most commands that are any have no part out of its range.
        let alone = bytes.chunks(64).filter_map(arbitrary::value::<Command>);
        transactions.extend(alone.map(sent));
        for transaction in &mut transactions {
            nonce += 1;
            let sender = AccountId::numbered((nonce + u64::from(*who)) % u64::from(world::PEOPLE) + 1);
            *transaction = Transaction {
                sender,
                nonce,
                expiry: Timestamp(state.chain().time.0 + 3_600),
                ..transaction.clone()
            };
        }
        let later = u64::from(*later) * u64::from(*later);
        let time = Timestamp(state.chain().time.0 + later);
        let said = (1..=5).map(|source| Observation {
            feed: world::FEED,
            source: SourceId(source),
            price: Price::from_raw(Price::whole(1).raw() / 100 * u128::from(price)),
            time,
        });
        goes_on(&mut state, &block(later, said.collect(), transactions));
    }
    check_all(&state);
    nonce > 0
}

/// A transaction of one command.
fn sent(command: Command) -> Transaction {
    Transaction {
        sender: AccountId::default(),
        signer: Signer::Wallet,
        nonce: 0,
        expiry: Timestamp(0),
        fee: FeeOffer {
            asset: world::COIN,
            on_failure: world::COIN,
            limit: coins(10),
        },
        commands: vec![command],
    }
}

/// A block so many seconds after whichever is its parent.
fn block(later: u64, observations: Vec<Observation>, transactions: Vec<Transaction>) -> Block {
    Block {
        height: Height(0),
        time: Timestamp(later),
        observations,
        transactions,
    }
}

/// Applies what a block holds as the next, at its own time or so long after its parent: the engine never contradicts itself.
fn goes_on(state: &mut State, block: &Block) {
    let parent = *state.chain();
    let after = Timestamp(parent.time.0.saturating_add(block.time.0));
    let block = Block {
        height: Height(parent.height.0 + 1),
        time: if block.time < parent.time { after } else { block.time },
        ..block.clone()
    };
    let before = Standing::of(state).expect("the figures of a sound state");
    let result = apply_block(state, &block).expect("a block that follows");
    assert_eq!(result.receipts.len(), block.transactions.len());
    let checked = invariants::check_cheap(state).and(invariants::check_block(&before, state, &result));
    checked.expect("invariants hold after a block");
}

/// Every invariant, that the root is that of the records, and that a state is made of them again.
pub(crate) fn check_all(state: &State) {
    invariants::check_all(state).expect("all invariants hold");
    assert_eq!(state.root(), state.root_from_scratch());
    let records = state.records();
    let records = records.iter().filter_map(|record| {
        let (table, key) = (record.table, record.key);
        record.after.map(|value| RecordBytes { table, key, value })
    });
    let restored = State::restore(records).expect("a state's own records");
    assert_eq!(restored.root(), state.root());
    invariants::check_all(&restored).expect("all invariants hold of a state that was read back");
}
