// What happens, as it happens.

import { useEffect, useRef, useState } from 'preact/hooks';
import { GROUPS, type Group, groupOf, vaultsOf } from '../events/groups';
import { plain } from '../events/part';
import { type Entry, KEPT } from '../live/log';
import { useReserve } from '../live/store';
import { link } from '../route';
import { Empty } from '../ui/bits';
import { Line, wordsOf } from '../ui/log';

/** Lines shown at once: more are a button away. */
const SHOWN = 100;

function groupOfEntry(entry: Entry): Group | undefined {
  if (entry.kind === 'missed') return undefined;
  return entry.kind === 'refused' ? 'other' : groupOf(entry.event);
}

export function Events({ query }: { query: URLSearchParams }) {
  const { log, words } = useReserve();
  const hidden = new Set((query.get('hide') ?? '').split(',').filter(Boolean));
  const wanted = query.get('find') ?? '';
  const [paused, setPaused] = useState<readonly Entry[]>();
  const [shown, setShown] = useState(SHOWN);
  const entries = paused ?? log;
  const needle = wanted.trim().toLowerCase();
  const vault = /^\d+$/.test(needle) ? Number(needle) : undefined;
  const fits = (entry: Entry) => {
    const group = groupOfEntry(entry);
    if (group !== undefined && hidden.has(group)) return false;
    if (needle === '') return true;
    if (vault !== undefined) return entry.kind === 'event' && vaultsOf(entry.event).includes(vault);
    // An address may be looked for whole, though its ends alone are shown.
    const parts = wordsOf(entry, words);
    const exact = parts.map((part) => (typeof part === 'string' ? '' : (part.exact ?? ''))).join(' ');
    return `${plain(parts)} ${exact}`.toLowerCase().includes(needle);
  };
  const fitting = entries.filter(fits);
  const go = (hide: Iterable<string>, find: string) => {
    location.replace(link('/events', { hide: [...hide].join(','), find }));
  };
  const toggle = (group: Group) => {
    const next = new Set(hidden);
    if (!next.delete(group)) next.add(group);
    go(next, wanted);
  };
  return (
    <>
      <h1 tabIndex={-1}>Events</h1>
      <form class="filters card" onSubmit={(event) => event.preventDefault()} aria-label="Filters">
        <fieldset class="chips">
          <legend class="sr">Kinds of events</legend>
          {GROUPS.map(([group, name]) => (
            <label class="chip" key={group}>
              <input type="checkbox" checked={!hidden.has(group)} onChange={() => toggle(group)} />
              {name}
            </label>
          ))}
        </fieldset>
        <label class="grow">
          <span class="sr">Find</span>
          <input
            type="search"
            placeholder="Vault number, address or word"
            spellcheck={false}
            autocomplete="off"
            value={wanted}
            onInput={(event) => go(hidden, event.currentTarget.value)}
          />
        </label>
        <button
          type="button"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused ? undefined : log)}
        >
          {paused ? 'Go on' : 'Pause'}
        </button>
      </form>
      <Announcer log={log} />
      {fitting.length > 0 ? (
        <ol class="log card" aria-label="Events, newest first">
          {fitting.slice(0, shown).map((entry) => (
            <Line key={entry.key} entry={entry} words={words} />
          ))}
        </ol>
      ) : (
        <Empty>{entries.length === 0 ? 'Nothing has been heard yet.' : 'No event is like that.'}</Empty>
      )}
      {fitting.length > shown && (
        <p class="more">
          <button type="button" onClick={() => setShown(KEPT)}>
            Show all {fitting.length}
          </button>
        </p>
      )}
      <p class="hint">The last {KEPT} events are kept, of which rounds and interest are a part only.</p>
    </>
  );
}

/** Tells readers who do not see the list how much came, at most every ten seconds. */
function Announcer({ log }: { log: readonly Entry[] }) {
  const [said, say] = useState('');
  const newest = useRef(log[0]?.key);
  const latest = useRef(log);
  latest.current = log;
  useEffect(() => {
    const timer = setInterval(() => {
      const entries = latest.current;
      const since = entries.findIndex((entry) => entry.key === newest.current);
      const count = since < 0 ? entries.length : since;
      newest.current = entries[0]?.key;
      if (count > 0) say(`${count} new ${count === 1 ? 'event' : 'events'}`);
    }, 10_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="sr" aria-live="polite">
      {said}
    </p>
  );
}
