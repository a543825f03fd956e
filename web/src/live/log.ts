// The last events, newest first, in bounded memory.

import type { BlockInfo, Event, Receipt } from '../api/types';
import { isRoutine } from '../events/groups';

/** One line of the log. */
export type Entry = { key: string; height: number; time: number } & (
  | { kind: 'event'; event: Event; transaction?: string }
  | { kind: 'refused'; transaction: string; sender: string; outcome: Receipt['outcome'] }
  | { kind: 'missed'; first: number; last: number }
);

/** Most entries kept. */
export const KEPT = 500;
/** Most of them that are routine: rounds and interest come all the time, and must not push a loss out. */
export const ROUTINE_KEPT = 150;

/** The lines of a block, in the order in which they happened. */
export function entriesOf(block: BlockInfo): Entry[] {
  const at = { height: block.height, time: block.time };
  const entries: Entry[] = [];
  block.events.forEach((event, place) => {
    entries.push({ ...at, key: `${block.height}/${place}`, kind: 'event', event });
  });
  block.receipts.forEach((receipt, index) => {
    const transaction = block.hashes[index] ?? '';
    const key = `${block.height}/t${index}`;
    receipt.events.forEach((event, place) => {
      entries.push({ ...at, key: `${key}/${place}`, kind: 'event', event, transaction });
    });
    const sender = block.transactions[index]?.sender;
    if (receipt.outcome !== 'Done' && sender !== undefined) {
      entries.push({ ...at, key, kind: 'refused', transaction, sender, outcome: receipt.outcome });
    }
  });
  return entries;
}

/** The log with `news` (oldest first) before it, cut to what is kept. */
export function prepend(log: readonly Entry[], news: readonly Entry[]): Entry[] {
  const kept: Entry[] = [];
  let routine = 0;
  const take = (entry: Entry) => {
    if (kept.length >= KEPT) return;
    if (entry.kind === 'event' && isRoutine(entry.event)) {
      if (routine >= ROUTINE_KEPT) return;
      routine += 1;
    }
    kept.push(entry);
  };
  for (let place = news.length - 1; place >= 0; place -= 1) {
    const entry = news[place];
    if (entry) take(entry);
  }
  for (const entry of log) take(entry);
  return kept;
}
