//! One type's auctions with a ledger and a feed, for tests. Each action checks that the books still agree, and that a
//! refusal has changed nothing.

use ballast_num::{Amount, Decimals, Price, Rate, Ratio, Seconds, Timestamp};
use ballast_protocol::{
    AccountId, AssetId, AuctionId, AuctionSpec, AuctionTaken, Bounds, Breaker, Curve, Event, FeedId, FeedState,
    FlowLimit, GrowthSpec, Holder, KeeperPay, Limits, Module, OpeningAuction, PeerRules, PoolSpec, Rejected,
    RoundNumber, Sharing, TypeId, TypeSpec, VaultId,
};

use crate::kernel::{Clock, Context, Ledger, Prices, Quote};
use crate::mechanisms::auction::{Auction, Auctions, Lot, Taken, Terms};

pub(super) const COIN: AssetId = AssetId(1);
pub(super) const ETH: AssetId = AssetId(2);
pub(super) const KIND: TypeId = TypeId(1);
pub(super) const OWNER: AccountId = AccountId::numbered(1);
pub(super) const ALICE: AccountId = AccountId::numbered(2);
pub(super) const BOB: AccountId = AccountId::numbered(3);
pub(super) const KEEPER: AccountId = AccountId::numbered(4);

pub(super) const fn coins(whole: u64) -> Amount {
    Amount::whole(whole, Decimals::MAX)
}

pub(super) const fn eth(whole: u64) -> Amount {
    Amount::whole(whole, Decimals::MAX)
}

/// A lot of whole units with a debt, and a penalty of 10 %.
pub(super) fn lot(collateral: u64, debt: u64) -> Lot {
    let penalty = Amount::from_raw(coins(debt).raw() / 10);
    let (collateral, debt) = (eth(collateral), coins(debt));
    Lot {
        vault: VaultId(1),
        owner: OWNER,
        collateral,
        debt,
        penalty,
        booked: Amount::ZERO,
    }
}

/// The auctions and balances.
type Image = (Vec<(AuctionId, Auction)>, Vec<(AssetId, Holder, Amount)>);

#[derive(Debug)]
pub(super) struct Desk {
    pub auctions: Auctions,
    pub ledger: Ledger,
    pub spec: TypeSpec,
    pub decimals: Decimals,
    pub quote: Quote,
    pub limits: Limits,
    pub events: Vec<Event>,
    /// Coins that takes burned against debt, and against booked losses.
    pub burned: Amount,
    pub recovered: Amount,
    /// Coins minted to keepers.
    pub minted: Amount,
}

impl Desk {
    /// ETH at 2000; start factor 1.2, a stair of 1 % each 90 s, two hours, reset under 0.4, debt floor zero; buyers
    /// with a million coins each.
    pub(super) fn new() -> Self {
        let mut ledger = Ledger::default();
        for buyer in [ALICE, BOB] {
            ledger.mint(COIN, buyer, coins(1_000_000)).unwrap();
        }
        Self {
            auctions: Auctions::default(),
            ledger,
            spec: spec(),
            decimals: Decimals::MAX,
            quote: quote(Price::whole(2_000)),
            limits: limits(),
            events: Vec::new(),
            burned: Amount::ZERO,
            recovered: Amount::ZERO,
            minted: Amount::ZERO,
        }
    }

    pub(super) fn start(&mut self, lot: &Lot, keeper: Option<AccountId>) -> Result<AuctionId, Rejected> {
        self.ledger.mint(ETH, Module::Vaults(KIND), lot.collateral).unwrap();
        let done = self.act(OWNER, |auctions, ctx, terms| auctions.start(ctx, terms, lot, keeper));
        if done.is_err() {
            self.ledger.burn(ETH, Module::Vaults(KIND), lot.collateral).unwrap();
        }
        done
    }

