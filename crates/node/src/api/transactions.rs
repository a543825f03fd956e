//! Transactions and observations: taking them, trying them, and what became of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use ballast_engine::{Executed, InvalidBlock, execute_block};
use ballast_protocol::api::{DryRun, Taken, TransactionInfo};
use ballast_protocol::{Block, Height, Receipt, Signer, Transaction, TransactionHash};
use ballast_signing::{Signature, SignedObservation, SignedTransaction, typed_data};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Api;
use super::endpoint::Endpoint;
use super::error::Failure;
use super::extract::{Named, Said};
use super::reads::At;
use crate::{Included, NoAnswer, Refused};

#[derive(Deserialize, JsonSchema)]
struct OfTransaction {
    /// The transaction's hash.
    hash: TransactionHash,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<SignedTransaction, TransactionInfo, _, _>(
            "/v1/transactions",
            "Brings a signed transaction; answers when it is durable",
            submit,
        ),
        Endpoint::get::<TransactionInfo, _, _>("/v1/transactions/{hash}", "What became of a transaction", find)
            .naming::<OfTransaction>(),
        Endpoint::post::<Transaction, DryRun, _, _>(
            "/v1/transactions/dry-run",
            "What would come of a transaction in the next block; nothing is signed and nothing changes",
            dry_run,
        )
        .at_height(),
        Endpoint::post::<Transaction, serde_json::Value, _, _>(
            "/v1/transactions/typed-data",
            "The EIP-712 document that a wallet shows and signs",
            typed,
        ),
        Endpoint::post::<SignedObservation, Taken, _, _>(
            "/v1/observations",
            "Brings an observation with what shows that its source has made it; it waits for a round",
            observe,
        ),
    ]
}

pub(super) fn info(included: Included) -> TransactionInfo {
    let Included {
        hash,
        height,
        index,
        receipt,
    } = included;
    TransactionInfo {
        hash,
        height,
        index,
        receipt,
    }
}

async fn submit(
    Shared(api): Shared<Arc<Api>>,
    Said(signed): Said<SignedTransaction>,
) -> Result<Json<TransactionInfo>, Failure> {
    let submitted = api.node.submit(signed)?;
    let included = submitted.included().await?;
    Ok(Json(info(included)))
}

async fn find(
    Shared(api): Shared<Arc<Api>>,
    Named(of): Named<OfTransaction>,
) -> Result<Json<TransactionInfo>, Failure> {
    let found = api.node.view().transaction(of.hash).and_then(|(published, index)| {
        let receipt = published.sealed.as_ref()?.result.receipts.get(index)?.clone();
        Some(TransactionInfo {
            hash: of.hash,
            height: published.height(),
            index: u32::try_from(index).ok()?,
            receipt,
        })
    });
    if let Some(found) = found {
        return Ok(Json(found));
    }
    let hash = of.hash;
    let Some(history) = api.node.history() else {
        let why = format!("{hash} is in no recent block: it may wait, be older, or never have come");
        return Err(Failure::not_found(why));
    };
    // It is in no block from this one on, and may be in one that the index has not yet: no answer is better than a wrong one, since
    // who believes that it never came pays again.
    let recent = api.node.view().oldest_block();
    let (reach, found) = history.ask(move |reader| reader.transaction(hash)).await?;
    if let Some(found) = found {
        return Ok(Json(found));
    }
    if reach.height.0.saturating_add(1) < recent.0 {
        return Err(NoAnswer::NotReady(reach.height).into());
    }
    let why = match reach.begins {
        Height(0) => format!("{hash} is in no block: it may wait, or never have come"),
        begins => format!(
            "{hash} is in no block after {begins}, where the history of this node begins: it may wait, be older, or never have come"
        ),
    };
    Err(Failure::not_found(why))
}

async fn dry_run(
    Shared(api): Shared<Arc<Api>>,
    Said(transaction): Said<Transaction>,
) -> Result<At<Json<DryRun>>, Failure> {
    let transaction = within_limit(&api, transaction)?;
    let latest = api.node.view().latest();
    let mut fork = latest.state.clone();
    let height = latest.height();
    let block = Block {
        height: Height(height.0.saturating_add(1)),
        time: api.node.now(),
        observations: Vec::new(),
        transactions: vec![transaction],
    };
    let executed = api.trials.run(move || execute_block(&mut fork, &block)).await?;
    let receipt = tried(executed)?;
    Ok(At(height, Json(DryRun { height, receipt })))
}

/// What will be larger than the node takes once it is signed is not even tried. Error: `TooLarge`.
fn within_limit(api: &Api, transaction: Transaction) -> Result<Transaction, Refused> {
    let signature = match transaction.signer {
        Signer::Wallet => Signature::Secp256k1([0; 65]),
        Signer::Session(_) => Signature::Ed25519([0; 64]),
    };
    let signed = SignedTransaction { transaction, signature };
    let (bytes, limit) = (signed.encoded_len(), api.node.transaction_bytes);
    if bytes > limit {
        return Err(Refused::TooLarge { bytes, limit });
    }
    Ok(signed.transaction)
}

/// What came of a block of one transaction. Error: `Broken`, where the engine contradicts itself.
fn tried(executed: Result<Executed, InvalidBlock>) -> Result<Receipt, Failure> {
    let broken = |why: String| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "Broken", why);
    let executed = executed.map_err(|invalid| broken(invalid.to_string()))?;
    let receipt = executed.receipts.into_iter().next();
    receipt.ok_or_else(|| broken("the block has no receipt of its transaction".into()))
}

async fn typed(
    Shared(api): Shared<Arc<Api>>,
    Said(transaction): Said<Transaction>,
) -> Result<Json<serde_json::Value>, Failure> {
    let transaction = within_limit(&api, transaction)?;
    let domain = *api.node.domain();
    let document = api.trials.run(move || typed_data(&transaction, &domain)).await?;
    Ok(Json(document))
}

async fn observe(Shared(api): Shared<Arc<Api>>, Said(signed): Said<SignedObservation>) -> Result<Json<Taken>, Failure> {
    let taken = api.node.observe(signed)?;
    Ok(Json(Taken { taken }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_breaks_on_a_trial_is_not_the_fault_of_who_tried() {
        let broken = tried(Err(InvalidBlock::Broken(ballast_protocol::Rejected::Empty)));
        let status = broken.map_err(|failure| axum::response::IntoResponse::into_response(failure).status());
        assert_eq!(status, Err(StatusCode::INTERNAL_SERVER_ERROR));
    }
}
