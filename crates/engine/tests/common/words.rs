//! Commands in words. A vault is `#3`, the one that this batch opened, or else the sender's first.

use ballast_engine::State;
use ballast_num::{Amount, Decimals, Price, Rate, Ratio, Round, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, AuctionId, Breaker, Command, CommandKind, Order, ParameterChange, Permission, PoolId,
    Protection, Repayment, SpendingLimit, StandingOrder, TicketId, TypeParameter, VaultId, VaultRef,
};

use super::{COIN, ETH, KIND, MARKET, key, who};

/// Reads commands, separated by semicolons.
pub(super) fn commands(state: &State, sender: AccountId, words: &str) -> Vec<Command> {
    let mut opened = None;
    let read = |words| {
        let command = command(state, sender, opened, words);
        if matches!(command, Command::OpenVault { .. } | Command::SplitVault { .. }) {
            opened = Some(opened.map_or(0, |last| last + 1));
        }
        command
    };
    words
        .split(';')
        .map(str::trim)
        .filter(|words| !words.is_empty())
        .map(read)
        .collect()
}

fn command(state: &State, sender: AccountId, opened: Option<u8>, words: &str) -> Command {
    let words: Vec<&str> = words.split_whitespace().collect();
    let own = || {
        let mut vaults = state.vaults().iter();
        let first = vaults.find(|(_, vault)| vault.owner == sender);
        first
            .map(|(id, _)| VaultRef::Id(id))
            .unwrap_or_else(|| panic!("{words:?}: {sender} has no vault"))
    };
    // The vault named at a position, or the one meant.
    let vault = |at: usize| match words.get(at) {
        Some(word) => VaultRef::Id(VaultId(number(word))),
        None => opened.map_or_else(own, VaultRef::Opened),
    };
    let expiry = Timestamp(state.chain().time.0 + 86_400);
    match words.as_slice() {
        ["open"] => Command::OpenVault { collateral_type: KIND },
        ["deposit", amount, ..] => Command::Deposit {
            vault: vault(2),
            amount: units(amount),
        },
        ["withdraw", amount, ..] => Command::Withdraw {
            vault: vault(2),
            amount: units(amount),
        },
        ["draw", amount, ..] => Command::DrawDebt {
            vault: vault(2),
            amount: units(amount),
        },
        ["repay", "all", ..] => Command::RepayDebt {
            vault: vault(2),
            amount: Repayment::All,
        },
        ["repay", amount, ..] => Command::RepayDebt {
            vault: vault(2),
            amount: Repayment::Exactly(units(amount)),
        },
        ["close", ..] => Command::CloseVault { vault: vault(1) },
        ["split", collateral, debt, ..] => Command::SplitVault {
            vault: vault(3),
            collateral: units(collateral),
            debt: units(debt),
        },
        ["merge", _, "into", _] => Command::MergeVaults {
            from: vault(1),
            into: vault(3),
        },
        ["give", _, "to", name] => Command::TransferVault {
            vault: vault(1),
            to: who(name),
        },
        ["delegate", name] => Command::SetDelegate {
            delegate: who(name),
            permission: Permission::Granted,
        },
        ["dismiss", name] => Command::SetDelegate {
            delegate: who(name),
            permission: Permission::Revoked,
        },
        ["send", amount, asset, "to", name] => Command::Send {
            asset: if *asset == "ETH" { ETH } else { COIN },
            to: who(name),
            amount: units(amount),
        },
        ["order", action, limit, "under", trigger, "to", restore, ..] => {
            let limit = units(limit);
            let action = if *action == "repay" {
                Protection::Repay { limit }
            } else {
                Protection::TopUp { limit }
            };
            let order = StandingOrder {
                trigger: ratio(trigger),
                restore: ratio(restore),
                action,
            };
            Command::SetStandingOrder {
                vault: vault(7),
                order: Some(order),
            }
        }
        ["liquidate", id] => Command::Liquidate {
            vault: VaultId(number(id)),
        },
        ["take", amount, "of", id, "at", price] => Command::TakeAuction {
            auction: AuctionId(number(id)),
            amount: units(amount),
            price_max: price.parse::<Price>().unwrap(),
        },
        ["reset", id] => Command::ResetAuction {
            auction: AuctionId(number(id)),
        },
        ["enter", amount] => Command::Queue {
            order: Order::EnterPool {
                pool: PoolId::stability(KIND),
                amount: units(amount),
            },
            expiry,
        },
        ["exit", amount] => Command::Queue {
            order: Order::ExitPool {
                pool: PoolId::stability(KIND),
                amount: units(amount),
            },
            expiry,
        },
        ["enter", amount, "within", seconds] => Command::Queue {
            order: Order::EnterPool {
                pool: PoolId::stability(KIND),
                amount: units(amount),
            },
            expiry: Timestamp(state.chain().time.0 + number(seconds)),
        },
        ["claim"] => Command::ClaimPoolGain {
            pool: PoolId::stability(KIND),
        },
        ["bid", amount, "in", tier] => Command::Queue {
            order: Order::EnterPool {
                pool: bids(tier),
                amount: units(amount),
            },
            expiry,
        },
        ["unbid", amount, "in", tier] => Command::Queue {
            order: Order::ExitPool {
                pool: bids(tier),
                amount: units(amount),
            },
            expiry,
        },
        ["insure", amount] => Command::Queue {
            order: Order::EnterFund {
                amount: units(amount),
                shares_min: Amount::ZERO,
            },
            expiry: Timestamp(expiry.0 + 86_400),
        },
        ["uninsure", shares] => Command::Queue {
            order: Order::ExitFund { shares: units(shares) },
            expiry: Timestamp(state.chain().time.0 + 10 * 86_400),
        },
        ["collect", "in", tier] => Command::ClaimPoolGain { pool: bids(tier) },
        ["sell", amount, "at", price] => Command::Queue {
            order: Order::Sell {
                market: MARKET,
                amount: units(amount),
                limit: price.parse().unwrap(),
            },
            expiry,
        },
        ["buy", amount, "at", price] => Command::Queue {
            order: Order::Buy {
                market: MARKET,
                amount: units(amount),
                limit: price.parse().unwrap(),
            },
            expiry,
        },
        ["add", base, coins] => Command::Queue {
            order: Order::AddLiquidity {
                market: MARKET,
                base: units(base),
                coins: units(coins),
                least: Amount::ZERO,
            },
            expiry,
        },
        // So many percent of what the sender has.
        ["remove", percent] => Command::Queue {
            order: Order::RemoveLiquidity {
                market: MARKET,
                shares: state
                    .markets()
                    .shares(MARKET, sender)
                    .mul_ratio(Ratio::percent(percent.parse().unwrap()), Round::Down)
                    .unwrap(),
                least_base: Amount::ZERO,
                least_coins: Amount::ZERO,
            },
            expiry: Timestamp(expiry.0 + 86_400),
        },
        ["cancel", id] => Command::CancelTicket {
            ticket: TicketId(number(id)),
        },
        ["first-loss", amount] => Command::AddFirstLoss {
            collateral_type: KIND,
            amount: units(amount),
        },
        // To a key: what, how much of it together, for so many seconds; a dash is nothing.
        ["grant", number, scope, limits, seconds] => Command::GrantSession {
            key: key(number),
            scope: listed(scope).map(kind).collect(),
            limits: listed(limits).map(limit).collect(),
            expiry: Timestamp(state.chain().time.0.saturating_add(self::number(seconds))),
        },
        ["revoke", number] => Command::RevokeSession { key: key(number) },
        ["set", parameter, value] => Command::SetParameter(change(parameter, value)),
        _ => panic!("not a command: {words:?}"),
    }
}

