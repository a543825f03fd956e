import { expect, test } from 'vitest';
import type { BlockInfo, Event } from '../api/types';
import { type Entry, entriesOf, KEPT, prepend, ROUTINE_KEPT } from './log';

const opened = (vault: number) => ({ VaultOpened: { vault, owner: '0x', collateral_type: 1 } }) as Event;
const round = { RoundClosed: { feed: 1, round: 1, median: '1', accepted: 5, rejected: 0 } } as Event;
const entry = (key: string, event: Event): Entry => ({ key, height: 1, time: 1, kind: 'event', event });

test('a block is told in order: what the engine did, then its transactions', () => {
  const block = {
    height: 9,
    time: 5,
    events: [round],
    transactions: [{ sender: '0xa' }, { sender: '0xb' }],
    hashes: ['0x1', '0x2'],
    receipts: [
      { outcome: 'Done', events: [opened(1), opened(2)] },
      { outcome: { NotAdmitted: 'Poor' }, events: [] },
    ],
  } as unknown as BlockInfo;
  const entries = entriesOf(block);
  expect(entries.map((one) => one.kind)).toEqual(['event', 'event', 'event', 'refused']);
  expect(new Set(entries.map((one) => one.key)).size).toBe(4);
  expect(prepend([], entries)[0]).toMatchObject({ kind: 'refused', sender: '0xb' });
});

test('however much comes, so much is kept, the newest', () => {
  let log: Entry[] = [];
  for (let block = 0; block < 50; block += 1) {
    log = prepend(
      log,
      Array.from({ length: 40 }, (_, place) => entry(`${block}/${place}`, opened(place))),
    );
  }
  expect(log.length).toBe(KEPT);
  expect(log[0]?.key).toBe('49/39');
});

test('rounds do not push a liquidation out', () => {
  let log = prepend([], [entry('grave', opened(1))]);
  for (let block = 0; block < 2_000; block += 1) log = prepend(log, [entry(`${block}`, round)]);
  expect(log.length).toBe(ROUTINE_KEPT + 1);
  expect(log.at(-1)?.key).toBe('grave');
});
