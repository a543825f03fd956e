//! A client: a node's address, the domain of its chain, and a method for each read.

use std::sync::Arc;

use ballast_protocol::api::{
    AccountInfo, AssetInfo, AuctionInfo, AuctionPage, BlockInfo, Brought, DryRun, FeedInfo, MarketInfo, PoolInfo,
    Positions, ProofInfo, Status, Taken, TicketInfo, TransactionInfo, TypeInfo, VaultInfo, VaultPage, WhatIf,
};
use ballast_protocol::proof::{Hash, verify_absence, verify_membership};
use ballast_protocol::{AccountId, AssetId, AuctionId, Height, TicketId, Transaction, TransactionHash, VaultId, hex};
use ballast_signing::{Domain, SessionKeyPair, SignedObservation, SignedTransaction, WalletKey};

use crate::http::{Http, asked};
use crate::{Blocks, Error, VaultQuery, Wallet, WhatIfQuery};

/// Vaults or auctions of a page where all are asked for: the most that a node gives by default.
const PAGE: usize = 500;

/// A node, to speak to. Clones speak to the same one over the same connections.
///
/// Each read is one attempt, bounded in time and bytes. Its errors: [`Error::Unreachable`], [`Error::NoAnswer`],
/// [`Error::Refused`] and [`Error::BadAnswer`].
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: Http,
    domain: Domain,
    coin: AssetId,
}