/// `a+b`, or nothing as a dash.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split('+').filter(|part| *part != "-")
}

fn kind(name: &str) -> CommandKind {
    let mut all = CommandKind::ALL.iter().copied();
    all.find(|kind| kind.to_string() == name)
        .unwrap_or_else(|| panic!("no command is called {name}"))
}

/// `5ETH` or `100USD`, or of an asset that nobody lists.
fn limit(text: &str) -> SpendingLimit {
    let (amount, symbol) = text.split_at(text.len() - 3);
    SpendingLimit {
        asset: match symbol {
            "ETH" => ETH,
            "USD" => COIN,
            _ => AssetId(77),
        },
        amount: units(amount),
    }
}

/// A tier of standing bids, by its number.
fn bids(tier: &str) -> PoolId {
    PoolId::bids(KIND, tier.parse().unwrap())
}

fn change(parameter: &str, value: &str) -> ParameterChange {
    let of_type = match parameter {
        "initial-ratio" => TypeParameter::InitialRatio(ratio(value)),
        "liquidation-ratio" => TypeParameter::LiquidationRatio(ratio(value)),
        "penalty" => TypeParameter::Penalty(ratio(value)),
        "ceiling" => TypeParameter::DebtCeiling(units(value)),
        "floor" => TypeParameter::DebtFloor(units(value)),
        "fee" => TypeParameter::StabilityFee(Rate::from_raw(value.parse().unwrap())),
        "breaker" => TypeParameter::AuctionBreaker(match value {
            "open" => Breaker::Open,
            "no-start" => Breaker::NoStart,
            "no-reset" => Breaker::NoReset,
            "no-take" => Breaker::NoTake,
            _ => panic!("not a level: {value}"),
        }),
        _ => panic!("not a parameter: {parameter}"),
    };
    ParameterChange::Type(KIND, of_type)
}

/// `12.5`, in whole units of an asset of 18 decimals.
fn units(text: &str) -> Amount {
    Amount::parse_units(text, Decimals::MAX).unwrap()
}

fn ratio(text: &str) -> Ratio {
    text.parse().unwrap()
}

fn number(text: &str) -> u64 {
    text.trim_start_matches('#').parse().unwrap()
}
