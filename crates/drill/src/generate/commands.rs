//! Commands for a state: mostly of the sender's own things, often of others', sometimes of what does not exist.

use ballast_num::{Amount, Price, RAY, Rate, Ratio, Seconds, Timestamp, WAD};
use ballast_protocol::{
    AccountId, AssetId, AuctionId, Breaker, Command, Curve, MarketId, Order, ParameterChange, Permission, PoolId,
    Protection, Repayment, StandingOrder, TicketId, TypeId, TypeParameter, VaultId, VaultRef, coins,
};

use super::Generator;
use super::amounts::{around, drawable, repayable, withdrawable};
use crate::model::{Model, Vault};
use crate::random::Random;
use crate::world::{ASSETS, COIN, TYPES, anyone, authority};

impl Generator {
    /// The commands of one transaction. What a round broke in this block is still there in the parent.
    pub(super) fn commands(&mut self, parent: &Model, state: &Model, sender: AccountId, size: u64) -> Vec<Command> {
        let random = self.random();
        if sender == authority() && random.chance(800) {
            return (0..size)
                .map(|_| Command::SetParameter(parameter(random, state)))
                .collect();
        }
        if size > 1 && random.chance(600) {
            return newcomer(random, state, sender);
        }
        if random.chance(60) {
            return (0..size)
                .map(|_| Command::Liquidate {
                    vault: risky(random, parent),
                })
                .collect();
        }
        (0..size).map(|_| command(random, state, sender)).collect()
    }
}

/// Opens a vault, fills it, draws, and sometimes goes on, or fails at the last command.
fn newcomer(random: &mut Random, state: &Model, sender: AccountId) -> Vec<Command> {
    let kind = random.of(TYPES);
    let vault = VaultRef::Opened(0);
    let held = state
        .types
        .get(&kind)
        .map_or(0, |kind| state.balance(kind.spec.collateral, sender));
    // At a whole price, an index of 3.7 and a ratio of 1.35, so many base units back a debt with nothing left over.
    let amount = random.under_wide(held / 2) / 4_995 * 4_995 + 4_995;
    let empty = Vault {
        collateral: amount,
        ..Vault::empty(sender, kind)
    };
    let mut commands = vec![
        Command::OpenVault { collateral_type: kind },
        Command::Deposit {
            vault,
            amount: Amount::from_raw(amount),
        },
        Command::DrawDebt {
            vault,
            amount: around(random, &drawable(state, &empty)[..2]),
        },
    ];
    if random.chance(200) {
        commands.swap(1, 2); // judged at the end, so the order does not matter
    }
    match random.under(10) {
        0 => commands.push(Command::SplitVault {
            vault,
            collateral: Amount::from_raw(amount / 2),
            debt: coins(600),
        }),
        1 => commands.push(Command::RepayDebt {
            vault,
            amount: Repayment::All,
        }),
        2 => commands.push(Command::CloseVault { vault }),
        3 => commands.push(Command::Send {
            asset: COIN,
            to: sender,
            amount: Amount::ZERO,
        }),
        4 => commands.push(Command::Withdraw {
            vault: VaultRef::Opened(1),
            amount: Amount::ONE,
        }),
        5 => commands.push(Command::SetStandingOrder {
            vault,
            order: Some(order(random, state, kind)),
        }),
        _ => (),
    }
    commands
}

/// A vault: of the sender, of anyone, a riskier one, none.
fn vault(random: &mut Random, state: &Model, sender: AccountId) -> (VaultRef, Vault) {
    let nobody = Vault {
        collateral: 1,
        normalized: 1,
        ..Vault::empty(sender, TypeId(1))
    };
    let owned = |test: &dyn Fn(&Vault) -> bool| -> Vec<VaultId> {
        state
            .vaults
            .iter()
            .filter(|(_, vault)| test(vault))
            .map(|(id, _)| *id)
            .collect()
    };
    let id = match random.under(80) {
        0 => return (VaultRef::Opened(u8::try_from(random.under(3)).unwrap_or(0)), nobody),
        1 => Some(VaultId(random.under(10_000))),
        2..8 => random.pick(&owned(&|_| true)),
        8..16 => random.pick(&owned(&|vault| state.delegates.contains(&(vault.owner, sender)))),
        _ => random.pick(&owned(&|vault| vault.owner == sender)),
    };
    let id = id.unwrap_or(VaultId(1));
    (VaultRef::Id(id), state.vaults.get(&id).copied().unwrap_or(nobody))
}

fn kind(random: &mut Random) -> TypeId {
    if random.chance(20) {
        TypeId(77)
    } else {
        random.of(TYPES)
    }
}

/// A stability pool, or a tier of standing bids that may not exist.
fn pool(random: &mut Random) -> PoolId {
    let kind = kind(random);
    match random.under(4) {
        0..2 => PoolId::stability(kind),
        2 => PoolId::bids(kind, 0),
        _ => PoolId::bids(kind, random.of([1, 2, 9])),
    }
}