impl Client {
    /// Asks a node which chain it serves. Errors: [`Error::BadUrl`], and those of reads.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let http = Http::new(url)?;
        let status: Status = http.get("v1/status", []).await?;
        let inner = Inner {
            http,
            domain: Domain::new(status.chain_id, status.genesis),
            coin: status.coin,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(crate) fn http(&self) -> &Http {
        &self.inner.http
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        self.http().shown()
    }

    /// For which everything is signed.
    pub fn domain(&self) -> &Domain {
        &self.inner.domain
    }

    /// The reserve's coin.
    pub fn coin(&self) -> AssetId {
        self.inner.coin
    }

    /// Signs and sends with a wallet's key.
    pub fn signer(&self, key: WalletKey) -> Wallet {
        Wallet::of_wallet(self.clone(), key)
    }

    /// Signs and sends for `owner` with a key that he has granted a session.
    pub fn session(&self, owner: AccountId, key: SessionKeyPair) -> Wallet {
        Wallet::of_session(self.clone(), owner, key)
    }

    /// Every block from a height on; none begins at the next.
    pub fn blocks(&self, from: Option<Height>) -> Blocks {
        Blocks::new(self.clone(), from)
    }

    /// Where the chain stands.
    pub async fn status(&self) -> Result<Status, Error> {
        self.http().get("v1/status", []).await
    }

    /// Where the chain stood at a recent height.
    pub async fn status_at(&self, height: Height) -> Result<Status, Error> {
        self.http().get("v1/status", asked("height", Some(height.0))).await
    }

    /// Every asset.
    pub async fn assets(&self) -> Result<Vec<AssetInfo>, Error> {
        self.http().get("v1/assets", []).await
    }

    /// The same at a recent height.
    pub async fn assets_at(&self, height: Height) -> Result<Vec<AssetInfo>, Error> {
        self.http().get("v1/assets", asked("height", Some(height.0))).await
    }

    /// Every feed.
    pub async fn feeds(&self) -> Result<Vec<FeedInfo>, Error> {
        self.http().get("v1/feeds", []).await
    }

    /// The same at a recent height.
    pub async fn feeds_at(&self, height: Height) -> Result<Vec<FeedInfo>, Error> {
        self.http().get("v1/feeds", asked("height", Some(height.0))).await
    }

    /// Every collateral type.
    pub async fn types(&self) -> Result<Vec<TypeInfo>, Error> {
        self.http().get("v1/types", []).await
    }

    /// The same at a recent height.
    pub async fn types_at(&self, height: Height) -> Result<Vec<TypeInfo>, Error> {
        self.http().get("v1/types", asked("height", Some(height.0))).await
    }

    /// Every market and its pool.
    pub async fn markets(&self) -> Result<Vec<MarketInfo>, Error> {
        self.http().get("v1/markets", []).await
    }

    /// The same at a recent height.
    pub async fn markets_at(&self, height: Height) -> Result<Vec<MarketInfo>, Error> {
        self.http().get("v1/markets", asked("height", Some(height.0))).await
    }

    /// The stability pools and tiers of standing bids, as a lot is offered to them.
    pub async fn pools(&self) -> Result<Vec<PoolInfo>, Error> {
        self.http().get("v1/pools", []).await
    }

    /// A page of vaults.
    pub async fn vaults(&self, query: &VaultQuery) -> Result<VaultPage, Error> {
        self.http().get("v1/vaults", query.pairs()).await
    }

    /// All pages of vaults from a query on, all of one height. A node keeps recent heights only: if the walk takes longer,
    /// it is refused with `HeightNotKept`, and has to begin anew.
    pub async fn all_vaults(&self, query: &VaultQuery) -> Result<VaultPage, Error> {
        let mut query = VaultQuery {
            limit: query.limit.or(Some(PAGE)),
            ..query.clone()
        };
        let mut all = Vec::new();
        loop {
            let mut page = self.vaults(&query).await?;
            all.append(&mut page.vaults);
            if page.next.is_none() {
                return Ok(VaultPage { vaults: all, ..page });
            }
            (query.height, query.after) = (Some(page.height), page.next);
        }
    }

    /// A vault. Refused with 404 `UnknownVault` if there is none.
    pub async fn vault(&self, id: VaultId) -> Result<VaultInfo, Error> {
        self.http().get(&format!("v1/vaults/{}", id.0), []).await
    }

    /// What a vault would be at a price, or after a change.
    pub async fn what_if(&self, id: VaultId, query: &WhatIfQuery) -> Result<WhatIf, Error> {
        let path = format!("v1/vaults/{}/what-if", id.0);
        self.http().get(&path, query.pairs()).await
    }

    /// A page of running auctions: at most `limit`, after the page whose `next` is `after`.
    pub async fn auctions(
        &self,
        height: Option<Height>,
        after: Option<&str>,
        limit: Option<usize>,
    ) -> Result<AuctionPage, Error> {
        let height = asked("height", height.map(|height| height.0));
        let query = [height, asked("after", after), asked("limit", limit)];
        self.http().get("v1/auctions", query.into_iter().flatten()).await
    }

    /// All pages of running auctions, all of one height, as [`Client::all_vaults`].
    pub async fn all_auctions(&self, height: Option<Height>) -> Result<AuctionPage, Error> {
        let (mut height, mut after, mut all) = (height, None, Vec::new());
        loop {
            let mut page = self.auctions(height, after.as_deref(), Some(PAGE)).await?;
            all.append(&mut page.auctions);
            if page.next.is_none() {
                return Ok(AuctionPage { auctions: all, ..page });
            }
            (height, after) = (Some(page.height), page.next);
        }
    }

    /// A running auction. Refused with 404 `UnknownAuction` if there is none.
    pub async fn auction(&self, id: AuctionId) -> Result<AuctionInfo, Error> {
        self.http().get(&format!("v1/auctions/{}", id.0), []).await
    }

    /// What an account has.
    pub async fn account(&self, account: AccountId) -> Result<AccountInfo, Error> {
        self.http().get(&format!("v1/accounts/{account}"), []).await
    }

    /// The same at a recent height.
    pub async fn account_at(&self, account: AccountId, height: Height) -> Result<AccountInfo, Error> {
        let path = format!("v1/accounts/{account}");
        self.http().get(&path, asked("height", Some(height.0))).await
    }

    /// What an account has beside its balances: deposits and bids, liquidity, orders that wait, sessions.
    pub async fn positions(&self, account: AccountId) -> Result<Positions, Error> {
        self.http().get(&format!("v1/accounts/{account}/positions"), []).await
    }

    /// The same at a recent height.
    pub async fn positions_at(&self, account: AccountId, height: Height) -> Result<Positions, Error> {
        let path = format!("v1/accounts/{account}/positions");
        self.http().get(&path, asked("height", Some(height.0))).await
    }

    /// An order that waits for a round. Refused with 404 `UnknownTicket` if there is none.
    pub async fn ticket(&self, id: TicketId) -> Result<TicketInfo, Error> {
        self.http().get(&format!("v1/tickets/{}", id.0), []).await
    }

    /// A recent block.
    pub async fn block(&self, height: Height) -> Result<BlockInfo, Error> {
        self.http().get(&format!("v1/blocks/{}", height.0), []).await
    }

    /// What became of a transaction; none if the node knows of none: it may wait, be older than the node remembers, or never
    /// have come.
    pub async fn transaction(&self, hash: TransactionHash) -> Result<Option<TransactionInfo>, Error> {
        let found = self.http().get(&format!("v1/transactions/{hash}"), []).await;
        match found {
            Ok(info) => Ok(Some(info)),
            Err(Error::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A record of a table by its canonical key, or that there is none, with its proof: [`proven`] checks it.
    pub async fn proof(&self, table: u16, key: &[u8], height: Option<Height>) -> Result<ProofInfo, Error> {
        let height = asked("height", height.map(|height| height.0));
        let query = [height, asked("table", Some(table)), asked("key", Some(hex::text(key)))];
        self.http().get("v1/proofs", query.into_iter().flatten()).await
    }

    /// What would come of a transaction in the next block; nothing changes.
    pub async fn dry_run(&self, transaction: &Transaction) -> Result<DryRun, Error> {
        self.http().post("v1/transactions/dry-run", transaction).await
    }

    /// The EIP-712 document that a wallet shows and signs. It is made here: nobody has to trust a node for it.
    pub fn typed_data(&self, transaction: &Transaction) -> serde_json::Value {
        ballast_signing::typed_data(transaction, self.domain())
    }

    /// Brings an observation of a price and what shows that its source has made it.
    pub async fn observe(&self, signed: &SignedObservation) -> Result<Taken, Error> {
        self.http().post("v1/observations", signed).await
    }

    /// Brings a signed transaction once; answers when it is durable, whatever came of it. [`Client::settle`] does not give up so
    /// soon.
    pub async fn submit(&self, signed: &SignedTransaction) -> Result<TransactionInfo, Error> {
        self.http().post("v1/transactions", signed).await
    }

    /// Brings many signed transactions once, in one request; answers when all are durable or refused, each in its place. For
    /// what has no answer then, [`Client::settle`] goes on with the same bytes.
    pub async fn submit_many(&self, signed: &[SignedTransaction]) -> Result<Vec<Brought>, Error> {
        self.http().post("v1/transactions/batch", &signed).await
    }
}

/// What a proof shows under a root that its reader trusts: the record's canonical value, or none if it shows that there is
/// none. Errors: [`Error::Unproven`] if it shows neither, [`Error::BadAnswer`] if its key or value are not hexadecimal digits.
pub fn proven(info: &ProofInfo, root: &Hash) -> Result<Option<Vec<u8>>, Error> {
    let bytes = |text: &str| {
        hex::parse_all(text).map_err(|why| Error::BadAnswer {
            url: "the proof".into(),
            status: 200,
            why: why.to_string(),
        })
    };
    let key = bytes(&info.key)?;
    match &info.value {
        Some(value) => {
            let value = bytes(value)?;
            verify_membership(root, info.table, &key, &value, &info.proof)?;
            Ok(Some(value))
        }
        None => {
            verify_absence(root, info.table, &key, &info.proof)?;
            Ok(None)
        }
    }
}
