import { describe, expect, test } from 'vitest';
import type { AssetInfo, Event, FeedInfo, TypeInfo } from '../api/types';
import { groupOf, isRoutine, toneOf, vaultsOf } from './groups';
import { Words } from './names';
import { plain } from './part';
import { refusal, sentence } from './sentence';

const coin = { id: 0, symbol: 'USB', decimals: 18, feed: null, supply: '0' } as AssetInfo;
const ether = { id: 1, symbol: 'ETH', decimals: 18, feed: 1, supply: '0' } as AssetInfo;
const feed = { id: 1, name: 'ETH-USD' } as FeedInfo;
const type = { spec: { id: 1, name: 'ETH-A', collateral: 1, feed: 1 } } as TypeInfo;
const words = new Words({
  coin: 0,
  assets: new Map([coin, ether].map((asset) => [asset.id, asset])),
  feeds: new Map([[1, feed]]),
  types: new Map([[1, type]]),
});
const strangers = new Words({ coin: -1, assets: new Map(), feeds: new Map(), types: new Map() });
const OWNER = `0x${'ab'.repeat(20)}`;
const units = (whole: string) => `${whole}${'0'.repeat(18)}`;

const told = (event: unknown, by = words) => plain(sentence(event as Event, by));

const seized = {
  VaultSeized: {
    vault: 7,
    owner: OWNER,
    collateral_type: 1,
    rule: 'WholeTooDeep',
    price: '1500',
    price_low: '1490',
    liquidation_ratio: '1.5',
    debt: units('1000'),
    normalized: '1',
    collateral: units('2'),
    penalty: units('130'),
    loss: '0',
    caller: null,
    caller_collateral: '0',
    deposit: '0',
  },
};
const loss = (step: string, cause: unknown) => ({
  LossAbsorbed: { collateral_type: 1, step, amount: units('12'), cause },
});

describe('sentences', () => {
  test.each([
    [{ VaultOpened: { vault: 7, owner: OWNER, collateral_type: 1 } }, '0xabab…abab opened vault 7 of ETH-A'],
    [
      {
        DebtDrawn: {
          vault: 7,
          collateral_type: 1,
          to: OWNER,
          amount: units('1500'),
          fee: '0',
          deposit: '0',
          normalized: '1',
        },
      },
      '0xabab…abab drew 1,500.00 USB from vault 7',
    ],
    [
      { VaultWarned: { vault: 7, owner: OWNER, price: '1510.5' } },
      'Vault 7 of 0xabab…abab came near its liquidation ratio at 1,510.50 USD',
    ],
    [
      seized,
      'Vault 7 of ETH-A was liquidated at 1,500.00 USD, under 150.00 %: 2.00 ETH seized for 1,000.00 USB of debt, whole, since a part would not have helped; penalty 130.00 USB',
    ],
    [
      loss('FirstLoss', { Seizure: 7 }),
      "Loss of 12.00 USB in ETH-A from the seizure of vault 7, borne by the type's first-loss capital (step 2)",
    ],
    [
      loss('LossSharing', { Auction: 3 }),
      'Loss of 12.00 USB in ETH-A from auction 3, borne by all holders of the coin, as bad debt (step 6)',
    ],
    [
      {
        PoolBought: {
          pool: { collateral_type: 1, buyer: { Bids: 0 } },
          vault: 7,
          collateral: units('1'),
          debt: '0',
          recovered: '0',
          penalty: '0',
          price: '1470',
        },
      },
      'Tier 1 of the standing bids of ETH-A bought 1.00 ETH of vault 7 at 1,470.00 USD',
    ],
    [
      { RoundClosed: { feed: 1, round: 9, median: '1990.25', accepted: 5, rejected: 0 } },
      'ETH-USD is at 1,990.25 USD: round 9 closed with 5 sources',
    ],
    [
      { Sent: { asset: 5, from: OWNER, to: OWNER, amount: '3' } },
      '0xabab…abab sent 3 base units of asset 5 to 0xabab…abab',
    ],
    [
      { ParameterChanged: { Type: [1, { DebtCeiling: '9' }] } },
      'The authority changed a parameter: debt ceiling of ETH-A is 9',
    ],
  ])('%j', (event, words) => expect(told(event)).toBe(words));

  test('before names are known, numbers are told', () => {
    expect(told(seized, strangers)).toMatch(
      /^Vault 7 of type 1 was liquidated .* base units of collateral seized/,
    );
  });

  test('a kind that nobody knew is told by its name', () => {
    expect(told({ SomethingNew: { a: 1 } })).toBe('SomethingNew: {"a":1}');
    expect(told({ constructor: { a: 1 } })).toBe('constructor: {"a":1}');
  });

  test('why a transaction did nothing', () => {
    expect(refusal('Done')).toBeUndefined();
    const failed = refusal({
      Failed: { command: 1, reason: { BelowDust: { debt: '3', floor: '500' } } },
    } as never);
    expect(plain(failed ?? [])).toBe('failed at command 2: below dust (debt 3, floor 500)');
    const poor = { Uncovered: { collateral_type: 1, stressed_loss: '19560065905422954952113', cover: '0' } };
    const refused = refusal({ NotAdmitted: poor } as never);
    expect(plain(refused ?? [])).toBe('was not admitted: uncovered (collateral type 1, cover 0)');
  });
});

describe('groups', () => {
  test('what is grave stands out, what is routine does not push it away', () => {
    expect([groupOf(seized as Event), toneOf(seized as Event), isRoutine(seized as Event)]).toEqual([
      'liquidations',
      'bad',
      false,
    ]);
    const round = { RoundClosed: { feed: 1 } } as Event;
    expect([groupOf(round), toneOf(round), isRoutine(round)]).toEqual(['prices', 'routine', true]);
  });

  test('the vaults that an event names', () => {
    expect(vaultsOf(seized as Event)).toEqual([7]);
    expect(vaultsOf({ VaultsMerged: { from: 1, into: 2 } } as Event)).toEqual([1, 2]);
    expect(vaultsOf(loss('FirstLoss', { PoolSale: 4 }) as Event)).toEqual([4]);
    expect(vaultsOf({ Sent: { from: OWNER, to: OWNER } } as unknown as Event)).toEqual([]);
  });
});
