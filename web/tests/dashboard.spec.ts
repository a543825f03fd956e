// The dashboard as people use it, in a real browser, on a real node.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { faint } from './contrast';
import { Reserve, UNIT } from './reserve';

const PICTURES = fileURLToPath(new URL('../screenshots/', import.meta.url));

let reserve: Reserve;
const vaults = { safe: 0, near: 0, empty: 0 };

test.beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  reserve = await Reserve.begin();
  vaults.safe = await reserve.open(1, 20n, 5_000n);
  vaults.near = await reserve.open(3, 10n, 12_800n);
  vaults.empty = await reserve.open(5, 1n, 0n);
  for (const price of [2_002, 1_999, 2_004]) await reserve.say(price);
});

test.afterAll(async () => reserve.end());

/** Whatever a page has complained about: to its console, or about what its policy forbids. */
const complaints = new Map<Page, string[]>();

test.beforeEach(async ({ page }) => {
  const heard: string[] = [];
  complaints.set(page, heard);
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const about = message.location().url.includes('/v1/history/') ? 'history: ' : '';
    heard.push(about + message.text());
  });
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('request', (request) => {
    if (
      !request.url().startsWith(reserve.url) &&
      !request.url().startsWith(reserve.url.replace('http', 'ws'))
    ) {
      heard.push(`asked ${request.url()}`);
    }
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
});

test.afterEach(({ page }) => {
  // A node without an index of the past says so, which the browser notes.
  excuse(page, /^history: .*(404|503)/);
  expect(complaints.get(page)).toEqual([]);
});

/** Forgets complaints that a test has brought about. */
function excuse(page: Page, said: RegExp): void {
  complaints.set(
    page,
    (complaints.get(page) ?? []).filter((complaint) => !said.test(complaint)),
  );
}

async function open(page: Page, hash = '#/'): Promise<void> {
  await page.goto(`${reserve.url}/${hash}`);
  await expect(page.locator('[data-state=live]')).toBeVisible();
}

const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"]`).first();

/** Whole units of a figure's exact text, as base units. */
function base(exact: string | null): bigint {
  const [whole = '0', fraction = ''] = (exact ?? '').split(' ')[0]?.split('.') ?? [];
  return BigInt(whole) * UNIT + BigInt(fraction.padEnd(18, '0'));
}

