//! What a vector's `init` says, and the powers of ten by which its amounts fit 128 bits.

use std::collections::BTreeMap;

use ballast_protocol::Curve;
use num_bigint::BigInt;
use serde_json::{Map, Value};

use crate::figures::{Figure, Figures};
use crate::pure;
use crate::schema::{Scenario, integer};

/// Parameters of the peer's modules that no figure shows, or that commands change.
#[derive(Clone)]
pub(super) struct Params {
    /// Most dai, in rad.
    pub(super) line: BigInt,
    /// Most dai on auction, in rad.
    pub(super) hole: BigInt,
    /// Value of a dai, in ray.
    pub(super) par: BigInt,
    /// Fee of all ilks, in ray, added to each one's own.
    pub(super) base: BigInt,
    /// Seconds that seized debt waits in the queue.
    pub(super) wait: u64,
    pub(super) ilks: BTreeMap<String, Ilk>,
    /// A coin of the peer is 10^18 wei; one wei is 10^`fine` of our base units.
    pub(super) fine: u32,
    /// Whose price counts where no ratio of 18 digits joins the two.
    pub(super) view: View,
}

/// Whose price counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// The vat's spot.
    Vat,
    /// What the oracle says: the clipper's, at a reset.
    Clip,
}

/// Parameters of an ilk.
#[derive(Clone)]
pub(super) struct Ilk {
    /// Its place among the ilks, from 1: id of type and asset, and one more than that of the feed.
    pub(super) number: u32,
    /// What the oracle says, in wad; zero if nothing.
    pub(super) price: BigInt,
    /// Ratio, in ray.
    pub(super) mat: BigInt,
    /// Price ÷ ratio as the vat has it, in ray.
    pub(super) spot: BigInt,
    pub(super) line: BigInt,
    pub(super) dust: BigInt,
    pub(super) rate: BigInt,
    pub(super) chop: BigInt,
    pub(super) hole: BigInt,
    pub(super) duty: BigInt,
    pub(super) rho: u64,
    pub(super) calc: Option<Calc>,
    pub(super) buf: BigInt,
    pub(super) tail: BigInt,
    pub(super) cusp: BigInt,
    pub(super) tip: BigInt,
    pub(super) chip: BigInt,
    pub(super) stopped: BigInt,
    /// dust × chop as the clipper has cached it.
    pub(super) chost: BigInt,
    /// Our price is the peer's ÷ 10^`shift`, and so are our decimals fewer.
    pub(super) shift: u32,
}

/// A price curve with the peer's names.
#[derive(Clone)]
pub(super) struct Calc {
    pub(super) kind: String,
    pub(super) values: BTreeMap<String, BigInt>,
}

impl Calc {
    pub(super) fn curve(&self) -> Option<Curve> {
        pure::curve(&self.kind, |name| self.values.get(name).cloned())
    }
}

pub(super) fn ten(power: u32) -> BigInt {
    BigInt::from(10).pow(power)
}

pub(super) fn wad() -> BigInt {
    ten(18)
}

pub(super) fn ray() -> BigInt {
    ten(27)
}

fn section<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    map.get(name).and_then(Value::as_object)
}

impl Params {
    pub(super) fn of(scenario: &Scenario) -> Result<Self, String> {
        let init = &scenario.init;
        let governance = |module: &str, name: &str| {
            let found = section(init, "params").and_then(|modules| section(modules, module));
            found.and_then(|module| module.get(name)).and_then(integer)
        };
        let start = init.get("t").and_then(Value::as_u64).unwrap_or(604_411_200);
        let par = governance("spot", "par").unwrap_or_else(ray);
        let mut ilks = BTreeMap::new();
        let listed = section(init, "ilks").into_iter().flatten();
        for (number, (name, value)) in (1..).zip(listed) {
            let fields = value.as_object().ok_or_else(|| format!("ilk {name} is no object"))?;
            ilks.insert(name.clone(), Ilk::of(number, fields, &par, start));
        }
        let mut params = Self {
            line: governance("vat", "Line").unwrap_or_default(),
            hole: governance("dog", "Hole").unwrap_or_default(),
            base: governance("jug", "base").unwrap_or_default(),
            wait: governance("vow", "wait")
                .and_then(|wait| u64::try_from(wait).ok())
                .unwrap_or(0),
            par,
            ilks,
            fine: 9,
            view: View::Vat,
        };
        params.scale(scenario)?;
        Ok(params)
    }

