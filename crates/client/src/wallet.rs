//! A key that signs for an account, and what it needs to make a transaction of commands.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ballast_num::{Amount, Round, Seconds, Timestamp};
use ballast_protocol::api::{DryRun, FeedInfo, Status, TransactionInfo, TypeInfo};
use ballast_protocol::{
    AccountId, AssetId, Command, FeeOffer, Outcome, Rejected, Signer, Transaction, TransactionHash,
};
use ballast_signing::{SessionKeyPair, SignedTransaction, WalletKey};
use tokio::time::timeout;

use crate::nonces::Nonces;
use crate::settle::Settling;
use crate::{Client, Error};

/// How long a transaction may wait for its block, unless its terms say otherwise.
const LIFE: Seconds = Seconds(600);
/// How many times the fee at the present price a transaction offers: the price rises by an eighth a block at most, so it
/// stays good through eleven full blocks.
const HEADROOM: u128 = 4;
/// How long a transaction usually takes at most.
const USUAL: Duration = Duration::from_secs(2);
/// How often another nonce is taken where others of the account count up beside this one.
const COLLISIONS_MAX: u32 = 64;

/// From which balances fees are paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payer {
    /// From coins if the account holds enough for the offer, else from the collateral of which it holds most.
    #[default]
    Any,
    /// From this asset.
    Asset(AssetId),
    /// From the one after success, which the commands may bring first, and from the other after a failure.
    After {
        /// What pays after success.
        success: AssetId,
        /// What pays after a failure; the account holds it.
        failure: AssetId,
    },
}

/// How transactions are made of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long a transaction may wait for its block.
    pub life: Seconds,
    /// From which balances its fee is paid.
    pub payer: Payer,
    /// Most to pay, in base units of the coin; none is four times what it costs now.
    pub fee_max: Option<Amount>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            life: LIFE,
            payer: Payer::Any,
            fee_max: None,
        }
    }
}

impl Client {
    /// A transaction of these commands, for whoever signs for `sender`: it expires after its life from now on, and its fee is
    /// offered with headroom. Errors: those of reads.
    pub async fn prepare(
        &self,
        sender: AccountId,
        signer: Signer,
        nonce: u64,
        commands: Vec<Command>,
        terms: &Terms,
    ) -> Result<Transaction, Error> {
        let prepared = self.prepared((sender, signer, nonce), commands, terms).await;
        prepared.map(|(transaction, _)| transaction)
    }

    /// Also what time it was on the chain before anything was signed.
    async fn prepared(
        &self,
        (sender, signer, nonce): (AccountId, Signer, u64),
        commands: Vec<Command>,
        terms: &Terms,
    ) -> Result<(Transaction, Timestamp), Error> {
        let status = self.status().await?;
        let mut transaction = Transaction {
            sender,
            signer,
            nonce,
            expiry: Timestamp(status.now.0.saturating_add(terms.life.0)),
            fee: FeeOffer {
                asset: status.coin,
                on_failure: status.coin,
                limit: Amount::ZERO,
            },
            commands,
        };
        let cost = u128::from(transaction.work()).saturating_mul(status.work_price.raw());
        // A trifle less, at random: two programs that say the same in the same second make two transactions, not one.
        let trifle = u128::from(rand::random::<u32>()).min(cost);
        let limit = Amount::from_raw(cost.saturating_mul(HEADROOM).saturating_sub(trifle));
        let limit = terms.fee_max.unwrap_or(limit);
        let (asset, on_failure) = match terms.payer {
            Payer::Any => {
                let asset = self.payer_of(sender, &status, limit).await?;
                (asset, asset)
            }
            Payer::Asset(asset) => (asset, asset),
            Payer::After { success, failure } => (success, failure),
        };
        transaction.fee = FeeOffer {
            asset,
            on_failure,
            limit,
        };
        Ok((transaction, status.now))
    }

    /// The coin, if there are enough; else the collateral that is worth most; the coin again if there is none.
    async fn payer_of(&self, sender: AccountId, status: &Status, limit: Amount) -> Result<AssetId, Error> {
        let held = self.account(sender).await?.balances;
        let coins = held.iter().find(|held| held.asset == status.coin);
        if coins.is_some_and(|coins| coins.amount >= limit) || held.is_empty() {
            return Ok(status.coin);
        }
        let (types, feeds, assets) = (self.types().await?, self.feeds().await?, self.assets().await?);
        let worth = |asset: AssetId, amount: Amount| -> Option<u128> {
            let feed = collateral_feed(&types, &feeds, asset)?;
            let decimals = assets.iter().find(|info| info.id == asset)?.decimals;
            let value = amount.usd_value(feed.spot.min(feed.mean), decimals, Round::Down).ok()?;
            value.raw().try_into().ok()
        };
        let candidates = held
            .iter()
            .filter_map(|held| Some((worth(held.asset, held.amount)?, std::cmp::Reverse(held.asset))));
        Ok(candidates.max().map_or(status.coin, |(_, asset)| asset.0))
    }
}

enum Key {
    Wallet(WalletKey),
    Session(SessionKeyPair),
}

/// A key that signs for an account. Clones share its nonces.
///
/// Nonces go on where the account's longest row of used ones ends, and count up, so that the chain remembers few spans however
/// many programs sign for the account (docs/fees.md). Where another has just taken the same, the next free one is taken.
#[derive(Clone)]
pub struct Wallet {
    client: Client,
    address: AccountId,
    key: Arc<Key>,
    nonces: Arc<Nonces>,
    terms: Terms,
}

