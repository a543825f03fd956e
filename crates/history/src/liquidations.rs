//! What became of each seizure: where its collateral went and who bore what was lost, told from the events of its block and
//! of the blocks in which its lot was sold.
//!
//! Three passes over the events of a block: seizures with their pools, auctions' starts and sharing; then what was sold of lots,
//! which may have been seized by a later transaction of the same block's list; then who paid for the block's losses.

use std::collections::BTreeMap;

use ballast_engine::State;
use ballast_num::{Amount, Round};
use ballast_protocol::api::{Disposal, LiquidationInfo, LossBorne, Went};
use ballast_protocol::{
    AuctionId, Buyer, DrawSettled, Event, LossCause, LossRecovered, Module, Sale, Seized, TypeId, VaultId,
    WaterfallStep,
};
use rusqlite::{Connection, OptionalExtension};

use crate::events::Told;
use crate::explain::explain;
use crate::index::{Happened, signed};
use crate::{Failed, Place, seizures, vaults};

/// A loss that asks the common steps to pay: of which row, if the index has it, and how much.
type Asking = (Option<Place>, Amount);

/// Rows that a block touches.
struct Book<'a> {
    connection: &'a Connection,
    happened: Happened<'a>,
    touched: BTreeMap<Place, LiquidationInfo>,
    /// The last seizure of each vault in this block.
    of_vault: BTreeMap<VaultId, Place>,
    asking: BTreeMap<TypeId, Vec<Asking>>,
}

/// What surplus buffer and insurance fund paid for one loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    surplus: Amount,
    fund: Amount,
}

/// Each loss's part of what was paid for all, in proportion to what it asked, rounded down; what that leaves over goes on to the
/// next, so that the parts add up to what was paid and none is more than was asked.
fn parts(asked: &[Amount], surplus: Amount, fund: Amount) -> Vec<Part> {
    let sum = |left: Amount, right: Amount| left.try_add(right).unwrap_or(Amount::MAX);
    let all = asked.iter().copied().fold(Amount::ZERO, sum);
    let paid = sum(surplus, fund).min(all);
    let up_to =
        |of: Amount, so_far: Amount, all: Amount| of.prorate(so_far.raw(), all.raw().max(1), Round::Down).unwrap_or(of);
    let (mut asked_so_far, mut before) = (Amount::ZERO, (Amount::ZERO, Amount::ZERO));
    let mut parts = Vec::with_capacity(asked.len());
    for amount in asked {
        asked_so_far = sum(asked_so_far, *amount);
        let both = up_to(paid, asked_so_far, all);
        let of_surplus = up_to(surplus.min(paid), both, paid);
        let by_surplus = of_surplus.saturating_sub(before.1);
        parts.push(Part {
            surplus: by_surplus,
            fund: both.saturating_sub(before.0).saturating_sub(by_surplus),
        });
        before = (both, of_surplus);
    }
    parts
}

/// Brings the rows up to date with a block.
pub(crate) fn write(connection: &Connection, happened: Happened<'_>, told: &[Told<'_>]) -> Result<(), Failed> {
    let concerns = |told: &Told<'_>| {
        matches!(
            told.event,
            Event::VaultSeized(_)
                | Event::AuctionTaken(_)
                | Event::LotSoldInMarket(_)
                | Event::KeeperPaid { .. }
                | Event::AuctionEnded { .. }
        )
    };
    if !told.iter().any(concerns) {
        return Ok(());
    }
    let mut book = Book {
        connection,
        happened,
        touched: BTreeMap::new(),
        of_vault: BTreeMap::new(),
        asking: BTreeMap::new(),
    };
    let mut last = (usize::MAX, None);
    for told in told {
        if last.0 != told.list {
            last = (told.list, None);
        }
        book.seized(told, &mut last.1);
    }
    let mut last = (usize::MAX, None);
    for told in told {
        if last.0 != told.list {
            last = (told.list, None);
        }
        book.sold(told, &mut last.1)?;
    }
    for told in told {
        if let Event::DrawSettled(settled) = told.event {
            book.settled(settled);
        }
    }
    for mut info in book.touched.into_values() {
        info.explanation = explain(&info, happened.state);
        seizures::save(connection, &info)?;
    }
    Ok(())
}

/// More of what adds up. No sum of a chain's amounts is beyond the largest; one that were would stay there.
fn add(to: &mut Amount, more: Amount) {
    *to = to.try_add(more).unwrap_or(Amount::MAX);
}

fn went(to: &mut Went, collateral: Amount, coins: &[Amount]) {
    add(&mut to.collateral, collateral);
    for coins in coins {
        add(&mut to.coins, *coins);
    }
}

