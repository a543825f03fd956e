//! What a keeper has bought and not sold yet, by its own receipts alone: never what its account has otherwise.

use std::collections::BTreeMap;

use ballast_num::{Amount, Timestamp};
use ballast_protocol::{AccountId, AssetId, AuctionId, Event, Order, TicketId, TransactionHash};

use crate::board::Board;

/// What a keeper has bought in this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    held: BTreeMap<AssetId, Amount>,
    waiting: BTreeMap<TicketId, (AssetId, Amount)>,
    unsettled: BTreeMap<AuctionId, Unsettled>,
}

/// A purchase of which it is not known what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// Its transaction.
    pub hash: TransactionHash,
    /// It is in no later block than one of this time.
    pub until: Timestamp,
    /// What it buys, if it is done.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
}

impl Book {
    /// What it has bought of an asset, and neither sold nor offered.
    pub fn held(&self, asset: AssetId) -> Amount {
        self.held.get(&asset).copied().unwrap_or(Amount::ZERO)
    }

    /// Counts more of an asset as bought.
    pub fn add(&mut self, asset: AssetId, amount: Amount) {
        let held = self.held(asset).try_add(amount).unwrap_or(Amount::MAX);
        self.held.insert(asset, held);
    }

    /// Coins that all of it is worth at the feeds' low prices: held, in orders that wait, and perhaps bought. What can't be
    /// valued counts without bound.
    pub fn worth(&self, board: &Board) -> Amount {
        let held = self.held.iter().map(|(asset, amount)| (*asset, *amount));
        let waiting = self.waiting.values().copied();
        let unsettled = self.unsettled.values().map(|one| (one.asset, one.amount));
        let mut worth = held.chain(waiting).chain(unsettled).map(|(asset, amount)| {
            if amount.is_zero() {
                return Some(Amount::ZERO);
            }
            board.worth(amount, board.feed_of(asset)?.low, asset)
        });
        let sum = worth.try_fold(Amount::ZERO, |sum, worth| sum.try_add(worth?).ok());
        sum.unwrap_or(Amount::MAX)
    }

    /// Whether an earlier purchase from an auction may still be done.
    pub fn is_unsettled(&self, auction: AuctionId) -> bool {
        self.unsettled.contains_key(&auction)
    }

    /// Purchases of which it is not known what came of them.
    pub fn unsettled(&self) -> impl Iterator<Item = (AuctionId, Unsettled)> + '_ {
        self.unsettled.iter().map(|(auction, one)| (*auction, *one))
    }

    /// Remembers a purchase of which it is not known what came of it.
    pub fn doubt(&mut self, auction: AuctionId, one: Unsettled) {
        self.unsettled.insert(auction, one);
    }

    /// Its end is known, or can't be told any more.
    pub fn settle(&mut self, auction: AuctionId) {
        self.unsettled.remove(&auction);
    }

    /// Writes down what a receipt of its own tells: what was bought, and what was offered for sale.
    pub fn enter(&mut self, me: AccountId, events: &[Event], board: &Board) {
        for event in events {
            match event {
                Event::AuctionTaken(taken) if taken.by == me => {
                    if let Some(kind) = board.kind(taken.collateral_type) {
                        self.add(kind.spec.collateral, taken.collateral);
                    }
                }
                Event::TicketQueued {
                    ticket,
                    owner,
                    order: Order::Sell { .. },
                    escrow,
                    ..
                } if *owner == me => {
                    for (asset, amount) in escrow {
                        self.held.insert(*asset, self.held(*asset).saturating_sub(*amount));
                        self.waiting.insert(*ticket, (*asset, *amount));
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes back what a block returns of its sales: the rest is sold.
    pub fn close<'a>(&mut self, events: impl IntoIterator<Item = &'a Event>) {
        for event in events {
            let Event::TicketClosed { ticket, returned, .. } = event else {
                continue;
            };
            let Some((asset, offered)) = self.waiting.remove(ticket) else {
                continue;
            };
            let back = returned.iter().find(|(back, _)| *back == asset);
            self.add(asset, back.map_or(Amount::ZERO, |(_, amount)| (*amount).min(offered)));
        }
    }

    /// Blocks were missed: orders whose end it may not have heard count as sold, so that nothing is sold twice.
    pub fn lose_track(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests;
