//! What people say to a running reserve, with the real binary against a real node.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests: one that cannot go on has failed

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use ballast_protocol::api::{
    AccountInfo, ApiError, AssetInfo, AuctionPage, BlockInfo, DryRun, FeedInfo, MarketInfo, PoolInfo, Positions,
    Status, Told, TransactionInfo, TypeInfo, VaultInfo, VaultPage, WhatIf,
};
use ballast_protocol::{Outcome, coins};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A node of a new reserve for development, for as long as a test runs.
struct Reserve {
    process: Child,
    url: String,
    folder: tempfile::TempDir,
}

impl Reserve {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(assert_cmd::cargo::cargo_bin!("ballast"))
            .args(["node", "--listen", "127.0.0.1:0", "--dev", "--dir"])
            .arg(folder.path().join("reserve"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.to_owned();
            }
        };
        // Keeps the pipe open until the node ends.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, url, folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Runs a command line.
    fn run(&self, line: &str) -> Output {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("ballast"));
        command.args(line.split_whitespace());
        command.env_clear().env("BALLAST_NODE", &self.url).output().unwrap()
    }

    /// What it prints, if it is done.
    fn done(&self, line: &str) -> String {
        let output = self.run(line);
        let (said, error) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{line}: {said}{error}");
        said
    }

    /// The document that it prints.
    fn read<T: DeserializeOwned>(&self, line: &str) -> T {
        let said = self.done(&format!("{line} --json"));
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{line}: {error}: {said}"))
    }

    /// The exit code and the reason of a refusal.
    fn refused(&self, line: &str) -> (i32, String) {
        let output = self.run(line);
        assert_ne!(output.status.code(), Some(0), "{line}: {}", text(&output.stdout));
        (output.status.code().unwrap(), text(&output.stderr))
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_vault_from_opening_to_closing() {
    let at = Reserve::start();
    let opened = at.done("vault open --type ETH-A --deposit 10 --draw 5000 --dev-key 1");
    assert!(opened.starts_with("done at height "), "{opened}");
    assert!(
        opened.contains("vault 1 opened, ETH-A") && opened.contains("5,000 USB drawn on vault 1"),
        "{opened}"
    );
    let shown = at.done("vault show 1");
    assert!(
        shown.contains("holds       10 ETH") && shown.contains("health      healthy"),
        "{shown}"
    );

    at.done("vault deposit 1 2.5 --dev-key 1");
    at.done("vault withdraw 1 0.5 --dev-key 1");
    at.done("vault draw 1 100 --dev-key 1");
    at.done("vault repay 1 600.25 --dev-key 1");
    let vault: VaultInfo = at.read("vault show 1");
    assert_eq!(vault.collateral, coins(12));
    assert!(vault.debt < coins(4_800) && vault.debt > coins(4_499), "{}", vault.debt);

    let protected = at.done("vault protect 1 --under 155% --restore 180% --repay 1000 --dev-key 1");
    assert!(protected.contains("vault 1 is protected under 155.00%"), "{protected}");
    assert!(
        at.done("vault show 1")
            .contains("it repays at most 1,000 USB, up to 180.00%")
    );
    at.done("vault unprotect 1 --dev-key 1");

    at.done("vault split 1 --collateral 6 --debt 2000 --dev-key 1");
    let both: VaultPage = at.read("vault list --type eth-a --riskiest");
    assert_eq!(both.vaults.len(), 2);
    at.done("vault merge 2 --into 1 --dev-key 1");
    // The fee of drawing and the deposit are owed too: somebody else sends what is missing.
    // And much is locked, so that what is taken out is within what may leave of a type in a day.
    at.done("vault open --type 1 --deposit 200 --draw 5000 --dev-key 2");
    let first: Value = at.read("account --dev-key 1");
    let address = first["account"].as_str().unwrap();
    at.done(&format!("send 1000 USB {address} --dev-key 2"));
    let closed = at.done("vault close 1 --dev-key 1 --fee-asset ETH");
    assert!(closed.contains("vault 1 closed"), "{closed}");
    let of: VaultPage = at.read(&format!("vault list --of {address}"));
    assert!(of.vaults.is_empty());

    let table = at.done("vault list");
    assert!(
        table.contains("liquidated under") && table.contains("healthy"),
        "{table}"
    );
    assert!(
        !table.contains('\u{1b}') && !table.contains('│'),
        "plain where no terminal is: {table}"
    );
}

#[test]
fn every_document_is_one_of_the_api() {
    let at = Reserve::start();
    let done: TransactionInfo = at.read("vault open --type ETH-A --deposit 10 --draw 5000 --dev-key 1");
    assert_eq!(done.receipt.outcome, Outcome::Done);
    let status: Status = at.read("status");
    assert_eq!((status.chain_id, status.vaults), (31_337, 1));
    assert_eq!(at.read::<Vec<AssetInfo>>("assets").len(), 2);
    assert_eq!(at.read::<Vec<FeedInfo>>("feeds").len(), 1);
    assert_eq!(at.read::<Vec<TypeInfo>>("types").len(), 1);
    assert!(at.read::<Vec<MarketInfo>>("market list").is_empty());
    assert!(!at.read::<Vec<PoolInfo>>("pool list").is_empty());
    at.read::<Vec<PoolInfo>>("bid list");
    assert_eq!(at.read::<VaultPage>("vault list --all").vaults.len(), 1);
    assert!(at.read::<AuctionPage>("auction list").auctions.is_empty());
    let fallen: WhatIf = at.read("vault what-if 1 --price 500 --deposit 0.5");
    assert_eq!(
        fallen.vault.collateral,
        coins(10)
            .try_add(coins(1).prorate(1, 2, ballast_num::Round::Down).unwrap())
            .unwrap()
    );
    let account: AccountInfo = at.read("account --dev-key 1");
    assert!(
        account
            .balances
            .iter()
            .any(|held| held.symbol == "USB" && held.amount < coins(5_001))
    );
    let positions: Positions = at.read("account --dev-key 1 --positions");
    assert_eq!(positions.account, account.account);
    let block: BlockInfo = at.read(&format!("block {}", done.height.0));
    assert_eq!(block.hashes, [done.hash]);
    assert_eq!(at.read::<TransactionInfo>(&format!("tx show {}", done.hash)), done);
    let told: Told =
        serde_json::from_str(&at.done(&format!("watch --from {} --blocks 1 --json", done.height.0))).unwrap();
    assert_eq!(told.block, block);
    let tried: DryRun = at.read("vault draw 1 100 --dev-key 1 --dry-run");
    assert_eq!(tried.receipt.outcome, Outcome::Done);
    assert!(
        at.done("vault draw 1 100 --dev-key 1 --dry-run")
            .starts_with("would be done")
    );
    assert_eq!(
        at.read::<VaultInfo>("vault show 1").debt,
        at.read::<VaultPage>("vault list").vaults[0].debt
    );
    let people = at.done(&format!("watch --from {} --blocks 1", done.height.0));
    assert!(people.contains("vault 1 opened"), "{people}");
    for line in [
        "status",
        "assets",
        "feeds",
        "types",
        "pool list",
        "bid list",
        "market list",
        "auction list",
        "account --dev-key 1",
        "block",
    ] {
        assert!(!at.done(line).trim().is_empty(), "{line}");
    }

    for (line, code, name) in [
        ("vault show 99", 1, "UnknownVault"),
        ("vault draw 1 100000 --dev-key 1", 1, "Failed"),
        ("vault draw 1 1e3 --dev-key 1", 2, "BadInput"),
        ("vault draw 1 100", 2, "BadInput"),
        (
            "tx show 0x0101010101010101010101010101010101010101010101010101010101010101",
            1,
            "Refused",
        ),
        ("status --node http://127.0.0.1:1", 3, "Unreachable"),
        ("status --node nowhere", 2, "BadUrl"),
    ] {
        let (exit, said) = at.refused(&format!("{line} --json"));
        let error: Value = serde_json::from_str(said.trim()).unwrap_or_else(|error| panic!("{line}: {error}: {said}"));
        assert_eq!((exit, error["code"].as_str()), (code, Some(name)), "{line}: {said}");
        let as_api: ApiError = serde_json::from_value(error).unwrap();
        assert!(
            as_api.message.len() > 10 && !as_api.message.contains("error:"),
            "{line}: {said}"
        );
    }
}

#[test]
fn what_can_not_be_done_is_refused_with_what_would_work() {
    let at = Reserve::start();
    for (line, code, reason) in [
        ("vault open --type ETH-A", 2, "Add --key FILE"),
        ("vault open --type ETH-A --dev-key 9", 2, "from 1 to 5"),
        ("vault open --type DOGE --dev-key 1", 2, "choose of ETH-A"),
        (
            "vault open --type ETH-A --deposit 10 --draw 50000 --dev-key 1",
            1,
            "under its liquidation ratio",
        ),
        (
            "vault open --type ETH-A --deposit 10 --draw 50000 --dev-key 1 --dry-run",
            1,
            "would fail",
        ),
        ("liquidate 1 --dev-key 1", 1, "vault 1"),
        ("parameter set debt-ceiling 5 --type ETH-A --dev-key 2", 1, "failed: "),
        ("status --node http://127.0.0.1:1", 3, "start one with"),
        ("status --node https://127.0.0.1:1", 3, "no node answers"),
        ("account", 2, "Name an address"),
        ("block 99999", 1, "not kept"),
        ("watch --from 99999", 1, "does not exist yet"),
    ] {
        let (exit, said) = at.refused(line);
        assert_eq!(exit, code, "{line}: {said}");
        assert!(said.contains(reason), "{line}: {said}");
    }
}

#[test]
fn orders_wait_and_come_back() {
    let at = Reserve::start();
    at.done("vault open --type ETH-A --deposit 20 --draw 15000 --dev-key 1");
    let queued = at.done("pool enter ETH-A 2000 --dev-key 1");
    assert!(
        queued.contains("ticket 1 waits: 2,000 USB into the stability pool of ETH-A"),
        "{queued}"
    );
    assert!(at.done("ticket show 1").contains("2,000 USB into"));
    assert!(at.done("account --dev-key 1").contains("ticket 1: 2,000 USB"));
    at.done("ticket cancel 1 --dev-key 1");
    let queued = at.done("fund enter 1000 --dev-key 1 --wait 2d");
    assert!(queued.contains("1,000 USB into the insurance fund"), "{queued}");
    at.done("first-loss add ETH-A 10 --dev-key 1");
    at.done("parameter set debt-ceiling 900000 --type ETH-A --dev-key 1");
    let types: Vec<TypeInfo> = at.read("types");
    assert_eq!(
        (types[0].first_loss, types[0].spec.debt_ceiling),
        (coins(10), coins(900_000))
    );
}

#[test]
fn a_key_file_signs_and_a_session_does_no_more_than_it_may() {
    let at = Reserve::start();
    std::fs::write(at.path("password"), "correct horse\n").unwrap();
    let (key, password) = (at.path("key.json"), at.path("password"));
    let made = at.done(&format!("key new {key} --light --password-file {password}"));
    let address = made.lines().next().unwrap().to_owned();
    assert_eq!(at.done(&format!("key address {key}")).trim(), address);
    assert!(
        at.refused(&format!("key new {key} --password-file {password}"))
            .1
            .contains("exists")
    );
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    at.done(&format!("send 50 ETH {address} --dev-key 1"));
    let sign = format!("--key {key} --password-file {password}");
    at.done(&format!("vault open --type ETH-A --deposit 10 --draw 5000 {sign}"));
    let account = at.done(&format!("account --key {key}"));
    assert!(
        account.starts_with(&address) && account.contains("5,000 USB"),
        "{account}"
    );
    // Foundry's key files do not name their address.
    let mut nameless: Value = serde_json::from_slice(&std::fs::read(&key).unwrap()).unwrap();
    nameless.as_object_mut().unwrap().remove("address");
    let foundry = at.path("foundry.json");
    std::fs::write(&foundry, nameless.to_string()).unwrap();
    let by_it = format!("--key {foundry} --password-file {password}");
    at.done(&format!("vault draw 1 5 {by_it}"));
    assert!(at.done(&format!("account {by_it}")).starts_with(&address));
    let named = at.done(&format!("key address {foundry} --password-file {password}"));
    assert_eq!(named.trim(), address);
    std::fs::write(at.path("wrong"), "wrong\n").unwrap();
    let (code, said) = at.refused(&format!(
        "vault draw 1 1 --key {key} --password-file {}",
        at.path("wrong")
    ));
    assert!(code == 2 && said.contains("does not open this file"), "{said}");

    let secret = "b0057716d5917badaf911b193b12b910811c1497b5bada8d7711f758981c3773";
    std::fs::write(at.path("secret"), secret).unwrap();
    let (file, from) = (at.path("imported.json"), at.path("secret"));
    let imported = at.done(&format!(
        "key import {file} --secret-file {from} --light --password-file {password}"
    ));
    assert!(imported.starts_with("0x") && !imported.contains(secret), "{imported}");
    std::fs::write(at.path("secret"), "1234").unwrap();
    let (_, said) = at.refused(&format!(
        "key import {} --secret-file {from} --password-file {password}",
        at.path("x")
    ));
    assert!(
        said.contains("64 hexadecimal digits") && !said.contains("1234"),
        "{said}"
    );

    let session = at.path("session.json");
    let public = at
        .done(&format!("key session {session}"))
        .lines()
        .next()
        .unwrap()
        .to_owned();
    at.done(&format!(
        "session grant {public} --allow deposit,repay-debt --limit 100:USB --limit 1:ETH --for 1h {sign}"
    ));
    let lent = format!("--session-file {session} --owner {address}");
    at.done(&format!("vault repay 1 50 {lent}"));
    let (code, said) = at.refused(&format!("vault draw 1 50 {lent}"));
    assert!(code == 1 && said.contains("not in the session's scope"), "{said}");
    assert!(at.done(&format!("account {address}")).contains("session 0x"));
    at.done(&format!("session revoke {public} {sign}"));
    assert_eq!(at.refused(&format!("vault repay 1 1 {lent}")).0, 1);
    at.done(&format!(
        "delegate grant 0x1a642f0e3c3af545e7acbd38b07251b3990914f1 {sign}"
    ));
}

#[test]
fn a_batch_of_a_file_is_sent_and_another_wallet_may_sign_it() {
    let at = Reserve::start();
    let batch = json!([
        { "OpenVault": { "collateral_type": 1 } },
        { "Deposit": { "vault": { "Opened": 0 }, "amount": coins(10).to_string() } },
    ]);
    std::fs::write(at.path("batch.json"), batch.to_string()).unwrap();
    at.done(&format!("tx send {} --dev-key 1", at.path("batch.json")));
    assert_eq!(at.read::<VaultInfo>("vault show 1").collateral, coins(10));

    // A key that is exported stands in nobody's way.
    let mut exported = Command::new(assert_cmd::cargo::cargo_bin!("ballast"));
    exported
        .args(["account", "--dev-key", "1", "--node", &at.url])
        .env("BALLAST_KEY", "/no/such/key.json");
    assert!(exported.output().unwrap().status.success());
    // What the command line can't mean is refused in JSON too.
    let (code, said) = at.refused("vault draw 1 5 --dev-key 1 --colour red --json");
    let error: ApiError = serde_json::from_str(said.trim()).unwrap();
    assert_eq!((code, error.code.as_str()), (2, "BadInput"), "{said}");
    // A transaction is done whether or not it can be told.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut unheard = Command::new(assert_cmd::cargo::cargo_bin!("ballast"));
    unheard
        .args(["vault", "deposit", "1", "1", "--dev-key", "1", "--node", &at.url])
        .stdout(full);
    let unheard = unheard.output().unwrap();
    assert_eq!(unheard.status.code(), Some(0));
    assert!(text(&unheard.stderr).contains("is done"), "{}", text(&unheard.stderr));

    let mut piped = Command::new(assert_cmd::cargo::cargo_bin!("ballast"))
        .args(["tx", "send", "-", "--dev-key", "1", "--node", &at.url])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    piped
        .stdin
        .take()
        .unwrap()
        .write_all(batch.to_string().as_bytes())
        .unwrap();
    assert!(piped.wait().unwrap().success());

    // As another program signs: from the transaction that was kept, here with a wallet's own code.
    let key = ballast_signing::WalletKey::from_bytes([9; 32]).unwrap();
    at.done(&format!("send 20 ETH {} --dev-key 1", key.address()));
    let (from, kept) = (at.path("batch.json"), at.path("transaction.json"));
    let document = at.done(&format!(
        "tx typed-data {from} --from {} --out {kept} --fee-asset ETH",
        key.address()
    ));
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["primaryType"], "Transaction");
    let status: Status = at.read("status");
    let domain = ballast_signing::Domain::new(status.chain_id, status.genesis);
    let transaction = serde_json::from_slice(&std::fs::read(Path::new(&kept)).unwrap()).unwrap();
    let signature = key.sign(transaction, &domain).signature;
    let (code, said) = at.refused(&format!("tx send {kept}"));
    assert!(code == 2 && said.contains("add --signature"), "{said}");
    at.done(&format!("tx send {kept} --signature {signature}"));
    assert_eq!(at.read::<VaultInfo>("vault show 3").owner, key.address());
    let (code, said) = at.refused(&format!("tx send {kept} --signature {}", "0x1234"));
    assert!(code == 2, "{said}");
}

