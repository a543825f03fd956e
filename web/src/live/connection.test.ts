import { describe, expect, test } from 'vitest';
import { backoff, connection, type Observed, resume } from './connection';

const seen = (more: Partial<Observed>): Observed => ({
  socket: 'open',
  lastBlock: 10_000,
  retryAt: undefined,
  farewell: undefined,
  ...more,
});

describe('the state told is the state observed', () => {
  test.each([
    [seen({}), 12_000, 'live', 'last block 2 s ago'],
    [seen({}), 24_999, 'live', 'last block 14 s ago'],
    [seen({}), 25_000, 'stale', 'last block 15 s ago'],
    [seen({ lastBlock: undefined }), 12_000, 'connecting', 'waiting for a block'],
    [seen({ socket: 'connecting', lastBlock: undefined }), 0, 'connecting', 'asking the node'],
    [
      seen({ socket: 'closed', retryAt: 14_000 }),
      12_000,
      'reconnecting',
      'last block 2 s ago; next try in 2 s',
    ],
    [
      seen({ socket: 'connecting', retryAt: 9_000 }),
      12_000,
      'reconnecting',
      'last block 2 s ago; trying now',
    ],
    [
      seen({ socket: 'closed', lastBlock: undefined, retryAt: 13_000 }),
      12_000,
      'reconnecting',
      'no block heard yet; next try in 1 s',
    ],
    [
      seen({ socket: 'closed', farewell: 'the disk failed', retryAt: 13_000 }),
      12_000,
      'stopped',
      'the disk failed; next try in 1 s',
    ],
  ])('%j at %i', (observed, now, kind, detail) => {
    expect(connection(observed, now)).toMatchObject({ kind, detail });
  });
});

test('waits grow, and never beyond ten seconds', () => {
  expect(backoff(0, 1)).toBe(500);
  expect(backoff(3, 1)).toBe(4_000);
  expect(backoff(1_000, 1)).toBe(10_000);
  expect(backoff(0, 0)).toBeGreaterThan(300);
});

describe('resuming', () => {
  const node = { height: 100, oldest: 40 };
  test.each([
    [undefined, 30, { from: 71 }],
    [undefined, 500, { from: 41 }],
    [99, 30, { from: 100 }],
    [100, 30, { from: 101 }],
    [40, 30, { from: 41 }],
    [39, 30, { from: 41, missed: { first: 40, last: 40 } }],
    [10, 30, { from: 41, missed: { first: 11, last: 40 } }],
    [101, 30, 'another chain'],
  ])('after %s', (last, backfill, expected) => expect(resume(last, node, backfill)).toEqual(expected));
});
