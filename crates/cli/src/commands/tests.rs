//! Every command of the protocol can be said from the command line, in units of people.

use ballast_num::{Amount, Decimals, Price, Timestamp};
use ballast_protocol::api::{AssetInfo, MarketInfo, TypeInfo};
use ballast_protocol::{
    AssetId, AuctionId, Command, CommandKind, FeedId, MarketId, MarketSpec, Order, ParameterChange, PoolId, TypeId,
    TypeParameter, TypeSpec, VaultId, coins,
};
use clap::{Parser, ValueEnum};

use super::parameter;
use super::write::Saying;
use crate::names::Names;

const COIN: AssetId = AssetId(0);
const ETHER: AssetId = AssetId(1);
const KEY: &str = "0x0101010101010101010101010101010101010101010101010101010101010101";
const ADDRESS: &str = "0x1a642f0e3c3af545e7acbd38b07251b3990914f1";

fn names() -> Names {
    let asset = |id, symbol: &str, decimals| AssetInfo {
        id,
        symbol: symbol.into(),
        decimals: Decimals::new(decimals).unwrap(),
        feed: None,
        supply: Amount::ZERO,
    };
    let spec = TypeSpec::standard(TypeId(1), "ETH-A", ETHER, FeedId(1));
    let kind = TypeInfo {
        liquidation_ratio: spec.liquidation_ratio,
        spec,
        debt: Amount::ZERO,
        on_sale: Amount::ZERO,
        indebted_vaults: 0,
        first_loss: Amount::ZERO,
        marked_loss: None,
    };
    let market = MarketInfo {
        spec: MarketSpec::standard(MarketId(1), ETHER, FeedId(1)),
        decimals: Decimals::MAX,
        base: Amount::ZERO,
        coins: Amount::ZERO,
        shares: Amount::ZERO,
        price: None,
        mean: None,
        locked_depth: Amount::ZERO,
        least_depth: Amount::ZERO,
    };
    Names {
        assets: vec![asset(COIN, "USB", 18), asset(ETHER, "ETH", 6)],
        types: vec![kind],
        markets: vec![market],
        feeds: Vec::new(),
        coin: COIN,
        vaults: [(VaultId(7), TypeId(1))].into(),
        auctions: [(AuctionId(3), TypeId(1))].into(),
        now: Timestamp(1_000),
    }
}

