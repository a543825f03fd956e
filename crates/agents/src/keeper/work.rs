//! A keeper at work: looks, decides, tries, sends, and writes down what came of it.

use std::collections::BTreeSet;
use std::time::Duration;

use ballast_client::{Error, Wallet};
use ballast_protocol::api::TransactionInfo;
use ballast_protocol::{AuctionId, Height, Outcome};

use super::book::Unsettled;
use super::{Book, Purchase, Terms, chores, purchases};
use crate::board::{Board, Own, Step};

/// How long it waits for a node that does not answer, between two attempts.
const AWAY: Duration = Duration::from_secs(2);
/// How long a node may be silent before that is said.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came of a step.
#[derive(Debug)]
pub enum Taken {
    /// It is done.
    Done(Box<TransactionInfo>),
    /// Trying it said why it would not work: nothing was sent and nothing paid.
    NotSent(String),
    /// It failed, or it is not known what came of it.
    Failed(Error),
}

/// Tries a step, and sends it if it would work.
pub async fn take(wallet: &Wallet, step: &Step) -> Taken {
    match wallet.dry_run(step.commands.clone()).await {
        Ok(tried) => match tried.receipt.outcome {
            Outcome::Done => {}
            Outcome::Failed { reason, .. } | Outcome::NotAdmitted(reason) => return Taken::NotSent(reason.to_string()),
        },
        Err(error) => return Taken::Failed(error),
    }
    match wallet.send(step.commands.clone()).await {
        Ok(info) => Taken::Done(Box::new(info)),
        Err(error) => Taken::Failed(error),
    }
}

/// A keeper with its account, terms and book.
pub struct Keeper {
    wallet: Wallet,
    /// The same account, for what soon is too late.
    buyer: Wallet,
    terms: Terms,
    book: Book,
}

impl Keeper {
    /// One that has bought nothing yet.
    pub fn new(wallet: Wallet, terms: Terms) -> Self {
        Self {
            buyer: wallet.clone().living(terms.life),
            wallet,
            terms,
            book: Book::default(),
        }
    }

    /// What it has bought and not sold.
    pub const fn book(&self) -> &Book {
        &self.book
    }

    /// Counts all collateral of its account as bought by it: for an account that serves nothing else. Errors: those of reads.
    pub async fn owning_all(mut self) -> Result<Self, Error> {
        let client = self.wallet.client();
        let (board, own) = look(&self.wallet).await?;
        self.book = Book::default();
        for held in &own.account.balances {
            if held.asset != client.coin() && board.types.iter().any(|kind| kind.spec.collateral == held.asset) {
                self.book.add(held.asset, held.amount);
            }
        }
        Ok(self)
    }

    /// Works on every block until the node speaks another language. Tells each step that it has tried, and what came of it.
    ///
    /// Errors: those of [`ballast_client::Blocks::next`]; a node that can't be reached is waited for.
    pub async fn run(&mut self, mut tell: impl FnMut(&Step, &Taken)) -> Result<(), Error> {
        let client = self.wallet.client().clone();
        let blocks = || client.blocks(None).giving_up_after(PATIENCE);
        let (mut stream, mut seen, mut is_away) = (blocks(), Height(0), false);
        loop {
            let told = match stream.next().await {
                Ok(told) => told.block,
                // It was away for longer than the node remembers: what stands now is all that counts.
                Err(Error::NotKept { .. }) => {
                    self.book.lose_track();
                    stream = blocks();
                    continue;
                }
                Err(error @ (Error::Unreachable { .. } | Error::NoAnswer { .. })) => {
                    if !is_away {
                        tracing::warn!(%error, "the node does not answer: it goes on when it is back");
                    }
                    is_away = true;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if std::mem::take(&mut is_away) {
                tracing::warn!("the node is back");
            }
            let receipts = told.receipts.iter().flat_map(|receipt| &receipt.events);
            self.book.close(told.events.iter().chain(receipts));
            // What was told while it worked is in what it has seen since.
            if told.height <= seen {
                continue;
            }
            match self.work(&mut tell).await {
                Ok(height) => seen = height,
                Err(error) => {
                    tracing::warn!(%error, "the node did not answer");
                    tokio::time::sleep(AWAY).await;
                }
            }
        }
    }

    /// Looks, and does what there is to do; looks again before each further purchase. Returns the height that it has looked at
    /// last. Errors: those of reads.
    pub async fn work(&mut self, tell: &mut impl FnMut(&Step, &Taken)) -> Result<Height, Error> {
        self.settle().await?;
        let mut bought_from = BTreeSet::<AuctionId>::new();
        let (board, own) = loop {
            let (board, own) = look(&self.wallet).await?;
            let mut wanted = purchases(&board, &own, &self.book, &self.terms).into_iter();
            let Some(purchase) = wanted.find(|one| !bought_from.contains(&one.auction)) else {
                break (board, own);
            };
            bought_from.insert(purchase.auction);
            let taken = take(&self.buyer, &purchase.step).await;
            self.enter(&board, &taken, Some(&purchase));
            tell(&purchase.step, &taken);
        };
        for step in chores(&board, &own, &self.book, &self.terms) {
            let taken = take(&self.wallet, &step).await;
            self.enter(&board, &taken, None);
            tell(&step, &taken);
        }
        Ok(board.status.height)
    }

    /// Writes down what came of a step.
    fn enter(&mut self, board: &Board, taken: &Taken, purchase: Option<&Purchase>) {
        match (taken, purchase) {
            (Taken::Done(info), _) => self.book.enter(self.wallet.address(), &info.receipt.events, board),
            (Taken::Failed(Error::Unknown { hash, .. }), Some(purchase)) => {
                let lived = board.status.now.after(self.terms.life).unwrap_or(board.status.now);
                let one = Unsettled {
                    hash: *hash,
                    // It was signed after the look; until then it is asked for at least.
                    until: lived.after(self.terms.life).unwrap_or(lived),
                    asset: purchase.asset,
                    amount: purchase.amount,
                };
                self.book.doubt(purchase.auction, one);
            }
            _ => {}
        }
    }

    /// Asks what came of purchases that are in doubt. Errors: those of reads.
    async fn settle(&mut self) -> Result<(), Error> {
        let doubted: Vec<_> = self.book.unsettled().collect();
        if doubted.is_empty() {
            return Ok(());
        }
        let client = self.wallet.client().clone();
        // The time first: a block that comes between has a later one.
        let status = client.status().await?;
        let board = Board::look(&client).await?;
        for (auction, one) in doubted {
            let found = client.transaction(one.hash).await?;
            if let Some(info) = &found
                && info.receipt.outcome == Outcome::Done
            {
                self.book.enter(self.wallet.address(), &info.receipt.events, &board);
            }
            if found.is_some() || status.time > one.until {
                self.book.settle(auction);
            }
        }
        Ok(())
    }
}

/// The state and the account, both of one height. Errors: those of reads.
async fn look(wallet: &Wallet) -> Result<(Board, Own), Error> {
    let board = Board::look(wallet.client()).await?;
    let own = Own::look(wallet.client(), wallet.address(), board.status.height).await?;
    Ok((board, own))
}
