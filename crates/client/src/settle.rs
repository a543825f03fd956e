//! Bringing a signed transaction until it is known what came of it.
//!
//! The same bytes are brought again and again: the nonce lets them be executed once. What makes this hard is a request that
//! was not answered: it may have been heard, and a later refusal does not say otherwise, since most reasons for a refusal are
//! looked for before the nonce is. From then on only three things are certain: a receipt; that the chain's time has passed
//! the expiry, if the node remembers all blocks since it was signed and has no receipt; or that it is not known. Bytes whose
//! signing we have not seen may have been heard before we saw them: they have no last but a receipt or that it is not known.

use std::ops::ControlFlow;
use std::time::Duration;

use ballast_num::Timestamp;
use ballast_protocol::api::TransactionInfo;
use ballast_protocol::{Outcome, TransactionHash};
use ballast_signing::SignedTransaction;
use tokio::time::Instant;

use crate::backoff::Backoff;
use crate::{Client, Error};

/// How long after an expiry a node that does not answer is still asked, by the clock of this machine.
const GRACE: Duration = Duration::from_secs(5);
/// How long a transaction may take while no node tells the chain's time.
const UNSEEN: Duration = Duration::from_secs(600);
/// How often the chain's time is looked at: it may pass faster than this machine's.
const LOOKS: Duration = Duration::from_secs(10);
/// Longest wait that a node can ask for.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// How often an outcome is asked for that the node must have, since the nonce is used.
const ASKED_MAX: u32 = 5;

impl Client {
    /// Brings a signed transaction until it is known what came of it: again after a connection broke, after 429 when the node
    /// wants it, after 503, and while it waits for its block. [`Ok`] says that it is done.
    ///
    /// These bytes may have been brought before, by whoever kept them: so only a signature that is none proves that they are
    /// in no block, and what the node refuses otherwise, or what has expired without a receipt, is [`Error::Unknown`].
    ///
    /// Errors: [`Error::Failed`], [`Error::NotAdmitted`]; [`Error::Refused`] for a signature that does not sign it for this
    /// chain; [`Error::Unknown`].
    pub async fn settle(&self, signed: &SignedTransaction) -> Result<TransactionInfo, Error> {
        let now = self.status().await.ok().map(|status| status.now);
        let mut settling = Settling::new(self, signed, now);
        (settling.began, settling.may_be_heard) = (None, true);
        match settling.found().await {
            Some(end) => end,
            None => settling.run().await,
        }
    }
}

/// What a try has brought: the end, or how long to wait before the next; none is as long as usual.
type Tried = ControlFlow<Result<TransactionInfo, Error>, Option<Duration>>;

/// A transaction that is being brought.
pub(crate) struct Settling<'a> {
    client: &'a Client,
    signed: &'a SignedTransaction,
    hash: TransactionHash,
    /// The chain's time before it was signed, as far as known.
    began: Option<Timestamp>,
    /// When the expiry passes by the clock of this machine, as far as it can tell.
    expires: Instant,
    /// When the chain's time was last looked at.
    looked: Instant,
    /// Whether a node may have heard it without our knowing.
    may_be_heard: bool,
    /// Tries for which the nonce was used.
    used: u32,
    /// Why the last try came to nothing.
    last: Option<Error>,
}

impl<'a> Settling<'a> {
    /// One that nobody has heard of: it was signed when the chain's time was `began`.
    pub(crate) fn new(client: &'a Client, signed: &'a SignedTransaction, began: Option<Timestamp>) -> Self {
        let expiry = signed.transaction.expiry;
        let life = began.map_or(UNSEEN, |began| Duration::from_secs(expiry.0.saturating_sub(began.0)));
        let now = Instant::now();
        Self {
            client,
            signed,
            hash: client.domain().digest(&signed.transaction),
            began,
            // A life beyond all clocks ends with the chain's time alone.
            expires: now.checked_add(life).unwrap_or(now + UNSEEN),
            looked: now,
            may_be_heard: false,
            used: 0,
            last: None,
        }
    }

    pub(crate) async fn run(mut self) -> Result<TransactionInfo, Error> {
        let mut backoff = Backoff::default();
        loop {
            let wait = match self.attempt().await {
                Tried::Break(end) => return end,
                // A node that asks for no wait at all is not asked without end.
                Tried::Continue(wait) => backoff.next().max(wait.unwrap_or_default().min(WAIT_MAX)),
            };
            if let Some(end) = self.over().await {
                return end;
            }
            tokio::time::sleep(wait).await;
            // An answer that was lost may be there to read; a node that is too busy to take it is asked for nothing else.
            if self.may_be_heard
                && !self.was_not_taken()
                && let Some(end) = self.found().await
            {
                return end;
            }
        }
    }

    /// Whether the last try is known not to have been taken.
    fn was_not_taken(&self) -> bool {
        let last = self.last.as_ref();
        last.is_some_and(|last| matches!(meaning(last), Meaning::NotTaken(_)))
    }

    async fn attempt(&mut self) -> Tried {
        let error = match self.client.submit(self.signed).await {
            // What an earlier try may have done is told by the hash.
            Ok(info) if self.may_be_heard && is_overtaken(&info) => Error::NotAdmitted(Box::new(info)),
            Ok(info) => return Tried::Break(judged(info)),
            Err(error) => error,
        };
        // Who has brought nothing yet has met the like of another program of the account, not what he has sent.
        if !self.may_be_heard && error.code() == "Waiting" {
            return Tried::Break(Err(error));
        }
        let (heard, wait) = match meaning(&error) {
            Meaning::NotTaken(wait) => (false, wait),
            Meaning::MayBeHeard(wait) => (true, wait),
            Meaning::NonceUsed => return self.nonce_used(error).await,
            Meaning::Unsigned => return Tried::Break(Err(error)),
            Meaning::Refused if self.began.is_none() => {
                let why = format!("it may have been sent before, and the node refuses it now: {error}");
                return Tried::Break(Err(self.unknown(&why)));
            }
            Meaning::Refused if self.may_be_heard => (false, None),
            Meaning::Refused => return Tried::Break(Err(error)),
        };
        self.may_be_heard |= heard;
        self.last = Some(error);
        Tried::Continue(wait)
    }

