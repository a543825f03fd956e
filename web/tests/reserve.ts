// A real node with a reserve for development, and wallets and price sources that speak to it.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';

const BINARY =
  process.env.BALLAST_BIN ?? fileURLToPath(new URL('../../target/debug/ballast', import.meta.url));

/** One whole unit of ether or of the coin. */
export const UNIT = 10n ** 18n;

type Command = Record<string, unknown>;

export class Reserve {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ballast-dashboard-'));
  readonly #wallets = new Map<string, PrivateKeyAccount>();
  #node: ChildProcess | undefined;
  #address = '';
  #nonce = 0;
  #said = 0;

  /** Makes a reserve and starts its node, on any free port. */
  static async begin(): Promise<Reserve> {
    const reserve = new Reserve();
    await reserve.#start('127.0.0.1:0');
    return reserve;
  }

  get url(): string {
    return `http://${this.#address}`;
  }

  async #start(listen: string): Promise<void> {
    const folder = join(this.#folder, 'reserve');
    const node = spawn(BINARY, ['node', '--dev', '--dir', folder, '--listen', listen], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#node = node;
    const failed = new Promise<never>((_, reject) => {
      node.once('error', (error) => reject(new Error(`${BINARY} does not start: ${error.message}`)));
      node.once('exit', (code) => reject(new Error(`the node ended with ${code}`)));
    });
    failed.catch(() => undefined);
    const listening = new Promise<void>((resolve) => {
      createInterface({ input: node.stdout }).on('line', (line) => {
        const key = /^ {2}(wallet|source) (\d+) {2}\S+ {2}(0x[0-9a-f]{64})$/.exec(line);
        if (key?.[3]) this.#wallets.set(`${key[1]} ${key[2]}`, privateKeyToAccount(key[3] as `0x${string}`));
        if (line.startsWith('listening on http://')) {
          this.#address = line.slice('listening on http://'.length);
          resolve();
        }
      });
    });
    await Promise.race([listening, failed]);
  }

  /** Kills the node, as a power cut would. */
  async kill(): Promise<void> {
    const node = this.#node;
    if (!node || node.exitCode !== null || node.signalCode !== null) return;
    const ended = new Promise((resolve) => node.once('exit', resolve));
    node.kill('SIGKILL');
    await ended;
  }

  /** Starts it again where it was, under the same address. */
  async restart(): Promise<void> {
    await this.#start(this.#address);
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  wallet(number: number): PrivateKeyAccount {
    return this.#key(`wallet ${number}`);
  }

  #key(name: string): PrivateKeyAccount {
    const key = this.#wallets.get(name);
    if (!key) throw new Error(`the node has not told the key of ${name}`);
    return key;
  }

  // Answers are data for tests here, whatever their shape.
  // biome-ignore lint/suspicious/noExplicitAny: a test that reads what is not there fails
  async get(path: string): Promise<any> {
    return this.#answer(await fetch(this.url + path), path);
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async #post(path: string, body: unknown): Promise<any> {
    const headers = { 'content-type': 'application/json' };
    return this.#answer(
      await fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) }),
      path,
    );
  }

  async #answer(response: Response, path: string): Promise<unknown> {
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Signs and sends commands of a wallet, which pays in ether; returns the height. Fails unless they were done. */
  async send(wallet: number, ...commands: Command[]): Promise<number> {
    const { now } = await this.get('/v1/status');
    const transaction = {
      sender: this.wallet(wallet).address.toLowerCase(),
      signer: 'Wallet',
      nonce: String(++this.#nonce),
      expiry: now + 600,
      fee: { asset: 1, on_failure: 1, limit: UNIT.toString() },
      commands,
    };
    const document = await this.#post('/v1/transactions/typed-data', transaction);
    const signature = await this.wallet(wallet).signTypedData(document);
    const info = await this.#post('/v1/transactions', { transaction, signature });
    if (info.receipt.outcome !== 'Done') throw new Error(JSON.stringify(info.receipt.outcome));
    return info.height;
  }

  /** Opens a vault with so much whole ether and whole coins of debt; returns its number. */
  async open(wallet: number, ether: bigint, debt: bigint): Promise<number> {
    const vault = { Opened: 0 };
    const drawn = debt === 0n ? [] : [{ DrawDebt: { vault, amount: (debt * UNIT).toString() } }];
    const height = await this.send(
      wallet,
      { OpenVault: { collateral_type: 1 } },
      { Deposit: { vault, amount: (ether * UNIT).toString() } },
      ...drawn,
    );
    const block = await this.get(`/v1/blocks/${height}`);
    for (const receipt of block.receipts) {
      for (const event of receipt.events) if (event.VaultOpened) return event.VaultOpened.vault;
    }
    throw new Error('no vault was opened');
  }

  /**
   * All five sources say a price of ether, in whole dollars; returns when a round says it too and has heard each of them, so
   * that no word is left over for the next round. What a round did not take is said again.
   */
  async say(dollars: number): Promise<void> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
      await this.#sayOnce(dollars);
      for (let look = 0; look < 15; look += 1) {
        const [feed] = await this.get('/v1/feeds');
        const heard: { price?: string }[] = feed.sources;
        if ([feed.spot, ...heard.map((source) => source.price)].every((price) => Number(price) === dollars))
          return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    throw new Error(`the round of ${dollars} did not close`);
  }

  async #sayOnce(dollars: number): Promise<void> {
    const status = await this.get('/v1/status');
    // A source's times rise, and one word of it a second is taken.
    const time = Math.max(status.now + 1, this.#said + 1);
    this.#said = time;
    for (let source = 1; source <= 5; source += 1) {
      const signature = await this.#key(`source ${source}`).signTypedData({
        domain: { name: 'Ballast', version: '1', chainId: status.chain_id, salt: status.genesis },
        types: {
          Observation: [
            { name: 'feed', type: 'uint64' },
            { name: 'source', type: 'uint64' },
            { name: 'price', type: 'uint256' },
            { name: 'time', type: 'uint64' },
          ],
        },
        primaryType: 'Observation',
        message: {
          feed: 1n,
          source: BigInt(source),
          price: BigInt(dollars) * 10n ** 27n,
          time: BigInt(time),
        },
      });
      const observation = { feed: 1, source, price: String(dollars), time };
      await this.#post('/v1/observations', { observation, evidence: { Wallet: signature } });
    }
  }
}
