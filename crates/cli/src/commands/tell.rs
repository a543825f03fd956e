//! Events in sentences.

use ballast_num::Amount;
use ballast_protocol::{Command, Event, MarketId, Order, PoolId, TicketOutcome};

use crate::names::{Names, usd};
use crate::units::percent;

/// What happened, in a sentence.
pub(super) fn sentences(event: &Event, names: &Names) -> String {
    let coins = |amount| names.show_coins(amount);
    match event {
        Event::RoundClosed {
            feed, round, median, ..
        } => format!("{} closed {round} at {}", names.feed_name(*feed), usd(*median)),
        Event::FeedStateChanged { feed, state } => format!("{} is {state:?} now", names.feed_name(*feed)),
        Event::InterestAccrued {
            collateral_type,
            minted,
            ..
        } => format!("interest on {}: {}", names.type_name(*collateral_type), coins(*minted)),
        Event::VaultOpened {
            vault,
            owner,
            collateral_type,
        } => format!("{vault} opened, {}, by {owner}", names.type_name(*collateral_type)),
        Event::CollateralDeposited {
            vault,
            collateral_type,
            amount,
            ..
        } => format!("{} locked in {vault}", names.show_collateral(*amount, *collateral_type)),
        Event::CollateralWithdrawn {
            vault,
            collateral_type,
            amount,
            ..
        } => format!(
            "{} taken out of {vault}",
            names.show_collateral(*amount, *collateral_type)
        ),
        Event::DebtDrawn(drawn) => {
            let mut text = format!("{} drawn on {}", coins(drawn.amount), drawn.vault);
            if !drawn.fee.is_zero() {
                text += &format!(", fee {}", coins(drawn.fee));
            }
            if !drawn.deposit.is_zero() {
                text += &format!(", deposit {}", coins(drawn.deposit));
            }
            text
        }
        Event::DebtRepaid { vault, amount, .. } => format!("{} repaid on {vault}", coins(*amount)),
        Event::VaultClosed(closed) => format!(
            "{} closed: {} repaid, {} returned",
            closed.vault,
            coins(closed.paid),
            names.show_collateral(closed.collateral, closed.collateral_type)
        ),
        Event::VaultSplit(split) => format!("{} split: {} is new", split.from, split.into),
        Event::VaultsMerged { from, into } => format!("{from} went into {into}"),
        Event::VaultTransferred { vault, to, .. } => format!("{vault} belongs to {to} now"),
        Event::DelegateSet {
            delegate, permission, ..
        } => format!("{delegate} as a delegate: {permission:?}"),
        Event::SessionGranted { key, expiry, .. } => format!("session of {key} until {expiry}"),
        Event::SessionRevoked { key, .. } => format!("session of {key} ended"),
        Event::StandingOrderSet { vault, order } => match order {
            Some(order) => format!("{vault} is protected under {}", percent(order.trigger)),
            None => format!("{vault} is not protected any more"),
        },
        Event::StandingOrderExecuted { vault, price, .. } => format!("{vault} was protected at {}", usd(*price)),
        Event::VaultWarned { vault, price, .. } => format!("{vault} is near liquidation at {}", usd(*price)),
        Event::Sent {
            asset,
            from,
            to,
            amount,
            ..
        } => format!("{} sent by {from} to {to}", names.show(*amount, *asset)),
        Event::VaultSeized(seized) => format!(
            "{} liquidated at {}: {} seized for a debt of {}, penalty {}",
            seized.vault,
            usd(seized.price),
            names.show_collateral(seized.collateral, seized.collateral_type),
            coins(seized.debt),
            coins(seized.penalty)
        ),
        Event::PoolBought(bought) => format!(
            "{} bought {} of {} at {}",
            pool(bought.pool, names),
            names.show_collateral(bought.collateral, bought.pool.collateral_type),
            bought.vault,
            usd(bought.price)
        ),
        Event::CollateralReturned {
            owner,
            collateral_type,
            amount,
            ..
        } => format!("{} back to {owner}", names.show_collateral(*amount, *collateral_type)),
        Event::AuctionStarted {
            auction,
            vault,
            collateral_type,
            lot,
            start_price,
            ..
        } => format!(
            "{auction} of {vault}: {} from {}",
            names.show_collateral(*lot, *collateral_type),
            usd(*start_price)
        ),
        Event::AuctionReset { auction, start_price } => format!("{auction} begins anew at {}", usd(*start_price)),
        Event::AuctionTaken(taken) => format!(
            "{} bought of {} at {} by {}",
            names.show_collateral(taken.collateral, taken.collateral_type),
            taken.auction,
            usd(taken.price),
            taken.by
        ),
        Event::AuctionEnded { auction, shortfall } if shortfall.is_zero() => format!("{auction} ended"),
        Event::AuctionEnded { auction, shortfall } => format!("{auction} ended {} short", coins(*shortfall)),
        Event::LossAbsorbed {
            collateral_type,
            step,
            amount,
            ..
        } => format!(
            "loss of {} on {}, borne by {step:?}",
            coins(*amount),
            names.type_name(*collateral_type)
        ),
        Event::TicketQueued { ticket, order, .. } => format!("{ticket} waits: {}", order_text(order, names)),
        Event::CancelQueued { ticket } => format!("cancel of {ticket} waits"),
        Event::TicketClosed { ticket, outcome, .. } => format!("{ticket} {}", ending(*outcome)),
        Event::PoolEntered { pool: id, amount, .. } => format!("{} into {}", coins(*amount), pool(*id, names)),
        Event::PoolExited { pool: id, amount, .. } => format!("{} out of {}", coins(*amount), pool(*id, names)),
        Event::PoolGainPaid { pool: id, amount, .. } => format!(
            "{} claimed of {}",
            names.show_collateral(*amount, id.collateral_type),
            pool(*id, names)
        ),
        Event::MarketCleared { market, price, .. } => format!("{market} traded at {}", usd(*price)),
        Event::FundEntered { amount, .. } => format!("{} into the insurance fund", coins(*amount)),
        Event::FundExited { amount, .. } => format!("{} out of the insurance fund", coins(*amount)),
        Event::FirstLossAdded {
            collateral_type,
            amount,
            ..
        } => format!(
            "{} added to the first loss of {}",
            coins(*amount),
            names.type_name(*collateral_type)
        ),
        Event::LiquidityAdded {
            market,
            base: amount,
            coins: with,
            ..
        } => format!("{} and {} into {market}", base(*amount, *market, names), coins(*with)),
        Event::LiquidityRemoved {
            market,
            base: amount,
            coins: with,
            ..
        } => format!("{} and {} out of {market}", base(*amount, *market, names), coins(*with)),
        Event::SoldInMarket {
            market,
            owner,
            base: amount,
            coins: got,
        } => format!(
            "{owner} sold {} for {} in {market}",
            base(*amount, *market, names),
            coins(*got)
        ),
        Event::BoughtInMarket {
            market,
            owner,
            coins: paid,
            base: amount,
        } => format!(
            "{owner} bought {} for {} in {market}",
            base(*amount, *market, names),
            coins(*paid)
        ),
        Event::LotSoldInMarket(sold) => format!(
            "{} of {} sold in {}",
            names.show_collateral(sold.collateral, sold.collateral_type),
            sold.auction,
            sold.market
        ),
        Event::CancelLapsed { ticket } => format!("cancel of {ticket} came too late"),
        Event::KeeperPaid {
            auction,
            keeper,
            amount,
        } => format!("{keeper} paid {} for {auction}", coins(*amount)),
        Event::ParameterChanged(change) => format!("parameter changed: {change:?}"),
        _ => rare(event, names),
    }
}

