//! The scenarios that come with the program.
//!
//! - *Vaults.* Of `black-thursday` nine in ten hold ether, as nearly all debt was backed by it then; of the others so many in
//!   proportion as each weight says. The weights are assumptions of ours: no record of all collaterals is at hand.
//! - *Ratios.* `black-thursday` has the standard one, 150 % for liquidation, as all of Maker's ether had then. The others have
//!   that of the recorded vaults, 130 %. Of the tokens Maker asked 165 % of LINK-A, UNI-A and AAVE-A and 175 % of MATIC-A when
//!   it lent to all of them (`CollateralValues` in the tests of its spells, late in 2021). It never took SOL and AVAX: they
//!   get the 175 % of MATIC.
//! - *Debt.* About 120 M by the standard settings; in `april-2024` two billions, since its markets are so much larger: in each
//!   scenario the debt on ether is a seventh to two thirds of what the file's exchange turned over in a day.
//! - *Depth.* What the file's own exchange traded a day, the mean of the replayed days, by the volumes of the file. One
//!   exchange is less than the market, which is the unkind side.

use ballast_num::{Amount, Ratio, Timestamp};
use ballast_protocol::coins;

/// The scenarios that a name starts, with what each is.
pub const BUILT_IN: [(&str, &str); 6] = [
    (BLACK_THURSDAY, OF_PRICES[0].about),
    (MAY_2021, OF_PRICES[1].about),
    (JUNE_2022, OF_PRICES[2].about),
    (FTX, OF_PRICES[3].about),
    (APRIL_2024, OF_PRICES[4].about),
    (
        MAKER_ETH_B,
        "October 2020 to January 2023: the recorded ledger of every Maker ETH-B vault",
    ),
];

/// The crash of 12-13 March 2020.
pub const BLACK_THURSDAY: &str = "black-thursday";
/// The crash of 19 May 2021.
pub const MAY_2021: &str = "may-2021";
/// The failures of lenders and funds in June 2022.
pub const JUNE_2022: &str = "june-2022";
/// The failure of the exchange FTX in November 2022.
pub const FTX: &str = "ftx";
/// The weekend of 12-14 April 2024, with eight collaterals.
pub const APRIL_2024: &str = "april-2024";
/// The recorded ledger of a real collateral type; see [`crate::ledger_replay`].
pub const MAKER_ETH_B: &str = "maker-eth-b";

/// Over 130 %: what Maker asked of LINK, UNI and AAVE.
const MAKERS_TOKENS: Ratio = Ratio::percent(35);
/// Over 130 %: what Maker asked of MATIC.
const MAKERS_RISKIEST: Ratio = Ratio::percent(45);

/// The terms under which the recorded vaults lived, 2021 and 2022: 130 % for liquidation (ETH-B, as WBTC-B).
const AS_RECORDED: &str = "[type]\nliquidation_ratio = 1.3\ninitial_ratio = 1.35\n";
/// The same, and a debt of two billions, with a floor and ceilings that go with it.
const AS_RECORDED_AND_LARGE: &str = "[type]\nliquidation_ratio = 1.3\ninitial_ratio = 1.35\n\
    debt_ceiling = 4000000000\ndebt_floor = 5000\n[population]\nmean_debt = 200000\n";

/// A scenario of prices.
pub(super) struct OfPrices {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// As [`Scenario::settings`](super::Scenario).
    pub(super) settings: &'static str,
    pub(super) feeds: &'static [Recorded],
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// A file of prices that comes with the program, and what [`History`](super::History) says of its collateral.
pub(super) struct Recorded {
    pub(super) file: &'static str,
    pub(super) bytes: &'static [u8],
    pub(super) weight: u32,
    pub(super) riskier: Ratio,
    pub(super) daily_volume: Option<Amount>,
}

/// A file, its weight, what its ratios exceed the standard by, and its market's volume in millions of USD a day.
macro_rules! recorded {
    ($file:literal, $weight:literal) => {
        Recorded {
            file: concat!("data/prices/", $file, ".csv.zst"),
            bytes: include_bytes!(concat!("../../../../data/prices/", $file, ".csv.zst")),
            weight: $weight,
            riskier: Ratio::ZERO,
            daily_volume: None,
        }
    };
    ($file:literal, $weight:literal, $riskier:expr, $millions:literal) => {
        Recorded {
            riskier: $riskier,
            daily_volume: Some(coins($millions * 1_000_000)),
            ..recorded!($file, $weight)
        }
    };
}

/// The scenario of prices of this name.
pub(super) fn find(name: &str) -> Option<&'static OfPrices> {
    OF_PRICES.iter().find(|scenario| scenario.name == name)
}

