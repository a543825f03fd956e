// Answers that a page shows: asked for at once, and again as the chain goes on.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Unanswered } from '../api/client';
import { useReserve } from './store';

export interface Answer<T> {
  /** The last answer, kept while the next is under way. */
  data: T | undefined;
  /** Why there was none the last time. */
  error: Unanswered | undefined;
}

/** Least time between two askings of the same. */
const BREATH = 1_000;

/** Asks for one thing again and again: once at a time, and not before the last asking is a breath old. */
class Asker<T> {
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #again = false;
  #last = Number.NEGATIVE_INFINITY;

  constructor(
    readonly ask: (signal: AbortSignal) => Promise<T>,
    readonly tell: (answer: { data: T } | { error: Unanswered }) => void,
  ) {}

  nudge(): void {
    if (this.#asking) this.#again = true;
    if (this.#asking || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, this.#last + BREATH - performance.now()));
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#asking = true;
    this.#last = performance.now();
    const { signal } = this.#abort;
    try {
      const data = await this.ask(signal);
      if (!signal.aborted) this.tell({ data });
    } catch (error) {
      const why = error instanceof Unanswered ? error : new Unanswered(0, 'Failed', String(error));
      if (!signal.aborted) this.tell({ error: why });
    }
    this.#asking = false;
    if (this.#again && !signal.aborted) {
      this.#again = false;
      this.nudge();
    }
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }
}

/**
 * What `ask` answers for `key`, asked again after each block, but at most once a second. A new `key` forgets the old answer.
 */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const { height } = useReserve();
  const [answer, set] = useState<Answer<T> & { key: string }>({ key, data: undefined, error: undefined });
  const asker = useRef<Asker<T>>();

  useEffect(() => {
    const mine = new Asker(ask, (told) =>
      set((before) => {
        const data = before.key === key ? before.data : undefined;
        return 'data' in told ? { key, data: told.data, error: undefined } : { key, data, error: told.error };
      }),
    );
    asker.current = mine;
    mine.nudge();
    return () => mine.stop();
    // What is asked follows from the key.
  }, [key]);
  useEffect(() => asker.current?.nudge(), [height]);

  return answer.key === key ? answer : { data: undefined, error: undefined };
}
