// What the page knows of the reserve: told by the stream, and asked for after it, at one height.

import { options } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ask, path } from '../api/client';
import type { AssetInfo, FeedInfo, PricePage, Status, Told, TypeInfo } from '../api/types';
import { type Names, Words } from '../events/names';
import type { Observed } from './connection';
import { type Entry, entriesOf, prepend } from './log';
import { type Listener, Stream } from './stream';

// However fast blocks come, a frame renders once.
options.debounceRendering = requestAnimationFrame;

/** A closed round of a feed: chain time and median. */
export interface Point {
  time: number;
  price: string;
}

export interface Reserve {
  connection: Observed;
  /** The last block heard of. */
  height: number | undefined;
  time: number | undefined;
  /** Of one height, all of them; none before the first answer. */
  books: { status: Status; types: readonly TypeInfo[]; feeds: readonly FeedInfo[] } | undefined;
  words: Words;
  log: readonly Entry[];
  series: ReadonlyMap<number, readonly Point[]>;
}

/** Points of a feed that are kept. */
const POINTS = 2_000;
/** How far charts reach back where the node keeps an index of the past, in seconds of the chain, and in which steps. */
const PAST = { span: 6 * 3_600, every: 60 };
/** Least time between two askings for the books. */
const BREATH = 700;

const NO_NAMES: Names = { coin: -1, assets: new Map(), feeds: new Map(), types: new Map() };

function nothing(): Reserve {
  return {
    connection: { socket: 'connecting', lastBlock: undefined, retryAt: undefined, farewell: undefined },
    height: undefined,
    time: undefined,
    books: undefined,
    words: new Words(NO_NAMES),
    log: [],
    series: new Map(),
  };
}

class Store implements Listener {
  reserve = nothing();
  #readers = new Set<() => void>();
  #stream = new Stream(this);
  #assets: readonly AssetInfo[] = [];
  #asking = false;
  #again = false;
  #recalled = false;

  start(): void {
    this.#stream.start();
  }

  tryNow(): void {
    this.#stream.now();
  }

  subscribe(reader: () => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  #set(change: Partial<Reserve>): void {
    this.reserve = { ...this.reserve, ...change };
    for (const reader of this.#readers) reader();
  }

  block({ block }: Told): void {
    const series = new Map(this.reserve.series);
    for (const event of block.events) {
      if (!('RoundClosed' in event)) continue;
      const { feed, median } = event.RoundClosed;
      series.set(feed, [...(series.get(feed) ?? []), { time: block.time, price: median }].slice(-POINTS));
    }
    this.#set({
      connection: { ...this.reserve.connection, lastBlock: performance.now() },
      height: block.height,
      time: block.time,
      series,
      log: prepend(this.reserve.log, entriesOf(block)),
    });
    void this.#refresh();
  }

  missed(first: number, last: number): void {
    const entry: Entry = { kind: 'missed', key: `m${first}`, height: last, time: 0, first, last };
    this.#set({ log: prepend(this.reserve.log, [entry]) });
  }

  replaced(): void {
    this.#assets = [];
    this.#recalled = false;
    this.reserve = nothing();
  }

  status(status: Status): void {
    if (this.reserve.height === undefined) this.#set({ height: status.height, time: status.time });
    void this.#refresh();
  }

  socket(socket: Observed['socket'], more: { retryAt?: number; farewell?: string }): void {
    const { lastBlock, retryAt } = this.reserve.connection;
    const waiting = socket === 'connecting' ? retryAt : undefined;
    this.#set({
      connection: { socket, lastBlock, retryAt: more.retryAt ?? waiting, farewell: more.farewell },
    });
  }

  /** Asks for the books of the last height, one asking at a time; what comes meanwhile is asked for after a breath. */
  async #refresh(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      const status = await ask<Status>('/v1/status');
      const at = { height: status.height };
      const [types, feeds] = await Promise.all([
        ask<TypeInfo[]>(path('/v1/types', at)),
        ask<FeedInfo[]>(path('/v1/feeds', at)),
      ]);
      if (this.#assets.length === 0) this.#assets = await ask<AssetInfo[]>('/v1/assets');
      const names: Names = {
        coin: status.coin,
        assets: new Map(this.#assets.map((asset) => [asset.id, asset])),
        feeds: new Map(feeds.map((feed) => [feed.id, feed])),
        types: new Map(types.map((type) => [type.spec.id, type])),
      };
      this.#set({ books: { status, types, feeds }, words: new Words(names) });
      if (!this.#recalled) void this.#recall(feeds, status.time);
    } catch {
      // The stream notices what is wrong, and says so; the next block asks again.
    } finally {
      setTimeout(() => {
        this.#asking = false;
        if (!this.#again) return;
        this.#again = false;
        void this.#refresh();
      }, BREATH);
    }
  }

  /** Prices from before the first block heard, where the node keeps an index of the past. */
  async #recall(feeds: readonly FeedInfo[], now: number): Promise<void> {
    this.#recalled = true;
    for (const { id } of feeds) {
      const query = { feed: id, from: Math.max(0, now - PAST.span), every: PAST.every, limit: 400 };
      const page = await ask<PricePage>(path('/v1/history/prices', query)).catch(() => undefined);
      if (!page) return;
      const live = this.reserve.series.get(id) ?? [];
      const first = live[0]?.time ?? now;
      const past = page.prices
        .filter(({ time }) => time < first)
        .map(({ time, open }) => ({ time, price: open }));
      const series = new Map(this.reserve.series).set(id, [...past, ...live].slice(-POINTS));
      this.#set({ series });
    }
  }
}

export const store = new Store();

/** What the page knows, in the component that calls it: it renders again when that changes. */
export function useReserve(): Reserve {
  const [reserve, set] = useState(store.reserve);
  useEffect(() => {
    set(store.reserve);
    return store.subscribe(() => set(store.reserve));
  }, []);
  return reserve;
}