    pub(super) fn take(
        &mut self,
        by: AccountId,
        id: AuctionId,
        most: Amount,
        price_max: Price,
    ) -> Result<Taken, Rejected> {
        let taken = self.act(by, |auctions, ctx, terms| {
            auctions.take(ctx, terms, id, most, price_max)
        })?;
        self.burned = self.burned.try_add(taken.debt).unwrap();
        self.recovered = self.recovered.try_add(taken.recovered).unwrap();
        assert_eq!(
            Amount::try_sum([taken.debt, taken.recovered, taken.surplus]),
            Ok(taken.paid)
        );
        Ok(taken)
    }

    pub(super) fn reset(&mut self, id: AuctionId, keeper: Option<AccountId>) -> Result<(), Rejected> {
        self.act(OWNER, |auctions, ctx, terms| auctions.reset(ctx, terms, id, keeper))
    }

    pub(super) fn restart(&mut self) -> Result<(), Rejected> {
        self.act(OWNER, |auctions, ctx, terms| auctions.restart(ctx, terms))
    }

    pub(super) fn open(&mut self, opening: &OpeningAuction) -> Result<(), Rejected> {
        let live_time = self.quote.live_time;
        self.act(OWNER, |auctions, ctx, terms| {
            auctions.open(ctx.ledger, terms, opening, live_time)
        })
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.quote.live_time = Seconds(self.quote.live_time.raw() + seconds);
    }

    /// The feed says something else.
    pub(super) fn quote_at(&mut self, price: Price) {
        self.quote = Quote {
            live_time: self.quote.live_time,
            ..quote(price)
        };
    }

    pub(super) fn price(&self, id: AuctionId) -> Price {
        self.auctions
            .auction(id)
            .unwrap()
            .price(&self.spec.auction, self.quote.live_time)
            .unwrap()
    }

    /// The price of the last sale.
    pub(super) fn last_price(&self) -> Price {
        let price = |event: &Event| match event {
            Event::AuctionTaken(AuctionTaken { price, .. }) => Some(*price),
            _ => None,
        };
        self.events.iter().rev().find_map(price).expect("something was sold")
    }

    pub(super) fn terms(&self) -> Terms<'_> {
        Terms {
            spec: &self.spec,
            decimals: self.decimals,
        }
    }

    fn act<T>(
        &mut self,
        caller: AccountId,
        action: impl FnOnce(&mut Auctions, &mut Context<'_>, Terms<'_>) -> Result<T, Rejected>,
    ) -> Result<T, Rejected> {
        let (before, told) = (self.image(), self.events.len());
        let supply = self.ledger.supply(ETH);
        let prices: Prices = [self.quote.clone()].into_iter().collect();
        let mut ctx = Context {
            clock: Clock {
                now: Timestamp(0),
                host_time: Seconds(0),
                step: Seconds(0),
            },
            caller,
            limits: &self.limits,
            prices: &prices,
            ledger: &mut self.ledger,
            events: &mut self.events,
        };
        let done = action(
            &mut self.auctions,
            &mut ctx,
            Terms {
                spec: &self.spec,
                decimals: self.decimals,
            },
        );
        match &done {
            Err(_) => assert_eq!(
                (self.image(), self.events.len()),
                (before, told),
                "a refusal changed something"
            ),
            Ok(_) => assert!(self.ledger.supply(ETH) >= supply, "collateral was destroyed"),
        }
        for event in &self.events[told..] {
            if let Event::KeeperPaid { amount, .. } = event {
                self.minted = self.minted.try_add(*amount).unwrap();
            }
        }
        self.check();
        done
    }

    /// The auctions' sums are right, the module holds exactly the lots, and what is owed is going to be raised.
    fn check(&self) {
        let kind = self.auctions.recount().unwrap().remove(&KIND).unwrap_or_default();
        assert_eq!(
            (kind, kind),
            (self.auctions.on_sale(KIND), self.auctions.all_on_sale().unwrap())
        );
        let lots = Amount::try_sum(self.auctions.iter().map(|(_, auction)| auction.lot)).unwrap();
        assert_eq!(lots, self.ledger.balance(ETH, Module::Auctions(KIND)));
        for (id, auction) in self.auctions.iter() {
            assert!(!auction.lot.is_zero() && !auction.to_raise.is_zero(), "{id} is over");
            if self.spec.peer.keeper_pay == KeeperPay::WithinPenalty {
                assert!(
                    auction.debt.try_add(auction.booked).unwrap() <= auction.to_raise,
                    "{id} owes too much"
                );
                assert!(auction.keeper_paid <= auction.penalty, "{id} pays its keepers too much");
            }
        }
    }

    fn image(&self) -> Image {
        (self.auctions.iter().collect(), self.ledger.balances().collect())
    }
}