test('the overview says what the API says', async ({ page }) => {
  await open(page);
  await expect(figure(page, 'spot-1')).toHaveText('2,004.00');
  await expect(page.locator('.chart canvas')).toBeVisible();
  // All figures are of the height that the page names: ask for that.
  await expect(async () => {
    const height = await figure(page, 'height').textContent();
    const status = await reserve.get(`/v1/status?height=${height}`);
    const types = await reserve.get(`/v1/types?height=${height}`);
    const shown = async (name: string) => base(await figure(page, name).getAttribute('data-exact'));
    expect(await figure(page, 'total-ratio').getAttribute('data-exact')).toBe(status.total_ratio);
    expect(await shown('supply')).toBe(BigInt(status.supply));
    expect(await shown('surplus')).toBe(BigInt(status.surplus));
    expect(await shown('fund')).toBe(BigInt(status.insurance_fund));
    expect(await shown('bad-debt')).toBe(BigInt(status.bad_debt));
    expect(await shown('work-price')).toBe(BigInt(status.work_price));
    expect(await shown('debt')).toBe(BigInt(types[0].debt) + BigInt(types[0].on_sale));
    expect(await shown('marked')).toBe(BigInt(types[0].marked_loss));
    await expect(figure(page, 'vaults')).toHaveText(String(status.vaults));
    expect(await figure(page, 'height').textContent()).toBe(height);
  }).toPass();
  await page.screenshot({ path: `${PICTURES}overview-light.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: `${PICTURES}overview-dark.png`, fullPage: true });
});

test('it is there at once, small, and nothing jumps', async ({ page }) => {
  const bytes: number[] = [];
  page.on('response', async (response) => {
    if (/\.(js|css)$|\/$/.test(new URL(response.url()).pathname)) bytes.push((await response.body()).length);
  });
  await open(page);
  const painted = await page.evaluate(async () => {
    const jumps = await new Promise<number>((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const shift of list.getEntries() as (PerformanceEntry & {
          value: number;
          hadRecentInput: boolean;
        })[]) {
          if (!shift.hadRecentInput) sum += shift.value;
        }
      }).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => resolve(sum), 2_000);
    });
    return { jumps, first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime };
  });
  expect(painted.first).toBeLessThan(1_000);
  expect(painted.jumps).toBeLessThan(0.1);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
  console.log(`first paint ${Math.round(painted.first ?? 0)} ms, layout shift ${painted.jumps.toFixed(4)}`);
});

test('prices and events arrive by themselves', async ({ page }) => {
  await open(page, '#/events');
  await reserve.say(2_001);
  await expect(page.getByText('ETH-USD is at 2,001.00 USD').first()).toBeVisible();
  const vault = await reserve.open(4, 3n, 1_000n);
  const opened = page.getByRole('listitem').filter({ hasText: `opened vault ${vault} of ETH-A` });
  await expect(opened).toHaveCount(1);
  await page.getByLabel('Prices').uncheck();
  await expect(page.getByText('ETH-USD is at 2,001.00 USD')).toHaveCount(0);
  expect(page.url()).toContain('hide=prices');
  await page.getByRole('searchbox').fill(String(vault));
  await expect(page.getByRole('listitem')).toHaveCount(3);
  await opened.getByRole('link', { name: /block/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Block \d+/);
  await expect(page.getByText('Done')).toBeVisible();
  await page.goBack();
  await opened.getByRole('link', { name: `vault ${vault}`, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Vault ${vault} Healthy`);
});

test('vaults come by risk, and filters find them', async ({ page }) => {
  await open(page, '#/vaults');
  const rows = page.locator('tbody tr');
  await expect(rows.first().getByRole('rowheader')).toContainText(String(vaults.near));
  const listed = await reserve.get('/v1/vaults?collateral_type=1&order=risk');
  await expect(rows).toHaveCount(listed.vaults.length);
  await page.getByRole('combobox', { name: 'Order' }).selectOption('id');
  await expect(rows.first().getByRole('rowheader')).toContainText('1');
  await expect(rows.filter({ hasText: 'No debt' })).toHaveCount(1);
  await page.getByRole('searchbox', { name: 'Owner' }).fill(reserve.wallet(5).address);
  await expect(rows).toHaveCount(1);
  await expect(rows.getByRole('rowheader')).toContainText(String(vaults.empty));
  await page.getByRole('combobox', { name: 'Health' }).selectOption('Liquidatable');
  await expect(page.getByText('No vault is like that')).toBeVisible();
  await page.goto(`${reserve.url}/#/vaults?type=1&health=NoDebt&order=id`);
  await expect(rows).toHaveCount(1);
});

test('a vault page answers what if, exactly and while one types', async ({ page }) => {
  await open(page, `#/vaults/${vaults.safe}`);
  const vault = await reserve.get(`/v1/vaults/${vaults.safe}`);
  expect(base(await figure(page, 'collateral').getAttribute('data-exact'))).toBe(BigInt(vault.collateral));
  await expect(figure(page, 'would-health')).toHaveText('Healthy');
  await page.getByRole('textbox', { name: /^Price/ }).fill('300');
  await expect(figure(page, 'would-health')).toHaveText('Liquidatable');
  await page.getByRole('textbox', { name: /^Deposit/ }).fill('20.5');
  await expect(figure(page, 'would-health')).toHaveText('Healthy');
  const asked = `price=300&deposit=${(205n * UNIT) / 10n}`;
  const answer = await reserve.get(`/v1/vaults/${vaults.safe}/what-if?${asked}`);
  // Interest goes on meanwhile: the ratio is that of now or of a block before.
  const shown = Number(await figure(page, 'would-ratio').getAttribute('data-exact'));
  expect(Math.abs(shown - Number(answer.vault.ratio))).toBeLessThan(1e-6);
  await page.screenshot({ path: `${PICTURES}vault.png`, fullPage: true });
  await page.getByRole('textbox', { name: /^Withdraw/ }).fill('1,000');
  await expect(page.getByText('base units of collateral: that is the most')).toBeVisible();
  // The browser itself notes a refused request; it is the one complaint that belongs here.
  complaints.set(
    page,
    (complaints.get(page) ?? []).filter((said) => !said.includes('400 (Bad Request)')),
  );
  await page.getByRole('textbox', { name: /^Draw/ }).fill('1.0000000000000000001');
  await expect(page.getByText('at most 18 digits')).toBeVisible();
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(figure(page, 'would-health')).toHaveText('Healthy');
  await expect(page.getByRole('textbox', { name: /^Price/ })).toHaveValue('');
});

test('the stream goes on after the node was killed', async ({ page }) => {
  await open(page, '#/events');
  await reserve.say(2_003);
  await expect(page.getByText('ETH-USD is at 2,003.00 USD').first()).toBeVisible();
  await reserve.kill();
  await expect(page.locator('[data-state=reconnecting]')).toBeVisible();
  await page.screenshot({ path: `${PICTURES}reconnecting.png` });
  await reserve.restart();
  await page
    .getByRole('button', { name: 'Try now' })
    .click({ timeout: 3_000 })
    .catch(() => undefined);
  await expect(page.locator('[data-state=live]')).toBeVisible();
  await reserve.say(2_006);
  await expect(page.getByText('ETH-USD is at 2,006.00 USD').first()).toBeVisible();
  await expect(page.getByText('ETH-USD is at 2,003.00 USD').first()).toBeVisible();
  // Nothing twice and nothing out of order: each round once, its number falling from line to line.
  const rounds = (await page.locator('.line').allTextContents()).flatMap(
    (line) => /round (\d+) closed/.exec(line)?.[1] ?? [],
  );
  const falling = [...new Set(rounds)].sort((a, b) => Number(b) - Number(a));
  expect(rounds).toEqual(falling);
  expect(Number(rounds[0]) - Number(rounds.at(-1))).toBe(rounds.length - 1);
  // A browser notes connections that failed; that is what was tested.
  complaints.set(
    page,
    (complaints.get(page) ?? []).filter((said) => !/ERR_CONNECTION|WebSocket/.test(said)),
  );
});

test('a vault that breaks is told, sold and explained', async ({ page }) => {
  await open(page, '#/auctions');
  await expect(page.getByText('Nothing is on sale')).toBeVisible();
  for (const price of [1_980, 1_940, 1_900, 1_860, 1_855]) await reserve.say(price);
  const lot = page.getByRole('article').first();
  await expect(lot).toContainText('On sale');
  await expect(lot.getByRole('link', { name: `vault ${vaults.near}` })).toBeVisible();
  const { auctions } = await reserve.get('/v1/auctions');
  const price = await figure(page, `auction-${auctions[0].id}`).getAttribute('title');
  expect(Number(price)).toBeGreaterThan(0);
  await page.screenshot({ path: `${PICTURES}auctions.png`, fullPage: true });
  await page.getByRole('link', { name: 'Events' }).click();
  await expect(page.getByText(`vault ${vaults.near} of ETH-A was liquidated at`).first()).toBeVisible();
  await expect(page.getByText(/Auction \d+ began/).first()).toBeVisible();
  await page.screenshot({ path: `${PICTURES}events.png` });
});

test('everything can be reached by keyboard', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Vaults', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('Vaults');
  await expect(heading).toBeFocused();
  await expect(page).toHaveTitle('Vaults · Ballast');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('combobox', { name: 'Type' })).toBeFocused();
});