impl Wallet {
    pub(crate) fn of_wallet(client: Client, key: WalletKey) -> Self {
        let address = key.address();
        Self::new(client, address, Key::Wallet(key))
    }

    pub(crate) fn of_session(client: Client, owner: AccountId, key: SessionKeyPair) -> Self {
        Self::new(client, owner, Key::Session(key))
    }

    fn new(client: Client, address: AccountId, key: Key) -> Self {
        Self {
            client,
            address,
            key: Arc::new(key),
            nonces: Arc::default(),
            terms: Terms::default(),
        }
    }

    /// The account that it signs for.
    pub fn address(&self) -> AccountId {
        self.address
    }

    /// Which key of the account it is.
    pub fn signer(&self) -> Signer {
        match &*self.key {
            Key::Wallet(_) => Signer::Wallet,
            Key::Session(pair) => Signer::Session(pair.key()),
        }
    }

    /// The node that it sends to.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Makes transactions on other terms.
    #[must_use]
    pub fn on(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// Makes transactions that may wait so long for their block, on the same terms otherwise.
    #[must_use]
    pub fn living(mut self, life: Seconds) -> Self {
        self.terms.life = life;
        self
    }

    /// A transaction of these commands under a nonce of its own, unsigned. Errors: those of reads.
    pub async fn prepare(&self, commands: Vec<Command>) -> Result<Transaction, Error> {
        let nonce = self.nonces.take(&self.client, self.address).await?;
        self.prepared(nonce, commands).await.map(|(transaction, _)| transaction)
    }

    async fn prepared(&self, nonce: u64, commands: Vec<Command>) -> Result<(Transaction, Timestamp), Error> {
        let who = (self.address, self.signer(), nonce);
        self.client.prepared(who, commands, &self.terms).await
    }

    /// Signs a transaction as it stands.
    pub fn sign(&self, transaction: Transaction) -> SignedTransaction {
        match &*self.key {
            Key::Wallet(key) => key.sign(transaction, self.client.domain()),
            Key::Session(pair) => pair.sign(transaction, self.client.domain()),
        }
    }

    /// What would come of these commands in the next block, under the nonce that [`Wallet::send`] would take next. Errors: those
    /// of reads.
    pub async fn dry_run(&self, commands: Vec<Command>) -> Result<DryRun, Error> {
        let tried = self.tried(commands.clone()).await?;
        if !matches!(tried.receipt.outcome, Outcome::NotAdmitted(Rejected::NonceUsed { .. })) {
            return Ok(tried);
        }
        self.nonces.look(&self.client, self.address).await?;
        self.tried(commands).await
    }

    async fn tried(&self, commands: Vec<Command>) -> Result<DryRun, Error> {
        let nonce = self.nonces.peek(&self.client, self.address).await?;
        let (transaction, _) = self.prepared(nonce, commands).await?;
        self.client.dry_run(&transaction).await
    }

    /// Signs these commands and brings them until it is known what came of them; [`Ok`] says that they are done. They are
    /// signed again only while another has taken the nonce before anything was heard of them.
    ///
    /// Errors: those of reads, before anything is signed; then [`Error::Failed`], [`Error::NotAdmitted`],
    /// [`Error::Refused`]; [`Error::Unreachable`] if no try until its expiry has reached the node; [`Error::Expired`],
    /// [`Error::Unknown`].
    pub async fn send(&self, commands: Vec<Command>) -> Result<TransactionInfo, Error> {
        self.send_telling(commands, |_| {}).await
    }

    /// As [`Wallet::send`], and tells the hash of what it brings once it takes longer than usual, so that whoever stops waiting
    /// can ask for it.
    pub async fn send_telling(
        &self,
        commands: Vec<Command>,
        mut tell: impl FnMut(TransactionHash) + Send,
    ) -> Result<TransactionInfo, Error> {
        let mut collisions = 0;
        loop {
            let nonce = self.nonces.take(&self.client, self.address).await?;
            let prepared = self.prepared(nonce, commands.clone()).await;
            let (transaction, began) = prepared.inspect_err(|_| self.nonces.give_back(nonce))?;
            let signed = self.sign(transaction);
            let mut settling = pin!(Settling::new(&self.client, &signed, Some(began)).run());
            let ended = match timeout(USUAL, settling.as_mut()).await {
                Ok(ended) => ended,
                Err(_) => {
                    tell(self.client.domain().digest(&signed.transaction));
                    settling.await
                }
            };
            match &ended {
                Err(error) if is_taken(error) && collisions < COLLISIONS_MAX => {
                    collisions += 1;
                    self.nonces.look(&self.client, self.address).await?;
                }
                Err(error) => {
                    // In no block, and never will be: the next goes on without a gap.
                    if error.is_unused() {
                        self.nonces.give_back(nonce);
                    }
                    return ended;
                }
                Ok(_) => return ended,
            }
        }
    }
}

/// Whether another transaction of the account has taken the nonce.
fn is_taken(error: &Error) -> bool {
    matches!(error, Error::Refused { .. }) && matches!(error.code(), "NonceUsed" | "NonceWaiting" | "Waiting")
}

/// What says the price of an asset that can pay fees because it is a collateral.
fn collateral_feed<'a>(types: &[TypeInfo], feeds: &'a [FeedInfo], asset: AssetId) -> Option<&'a FeedInfo> {
    let kind = types.iter().find(|kind| kind.spec.collateral == asset)?;
    feeds.iter().find(|feed| feed.id == kind.spec.feed)
}
