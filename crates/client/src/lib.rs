//! Speaks to a node: reads, transactions, streams (docs/client.md).
//!
//! A [`Client`] asks, a [`Wallet`] signs and sends, and [`Blocks`] tell what happens. What a client promises: a transaction
//! that is sent is signed once, so that it is executed at most once however often connections break; whoever waits for it
//! learns what came of it, or that this is not known; and a stream tells each block once, in order, or says why it can't.
//!
//! ```no_run
//! use ballast_client::{Client, Error};
//! use ballast_protocol::{Command, TypeId, VaultRef, coins};
//! use ballast_signing::WalletKey;
//!
//! # async fn example(key: WalletKey) -> Result<(), Error> {
//! let client = Client::connect("http://127.0.0.1:8080").await?;
//! let wallet = client.signer(key);
//! let vault = VaultRef::Opened(0);
//! let done = wallet
//!     .send(vec![
//!         Command::OpenVault { collateral_type: TypeId(1) },
//!         Command::Deposit { vault, amount: coins(10) },
//!         Command::DrawDebt { vault, amount: coins(5_000) },
//!     ])
//!     .await?;
//! println!("in block {}, for a fee of {:?}", done.height, done.receipt.fee);
//!
//! let mut blocks = client.blocks(Some(done.height));
//! loop {
//!     let told = blocks.next().await?;
//!     println!("{}: {} transactions", told.block.height, told.block.transactions.len());
//! }
//! # }
//! ```

mod backoff;
mod blocks;
mod cause;
mod client;
mod error;
mod http;
mod nonces;
mod pages;
mod settle;
mod wallet;

pub use blocks::Blocks;
pub use cause::cause;
pub use client::{Client, proven};
pub use error::Error;
pub use pages::{VaultOrder, VaultQuery, WhatIfQuery};
pub use wallet::{Payer, Terms, Wallet};