    /// The nonce is used: by another, if nobody has heard of this one yet; else by this one, as far as can be known.
    async fn nonce_used(&mut self, error: Error) -> Tried {
        if !self.may_be_heard {
            return Tried::Break(Err(error));
        }
        let wait = match self.client.transaction(self.hash).await {
            Ok(Some(found)) if !is_overtaken(&found) => return Tried::Break(judged(found)),
            Ok(_) if self.used + 1 >= ASKED_MAX => {
                let why = "its nonce is used, and the node remembers no receipt of it";
                return Tried::Break(Err(self.unknown(why)));
            }
            Ok(_) => {
                self.used += 1;
                None
            }
            Err(Error::Refused { retry_after, .. }) => retry_after,
            Err(_) => None,
        };
        self.last = Some(error);
        Tried::Continue(wait)
    }

    /// What the node remembers, if it is more than that something else came first: then a try that is still on its way could
    /// have another end.
    async fn found(&self) -> Option<Result<TransactionInfo, Error>> {
        let found = self.client.transaction(self.hash).await.ok().flatten()?;
        (!is_overtaken(&found)).then(|| judged(found))
    }

    /// The end, if waiting longer will bring nothing.
    async fn over(&mut self) -> Option<Result<TransactionInfo, Error>> {
        let (now, expiry) = (Instant::now(), self.signed.transaction.expiry);
        let is_refused = self
            .last
            .as_ref()
            .is_some_and(|last| matches!(meaning(last), Meaning::Refused));
        if now < self.expires && !is_refused && now < self.looked + LOOKS {
            return None;
        }
        self.looked = now;
        let status = self.client.status().await.ok();
        let has_expired = status.is_some_and(|status| status.time > expiry);
        if !has_expired && now < self.expires + GRACE {
            return None;
        }
        if !self.may_be_heard {
            let expired = Error::Expired {
                hash: self.hash,
                expiry,
            };
            return Some(Err(self.last.take().unwrap_or(expired)));
        }
        if !has_expired {
            let why = self.last.as_ref().map_or_else(String::new, ToString::to_string);
            return Some(Err(self.unknown(&why)));
        }
        // The receipt first: the oldest height only rises, so what the node remembers now it remembered then.
        let found = self.client.transaction(self.hash).await;
        let is_not_recent = matches!(found, Ok(None)) || found.as_ref().is_err_and(is_of_history);
        match found {
            Ok(Some(found)) => Some(judged(found)),
            _ if is_not_recent && self.remembers_all().await => Some(Err(Error::Expired {
                hash: self.hash,
                expiry,
            })),
            _ => {
                let why = "it has expired, and the node does not remember all blocks since it was signed";
                Some(Err(self.unknown(why)))
            }
        }
    }

    /// Whether the node remembers every block since the transaction was signed.
    async fn remembers_all(&self) -> bool {
        let Some(began) = self.began else { return false };
        let Ok(status) = self.client.status().await else {
            return false;
        };
        let oldest = self.client.status_at(status.oldest_height).await;
        oldest.is_ok_and(|oldest| oldest.time < began)
    }

    fn unknown(&self, why: &str) -> Error {
        Error::Unknown {
            hash: self.hash,
            why: why.into(),
        }
    }
}

/// Whether a node that was asked for a receipt did not find it among the recent blocks, and its history has no answer.
fn is_of_history(error: &Error) -> bool {
    matches!(error, Error::Refused { status: 503, error, .. } if error.code.starts_with("History"))
}

/// What a try without a receipt says of the transaction.
enum Meaning {
    /// The node has not taken it and would later; it may say when.
    NotTaken(Option<Duration>),
    /// It may wait for its block, be in one, or never have come.
    MayBeHeard(Option<Duration>),
    /// Its nonce is used.
    NonceUsed,
    /// Nobody has signed these bytes for this chain: they are in no block.
    Unsigned,
    /// It will be in no block, as far as this try goes.
    Refused,
}

fn meaning(error: &Error) -> Meaning {
    match error {
        Error::Unreachable { .. } => Meaning::NotTaken(None),
        Error::Refused {
            status,
            error,
            retry_after,
        } => match (*status, error.code.as_str()) {
            (409, "NonceUsed") => Meaning::NonceUsed,
            (409, "Waiting") => Meaning::MayBeHeard(None),
            (408 | 429, _) | (503, "PoolFull" | "TooManyConnections") => Meaning::NotTaken(*retry_after),
            // A node that stops says nothing of what it could not finish.
            (500.., _) => Meaning::MayBeHeard(*retry_after),
            (401, _) => Meaning::Unsigned,
            _ => Meaning::Refused,
        },
        _ => Meaning::MayBeHeard(None),
    }
}

/// Whether something else came first.
const fn is_overtaken(info: &TransactionInfo) -> bool {
    matches!(info.receipt.outcome, Outcome::NotAdmitted(_))
}

/// A receipt as a result.
fn judged(info: TransactionInfo) -> Result<TransactionInfo, Error> {
    match info.receipt.outcome {
        Outcome::Done => Ok(info),
        Outcome::Failed { .. } => Err(Error::Failed(Box::new(info))),
        Outcome::NotAdmitted(_) => Err(Error::NotAdmitted(Box::new(info))),
    }
}
