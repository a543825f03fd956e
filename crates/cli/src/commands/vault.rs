//! `ballast vault`.

use ballast_client::{VaultOrder, VaultQuery, WhatIfQuery};
use ballast_num::{Price, Ratio};
use ballast_protocol::api::{Health, VaultInfo, VaultPage};
use ballast_protocol::{AccountId, Command, Protection, Repayment, StandingOrder, TypeId, VaultId, VaultRef};
use clap::{Args, Subcommand};

use super::write::Saying;
use super::{say, say_json, table};
use crate::Failure;
use crate::connect::{NodeOptions, SignerOptions};
use crate::names::{Names, Needs, usd};
use crate::units::{percent, price, ratio};

#[derive(Subcommand)]
pub(crate) enum Vault {
    /// Opens a vault, and fills it and draws on it in the same transaction:
    /// `vault open --type ETH-A --deposit 10 --draw 5000`
    Open(Open),
    /// Locks collateral, whole units of it: `vault deposit 7 2.5`
    Deposit(Change),
    /// Takes collateral out, whole units of it: `vault withdraw 7 1`
    Withdraw(Change),
    /// Draws coins: `vault draw 7 500`
    Draw(Change),
    /// Repays coins: `vault repay 7 500`, or `vault repay 7 all`
    Repay(Change),
    /// Repays what is owed and takes everything out; the vault is gone
    Close(One),
    /// Moves collateral and debt into a new vault: `vault split 7 --collateral 5 --debt 2500`
    Split(Split),
    /// Moves all of one vault into another of its type: `vault merge 7 --into 8`
    Merge(Merge),
    /// Gives a vault to another account: `vault transfer 7 0x…`
    Transfer(Transfer),
    /// Tells the engine what to do when a price brings the vault down:
    /// `vault protect 7 --under 155% --restore 180% --repay 1000`
    Protect(Protect),
    /// Takes such an order back
    Unprotect(One),
    /// A vault: health, ratio, liquidation price
    Show(One),
    /// Vaults by number, or the riskiest of a type first: `vault list --type ETH-A --riskiest`
    List(List),
    /// What a vault would be: `vault what-if 7 --price 1500 --deposit 1`
    WhatIf(WhatIf),
}

#[derive(Args)]
pub(crate) struct Open {
    /// Of which collateral type: its name or number
    #[arg(long = "type", value_name = "TYPE")]
    kind: String,
    /// Collateral to lock, in whole units
    #[arg(long, value_name = "AMOUNT")]
    deposit: Option<String>,
    /// Coins to draw
    #[arg(long, value_name = "COINS")]
    draw: Option<String>,
}

#[derive(Args)]
pub(crate) struct One {
    /// The vault's number
    vault: u64,
}

#[derive(Args)]
pub(crate) struct Change {
    /// The vault's number
    vault: u64,
    /// How much, in whole units: 10, 0.5
    amount: String,
}

#[derive(Args)]
pub(crate) struct Split {
    /// The vault's number
    vault: u64,
    /// Collateral that moves, in whole units
    #[arg(long, value_name = "AMOUNT")]
    collateral: String,
    /// Debt that moves, in coins
    #[arg(long, value_name = "COINS")]
    debt: String,
}

#[derive(Args)]
pub(crate) struct Merge {
    /// The vault that ends
    vault: u64,
    /// The vault that stays
    #[arg(long, value_name = "VAULT")]
    into: u64,
}

#[derive(Args)]
pub(crate) struct Transfer {
    /// The vault's number
    vault: u64,
    /// To whom
    to: AccountId,
}

#[derive(Args)]
pub(crate) struct Protect {
    /// The vault's number
    vault: u64,
    /// Acts when the ratio is under this: 155% or 1.55
    #[arg(long, value_name = "RATIO", value_parser = ratio)]
    under: Ratio,
    /// Brings the ratio up to this
    #[arg(long, value_name = "RATIO", value_parser = ratio)]
    restore: Ratio,
    /// Repays from your coins, at most so many in all
    #[arg(
        long,
        value_name = "COINS",
        required_unless_present = "top_up",
        conflicts_with = "top_up"
    )]
    repay: Option<String>,
    /// Adds collateral from your balance, at most so much in all
    #[arg(long, value_name = "AMOUNT")]
    top_up: Option<String>,
}