impl Book<'_> {
    /// First pass. `last` is the last seizure of the event's list.
    fn seized(&mut self, told: &Told<'_>, last: &mut Option<Place>) {
        match told.event {
            Event::VaultSeized(seized) => {
                let info = self.begun(told.place, seized);
                self.touched.insert(told.place, info);
                self.of_vault.insert(seized.vault, told.place);
                *last = Some(told.place);
            }
            Event::PoolBought(bought) => {
                if let Some(info) = self.of_vault(bought.vault) {
                    let buyer = match bought.pool.buyer {
                        Buyer::Bids(_) => &mut info.went.bids,
                        Buyer::StabilityPool => &mut info.went.pool,
                    };
                    let coins = [bought.debt, bought.recovered, bought.penalty];
                    went(buyer, bought.collateral, &coins);
                }
            }
            Event::LotShared(shared) => {
                if let Some(info) = self.of_vault(shared.vault) {
                    went(&mut info.went.shared, shared.collateral, &[shared.debt]);
                }
            }
            Event::CollateralReturned {
                from: Module::Vaults(_),
                amount,
                ..
            } => {
                if let Some(info) = last.and_then(|place| self.touched.get_mut(&place)) {
                    add(&mut info.went.owner.collateral, *amount);
                }
            }
            Event::AuctionStarted { auction, vault, .. } => {
                if let Some(info) = self.of_vault(*vault) {
                    info.auction = Some(*auction);
                    info.is_over = false;
                }
            }
            Event::LossAbsorbed {
                collateral_type,
                step,
                amount,
                cause: LossCause::Seizure(vault) | LossCause::PoolSale(vault),
            } => {
                let place = self.of_vault.get(vault).copied();
                self.lost(place, *collateral_type, *step, *amount);
            }
            Event::LossRecovered(recovered) => {
                if let Sale::Pool(vault) = recovered.sale
                    && let Some(info) = self.of_vault(vault)
                {
                    made_good(info, recovered);
                }
            }
            _ => {}
        }
    }

    /// A row as it begins.
    fn begun(&self, place: Place, seized: &Seized) -> LiquidationInfo {
        let state = self.happened.state;
        let decimals = state
            .vaults()
            .totals(seized.collateral_type)
            .map(|totals| totals.decimals);
        let before = (seized.collateral_before, seized.debt_before);
        LiquidationInfo {
            height: place.height(),
            time: self.happened.block.time,
            seq: place.seq(),
            vault: seized.vault,
            owner: seized.owner,
            collateral_type: seized.collateral_type,
            rule: seized.rule,
            price: seized.price,
            liquidation_ratio: seized.liquidation_ratio,
            ratio_before: decimals
                .ok()
                .and_then(|decimals| vaults::ratio(before, seized.price, decimals)),
            debt: seized.debt,
            collateral: seized.collateral,
            penalty: seized.penalty,
            caller: seized.caller,
            auction: None,
            is_over: true,
            went: Disposal {
                caller: seized.caller_collateral,
                ..Disposal::default()
            },
            owed_again: Amount::ZERO,
            losses: LossBorne::default(),
            explanation: String::new(),
        }
    }

    /// Second pass. `last` is the last auction that the event's list has told of.
    fn sold(&mut self, told: &Told<'_>, last: &mut Option<AuctionId>) -> Result<(), Failed> {
        match told.event {
            Event::AuctionTaken(taken) => {
                *last = Some(taken.auction);
                if let Some(info) = self.of_auction(taken.auction)? {
                    let coins = [taken.debt, taken.recovered, taken.penalty];
                    went(&mut info.went.buyers, taken.collateral, &coins);
                }
            }
            Event::LotSoldInMarket(sold) => {
                *last = Some(sold.auction);
                if let Some(info) = self.of_auction(sold.auction)? {
                    let coins = [sold.debt, sold.recovered, sold.penalty];
                    went(&mut info.went.market, sold.collateral, &coins);
                    add(&mut info.went.owner.coins, sold.excess);
                }
            }
            Event::CollateralReturned {
                from: Module::Auctions(_),
                amount,
                ..
            } => {
                if let Some(auction) = *last
                    && let Some(info) = self.of_auction(auction)?
                {
                    add(&mut info.went.owner.collateral, *amount);
                }
            }
            Event::AuctionEnded { auction, .. } => {
                *last = Some(*auction);
                if let Some(info) = self.of_auction(*auction)? {
                    info.is_over = true;
                }
            }
            Event::ShortfallOwed { amount, .. } => {
                if let Some(auction) = *last
                    && let Some(info) = self.of_auction(auction)?
                {
                    add(&mut info.owed_again, *amount);
                }
            }
            Event::LossAbsorbed {
                collateral_type,
                step,
                amount,
                cause: LossCause::Auction(auction),
            } => {
                let place = self.of_auction(*auction)?.map(|info| place_of(info));
                self.lost(place, *collateral_type, *step, *amount);
            }
            Event::LossRecovered(recovered) => {
                if let Sale::Auction(auction) = recovered.sale
                    && let Some(info) = self.of_auction(auction)?
                {
                    made_good(info, recovered);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Books a loss: what first-loss capital has not borne asks the common steps, and stands with the holders until they pay.
    fn lost(&mut self, place: Option<Place>, collateral_type: TypeId, step: WaterfallStep, amount: Amount) {
        if step != WaterfallStep::FirstLoss {
            self.asking.entry(collateral_type).or_default().push((place, amount));
        }
        if let Some(info) = place.and_then(|place| self.touched.get_mut(&place)) {
            add(&mut info.losses.lost, amount);
            match step {
                WaterfallStep::FirstLoss => add(&mut info.losses.first_loss, amount),
                _ => add(&mut info.losses.holders, amount),
            }
        }
    }

    /// Third pass: surplus buffer and insurance fund have paid for a type's losses of this block; each has its part.
    fn settled(&mut self, settled: &DrawSettled) {
        let asking = self.asking.remove(&settled.collateral_type).unwrap_or_default();
        let asked: Vec<Amount> = asking.iter().map(|(_, amount)| *amount).collect();
        for ((place, _), part) in asking.into_iter().zip(parts(&asked, settled.surplus, settled.fund)) {
            if let Some(info) = place.and_then(|place| self.touched.get_mut(&place)) {
                let losses = &mut info.losses;
                add(&mut losses.surplus, part.surplus);
                add(&mut losses.fund, part.fund);
                losses.holders = losses.holders.saturating_sub(part.surplus).saturating_sub(part.fund);
            }
        }
    }

    fn of_vault(&mut self, vault: VaultId) -> Option<&mut LiquidationInfo> {
        let place = self.of_vault.get(&vault)?;
        self.touched.get_mut(place)
    }

    /// The row of a lot; none if it was seized before the history begins.
    fn of_auction(&mut self, auction: AuctionId) -> Result<Option<&mut LiquidationInfo>, Failed> {
        let known = |info: &LiquidationInfo| info.auction == Some(auction);
        let there = self
            .touched
            .iter()
            .find(|(_, info)| known(info))
            .map(|(place, _)| *place);
        let place = match there {
            Some(place) => place,
            None => {
                let query = format!("{} WHERE auction = ?1", seizures::select());
                let found = self
                    .connection
                    .prepare_cached(&query)?
                    .query_row([signed(auction.0)], |row| Ok(seizures::read(row)))
                    .optional()?;
                let Some(info) = found.transpose()? else {
                    return Ok(None);
                };
                let place = place_of(&info);
                self.touched.insert(place, info);
                place
            }
        };
        Ok(self.touched.get_mut(&place))
    }
}

fn place_of(info: &LiquidationInfo) -> Place {
    let seq = usize::try_from(info.seq).unwrap_or(usize::MAX);
    Place::of(info.height, seq).unwrap_or(Place::from_number(0))
}

fn made_good(info: &mut LiquidationInfo, recovered: &LossRecovered) {
    for part in [
        recovered.bad_debt,
        recovered.surplus,
        recovered.fund,
        recovered.first_loss,
    ] {
        add(&mut info.losses.recovered, part);
    }
}

/// What a type, its collateral and the coin are called; a number where the state has no name.
pub(crate) struct Names {
    pub(crate) of_type: String,
    pub(crate) collateral: String,
    pub(crate) collateral_decimals: u8,
    pub(crate) coin: String,
}

impl Names {
    pub(crate) fn of(state: &State, collateral_type: TypeId) -> Self {
        let symbol = |asset| state.asset(asset).map(|asset| asset.symbol.clone());
        let spec = state.vaults().spec(collateral_type).ok();
        let totals = state.vaults().totals(collateral_type).ok();
        Self {
            of_type: spec.map_or_else(|| collateral_type.to_string(), |spec| spec.name.clone()),
            collateral: spec
                .and_then(|spec| symbol(spec.collateral))
                .unwrap_or_else(|| "of the collateral".into()),
            collateral_decimals: totals.map_or(18, |totals| totals.decimals.get()),
            coin: symbol(state.governance().limits.coin).unwrap_or_else(|| "coins".into()),
        }
    }
}

#[cfg(test)]
mod tests;
