// What the connection is, told as it is. A pure function of what was observed, so that tests can hold it to its word.

import { duration } from '../time';

/** What was observed. Times are milliseconds of one monotonic clock. */
export interface Observed {
  socket: 'connecting' | 'open' | 'closed';
  /** When the last block was heard; none before the first. */
  lastBlock: number | undefined;
  /** When the next attempt is due, while closed. */
  retryAt: number | undefined;
  /** What the node said when it ended the subscription. */
  farewell: string | undefined;
}

export interface Connection {
  kind: 'connecting' | 'live' | 'stale' | 'reconnecting' | 'stopped';
  label: string;
  detail: string;
}

/** A node makes a block every few seconds, whatever happens. */
export const STALE_AFTER = 15_000;

export function connection(seen: Observed, now: number): Connection {
  const silence = seen.lastBlock === undefined ? undefined : Math.max(0, now - seen.lastBlock) / 1000;
  const since = silence === undefined ? 'no block heard yet' : `last block ${duration(silence)} ago`;
  if (seen.socket === 'open') {
    if (silence === undefined)
      return { kind: 'connecting', label: 'Connected', detail: 'waiting for a block' };
    if (silence * 1000 < STALE_AFTER) return { kind: 'live', label: 'Live', detail: since };
    return { kind: 'stale', label: 'Stale', detail: since };
  }
  const wait = seen.retryAt === undefined ? 0 : Math.ceil(Math.max(0, seen.retryAt - now) / 1000);
  const next = seen.socket === 'connecting' || wait === 0 ? 'trying now' : `next try in ${wait} s`;
  if (seen.farewell !== undefined) {
    return { kind: 'stopped', label: 'Node stopped', detail: `${seen.farewell}; ${next}` };
  }
  if (seen.lastBlock === undefined && seen.retryAt === undefined) {
    return { kind: 'connecting', label: 'Connecting', detail: 'asking the node' };
  }
  return { kind: 'reconnecting', label: 'Reconnecting', detail: `${since}; ${next}` };
}

/** How long to wait before attempt `attempt` (from 0): doubling from half a second to ten, a third of it by chance. */
export function backoff(attempt: number, chance: number): number {
  const most = Math.min(10_000, 500 * 2 ** Math.min(attempt, 10));
  return most * (2 / 3 + chance / 3);
}

/**
 * Where to resume: the first height to ask for, and what was missed because the node keeps it no more.
 *
 * `last` is the last height heard; without one, the newest `backfill` blocks are asked for.
 */
export function resume(
  last: number | undefined,
  node: { height: number; oldest: number },
  backfill: number,
): { from: number; missed?: { first: number; last: number } } | 'another chain' {
  // The node tells of blocks after the oldest state that it keeps.
  const first = node.oldest + 1;
  if (last === undefined) return { from: Math.max(first, node.height - backfill + 1) };
  if (last > node.height) return 'another chain';
  if (last + 1 >= first) return { from: last + 1 };
  return { from: first, missed: { first: last + 1, last: first - 1 } };
}
