//! `ballast auction` and `ballast liquidate`.

use ballast_num::Price;
use ballast_protocol::api::AuctionInfo;
use ballast_protocol::{AuctionId, Command, VaultId};
use clap::{Args, Subcommand};

use super::write::Saying;
use super::{say, say_json, table};
use crate::Failure;
use crate::connect::{NodeOptions, SignerOptions};
use crate::names::{Names, Needs, usd};
use crate::units::price;

#[derive(Subcommand)]
pub(crate) enum Auction {
    /// Lots on sale and their price now
    List,
    /// A lot on sale
    Show(One),
    /// Buys from a lot with coins: `auction take 3 1.5 --price-max 1800`
    Take(Take),
    /// Starts a lot anew that is too old or too cheap; anyone may
    Reset(One),
}

#[derive(Args)]
pub(crate) struct One {
    /// The auction's number
    auction: u64,
}

#[derive(Args)]
pub(crate) struct Take {
    /// The auction's number
    auction: u64,
    /// Most collateral to buy, in whole units
    amount: String,
    /// Highest price to pay, coins for a whole unit
    #[arg(long, value_name = "PRICE", value_parser = price)]
    price_max: Price,
}

#[derive(Args)]
pub(crate) struct Liquidate {
    /// The vault's number
    vault: u64,
}

impl Saying for Liquidate {
    fn commands(&self, _: &Names) -> Result<Vec<Command>, Failure> {
        let vault = VaultId(self.vault);
        Ok(vec![Command::Liquidate { vault }])
    }
}

impl Saying for Auction {
    fn needs(&self) -> Needs {
        let auctions = match self {
            Self::Take(take) => vec![AuctionId(take.auction)],
            Self::List | Self::Show(_) | Self::Reset(_) => Vec::new(),
        };
        Needs {
            auctions,
            ..Needs::default()
        }
    }

    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let command = match self {
            Self::Take(take) => {
                let auction = AuctionId(take.auction);
                let kind = names.auctions.get(&auction).copied().unwrap_or_default();
                Command::TakeAuction {
                    auction,
                    amount: names.collateral_amount(&take.amount, kind)?,
                    price_max: take.price_max,
                }
            }
            Self::Reset(one) => Command::ResetAuction {
                auction: AuctionId(one.auction),
            },
            Self::List | Self::Show(_) => return Ok(Vec::new()),
        };
        Ok(vec![command])
    }
}

pub(super) async fn run(node: &NodeOptions, signer: &SignerOptions, what: &Auction) -> Result<(), Failure> {
    let client = match what {
        Auction::List | Auction::Show(_) => node.client().await?,
        saying => return super::write::run(node, signer, saying).await,
    };
    let auctions = if let Auction::Show(one) = what {
        let auction = client.auction(AuctionId(one.auction)).await?;
        if node.json {
            return say_json(&auction);
        }
        vec![auction]
    } else {
        let page = client.all_auctions(None).await?;
        if node.json {
            return say_json(&page);
        }
        if page.auctions.is_empty() {
            return say(&format!("nothing is on sale at {}", page.height));
        }
        page.auctions
    };
    let names = Names::load(&client, Needs::default()).await?;
    let row = |auction: &AuctionInfo| {
        let price = match auction.price {
            Some(price) => usd(price),
            None if auction.needs_reset => "reset it first".into(),
            None => "none: the feed is silent".into(),
        };
        vec![
            auction.id.0.to_string(),
            names.type_name(auction.collateral_type),
            auction.vault.0.to_string(),
            names.show_collateral(auction.lot, auction.collateral_type),
            names.show_coins(auction.to_raise),
            price,
            auction.elapsed.to_string(),
        ]
    };
    let headings = ["auction", "type", "vault", "lot", "to raise", "price now", "running"];
    say(&table(&headings, auctions.iter().map(row).collect()))
}