/// What a command line says to the engine.
fn said(line: &str) -> Vec<Command> {
    try_said(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn try_said(line: &str) -> Result<Vec<Command>, String> {
    let words = std::iter::once("ballast").chain(line.split_whitespace());
    let parsed = crate::Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
    let crate::Command::Reserve(command) = parsed.command else {
        return Err("not said to a reserve".into());
    };
    let names = names();
    let said = match &*command {
        super::Command::Vault(of) => of.what.what.commands(&names),
        super::Command::Delegate(of) => of.what.what.commands(&names),
        super::Command::Send(of) => of.what.commands(&names),
        super::Command::Liquidate(of) => of.what.commands(&names),
        super::Command::Auction(of) => of.what.what.commands(&names),
        super::Command::Pool(of) => of.what.what.commands(&names),
        super::Command::Bid(of) => of.what.what.commands(&names),
        super::Command::Market(of) => of.what.what.commands(&names),
        super::Command::Fund(of) => of.what.what.commands(&names),
        super::Command::FirstLoss(of) => of.what.what.commands(&names),
        super::Command::Ticket(of) => of.what.what.commands(&names),
        super::Command::Session(of) => of.what.what.commands(&names),
        super::Command::Parameter(of) => of.what.what.commands(&names),
        _ => return Err("it only reads".into()),
    };
    said.map_err(|failure| failure.message())
}

/// A command line for each kind of command. Whoever adds a kind names its line here.
fn line(kind: CommandKind) -> String {
    match kind {
        CommandKind::OpenVault => "vault open --type ETH-A".into(),
        CommandKind::Deposit => "vault deposit 7 2.5".into(),
        CommandKind::Withdraw => "vault withdraw 7 1".into(),
        CommandKind::DrawDebt => "vault draw 7 500".into(),
        CommandKind::RepayDebt => "vault repay 7 all".into(),
        CommandKind::CloseVault => "vault close 7".into(),
        CommandKind::SplitVault => "vault split 7 --collateral 5 --debt 2500".into(),
        CommandKind::MergeVaults => "vault merge 7 --into 8".into(),
        CommandKind::TransferVault => format!("vault transfer 7 {ADDRESS}"),
        CommandKind::SetDelegate => format!("delegate grant {ADDRESS}"),
        CommandKind::SetStandingOrder => "vault protect 7 --under 155% --restore 1.8 --repay 1000".into(),
        CommandKind::Send => format!("send 10 eth {ADDRESS}"),
        CommandKind::Liquidate => "liquidate 7".into(),
        CommandKind::TakeAuction => "auction take 3 1.5 --price-max 1800".into(),
        CommandKind::ResetAuction => "auction reset 3".into(),
        CommandKind::EnterPool => "pool enter ETH-A 1000".into(),
        CommandKind::ExitPool => "bid cancel eth-a 2 1000".into(),
        CommandKind::Sell => "market sell ETH 2 --limit 1950".into(),
        CommandKind::Buy => "market buy 1 4000 --limit 2050.5".into(),
        CommandKind::AddLiquidity => "market enter ETH --base 10 --coins 20000".into(),
        CommandKind::RemoveLiquidity => "market leave ETH 5 --least-coins 1".into(),
        CommandKind::EnterFund => "fund enter 1000 --least 900".into(),
        CommandKind::ExitFund => "fund exit 100".into(),
        CommandKind::ClaimPoolGain => "pool claim 1".into(),
        CommandKind::CancelTicket => "ticket cancel 4".into(),
        CommandKind::AddFirstLoss => "first-loss add ETH-A 1000".into(),
        CommandKind::SetParameter => "parameter set debt-ceiling 1000000 --type ETH-A".into(),
        CommandKind::GrantSession => {
            format!("session grant {KEY} --allow Deposit,repay-debt --limit 100:USB --limit 0.5:ETH --for 7d")
        }
        CommandKind::RevokeSession => format!("session revoke {KEY}"),
    }
}

#[test]
fn every_command_can_be_said() {
    for kind in CommandKind::ALL {
        let line = line(*kind);
        let said = said(&line);
        assert_eq!(said.len(), 1, "{line}");
        assert_eq!(said[0].kind(), *kind, "{line}");
    }
}

#[test]
fn every_parameter_can_be_set() {
    for name in parameter::Name::value_variants() {
        let name = name.to_possible_value().unwrap().get_name().to_owned();
        let value = match name.as_str() {
            "auction-curve" => "stair:0.99:90s",
            "auction-breaker" => "no-take",
            "auction-duration" => "6h",
            _ => "1",
        };
        let is_global = name.starts_with("global") || name == "work-price";
        let of = if is_global { "" } else { "--type ETH-A" };
        let said = said(&format!("parameter set {name} {value} {of}"));
        let Command::SetParameter(change) = &said[0] else {
            panic!("{said:?}")
        };
        assert_eq!(matches!(change, ParameterChange::Type(..)), !is_global, "{name}");
        let other = if is_global { "--type ETH-A" } else { "" };
        assert!(
            try_said(&format!("parameter set {name} {value} {other}")).is_err(),
            "{name}"
        );
    }
    let said = said("parameter set initial-ratio 175% --type 1");
    let ratio = TypeParameter::InitialRatio(ballast_num::Ratio::percent(175));
    assert_eq!(said, [Command::SetParameter(ParameterChange::Type(TypeId(1), ratio))]);
}

#[test]
fn amounts_are_whole_units_of_what_is_meant() {
    let [
        Command::OpenVault { .. },
        Command::Deposit { amount, .. },
        Command::DrawDebt { amount: drawn, .. },
    ] = said("vault open --type 1 --deposit 10.5 --draw 5000")[..]
    else {
        panic!("three commands");
    };
    assert_eq!((amount, drawn), (Amount::from_raw(10_500_000), coins(5_000)));
    let [Command::Queue { order, expiry }] = said("market sell ETH 2 --limit 1950 --wait 1h")[..] else {
        panic!("one order");
    };
    assert_eq!(expiry, Timestamp(4_600));
    let sell = Order::Sell {
        market: MarketId(1),
        amount: Amount::from_raw(2_000_000),
        limit: Price::whole(1_950),
    };
    assert_eq!(order, sell);
    let [
        Command::Queue {
            order: Order::EnterPool { pool, .. },
            ..
        },
    ] = said("bid place ETH-A 2 10")[..]
    else {
        panic!("a bid");
    };
    assert_eq!(pool, PoolId::bids(TypeId(1), 2));
}

#[test]
fn what_is_not_exact_or_not_known_is_refused_with_what_would_work() {
    for (line, reason) in [
        (
            "vault deposit 7 0.0000001",
            "7 digits after the decimal point exceed the 6",
        ),
        ("vault deposit 7 ten", "neither a digit"),
        ("vault draw 7 -5", "unexpected argument"),
        ("vault open --type BTC-A", "choose of ETH-A"),
        (
            "send 1 BTC 0x1a642f0e3c3af545e7acbd38b07251b3990914f1",
            "choose of USB, ETH",
        ),
        ("send 1 ETH alice", "invalid value"),
        ("vault protect 7 --under 1.6 --restore 1.8", "--repay"),
        ("market sell BTC 1 --limit 1", "choose of ETH"),
        ("parameter set debt-ceiling 5", "--type"),
        ("parameter set auction-curve flat --type ETH-A", "linear:6h"),
        ("session grant 0x01 --allow Deposit --for 1d", "invalid value"),
        ("vault draw 7 5 --life soon", "no duration"),
    ] {
        let said = try_said(line).unwrap_err();
        assert!(said.contains(reason), "{line}: {said}");
    }
    let said = try_said(&format!("session grant {KEY} --allow Fly --for 1d")).unwrap_err();
    assert!(said.contains("choose of OpenVault"), "{said}");
}

#[test]
fn the_command_line_is_well_formed() {
    crate::clap_command().debug_assert();
}