const OF_PRICES: [OfPrices; 5] = [
    OfPrices {
        name: BLACK_THURSDAY,
        about: "12-13 March 2020: ether falls by half in a day",
        settings: "",
        feeds: &[
            recorded!("ETH-USD_1h_kraken_2020-03", 9),
            recorded!("BTC-USD_1h_kraken_2020-03", 1),
        ],
        // 2020-03-12 and 2020-03-14, 00:00 UTC.
        from: Timestamp(1_583_971_200),
        to: Timestamp(1_584_144_000),
    },
    OfPrices {
        name: MAY_2021,
        about: "17-23 May 2021: ether falls by half within a week, bitcoin by a third",
        settings: AS_RECORDED,
        feeds: &[
            recorded!("ETH-USD_1h_kraken_2021-05", 3, Ratio::ZERO, 644),
            recorded!("BTC-USD_1h_kraken_2021-05", 1, Ratio::ZERO, 591),
        ],
        // 2021-05-17 and 2021-05-24, 00:00 UTC.
        from: Timestamp(1_621_209_600),
        to: Timestamp(1_621_814_400),
    },
    OfPrices {
        name: JUNE_2022,
        about: "10-19 June 2022: lenders fail, ether falls by half in nine days",
        settings: AS_RECORDED,
        feeds: &[
            recorded!("ETH-USD_1h_kraken_2022-06", 3, Ratio::ZERO, 140),
            recorded!("BTC-USD_1h_kraken_2022-06", 1, Ratio::ZERO, 199),
        ],
        // 2022-06-10 and 2022-06-20, 00:00 UTC.
        from: Timestamp(1_654_819_200),
        to: Timestamp(1_655_683_200),
    },
    OfPrices {
        name: FTX,
        about: "6-11 November 2022: the exchange FTX fails, ether falls by a third in four days",
        settings: AS_RECORDED,
        feeds: &[
            recorded!("ETH-USD_1h_kraken_2022-11", 3, Ratio::ZERO, 164),
            recorded!("BTC-USD_1h_kraken_2022-11", 1, Ratio::ZERO, 173),
        ],
        // 2022-11-06 and 2022-11-12, 00:00 UTC.
        from: Timestamp(1_667_692_800),
        to: Timestamp(1_668_211_200),
    },
    OfPrices {
        name: APRIL_2024,
        about: "12-14 April 2024: eight collaterals fall at once, six of them by a third and more in two days",
        settings: AS_RECORDED_AND_LARGE,
        feeds: &[
            recorded!("ETH-USDT_5m_binance_2024-04", 6, Ratio::ZERO, 2546),
            recorded!("BTC-USDT_5m_binance_2024-04", 3, Ratio::ZERO, 4134),
            recorded!("SOL-USDT_5m_binance_2024-04", 1, MAKERS_RISKIEST, 1663),
            recorded!("LINK-USDT_5m_binance_2024-04", 1, MAKERS_TOKENS, 172),
            recorded!("UNI-USDT_5m_binance_2024-04", 1, MAKERS_TOKENS, 97),
            recorded!("AAVE-USDT_5m_binance_2024-04", 1, MAKERS_TOKENS, 34),
            recorded!("AVAX-USDT_5m_binance_2024-04", 1, MAKERS_RISKIEST, 224),
            recorded!("MATIC-USDT_5m_binance_2024-04", 1, MAKERS_RISKIEST, 152),
        ],
        // 2024-04-12 and 2024-04-15, 00:00 UTC.
        from: Timestamp(1_712_880_000),
        to: Timestamp(1_713_139_200),
    },
];