fn later(random: &mut Random, state: &Model) -> Timestamp {
    Timestamp(match random.under(20) {
        0 => state.time,
        1 => state.time.saturating_sub(1),
        2..6 => state.time + 1 + random.under(60),
        _ => state.time + random.under(20_000),
    })
}

fn command(random: &mut Random, state: &Model, sender: AccountId) -> Command {
    let choice = random.under(100);
    let (vault, record) = vault(random, state, sender);
    let spec = state.types.get(&record.kind).map(|kind| &kind.spec);
    let balance = |asset: AssetId| state.balance(asset, sender);
    let collateral = spec.map_or(COIN, |spec| spec.collateral);
    match choice {
        0..3 => Command::OpenVault {
            collateral_type: kind(random),
        },
        3..13 => Command::Deposit {
            vault,
            amount: around(random, &[balance(collateral), balance(collateral) / 50]),
        },
        13..21 => Command::Withdraw {
            vault,
            amount: around(random, &withdrawable(state, &record)),
        },
        21..35 => Command::DrawDebt {
            vault,
            amount: around(random, &drawable(state, &record)),
        },
        35..38 => Command::RepayDebt {
            vault,
            amount: Repayment::All,
        },
        38..45 => Command::RepayDebt {
            vault,
            amount: Repayment::Exactly(around(random, &repayable(state, &record))),
        },
        45..49 => Command::CloseVault { vault },
        49..53 => {
            let debt = around(random, &repayable(state, &record));
            Command::SplitVault {
                vault,
                collateral: around(random, &[record.collateral / 2, record.collateral]),
                debt,
            }
        }
        53..56 => Command::MergeVaults {
            from: vault,
            into: self::vault(random, state, sender).0,
        },
        56..58 => Command::TransferVault {
            vault,
            to: anyone(random),
        },
        58..60 => {
            let permission = random.of([Permission::Granted, Permission::Granted, Permission::Revoked]);
            Command::SetDelegate {
                delegate: anyone(random),
                permission,
            }
        }
        60..65 => {
            let order = random.chance(850).then(|| order(random, state, record.kind));
            Command::SetStandingOrder { vault, order }
        }
        65..69 => {
            let asset = if random.chance(30) {
                AssetId(77)
            } else {
                random.of(ASSETS)
            };
            Command::Send {
                asset,
                to: anyone(random),
                amount: around(random, &[balance(asset), balance(asset) / 20]),
            }
        }
        69..76 => Command::Liquidate {
            vault: risky(random, state),
        },
        76..82 => take(random, state, sender),
        82..84 => Command::ResetAuction {
            auction: auction(random, state),
        },
        84..89 if random.chance(300) => Command::Queue {
            order: Order::EnterFund {
                amount: around(random, &[balance(COIN), balance(COIN) / 5]),
                shares_min: random.of([Amount::ZERO, Amount::ZERO, Amount::MAX]),
            },
            expiry: later(random, state),
        },
        89..93 if random.chance(400) => Command::Queue {
            order: Order::ExitFund {
                shares: around(random, &[state.fund.stakes.get(&sender).copied().unwrap_or(1)]),
            },
            expiry: later(random, state),
        },
        84..89 if random.chance(500) => {
            let order = at_market(random, state, sender);
            let soon = later(random, state);
            // Liquidity leaves after an hour.
            let late = matches!(order, Order::RemoveLiquidity { .. }) && random.chance(800);
            Command::Queue {
                order,
                expiry: if late { Timestamp(state.time + 50_000) } else { soon },
            }
        }
        84..89 => Command::Queue {
            order: Order::EnterPool {
                pool: pool(random),
                amount: around(random, &[balance(COIN), balance(COIN) / 5]),
            },
            expiry: later(random, state),
        },
        89..93 => {
            let own = state.deposits.keys().filter(|(_, owner)| *owner == sender);
            let own: Vec<PoolId> = own.map(|(pool, _)| *pool).collect();
            let pool = random.pick(&own).unwrap_or_else(|| pool(random));
            let held = state.position(pool, sender).map_or(1, |(coins, _)| coins);
            Command::Queue {
                order: Order::ExitPool {
                    pool,
                    amount: around(random, &[held]),
                },
                expiry: later(random, state),
            }
        }
        93..95 => {
            let own = state.deposits.keys().filter(|(_, owner)| *owner == sender);
            let own: Vec<PoolId> = own.map(|(pool, _)| *pool).collect();
            Command::ClaimPoolGain {
                pool: random.pick(&own).unwrap_or_else(|| pool(random)),
            }
        }
        95..98 => {
            let own: Vec<TicketId> = state
                .tickets
                .iter()
                .filter(|(_, ticket)| ticket.owner == sender)
                .map(|(id, _)| *id)
                .collect();
            let any: Vec<TicketId> = state.tickets.keys().copied().collect();
            let few = if random.chance(800) { own } else { any };
            Command::CancelTicket {
                ticket: random.pick(&few).unwrap_or(TicketId(random.under(500))),
            }
        }
        98 => Command::AddFirstLoss {
            collateral_type: kind(random),
            amount: around(random, &[balance(COIN) / 50]),
        },
        _ => Command::SetParameter(parameter(random, state)),
    }
}