    /// Chooses the powers of ten: prices must lie within what a feed may say, and no sum of coins above [`MOST`].
    fn scale(&mut self, scenario: &Scenario) -> Result<(), String> {
        let limit = ten(35);
        let mut digits = 0;
        for ilk in self.ilks.values_mut() {
            let mut dearest = ilk.spot.clone().max(&ilk.price * ten(9));
            for step in &scenario.steps {
                let amount = match step.op.as_str() {
                    "oracle.set" => step.args.amount("price") * ten(9),
                    "vat.file" if step.args.text("what") == "spot" => step.args.amount("data"),
                    _ => continue,
                };
                dearest = dearest.max(amount);
            }
            ilk.shift = (0..).find(|shift| &dearest / ten(*shift) <= limit).unwrap_or(0);
            digits = digits.max(ilk.shift);
        }
        let steps = scenario
            .steps
            .iter()
            .flat_map(|step| &step.changed)
            .map(|(path, figure)| (path.as_str(), figure));
        let mut most = BigInt::ZERO;
        let mut highest = ray();
        for (path, figure) in scenario.start.iter().chain(steps) {
            let Figure::Number(number) = figure else { continue };
            if path == "vat.debt" || path.ends_with(".tab") {
                most = most.max(number / ray());
            } else if path.ends_with(".rate") {
                highest = highest.max(number.clone());
            }
        }
        let fits = |fine: &u32| &most * ten(*fine) <= ten(36) && &highest * ten(*fine) <= ten(38);
        let fine = (0..=9.min(18_u32.saturating_sub(digits))).rev().find(fits);
        self.fine = fine.ok_or("amounts that no power of ten fits into 128 bits")?;
        Ok(())
    }

    /// One base unit of our coin, in rad.
    pub(super) fn unit(&self) -> BigInt {
        ten(27 - self.fine)
    }

    /// The figures of the start, from `init` alone; those of other mechanisms as the vector lists them.
    pub(super) fn figures(&self, scenario: &Scenario) -> Result<Figures, String> {
        let mut figures = Figures::default();
        for (path, figure) in scenario.start.iter().filter(|(path, _)| is_still(path)) {
            figures.set(path, figure.clone());
        }
        for (name, ilk) in &self.ilks {
            figures.put(&format!("vat.ilks.{name}.rate"), ilk.rate.clone());
        }
        let numbers = |value: &Value| -> Vec<(String, BigInt)> {
            let fields = value.as_object().into_iter().flatten();
            fields
                .filter_map(|(name, value)| Some((name.clone(), integer(value)?)))
                .collect()
        };
        for (name, value) in &scenario.init {
            match name.as_str() {
                "gem" => {
                    for (ilk, users) in value.as_object().into_iter().flatten() {
                        for (user, amount) in numbers(users) {
                            figures.put(&format!("vat.gem.{ilk}.{user}"), amount);
                        }
                    }
                }
                "dai" => {
                    for (user, amount) in numbers(value) {
                        figures.add(&format!("vat.dai.{user}"), &amount);
                        figures.add("vat.sin.void", &amount);
                    }
                }
                "sin" => {
                    for (user, amount) in numbers(value) {
                        figures.add(&format!("vat.sin.{user}"), &amount);
                        figures.add("vat.dai.void", &amount);
                    }
                }
                // Governance tokens and gems of the peg module belong to other mechanisms.
                "t" | "users" | "params" | "ilks" | "gov" | "psm" | "usdx" => {}
                other => return Err(format!("init: unknown entry `{other}`")),
            }
        }
        Ok(figures)
    }
}

/// Figures of mechanisms that the covered operations do not move.
pub(super) fn is_still(path: &str) -> bool {
    const STILL: [&str; 7] = ["pot.", "end.", "flap.", "flop.", "gov.", "usdx.", "erc20dai."];
    path == "vat.live" || STILL.iter().any(|prefix| path.starts_with(prefix))
}

impl Ilk {
    fn of(number: u32, fields: &Map<String, Value>, par: &BigInt, start: u64) -> Self {
        let field = |name: &str| fields.get(name).and_then(integer);
        let amount = |name: &str| field(name).unwrap_or_default();
        let calc = section(fields, "calc").map(|calc| Calc {
            kind: calc.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned(),
            values: calc
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), integer(value)?)))
                .collect(),
        });
        let (dust, chop) = (amount("dust"), amount("chop"));
        let mut ilk = Self {
            number,
            price: amount("price"),
            mat: amount("mat"),
            spot: amount("spot"),
            line: amount("line"),
            chost: &dust * &chop / wad(),
            dust,
            rate: field("rate").unwrap_or_else(ray),
            chop,
            hole: amount("hole"),
            duty: field("duty").unwrap_or_else(ray),
            rho: start,
            calc,
            buf: field("buf").unwrap_or_else(ray),
            tail: amount("tail"),
            cusp: amount("cusp"),
            tip: wrapped(&amount("tip"), 192),
            chip: wrapped(&amount("chip"), 64),
            stopped: amount("stopped"),
            shift: 0,
        };
        if field("spot").is_none() {
            ilk.spot = ilk.poked(par);
        }
        ilk
    }

    /// Our price of a whole unit in the vat's and the clipper's terms, in ray: what the oracle says ÷ par.
    pub(super) fn market(&self, par: &BigInt) -> BigInt {
        if *par == BigInt::ZERO {
            return BigInt::ZERO;
        }
        &self.price * ten(9) * ray() / par
    }

    /// What the vat learns when the spotter is poked.
    pub(super) fn poked(&self, par: &BigInt) -> BigInt {
        if self.mat == BigInt::ZERO {
            return BigInt::ZERO;
        }
        self.market(par) * ray() / &self.mat
    }
}

/// The clipper keeps tip in 192 bits and chip in 64: what is above wraps (vectors/README.md).
pub(super) fn wrapped(value: &BigInt, bits: u32) -> BigInt {
    value % BigInt::from(2).pow(bits)
}