pub(super) fn quote(price: Price) -> Quote {
    Quote {
        feed: FeedId(1),
        state: FeedState::Live,
        round: RoundNumber(1),
        closed: Timestamp(0),
        age: Seconds(0),
        heartbeat: Seconds(60),
        spot: price,
        mean: price,
        judging: price,
        deviation: Ratio::ZERO,
        judging_before: price,
        low: price,
        live_time: Seconds(0),
        quiet: false,
    }
}

fn limits() -> Limits {
    Limits {
        coin: COIN,
        debt_ceiling: Amount::MAX,
        auction_ceiling: Amount::MAX,
        block_work: 0,
        protective_share: Ratio::ZERO,
        liquidation_work: 0,
        caller_work_share: Ratio::ZERO,
        liquidation_window: 0,
        blocks_to_clear: 1,
        work_price: Amount::ZERO,
        mint: FlowLimit::NONE,
        surplus_floor: Amount::ZERO,
        fund: ballast_protocol::FundSpec::standard(),
        clock_step: Seconds(0),
        transaction_life: Seconds(0),
        ring_fence: Bounds::Enforced,
    }
}

fn spec() -> TypeSpec {
    TypeSpec {
        id: KIND,
        name: "ETH-A".into(),
        collateral: ETH,
        feed: FeedId(1),
        initial_ratio: Ratio::percent(160),
        liquidation_ratio: Ratio::percent(150),
        glide_per_day: Ratio::percent(1),
        initial_gap: Ratio::percent(5),
        penalty: Ratio::percent(10),
        slippage: Ratio::percent(5),
        restore_margin: Ratio::percent(10),
        wick_band: Ratio::percent(10),
        round_seizure: Ratio::percent(50),
        grace: Seconds(0),
        sharing: Sharing::Never,
        growth: GrowthSpec::unlimited(),
        outflow: FlowLimit::NONE,
        flash_ceiling: Amount::MAX,
        stability_fee: Rate::ONE,
        borrowing_fee: Ratio::ZERO,
        liquidation_deposit: Amount::ZERO,
        caller_share: Ratio::ZERO,
        debt_ceiling: Amount::MAX,
        debt_floor: Amount::ZERO,
        warning_band: Ratio::ZERO,
        stress: Ratio::percent(30),
        line: Amount::ZERO,
        bids: ballast_protocol::BidSpec::none(),
        pool: PoolSpec {
            discount: Ratio::percent(5),
            floor: Amount::ZERO,
            cooldown: Seconds(0),
            ticket_min: Amount::ZERO,
        },
        market: None,
        auction: AuctionSpec {
            start_factor: Ratio::percent(120),
            curve: Curve::Stair {
                cut: Rate::from_raw(990_000_000_000_000_000_000_000_000),
                step: Seconds(90),
            },
            duration: Seconds(7_200),
            reset_ratio: Ratio::percent(40),
            keeper_flat: Amount::ZERO,
            keeper_share: Ratio::ZERO,
            ceiling: Amount::MAX,
            breaker: Breaker::Open,
        },
        peer: PeerRules::default(),
    }
}
