//! MakerDAO's own contracts beside ours: the scenarios of `vectors/maker/{take,redo}.jsonl`, decision by decision and
//! figure by figure. Its amounts of coins have 27 digits more than ours, so that those may differ by a rounding.

use std::collections::BTreeMap;
use std::fs;

use ballast_num::{Amount, Price, Rate, Ratio, Seconds};
use ballast_protocol::{AccountId, AuctionId, Breaker, Curve, KeeperPay, VaultId};
use serde_json::Value;

use super::Lot;
use super::desk::{COIN, Desk, ETH};

/// The peer stores pay in 64 and 192 bits and wraps what is larger: not a way to follow.
const QUIRKS: [&str; 1] = ["maker/redo/incentive-max"];

#[test]
fn the_peer_decides_and_counts_as_we_do() {
    let (mut steps, mut figures) = (0, 0);
    for file in ["take", "redo"] {
        let path = format!("{}/../../vectors/maker/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
        for line in fs::read_to_string(path)
            .expect("the vectors are in the repository")
            .lines()
        {
            let vector: Value = serde_json::from_str(line).expect("a vector is JSON");
            if QUIRKS.contains(&text(&vector["id"])) {
                continue;
            }
            let mut run = Run::of(&vector["init"]);
            for step in vector["steps"].as_array().expect("steps") {
                let done = run.step(step);
                assert_eq!(done, step["ok"].as_bool().expect("ok"), "{} {step}", vector["id"]);
                for (path, peers) in step["changed"].as_object().into_iter().flatten() {
                    figures += usize::from(run.compare(path, text(peers)));
                }
                steps += 1;
            }
        }
    }
    assert_eq!((steps, figures), (90, 209));
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

/// A figure with 18 digits (wad).
fn wad(value: &Value) -> u128 {
    text(value).parse().expect("a wad fits")
}

/// A figure with 27 digits (ray) in 18.
fn ray(value: &Value) -> Ratio {
    Ratio::from_raw(text(value).parse::<u128>().expect("a ray fits") / 1_000_000_000)
}

/// A figure with 45 digits (rad) in 18, rounded up.
fn rad(text: &str) -> u128 {
    let (whole, rest) = text.split_at(text.len().saturating_sub(27));
    whole.parse().unwrap_or(0) + u128::from(rest.bytes().any(|digit| digit != b'0'))
}

struct Run {
    desk: Desk,
    users: BTreeMap<String, AccountId>,
    urns: BTreeMap<String, (u128, u128)>,
}

impl Run {
    fn of(init: &Value) -> Self {
        let names = init["users"]
            .as_array()
            .expect("users")
            .iter()
            .map(|name| text(name).to_owned());
        let users: BTreeMap<_, _> = names.zip((100..).map(AccountId::numbered)).collect();
        let (mut desk, kind) = (Desk::new(), &init["ilks"]["gold"]);
        for (name, id) in &users {
            if let Some(gems) = init["gem"]["gold"].get(name) {
                desk.ledger.mint(ETH, *id, Amount::from_raw(wad(gems))).unwrap();
            }
            if let Some(coins) = init["dai"].get(name) {
                desk.ledger.mint(COIN, *id, Amount::from_raw(rad(text(coins)))).unwrap();
            }
        }
        let calc = &kind["calc"];
        desk.spec.auction.curve = match text(&calc["kind"]) {
            "linear" => Curve::Linear {
                duration: seconds(&calc["tau"]),
            },
            _ => Curve::Stair {
                cut: Rate::from_raw(wad(&calc["cut"])),
                step: seconds(&calc["step"]),
            },
        };
        desk.spec.auction.duration = seconds(&kind["tail"]);
        desk.spec.auction.reset_ratio = ray(&kind["cusp"]);
        desk.spec.auction.start_factor = ray(&kind["buf"]);
        desk.spec.penalty = Ratio::from_raw(wad(&kind["chop"])).saturating_sub(Ratio::ONE);
        desk.spec.debt_floor = Amount::from_raw(rad(text(&kind["dust"])));
        desk.spec.peer.keeper_pay = KeeperPay::InFull;
        desk.quote_at(price(&kind["price"]));
        desk.quote.live_time = Seconds(604_411_200);
        Self {
            desk,
            users,
            urns: BTreeMap::new(),
        }
    }

    /// Does a step and tells whether it was allowed.
    fn step(&mut self, step: &Value) -> bool {
        let (args, desk) = (&step["args"], &mut self.desk);
        desk.wait(step["dt"].as_u64().unwrap_or(0));
        let auction = || AuctionId(text(&args["id"]).parse().unwrap());
        let user = |value: &Value| self.users[text(value)];
        match text(&step["op"]) {
            "vat.frob" => {
                let (collateral, debt) = (wad(&args["dink"]), wad(&args["dart"]));
                desk.ledger
                    .burn(ETH, user(&args["v"]), Amount::from_raw(collateral))
                    .unwrap();
                desk.ledger
                    .mint(COIN, user(&args["w"]), Amount::from_raw(debt))
                    .unwrap();
                self.urns.insert(text(&args["u"]).to_owned(), (collateral, debt));
                true
            }
            "dog.bark" => {
                let (collateral, debt) = self.urns[text(&args["urn"])];
                let debt = Amount::from_raw(debt);
                let penalty = debt.mul_ratio(desk.spec.penalty, ballast_num::Round::Down).unwrap();
                let (vault, owner, booked) = (VaultId(1), user(&args["urn"]), Amount::ZERO);
                let lot = Lot {
                    vault,
                    owner,
                    collateral: Amount::from_raw(collateral),
                    debt,
                    penalty,
                    booked,
                };
                let id = desk.start(&lot, Some(user(&args["kpr"]))).unwrap();
                id.0.to_string() == text(&step["ret"])
            }
            "clip.take" => {
                assert_eq!(step["by"], args["who"], "bought for someone else");
                let (most, limit) = (Amount::from_raw(wad(&args["amt"])), Price::from_raw(wad(&args["max"])));
                desk.take(user(&step["by"]), auction(), most, limit).is_ok()
            }
            "clip.redo" => desk.reset(auction(), Some(user(&args["kpr"]))).is_ok(),
            "clip.status" => {
                let (ret, now) = (&step["ret"], desk.quote.live_time);
                let ours = desk.auctions.auction(auction()).unwrap();
                assert_eq!(desk.price(auction()).raw(), wad(&ret["price"]));
                assert_eq!(ours.lot.raw(), wad(&ret["lot"]));
                assert_eq!(
                    Ok(ret["needsRedo"].as_bool().unwrap()),
                    ours.needs_reset(&desk.spec.auction, now)
                );
                true
            }
            "clip.file" | "vat.file" => {
                let data = &args["data"];
                match text(&args["what"]) {
                    "tip" => desk.spec.auction.keeper_flat = Amount::from_raw(rad(text(data))),
                    "chip" => desk.spec.auction.keeper_share = Ratio::from_raw(wad(data)),
                    "dust" => desk.spec.debt_floor = Amount::from_raw(rad(text(data))),
                    _ => desk.spec.auction.breaker = Breaker::NoReset,
                }
                true
            }
            "oracle.set" => {
                let live_time = desk.quote.live_time;
                desk.quote_at(price(&args["price"]));
                assert_eq!(desk.quote.live_time, live_time);
                true
            }
            "spot.poke" | "clip.upchost" => true,
            other => panic!("an unknown step {other}"),
        }
    }

    /// Compares a figure of the peer's with ours, if we have it.
    fn compare(&self, path: &str, peers: &str) -> bool {
        let desk = &self.desk;
        let parts: Vec<_> = path.split('.').collect();
        let (ours, peers) = match parts.as_slice() {
            ["clip", "gold", "sales", id, field] => {
                let auction = desk.auctions.auction(AuctionId(id.parse().unwrap())).ok();
                let figure = |read: fn(super::super::Auction) -> u128| auction.map_or(0, read);
                match *field {
                    "tab" => (figure(|auction| auction.to_raise.raw()), rad(peers)),
                    "lot" => (figure(|auction| auction.lot.raw()), peers.parse().unwrap()),
                    "tic" => (figure(|auction| auction.started.raw().into()), peers.parse().unwrap()),
                    "top" => (figure(|auction| auction.start_price.raw()), peers.parse().unwrap()),
                    _ => return false,
                }
            }
            ["dog", "Dirt"] => (desk.auctions.all_on_sale().unwrap().to_raise.raw(), rad(peers)),
            ["clip", "gold", "count"] => (
                desk.auctions.all_on_sale().unwrap().auctions.into(),
                peers.parse().unwrap(),
            ),
            ["vat", "dai", user] if self.users.contains_key(*user) => {
                (desk.ledger.balance(COIN, self.users[*user]).raw(), rad(peers))
            }
            ["vat", "gem", "gold", user] if self.users.contains_key(*user) => (
                desk.ledger.balance(ETH, self.users[*user]).raw(),
                peers.parse().unwrap(),
            ),
            _ => return false,
        };
        let tolerance = u128::from(path.ends_with(".tab") || path.contains("dai") || path.ends_with("Dirt"));
        assert!(
            ours.abs_diff(peers) <= tolerance,
            "{path} is {ours}, the peer's {peers}"
        );
        true
    }
}

fn seconds(value: &Value) -> Seconds {
    Seconds(text(value).parse().expect("seconds fit"))
}

/// A price with 18 digits.
fn price(value: &Value) -> Price {
    Price::from_raw(wad(value) * 1_000_000_000)
}