#[derive(Args)]
pub(crate) struct List {
    /// Only vaults of this type
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only vaults of this account
    #[arg(long = "of", value_name = "ADDRESS", conflicts_with = "riskiest")]
    of: Option<AccountId>,
    /// The riskiest first; needs --type
    #[arg(long, requires = "kind")]
    riskiest: bool,
    /// Only so many
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: usize,
    /// Where to begin: `next` of the page before
    #[arg(long, value_name = "NEXT", conflicts_with = "all")]
    after: Option<String>,
    /// All of them
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

#[derive(Args)]
pub(crate) struct WhatIf {
    /// The vault's number
    vault: u64,
    /// USD for a whole unit of the collateral; else the price now
    #[arg(long, value_name = "USD", value_parser = price)]
    price: Option<Price>,
    /// Collateral put in, in whole units
    #[arg(long, value_name = "AMOUNT")]
    deposit: Option<String>,
    /// Collateral taken out
    #[arg(long, value_name = "AMOUNT")]
    withdraw: Option<String>,
    /// Coins drawn
    #[arg(long, value_name = "COINS")]
    draw: Option<String>,
    /// Coins repaid
    #[arg(long, value_name = "COINS")]
    repay: Option<String>,
}

impl Saying for Vault {
    fn needs(&self) -> Needs {
        let vaults = match self {
            Self::Deposit(change) | Self::Withdraw(change) => vec![VaultId(change.vault)],
            Self::Split(split) => vec![VaultId(split.vault)],
            Self::Protect(protect) => vec![VaultId(protect.vault)],
            _ => Vec::new(),
        };
        Needs {
            vaults,
            ..Needs::default()
        }
    }

    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let of = |vault: u64| VaultRef::Id(VaultId(vault));
        let command = match self {
            Self::Open(open) => return open.commands(names),
            Self::Deposit(change) => Command::Deposit {
                vault: of(change.vault),
                amount: names.vault_collateral(&change.amount, VaultId(change.vault))?,
            },
            Self::Withdraw(change) => Command::Withdraw {
                vault: of(change.vault),
                amount: names.vault_collateral(&change.amount, VaultId(change.vault))?,
            },
            Self::Draw(change) => Command::DrawDebt {
                vault: of(change.vault),
                amount: names.coins(&change.amount)?,
            },
            Self::Repay(change) => Command::RepayDebt {
                vault: of(change.vault),
                amount: match change.amount.as_str() {
                    "all" => Repayment::All,
                    amount => Repayment::Exactly(names.coins(amount)?),
                },
            },
            Self::Close(one) => Command::CloseVault { vault: of(one.vault) },
            Self::Split(split) => Command::SplitVault {
                vault: of(split.vault),
                collateral: names.vault_collateral(&split.collateral, VaultId(split.vault))?,
                debt: names.coins(&split.debt)?,
            },
            Self::Merge(merge) => Command::MergeVaults {
                from: of(merge.vault),
                into: of(merge.into),
            },
            Self::Transfer(transfer) => Command::TransferVault {
                vault: of(transfer.vault),
                to: transfer.to,
            },
            Self::Protect(protect) => Command::SetStandingOrder {
                vault: of(protect.vault),
                order: Some(protect.order(names)?),
            },
            Self::Unprotect(one) => Command::SetStandingOrder {
                vault: of(one.vault),
                order: None,
            },
            Self::Show(_) | Self::List(_) | Self::WhatIf(_) => return Ok(Vec::new()),
        };
        Ok(vec![command])
    }
}

impl Open {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let kind = names.collateral_type(&self.kind)?.spec.id;
        let vault = VaultRef::Opened(0);
        let mut commands = vec![Command::OpenVault { collateral_type: kind }];
        if let Some(deposit) = &self.deposit {
            let amount = names.collateral_amount(deposit, kind)?;
            commands.push(Command::Deposit { vault, amount });
        }
        if let Some(draw) = &self.draw {
            let amount = names.coins(draw)?;
            commands.push(Command::DrawDebt { vault, amount });
        }
        Ok(commands)
    }
}

impl Protect {
    fn order(&self, names: &Names) -> Result<StandingOrder, Failure> {
        let action = match (&self.repay, &self.top_up) {
            (_, Some(limit)) => Protection::TopUp {
                limit: names.vault_collateral(limit, VaultId(self.vault))?,
            },
            (limit, None) => Protection::Repay {
                limit: names.coins(limit.as_deref().unwrap_or_default())?,
            },
        };
        Ok(StandingOrder {
            trigger: self.under,
            restore: self.restore,
            action,
        })
    }
}

pub(super) async fn run(node: &NodeOptions, signer: &SignerOptions, what: &Vault) -> Result<(), Failure> {
    match what {
        Vault::Show(one) => show(node, one).await,
        Vault::List(asked) => list(node, asked).await,
        Vault::WhatIf(asked) => what_if(node, asked).await,
        saying => super::write::run(node, signer, saying).await,
    }
}

async fn show(node: &NodeOptions, one: &One) -> Result<(), Failure> {
    let client = node.client().await?;
    let vault = client.vault(VaultId(one.vault)).await?;
    if node.json {
        return say_json(&vault);
    }
    let names = Names::load(&client, Needs::default()).await?;
    let mut lines = vec![
        format!(
            "{} of {}, {}",
            vault.id,
            vault.owner,
            names.type_name(vault.collateral_type)
        ),
        format!(
            "  holds       {}",
            names.show_collateral(vault.collateral, vault.collateral_type)
        ),
        format!("  owes        {}", names.show_coins(vault.debt)),
        format!("  health      {}", health(vault.health)),
        format!("  ratio       {}", vault.ratio.map_or_else(|| "none".into(), percent)),
    ];
    if let Some(price) = vault.liquidation_price {
        lines.push(format!("  liquidated  under {}", usd(price)));
    }
    if vault.lots_on_sale > 0 {
        lines.push(format!("  on sale     {} lots", vault.lots_on_sale));
    }
    if let Some(order) = &vault.standing_order {
        lines.push(format!(
            "  protected   {}",
            protection(order, &names, vault.collateral_type)
        ));
    }
    say(&lines.join("\n"))
}