/// An order at a market, with a limit around the oracle's price.
fn at_market(random: &mut Random, state: &Model, sender: AccountId) -> Order {
    let market = MarketId(random.of([1, 1, 1, 2, 2, 2, 3]));
    let of = MarketId(market.0.min(2));
    let pool = state.markets.get(&of);
    let (base, coins) = pool.map_or((1, 1), |pool| (pool.base, pool.coins));
    let asset = pool.map_or(COIN, |pool| pool.spec.base);
    let has = |asset| state.balance(asset, sender);
    let oracle = pool
        .and_then(|pool| state.quotes.get(&pool.spec.feed))
        .map_or(1, |quote| quote.spot);
    // In steps of 2 %, so that limits meet.
    let near = oracle / 50 * u128::from(45 + random.under(11));
    let limit = Price::from_raw(random.of([near, near, near, 0, u128::MAX]));
    let held = state.positions.get(&(of, sender)).map_or(0, |(shares, _)| *shares);
    let choice = random.under(if held > 0 { 14 } else { 9 });
    match choice {
        0..3 => Order::Sell {
            market,
            amount: around(random, &[has(asset) / 10, base / 20, base / 20]),
            limit,
        },
        3..6 => Order::Buy {
            market,
            amount: around(random, &[has(COIN) / 10, coins / 20, coins / 20]),
            limit,
        },
        6..9 => Order::AddLiquidity {
            market,
            base: around(random, &[has(asset) / 10, base / 20]),
            coins: around(random, &[has(COIN) / 10, coins / 100]),
            least: Amount::from_raw(random.of([0, 0, 0, 1 << 70])),
        },
        _ => Order::RemoveLiquidity {
            market,
            shares: match random.under(5) {
                0 | 4 => around(random, &[held.max(1), held.max(1)]),
                part => Amount::from_raw(held / u128::from(part)),
            },
            least_base: Amount::from_raw(random.of([0, 0, 0, 1 << 60])),
            least_coins: Amount::ZERO,
        },
    }
}

/// One of the riskiest vaults of a type, mostly.
fn risky(random: &mut Random, state: &Model) -> VaultId {
    if random.chance(150) {
        return random
            .pick(&state.vaults.keys().copied().collect::<Vec<_>>())
            .unwrap_or(VaultId(9_999));
    }
    let riskiest = state.riskiest_few(random.of(TYPES), 4);
    random.pick(&riskiest).unwrap_or(VaultId(9_999))
}

fn auction(random: &mut Random, state: &Model) -> AuctionId {
    let running: Vec<AuctionId> = state.auctions.keys().copied().collect();
    random
        .pick(&running)
        .filter(|_| !random.chance(50))
        .unwrap_or(AuctionId(random.under(5_000)))
}

fn take(random: &mut Random, state: &Model, sender: AccountId) -> Command {
    let id = auction(random, state);
    let lot = state.auctions.get(&id).map_or(1, |auction| auction.lot);
    let start = state.auctions.get(&id).map_or(RAY, |auction| auction.start_price);
    let affordable = match state
        .auctions
        .get(&id)
        .and_then(|auction| state.types.get(&auction.kind))
    {
        Some(kind) => {
            (state.balance(COIN, sender) / 2).saturating_mul(10_u128.pow(u32::from(kind.decimals)))
                / (start / 1_000_000_000).max(1)
        }
        None => 1,
    };
    let amount = around(random, &[lot, affordable.min(lot), lot / 3]);
    let price_max = Price::from_raw(random.of([u128::MAX, u128::MAX, start, start / 10 * 9, 0]));
    Command::TakeAuction {
        auction: id,
        amount,
        price_max,
    }
}

fn order(random: &mut Random, state: &Model, kind: TypeId) -> StandingOrder {
    let ratio = state
        .types
        .get(&kind)
        .map_or(WAD, |kind| random.of([kind.spec.liquidation_ratio.raw(), kind.ratio]));
    let trigger = ratio
        .saturating_add(random.under_wide(WAD / 4))
        .saturating_sub(random.of([0, 0, 0, WAD / 100]));
    let restore = trigger
        .saturating_add(random.under_wide(WAD))
        .saturating_add(random.of([0, 1]));
    let limit = around(random, &[coins(2_000).raw(), coins(100).raw()]);
    let action = if random.chance(500) {
        Protection::Repay { limit }
    } else {
        Protection::TopUp { limit }
    };
    let restore = if random.chance(30) { u128::MAX } else { restore };
    StandingOrder {
        trigger: Ratio::from_raw(trigger),
        restore: Ratio::from_raw(restore),
        action,
    }
}

