//! A reserve for development: an ether type, wallets and price sources whose keys everyone knows.

use std::fmt::Write;

use ballast_num::{Amount, Decimals, Price, Timestamp};
use ballast_protocol::{
    Asset, AssetId, FeedId, FeedSpec, Genesis, Limits, Opening, OpeningBalance, SourceKey, SourceSpec, TypeId,
    TypeSpec, coins, hex,
};
use ballast_signing::WalletKey;

const COIN: AssetId = AssetId(0);
const ETHER: AssetId = AssetId(1);
const FEED: FeedId = FeedId(1);
pub(crate) const WALLETS: u8 = 5;
const SOURCES: u8 = 5;

/// The secret of a key for development: a hash of its name.
fn secret(role: &str, number: u8) -> [u8; 32] {
    *blake3::hash(format!("Ballast development {role} {number}").as_bytes()).as_bytes()
}

fn key(role: &str, number: u8) -> WalletKey {
    WalletKey::from_bytes(secret(role, number)).expect("checked by a test")
}

/// The key of a wallet, from 1; none beyond the last.
pub(crate) fn wallet(number: u8) -> Option<WalletKey> {
    (1..=WALLETS).contains(&number).then(|| key("wallet", number))
}

/// Ether at 2,000 USD; each wallet has 1,000 ether; wallet 1 is the authority.
pub(super) fn genesis(now: u64) -> Genesis {
    let feed = FeedSpec::standard(FEED, "ETH-USD", 1);
    let sources = feed.sources.iter().zip(1..=SOURCES).map(|(id, number)| SourceSpec {
        id: *id,
        key: SourceKey::Wallet(key("source", number).address()),
    });
    let balance = |number| OpeningBalance {
        asset: ETHER,
        account: key("wallet", number).address(),
        amount: coins(1_000),
    };
    let asset = |id, symbol: &str, feed| Asset {
        id,
        symbol: symbol.into(),
        decimals: Decimals::MAX,
        feed,
    };
    Genesis {
        chain_id: 31_337,
        time: Timestamp(now),
        authority: key("wallet", 1).address(),
        limits: Limits::standard(COIN),
        assets: vec![asset(COIN, "USB", None), asset(ETHER, "ETH", Some(FEED))],
        sources: sources.collect(),
        feeds: vec![feed],
        types: vec![TypeSpec::standard(TypeId(1), "ETH-A", ETHER, FEED)],
        markets: Vec::new(),
        opening: Opening {
            prices: vec![(FEED, Price::whole(2_000))],
            balances: (1..=WALLETS).map(balance).collect(),
            first_loss: vec![(TypeId(1), Amount::ZERO)],
            ..Opening::default()
        },
    }
}

/// The keys, to copy.
pub(super) fn keys() -> String {
    let mut text =
        "a new reserve for development; everyone knows these keys, so put nothing of worth into it\n".to_owned();
    for (role, count) in [("wallet", WALLETS), ("source", SOURCES)] {
        for number in 1..=count {
            let line = writeln!(
                text,
                "  {role} {number}  {}  {}",
                key(role, number).address(),
                hex::text(&secret(role, number))
            );
            line.expect("writing to memory does not fail");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_reserve_is_a_valid_one() {
        let state = ballast_engine::State::genesis(&genesis(1_800_000_000)).expect("valid");
        assert_eq!(ballast_engine::invariants::check_all(&state), Ok(()));
        assert_eq!(keys().lines().count(), 1 + usize::from(WALLETS) + usize::from(SOURCES));
    }
}
