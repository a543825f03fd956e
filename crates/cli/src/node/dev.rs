//! A reserve for development: an ether type, wallets and price sources whose keys everyone knows.

use std::fmt::Write;

pub(crate) use ballast_agents::development::WALLETS;
use ballast_agents::development::{CHAIN_ID, Role};
use ballast_num::{Amount, Decimals, Price, Timestamp};
use ballast_protocol::{
    Asset, AssetId, FeedId, FeedSpec, Genesis, Limits, Opening, OpeningBalance, SourceKey, SourceSpec, TypeId,
    TypeSpec, coins, hex,
};
use ballast_signing::WalletKey;

const COIN: AssetId = AssetId(0);
const ETHER: AssetId = AssetId(1);
const FEED: FeedId = FeedId(1);
const SOURCES: u32 = 5;

/// The key of a wallet, from 1; none beyond the last.
pub(crate) fn wallet(number: u32) -> Option<WalletKey> {
    (1..=WALLETS).contains(&number).then(|| Role::Wallet.key(number))
}

/// Ether at 2,000 USD; each wallet has 1,000 ether; wallet 1 is the authority.
pub(super) fn genesis(now: u64) -> Genesis {
    let feed = FeedSpec::standard(FEED, "ETH-USD", 1);
    let sources = feed.sources.iter().zip(1..=SOURCES).map(|(id, number)| SourceSpec {
        id: *id,
        key: SourceKey::Wallet(Role::Source.account(number)),
    });
    let balance = |number| OpeningBalance {
        asset: ETHER,
        account: Role::Wallet.account(number),
        amount: coins(1_000),
    };
    let asset = |id, symbol: &str, feed| Asset {
        id,
        symbol: symbol.into(),
        decimals: Decimals::MAX,
        feed,
    };
    Genesis {
        chain_id: CHAIN_ID,
        time: Timestamp(now),
        authority: Role::Wallet.account(1),
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
    for (role, name, count) in [(Role::Wallet, "wallet", WALLETS), (Role::Source, "source", SOURCES)] {
        for number in 1..=count {
            let (account, secret) = (role.account(number), hex::text(&role.secret(number)));
            let line = writeln!(text, "  {name} {number}  {account}  {secret}");
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
        assert_eq!(keys().lines().count(), 11, "a line, five wallets and five sources");
    }
}