#[test]
fn shells_complete_and_help_tells_units() {
    let at = Reserve::start();
    for (shell, word) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef"),
        ("fish", "complete -c ballast"),
    ] {
        assert!(at.done(&format!("completions {shell}")).contains(word), "{shell}");
    }
    // Lines are as long as the terminal is wide.
    let help = at.done("vault open --help");
    let help: Vec<&str> = help.split_whitespace().collect();
    let help = help.join(" ");
    for word in [
        "--dev-key",
        "--json",
        "whole units",
        "BALLAST_NODE",
        "vault open --type ETH-A --deposit 10 --draw 5000",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    let all = at.done("--help");
    for word in ["vault", "auction", "parameter", "watch", "replay", "audit", "node"] {
        assert!(all.contains(word), "{word}: {all}");
    }
}

/// The commands of docs/cli.md, one after another, as a reader types them.
#[test]
fn the_examples_of_the_documentation_work() {
    let at = Reserve::start();
    let page = include_str!("../../../docs/cli.md");
    std::fs::write(at.path("my-password"), "of the example\n").unwrap();
    let mut ran = 0;
    for block in page.split("```sh\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            let Some(line) = line.strip_prefix("ballast ") else {
                continue;
            };
            let line = line.split("  #").next().unwrap();
            let line = line.replace("my-", &at.path("my-"));
            at.done(&line);
            ran += 1;
        }
    }
    assert!(ran >= 20, "{ran}");
}