/// Inside the bounds, at them, and beyond.
fn parameter(random: &mut Random, state: &Model) -> ParameterChange {
    let percent = |random: &mut Random, most: u32| {
        Ratio::basis_points(u32::try_from(random.under(u64::from(most) * 100)).unwrap_or(0))
    };
    let id = kind(random);
    let now = state.types.get(&id).map(|kind| &kind.spec);
    let near = |random: &mut Random, ratio: Option<Ratio>| {
        let ratio = ratio.map_or(WAD, Ratio::raw);
        Ratio::from_raw(random.of([
            ratio,
            ratio + WAD / 50,
            ratio.saturating_sub(WAD / 50),
            ratio + 1,
            ratio.saturating_sub(1),
            0,
            u128::MAX,
        ]))
    };
    let few = |random: &mut Random, units: &[u64]| coins(random.pick(units).unwrap_or(0));
    let parameter = match random.under(23) {
        0 | 1 => TypeParameter::InitialRatio(near(random, now.map(|spec| spec.initial_ratio))),
        2 | 3 => TypeParameter::LiquidationRatio(near(random, now.map(|spec| spec.liquidation_ratio))),
        4 => TypeParameter::GlidePerDay(percent(random, 12)),
        5 => TypeParameter::Penalty(percent(random, 20)),
        6 => TypeParameter::StabilityFee(Rate::from_raw(random.of([
            RAY - 1,
            RAY,
            RAY + 1_547_125_957_863_212_448,
            RAY + 73_000_000_000_000_000_000,
            RAY + 73_000_000_000_000_000_001,
        ]))),
        7 => TypeParameter::BorrowingFee(percent(random, 2)),
        8 => TypeParameter::LiquidationDeposit(few(random, &[0, 1, 20, 50, 1_001])),
        9 => TypeParameter::CallerShare(percent(random, 55)),
        10 => TypeParameter::DebtCeiling(few(random, &[100_000, 1_000_000, 2_000_000, 5_000_000, 1 << 61])),
        11 => TypeParameter::DebtFloor(random.of([
            Amount::ZERO,
            Amount::ONE,
            coins(100),
            coins(500),
            coins(2_000),
            coins(100_001),
        ])),
        12 => TypeParameter::Stress(percent(random, 40)),
        13 => TypeParameter::PoolDiscount(percent(random, 8)),
        14 => TypeParameter::AuctionStartFactor(Ratio::percent(random.of([99, 100, 110, 150, 200, 201]))),
        15 => TypeParameter::AuctionCurve(curve(random)),
        16 => TypeParameter::AuctionDuration(Seconds(random.of([0, 60, 900, 7_200, 604_801]))),
        17 => TypeParameter::AuctionResetRatio(Ratio::percent(random.of([0, 10, 50, 99, 100]))),
        18 => TypeParameter::KeeperFlat(few(random, &[0, 10, 1_000, 1_001])),
        19 => TypeParameter::KeeperShare(percent(random, 60)),
        20 => TypeParameter::AuctionCeiling(few(random, &[0, 5_000, 100_000, 10_000_000, 1 << 61])),
        21 => TypeParameter::FlashCeiling(few(random, &[0, 1_000, 100_000, 10_000_000, 1_000_000_001])),
        _ => TypeParameter::AuctionBreaker(random.of([
            Breaker::Open,
            Breaker::Open,
            Breaker::NoStart,
            Breaker::NoReset,
            Breaker::NoTake,
        ])),
    };
    match random.under(12) {
        0 => ParameterChange::GlobalDebtCeiling(few(random, &[500_000, 3_000_000, 40_000_000, 1 << 61])),
        1 => ParameterChange::GlobalAuctionCeiling(few(random, &[0, 30_000, 100_000_000, 1 << 61])),
        2 => ParameterChange::WorkPrice(Amount::from_raw(random.of([0, 1, 10_000_000_000_000]))),
        _ => ParameterChange::Type(id, parameter),
    }
}

fn curve(random: &mut Random) -> Curve {
    let cut = Rate::from_raw(random.of([0, 1, RAY / 2, RAY / 100 * 99, RAY - 1, RAY]));
    match random.under(3) {
        0 => Curve::Linear {
            duration: Seconds(random.of([0, 1, 3_600])),
        },
        1 => Curve::Stair {
            cut,
            step: Seconds(random.of([0, 1, 90])),
        },
        _ => Curve::Exponential { cut },
    }
}
