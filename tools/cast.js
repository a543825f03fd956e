// Ethereum's own tool signs a typed transaction, and the node at BALLAST_NODE takes it.
//
// The wallet is one of a reserve for development. Exit code 1 if anything is other than it should be.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

const node = process.env.BALLAST_NODE ?? "http://127.0.0.1:8080";
const secret = process.env.BALLAST_SECRET;
assert(secret, "BALLAST_SECRET is the secret of a wallet with ether");

const cast = (...args) => execFileSync("node_modules/.bin/cast", args, { encoding: "utf8" }).trim();

async function post(path, body) {
  const answer = await fetch(`${node}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

const address = cast("wallet", "address", "--private-key", secret).toLowerCase();
const status = await (await fetch(`${node}/v1/status`)).json();
const assets = await (await fetch(`${node}/v1/assets`)).json();
const ether = assets.find((asset) => asset.symbol === "ETH");
const whole = 10n ** BigInt(ether.decimals);

const transaction = {
  sender: address,
  signer: "Wallet",
  nonce: String(BigInt(Date.now()) << 16n),
  expiry: status.now + 600,
  fee: { asset: ether.id, on_failure: ether.id, limit: String(whole) },
  commands: [
    { OpenVault: { collateral_type: 1 } },
    { Deposit: { vault: { Opened: 0 }, amount: String(10n * whole) } },
    { DrawDebt: { vault: { Opened: 0 }, amount: String(1000n * whole) } },
  ],
};

const typed = await post("/v1/transactions/typed-data", transaction);
assert.equal(typed.status, 200, JSON.stringify(typed.body));
const signature = cast("wallet", "sign", "--private-key", secret, "--data", JSON.stringify(typed.body));

const brought = await post("/v1/transactions", { transaction, signature });
assert.equal(brought.status, 200, JSON.stringify(brought.body));
assert.equal(brought.body.receipt.outcome, "Done", JSON.stringify(brought.body));

const other = { ...transaction, nonce: String(BigInt(transaction.nonce) + 1n) };
const forged = await post("/v1/transactions", { transaction: other, signature });
assert.equal(forged.status, 401, "a signature of another transaction");
const replayed = await post("/v1/transactions", { transaction, signature });
assert.equal(replayed.status, 409, "the same transaction again");

console.log(`cast signed ${brought.body.hash}: in block ${brought.body.height}`);