/// What happens where prices are missing or losses are shared, in a sentence.
fn rare(event: &Event, names: &Names) -> String {
    let coins = |amount| names.show_coins(amount);
    match event {
        Event::GapBegan { feed, last } => format!("{} was silent since {}", names.feed_name(*feed), last.0),
        Event::TypeClosedToNewDebt { collateral_type, cause } => {
            format!("{} takes no new debt: {cause:?}", names.type_name(*collateral_type))
        }
        Event::AuctionsRestarted {
            collateral_type,
            auctions,
            start_price,
        } => format!(
            "{auctions} auctions of {} begin anew at {}",
            names.type_name(*collateral_type),
            usd(*start_price)
        ),
        Event::DrawSettled(settled) => format!(
            "losses of {} made good: {} by the surplus buffer, {} by the insurance fund",
            names.type_name(settled.collateral_type),
            coins(settled.surplus),
            coins(settled.fund)
        ),
        Event::BadDebtRepaid {
            collateral_type,
            amount,
        } => format!(
            "{} of bad debt of {} repaid",
            coins(*amount),
            names.type_name(*collateral_type)
        ),
        Event::LossRecovered(recovered) => format!(
            "loss of {} recovered: {} of bad debt, {} to the surplus buffer, {} to the insurance fund, {} to its first loss",
            names.type_name(recovered.collateral_type),
            coins(recovered.bad_debt),
            coins(recovered.surplus),
            coins(recovered.fund),
            coins(recovered.first_loss)
        ),
        Event::FundIncomePaid { amount } => format!("{} earned by the insurance fund", coins(*amount)),
        Event::FundWiped { .. } => "the insurance fund was used up: its shares are void".into(),
        Event::FundReturned { amount } => format!("{} of the insurance fund to the surplus buffer", coins(*amount)),
        Event::WorkCarriedOver {
            collateral_type,
            vaults,
        } => format!(
            "{vaults} vaults of {} go in later blocks",
            names.type_name(*collateral_type)
        ),
        Event::ShortfallOwed { vault, amount, .. } => format!("{vault} owes {} again", coins(*amount)),
        Event::ResidueBooked { from, asset, amount } => {
            format!("{} left over by divisions in {from:?}", names.show(*amount, *asset))
        }
        Event::LotShared(shared) => format!(
            "lot of {} shared by the vaults of {}: {} for a debt of {}",
            shared.vault,
            names.type_name(shared.collateral_type),
            names.show_collateral(shared.collateral, shared.collateral_type),
            coins(shared.debt)
        ),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// An amount of what a market trades.
fn base(amount: Amount, market: MarketId, names: &Names) -> String {
    match names.base(market) {
        Some(asset) => names.show(amount, asset),
        None => format!("{amount} base units"),
    }
}

fn pool(id: PoolId, names: &Names) -> String {
    let kind = names.type_name(id.collateral_type);
    match id.buyer {
        ballast_protocol::Buyer::Bids(tier) => format!("tier {tier} of the bids for {kind}"),
        ballast_protocol::Buyer::StabilityPool => format!("the stability pool of {kind}"),
    }
}

fn ending(outcome: TicketOutcome) -> &'static str {
    match outcome {
        TicketOutcome::Executed => "was executed",
        TicketOutcome::Expired => "expired and came back",
        TicketOutcome::Cancelled => "was cancelled",
        TicketOutcome::Void => "found nothing to do",
    }
}

/// An order, for people.
pub(super) fn order_text(order: &Order, names: &Names) -> String {
    let coins = |amount| names.show_coins(amount);
    let base = |amount, market| base(amount, market, names);
    match *order {
        Order::EnterPool { pool: id, amount } => format!("{} into {}", coins(amount), pool(id, names)),
        Order::ExitPool { pool: id, amount } => format!("{} out of {}", coins(amount), pool(id, names)),
        Order::Sell { market, amount, limit } => format!("sell {} at {} or more", base(amount, market), usd(limit)),
        Order::Buy { amount, limit, .. } => format!("buy for {} at {} or less", coins(amount), usd(limit)),
        Order::AddLiquidity {
            market,
            base: most,
            coins: with,
            ..
        } => {
            format!("{} and {} into {market}", base(most, market), coins(with))
        }
        Order::RemoveLiquidity { market, shares, .. } => format!("{} shares out of {market}", coins(shares)),
        Order::EnterFund { amount, .. } => format!("{} into the insurance fund", coins(amount)),
        Order::ExitFund { shares } => format!("{} shares out of the insurance fund", coins(shares)),
    }
}

/// What a transaction does, in a word or two.
pub(super) fn kinds(commands: &[Command]) -> String {
    let kinds: Vec<_> = commands.iter().map(|command| command.kind().to_string()).collect();
    kinds.join(", ")
}
