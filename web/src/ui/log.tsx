// Lines of the event log.

import { toneOf } from '../events/groups';
import type { Words } from '../events/names';
import type { Part } from '../events/part';
import { refusal, sentence } from '../events/sentence';
import type { Entry } from '../live/log';
import { blockLink } from '../route';
import { clockTime, dateTime, isoTime } from '../time';
import { Sentence } from './bits';

/** A line's words. */
export function wordsOf(entry: Entry, words: Words): Part[] {
  switch (entry.kind) {
    case 'event':
      return sentence(entry.event, words);
    case 'refused':
      return ['A transaction of ', words.account(entry.sender), ' ', ...(refusal(entry.outcome) ?? [])];
    case 'missed':
      return [`Blocks ${entry.first} to ${entry.last} were not heard: the node keeps them no more`];
  }
}

function tone(entry: Entry): string {
  if (entry.kind === 'event') return toneOf(entry.event);
  return entry.kind === 'missed' ? 'warn' : 'plain';
}

export function Line({ entry, words }: { entry: Entry; words: Words }) {
  return (
    <li class={`line ${tone(entry)}`} data-kind={entry.kind}>
      {entry.kind === 'missed' ? (
        <span class="when" />
      ) : (
        <time class="when" dateTime={isoTime(entry.time)} title={dateTime(entry.time)}>
          {clockTime(entry.time)}
        </time>
      )}
      <span class="what">
        <Sentence parts={wordsOf(entry, words)} />
      </span>
      {entry.kind !== 'missed' && (
        <a class="where mono" href={blockLink(entry.height)} aria-label={`block ${entry.height}`}>
          {entry.height}
        </a>
      )}
    </li>
  );
}
