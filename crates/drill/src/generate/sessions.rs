//! Sessions: granted and taken back, most of the time well, and used by whoever has the key.

use std::collections::BTreeMap;

use ballast_num::{Amount, Timestamp};
use ballast_protocol::{AccountId, AssetId, Command, CommandKind, Scope, SessionKey, Signer, SpendingLimit};

use super::amounts::around;
use crate::model::Model;
use crate::random::Random;
use crate::world::{ASSETS, COIN, anyone};

/// More keys than an account may have sessions.
const KEYS: u64 = 11;

fn numbered(number: u64) -> SessionKey {
    let mut bytes = [0; 32];
    bytes[0] = u8::try_from(number).unwrap_or(0);
    SessionKey(bytes)
}

fn key(random: &mut Random) -> SessionKey {
    numbered(random.under(KEYS))
}

/// Grants and revocations by the wallet.
pub(super) fn lend(random: &mut Random, state: &Model, sender: AccountId) -> Vec<Command> {
    if random.chance(60) {
        // All that an account may have, or one more.
        let keys = 0..random.of([8, 9]);
        return keys.map(|number| plain(state, sender, number)).collect();
    }
    let few = if random.chance(300) { 1 + random.under(6) } else { 1 };
    let one = |random: &mut Random| {
        if random.chance(120) {
            Command::RevokeSession {
                key: of_owner(random, state, sender).unwrap_or_else(|| key(random)),
            }
        } else {
            grant(random, state, sender)
        }
    };
    (0..few).map(|_| one(random)).collect()
}

/// A session for an hour that may send a little of the coin.
fn plain(state: &Model, sender: AccountId, number: u64) -> Command {
    Command::GrantSession {
        key: numbered(number),
        scope: Scope::from_iter([CommandKind::Send]),
        limits: vec![SpendingLimit {
            asset: COIN,
            amount: Amount::from_raw(state.balance(COIN, sender) / 1_000),
        }],
        expiry: Timestamp(state.time + 3_600),
    }
}

fn grant(random: &mut Random, state: &Model, sender: AccountId) -> Command {
    let whole = || CommandKind::ALL.iter().copied().filter(|kind| kind.is_delegable());
    let scope: Scope = match random.under(20) {
        0 => Scope::default(),
        1 => whole()
            .chain([random.of([
                CommandKind::MergeVaults,
                CommandKind::TransferVault,
                CommandKind::SetDelegate,
                CommandKind::SetStandingOrder,
                CommandKind::SetParameter,
                CommandKind::GrantSession,
                CommandKind::RevokeSession,
            ])])
            .collect(),
        2..6 => whole().filter(|_| random.chance(700)).collect(),
        _ => whole().collect(),
    };
    let mut limits: Vec<SpendingLimit> = ASSETS
        .into_iter()
        .filter(|asset| *asset == COIN || random.chance(600))
        .map(|asset| (asset, state.balance(asset, sender)))
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .map(|(asset, balance)| SpendingLimit {
            asset,
            amount: around(random, &[balance, balance / 10, balance / 100]),
        })
        .collect();
    match random.under(60) {
        0 => limits.push(SpendingLimit {
            asset: AssetId(77),
            amount: Amount::ONE,
        }),
        1 => limits.extend(limits.first().copied()),
        2 => limits.extend(limits.clone().into_iter().cycle().take(9)),
        3 => limits.clear(),
        4 => limits.reverse(),
        _ => (),
    }
    let (now, longest) = (state.time, 90 * 86_400);
    let expiry = match random.under(40) {
        0 => now.saturating_sub(1),
        1 => now + longest + random.under(2),
        2 => u64::MAX,
        3..12 => now + random.under(400),
        _ => now + random.under(longest),
    };
    Command::GrantSession {
        key: key(random),
        scope,
        limits,
        expiry: Timestamp(expiry),
    }
}

/// Who signs for a sender: mostly the wallet, at times one of its sessions, or one of someone else's.
pub(super) fn signer(random: &mut Random, state: &Model, sender: AccountId) -> Signer {
    let session = match random.under(100) {
        0 => Some(key(random)),
        1 => {
            let other = anyone(random);
            of_owner(random, state, other)
        }
        2..30 => of_owner(random, state, sender),
        _ => None,
    };
    session.map_or(Signer::Wallet, Signer::Session)
}

fn of_owner(random: &mut Random, state: &Model, owner: AccountId) -> Option<SessionKey> {
    let keys = state.sessions.keys().filter(|(of, _)| *of == owner);
    let keys: Vec<SessionKey> = keys.map(|(_, key)| *key).collect();
    random.pick(&keys)
}

/// What a session would carry away: all that its limit leaves, or a unit more, in one piece or several.
pub(super) fn carry_away(random: &mut Random, state: &Model, sender: AccountId, key: SessionKey) -> Vec<Command> {
    let session = state.sessions.get(&(sender, key));
    let left = |asset| {
        let limit = session.and_then(|session| session.limits.get(&asset));
        limit.map_or(0, |(limit, spent)| limit - spent)
    };
    let asset = random.of(ASSETS);
    let pieces = 1 + random.under(3);
    let amount = around(random, &[left(asset), left(asset) / u128::from(pieces)]);
    let to = anyone(random);
    (0..pieces).map(|_| Command::Send { asset, to, amount }).collect()
}