test('every text stands out from its ground, by day and by night', async ({ page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const hash of ['#/', '#/vaults', `#/vaults/${vaults.safe}`, '#/auctions', '#/events', '#/nowhere']) {
      await open(page, hash);
      await expect(page.locator('.waiting')).toHaveCount(0);
      expect(await faint(page), `${colorScheme} ${hash}`).toEqual([]);
    }
  }
});

test('a text that is too faint would be noticed', async ({ page }) => {
  await open(page);
  await page.evaluate(() => document.documentElement.style.setProperty('--muted', '#9aa5b1'));
  expect((await faint(page)).length).toBeGreaterThan(3);
});

test('it fits into 360 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const [name, hash] of [
    ['overview', '#/'],
    ['vaults', '#/vaults'],
    ['vault', `#/vaults/${vaults.safe}`],
    ['auctions', '#/auctions'],
    ['events', '#/events'],
  ] as const) {
    await open(page, hash);
    await expect(page.locator('.waiting')).toHaveCount(0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, name).toBeLessThanOrEqual(360);
    await page.screenshot({ path: `${PICTURES}narrow-${name}.png`, fullPage: true });
  }
});

test('a page that is not there says so', async ({ page }) => {
  await open(page, '#/nowhere');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing is here');
});

test('what the chain calls itself stays text', async ({ page }) => {
  const hostile = '<img src=x onerror="document.title=1">';
  await page.route('**/v1/assets', async (route) => {
    const answer = await route.fetch({ maxRetries: 2 });
    const assets = await answer.json();
    for (const asset of assets) asset.symbol = hostile;
    await route.fulfill({ response: answer, json: assets });
  });
  await page.route('**/v1/types**', async (route) => {
    const answer = await route.fetch({ maxRetries: 2 });
    const types = await answer.json();
    for (const type of types) type.spec.name = hostile;
    await route.fulfill({ response: answer, json: types });
  });
  await page.route('**/v1/auctions**', (route) => {
    const lot = {
      id: 9,
      collateral_type: 1,
      vault: 1,
      lot: '1',
      to_raise: '1',
      needs_reset: true,
      elapsed: 5,
    };
    return route.fulfill({ json: { height: 1, auctions: [lot] } });
  });
  for (const hash of ['#/', `#/vaults/${vaults.safe}`, '#/vaults', '#/auctions', '#/events']) {
    await open(page, hash);
    await expect(page.getByText(hostile).first()).toBeAttached();
    expect(await page.locator('img').count()).toBe(0);
  }
  expect(await page.title()).toBe('Events · Ballast');
});

