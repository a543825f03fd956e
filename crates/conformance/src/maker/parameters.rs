//! What governance files: parameter commands.

use ballast_num::{Amount, Rate, Ratio, Seconds};
use ballast_protocol::{ParameterChange, TypeParameter};
use num_bigint::BigInt;

use super::genesis::{clamp, divide_up};
use super::ops::refuse;
use super::params::{Calc, ten, wad, wrapped};
use super::{ADMIN, Maker};
use crate::chain::Stop;
use crate::schema::Step;

impl Maker {
    /// A parameter command, said by whoever files; then what only the peer keeps.
    pub(super) fn file(&mut self, step: &Step) -> Result<(), Stop> {
        let (by, args) = (step.by.as_str(), &step.args);
        let (name, what, data) = (args.text("ilk"), args.text("what"), args.amount("data"));
        let unit = self.params.unit();
        let coins = |rad: &BigInt| Amount::from_raw(clamp(&(rad / &unit)));
        let (module, _) = step.op.split_once('.').unwrap_or_default();
        if name.is_empty() {
            return self.file_global(by, module, what, &data);
        }
        let kind = self.ilk(name)?.kind();
        let ratio = |ray: &BigInt| Ratio::from_raw(clamp(&(ray / ten(9))));
        let parameter = match (module, what) {
            ("vat", "line") => TypeParameter::DebtCeiling(coins(&data)),
            ("vat", "dust") => TypeParameter::DebtFloor(Amount::from_raw(clamp(&divide_up(&data, &unit)))),
            ("dog", "hole") => TypeParameter::AuctionCeiling(coins(&data)),
            ("dog", "chop") if data < wad() => return refuse("a penalty under zero"),
            ("dog", "chop") => TypeParameter::Penalty(Ratio::from_raw(clamp(&(&data - wad())))),
            ("clip", "tail") => TypeParameter::AuctionDuration(Seconds(u64::try_from(&data).unwrap_or(u64::MAX))),
            ("clip", "cusp") => TypeParameter::AuctionResetRatio(ratio(&data)),
            ("clip", "tip") => TypeParameter::KeeperFlat(coins(&wrapped(&data, 192))),
            ("clip", "chip") => TypeParameter::KeeperShare(Ratio::from_raw(clamp(&wrapped(&data, 64)))),
            ("clip" | "calc", _) | ("vat" | "spot", "spot" | "mat") | ("jug", "duty") => {
                return self.file_view(step, kind);
            }
            _ => return refuse(format!("no parameter {what} of {module}")),
        };
        self.set(by, ParameterChange::Type(kind, parameter))?;
        let ilk = self.ilk_mut(name)?;
        match what {
            "line" => ilk.line = data,
            "dust" => ilk.dust = data,
            "hole" => ilk.hole = data,
            "chop" => ilk.chop = data,
            "tail" => ilk.tail = data,
            "cusp" => ilk.cusp = data,
            "tip" => ilk.tip = wrapped(&data, 192),
            _ => ilk.chip = wrapped(&data, 64),
        }
        self.refresh_breaker(name)
    }

    /// Parameters whose command depends on others: what is said is the ilk's curve, factor, breaker or fee as it then is.
    fn file_view(&mut self, step: &Step, kind: ballast_protocol::TypeId) -> Result<(), Stop> {
        let (by, args) = (step.by.as_str(), &step.args);
        let (name, what, data) = (args.text("ilk"), args.text("what"), args.amount("data"));
        let now = self.now;
        let mut ilk = self.ilk(name)?.clone();
        match what {
            "buf" => ilk.buf = data,
            "stopped" => ilk.stopped = data,
            "spot" => ilk.spot = data,
            "mat" => ilk.mat = data,
            "duty" if now != ilk.rho => return refuse("interest is not charged up to now"),
            "duty" => ilk.duty = data,
            "tau" | "cut" | "step" => {
                let Some(calc) = &mut ilk.calc else {
                    return refuse("no curve");
                };
                calc.values.insert(what.to_owned(), data);
            }
            _ => return refuse(format!("no parameter {what}")),
        }
        let curve = ilk.calc.as_ref().and_then(Calc::curve);
        let parameter = match what {
            "buf" => TypeParameter::AuctionStartFactor(ilk.terms(&self.params).start_factor),
            "stopped" => TypeParameter::AuctionBreaker(ilk.breaker()),
            "duty" => {
                // It is in force only while a drip is charged: saying it shows that it may be said.
                let fee = Rate::from_raw(clamp(&(&ilk.duty + &self.params.base)));
                self.set(by, ParameterChange::Type(kind, TypeParameter::StabilityFee(fee)))?;
                TypeParameter::StabilityFee(Rate::ONE)
            }
            "spot" | "mat" if by == ADMIN => {
                self.params.ilks.insert(name.to_owned(), ilk);
                return self.restart();
            }
            "spot" | "mat" => return refuse("not the authority"),
            _ => match curve {
                Some(curve) => TypeParameter::AuctionCurve(curve),
                None => return refuse("no curve"),
            },
        };
        self.set(by, ParameterChange::Type(kind, parameter))?;
        self.params.ilks.insert(name.to_owned(), ilk);
        Ok(())
    }

    fn file_global(&mut self, by: &str, module: &str, what: &str, data: &BigInt) -> Result<(), Stop> {
        let coins = Amount::from_raw(clamp(&(data / self.params.unit())));
        match (module, what) {
            ("vat", "Line") => {
                self.set(by, ParameterChange::GlobalDebtCeiling(coins))?;
                self.params.line = data.clone();
            }
            ("dog", "Hole") => {
                self.set(by, ParameterChange::GlobalAuctionCeiling(coins))?;
                self.params.hole = data.clone();
            }
            _ if by != ADMIN => return refuse("not the authority"),
            ("jug", "base") => self.params.base = data.clone(),
            ("vow", "wait") => self.params.wait = u64::try_from(data).unwrap_or(u64::MAX),
            ("spot", "par") => {
                self.params.par = data.clone();
                self.restart()?;
            }
            // Of the debt and surplus auctions, which these vectors do not start.
            ("vow", "bump" | "sump" | "dump" | "hump") => {}
            _ => return refuse(format!("no parameter {what} of {module}")),
        }
        Ok(())
    }

    fn refresh_breaker(&mut self, name: &str) -> Result<(), Stop> {
        let (kind, breaker) = (self.ilk(name)?.kind(), self.ilk(name)?.breaker());
        self.set(
            ADMIN,
            ParameterChange::Type(kind, TypeParameter::AuctionBreaker(breaker)),
        )
    }
}