/// A standing order, for people.
pub(super) fn protection(order: &StandingOrder, names: &Names, kind: TypeId) -> String {
    let action = match order.action {
        Protection::Repay { limit } => format!("repays at most {}", names.show_coins(limit)),
        Protection::TopUp { limit } => format!("adds at most {}", names.show_collateral(limit, kind)),
    };
    format!(
        "under {} it {action}, up to {}",
        percent(order.trigger),
        percent(order.restore)
    )
}

fn health(health: Health) -> &'static str {
    match health {
        Health::NoDebt => "no debt",
        Health::Healthy => "healthy",
        Health::Warned => "near liquidation",
        Health::Liquidatable => "LIQUIDATABLE",
        Health::Unknown => "unknown: no price",
    }
}

async fn list(node: &NodeOptions, asked: &List) -> Result<(), Failure> {
    let client = node.client().await?;
    let names = Names::load(&client, Needs::default()).await?;
    let kind = asked
        .kind
        .as_deref()
        .map(|text| names.collateral_type(text))
        .transpose()?;
    let query = VaultQuery {
        collateral_type: kind.map(|kind| kind.spec.id),
        owner: asked.of,
        order: if asked.riskiest {
            VaultOrder::Risk
        } else {
            VaultOrder::Id
        },
        after: asked.after.clone(),
        limit: (!asked.all).then_some(asked.limit),
        ..VaultQuery::default()
    };
    let page = if asked.all {
        client.all_vaults(&query).await?
    } else {
        client.vaults(&query).await?
    };
    if node.json {
        return say_json(&page);
    }
    say(&page_text(&page, &names))
}

fn page_text(page: &VaultPage, names: &Names) -> String {
    if page.vaults.is_empty() {
        return format!("no vaults at {}", page.height);
    }
    let row = |vault: &VaultInfo| {
        vec![
            vault.id.0.to_string(),
            names.type_name(vault.collateral_type),
            names.show_collateral(vault.collateral, vault.collateral_type),
            names.show_coins(vault.debt),
            vault.ratio.map_or_else(String::new, percent),
            vault.liquidation_price.map_or_else(String::new, usd),
            health(vault.health).into(),
            vault.owner.to_string(),
        ]
    };
    let headings = [
        "vault",
        "type",
        "holds",
        "owes",
        "ratio",
        "liquidated under",
        "health",
        "owner",
    ];
    let mut text = table(&headings, page.vaults.iter().map(row).collect());
    if let Some(next) = &page.next {
        text += &format!("\nmore with --after {next}");
    }
    text
}

async fn what_if(node: &NodeOptions, asked: &WhatIf) -> Result<(), Failure> {
    let client = node.client().await?;
    let id = VaultId(asked.vault);
    let needs = Needs {
        vaults: vec![id],
        ..Needs::default()
    };
    let names = Names::load(&client, needs).await?;
    let collateral = |text: &Option<String>| text.as_deref().map(|text| names.vault_collateral(text, id)).transpose();
    let coins = |text: &Option<String>| text.as_deref().map(|text| names.coins(text)).transpose();
    let query = WhatIfQuery {
        height: None,
        price: asked.price,
        deposit: collateral(&asked.deposit)?,
        withdraw: collateral(&asked.withdraw)?,
        draw: coins(&asked.draw)?,
        repay: coins(&asked.repay)?,
    };
    let answer = client.what_if(id, &query).await?;
    if node.json {
        return say_json(&answer);
    }
    let vault = &answer.vault;
    let no_price = || "nothing while there is no price to borrow by".to_owned();
    let lines = [
        format!("{id} at {}: {}", usd(answer.price), health(vault.health)),
        format!(
            "  holds       {}",
            names.show_collateral(vault.collateral, vault.collateral_type)
        ),
        format!("  owes        {}", names.show_coins(vault.debt)),
        format!("  ratio       {}", vault.ratio.map_or_else(|| "none".into(), percent)),
        format!(
            "  liquidated  {}",
            vault
                .liquidation_price
                .map_or_else(|| "never".into(), |price| format!("under {}", usd(price)))
        ),
        format!(
            "  could draw  {}",
            answer.drawable.map_or_else(no_price, |amount| names.show_coins(amount))
        ),
        format!(
            "  could take  {}",
            answer
                .releasable
                .map_or_else(no_price, |amount| names.show_collateral(amount, vault.collateral_type))
        ),
        format!("  fee a year  {}", names.show_coins(answer.yearly_fee)),
        format!("  penalty     {} of what is seized", percent(answer.penalty)),
    ];
    say(&lines.join("\n"))
}