test('where a node keeps a history, charts and vaults reach back', async ({ page }) => {
  const { time } = await reserve.get('/v1/status');
  const prices = [7_200, 3_600, 1_800].map((ago) => ({ time: time - ago, open: '1900' }));
  await page.route('**/v1/history/prices**', (route) => route.fulfill({ json: { prices } }));
  const moment = {
    height: 1,
    time: time - 7_200,
    what: ['VaultOpened', 'DebtDrawn'],
    ratio: '1.61',
    price: '1900',
  };
  const moments = [{ ...moment, collateral: UNIT.toString(), debt: (1_180n * UNIT).toString() }];
  await page.route('**/v1/history/vaults/**', (route) => route.fulfill({ json: { begins: 0, moments } }));
  const told = [{ height: 2, time, seq: 0, explanation: 'It was under 150 %, by rule R9 <b>whole</b>.' }];
  await page.route('**/v1/history/liquidations**', (route) =>
    route.fulfill({ json: { liquidations: told } }),
  );
  await open(page);
  await expect(page.getByText(/in 2 h 0\d min/)).toBeVisible();
  await open(page, `#/vaults/${vaults.safe}`);
  await expect(page.getByText('rule R9 <b>whole</b>')).toBeVisible();
  const row = page.locator('tbody tr').first();
  await expect(row).toContainText('vault opened, debt drawn');
  await expect(row).toContainText('161.00 %');
});

test('the types of answers are those of the document that the node serves', () => {
  const script = fileURLToPath(new URL('../scripts/types.mjs', import.meta.url));
  const env = { ...process.env, BALLAST_NODE: reserve.url };
  execFileSync(process.execPath, [script, '--check'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
});

test('the page is served with a strict policy', async () => {
  const answer = await fetch(`${reserve.url}/`);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  const text = await answer.text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(text)?.[1] ?? '';
  const served = await fetch(reserve.url + script);
  expect(served.headers.get('cache-control')).toContain('immutable');
  const again = await fetch(`${reserve.url}/`, {
    headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
  });
  expect(again.status).toBe(304);
  expect((await fetch(`${reserve.url}/v1/nothing`)).status).toBe(404);
});
