//! `ballast parameter`.

use ballast_num::{Rate, Seconds};
use ballast_protocol::{Breaker, Command, Curve, ParameterChange, TypeParameter};
use clap::{Subcommand, ValueEnum};

use super::write::Saying;
use crate::Failure;
use crate::names::Names;
use crate::units::{duration, ratio};

#[derive(Subcommand)]
pub(crate) enum Parameter {
    /// Changes one, as the authority: `parameter set debt-ceiling 1000000 --type ETH-A`
    Set {
        /// Which
        name: Name,
        /// Ratios as 1.5 or 150%, amounts in coins, durations as 30m or 12h, the stability fee as growth a second; curves as
        /// linear:6h, stair:0.99:90s or exponential:0.9997; breakers as open, no-start, no-reset or no-take
        value: String,
        /// Of which collateral type
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<String>,
    },
}

/// A parameter's name. Those that begin with `global`, and the price of work, belong to no type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    GlobalDebtCeiling,
    GlobalAuctionCeiling,
    WorkPrice,
    InitialRatio,
    LiquidationRatio,
    GlidePerDay,
    Penalty,
    StabilityFee,
    BorrowingFee,
    LiquidationDeposit,
    CallerShare,
    DebtCeiling,
    FlashCeiling,
    DebtFloor,
    Stress,
    PoolDiscount,
    AuctionStartFactor,
    AuctionCurve,
    AuctionDuration,
    AuctionResetRatio,
    KeeperFlat,
    KeeperShare,
    AuctionCeiling,
    AuctionBreaker,
}

impl Saying for Parameter {
    fn commands(&self, names: &Names) -> Result<Vec<Command>, Failure> {
        let Self::Set { name, value, kind } = self;
        let coins = || names.coins(value);
        let ratio = || ratio(value).map_err(Failure::BadInput);
        let parameter = match name {
            Name::GlobalDebtCeiling => return global(ParameterChange::GlobalDebtCeiling(coins()?), kind),
            Name::GlobalAuctionCeiling => return global(ParameterChange::GlobalAuctionCeiling(coins()?), kind),
            Name::WorkPrice => return global(ParameterChange::WorkPrice(coins()?), kind),
            Name::InitialRatio => TypeParameter::InitialRatio(ratio()?),
            Name::LiquidationRatio => TypeParameter::LiquidationRatio(ratio()?),
            Name::GlidePerDay => TypeParameter::GlidePerDay(ratio()?),
            Name::Penalty => TypeParameter::Penalty(ratio()?),
            Name::StabilityFee => TypeParameter::StabilityFee(rate(value)?),
            Name::BorrowingFee => TypeParameter::BorrowingFee(ratio()?),
            Name::LiquidationDeposit => TypeParameter::LiquidationDeposit(coins()?),
            Name::CallerShare => TypeParameter::CallerShare(ratio()?),
            Name::DebtCeiling => TypeParameter::DebtCeiling(coins()?),
            Name::FlashCeiling => TypeParameter::FlashCeiling(coins()?),
            Name::DebtFloor => TypeParameter::DebtFloor(coins()?),
            Name::Stress => TypeParameter::Stress(ratio()?),
            Name::PoolDiscount => TypeParameter::PoolDiscount(ratio()?),
            Name::AuctionStartFactor => TypeParameter::AuctionStartFactor(ratio()?),
            Name::AuctionCurve => TypeParameter::AuctionCurve(curve(value)?),
            Name::AuctionDuration => TypeParameter::AuctionDuration(seconds(value)?),
            Name::AuctionResetRatio => TypeParameter::AuctionResetRatio(ratio()?),
            Name::KeeperFlat => TypeParameter::KeeperFlat(coins()?),
            Name::KeeperShare => TypeParameter::KeeperShare(ratio()?),
            Name::AuctionCeiling => TypeParameter::AuctionCeiling(coins()?),
            Name::AuctionBreaker => TypeParameter::AuctionBreaker(breaker(value)?),
        };
        let kind = kind
            .as_deref()
            .ok_or_else(|| Failure::BadInput("of which type? Add --type TYPE".into()))?;
        let kind = names.collateral_type(kind)?.spec.id;
        Ok(vec![Command::SetParameter(ParameterChange::Type(kind, parameter))])
    }
}

fn global(change: ParameterChange, kind: &Option<String>) -> Result<Vec<Command>, Failure> {
    match kind {
        Some(_) => Err(Failure::BadInput(
            "this parameter belongs to no type: leave --type out".into(),
        )),
        None => Ok(vec![Command::SetParameter(change)]),
    }
}

fn rate(text: &str) -> Result<Rate, Failure> {
    text.parse()
        .map_err(|error| Failure::BadInput(format!("{error}; growth a second is such as 1.000000001547125957")))
}

fn seconds(text: &str) -> Result<Seconds, Failure> {
    duration(text).map_err(Failure::BadInput)
}

fn curve(text: &str) -> Result<Curve, Failure> {
    let parts: Vec<_> = text.split(':').collect();
    match parts[..] {
        ["linear", time] => Ok(Curve::Linear {
            duration: seconds(time)?,
        }),
        ["stair", cut, step] => Ok(Curve::Stair {
            cut: rate(cut)?,
            step: seconds(step)?,
        }),
        ["exponential", cut] => Ok(Curve::Exponential { cut: rate(cut)? }),
        _ => Err(Failure::BadInput(format!(
            "{text:?} is no curve: write linear:6h, stair:0.99:90s or exponential:0.9997"
        ))),
    }
}

fn breaker(text: &str) -> Result<Breaker, Failure> {
    match text {
        "open" => Ok(Breaker::Open),
        "no-start" => Ok(Breaker::NoStart),
        "no-reset" => Ok(Breaker::NoReset),
        "no-take" => Ok(Breaker::NoTake),
        _ => Err(Failure::BadInput(format!(
            "{text:?} is no level: choose of open, no-start, no-reset, no-take"
        ))),
    }
}
