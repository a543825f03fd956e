// The subscription: every block once, in order, over a WebSocket that comes back and goes on where it was.

import { ask } from '../api/client';
import type { Status, Told } from '../api/types';
import { backoff, resume, STALE_AFTER } from './connection';

/** Blocks from before the page was opened that are asked for. */
const BACKFILL = 120;

export interface Listener {
  block(told: Told): void;
  missed(first: number, last: number): void;
  /** The node serves another chain than before: forget everything. */
  replaced(): void;
  status(status: Status): void;
  socket(state: 'connecting' | 'open' | 'closed', more: { retryAt?: number; farewell?: string }): void;
}

export class Stream {
  #listener: Listener;
  #socket: WebSocket | undefined;
  #last: number | undefined;
  #genesis: string | undefined;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heard = 0;
  #farewell: string | undefined;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  start(): void {
    void this.#connect();
    setInterval(() => void this.#watch(), STALE_AFTER / 3);
    // A machine that wakes up, or a network that is back: no need to wait.
    addEventListener('online', () => this.now());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.now();
    });
  }

  /** Tries at once, if it is waiting to. */
  now(): void {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#listener.socket('connecting', this.#said());
    let from: number;
    try {
      const status = await ask<Status>('/v1/status');
      from = this.#from(status);
      this.#listener.status(status);
    } catch {
      return this.#later();
    }
    const url = new URL(`/v1/stream?from=${from}`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#farewell = undefined;
      this.#heard = performance.now();
      this.#listener.socket('open', {});
    };
    socket.onmessage = (message: MessageEvent<string>) => this.#told(JSON.parse(message.data) as Told);
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      // Too slow a reader is told so; it just begins again. Any other farewell is the node's end.
      if (event.reason !== '' && !event.reason.includes('not kept')) this.#farewell = event.reason;
      this.#later();
    };
  }

  /** The height to ask for, once the chain is known to be the same. */
  #from(status: Status): number {
    const node = { height: status.height, oldest: status.oldest_height };
    const same = this.#genesis === undefined || this.#genesis === status.genesis;
    const going = same ? resume(this.#last, node, BACKFILL) : 'another chain';
    this.#genesis = status.genesis;
    if (going === 'another chain') {
      this.#last = undefined;
      this.#listener.replaced();
      return this.#from(status);
    }
    if (going.missed) {
      this.#listener.missed(going.missed.first, going.missed.last);
      this.#last = going.missed.last;
    }
    return going.from;
  }

  #told(told: Told): void {
    this.#heard = performance.now();
    this.#attempts = 0;
    if (this.#last !== undefined && told.block.height <= this.#last) return;
    this.#last = told.block.height;
    this.#listener.block(told);
  }

  #later(): void {
    if (this.#retry !== undefined) return;
    const wait = backoff(this.#attempts, Math.random());
    this.#attempts += 1;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#connect();
    }, wait);
    this.#listener.socket('closed', { retryAt: performance.now() + wait, ...this.#said() });
  }

  #said(): { farewell?: string } {
    return this.#farewell === undefined ? {} : { farewell: this.#farewell };
  }

  /** A socket that is open and silent may be half dead: ask, and begin anew if the node has gone on, or is gone. */
  async #watch(): Promise<void> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || performance.now() - this.#heard < STALE_AFTER) return;
    const gone = await ask<Status>('/v1/status').then(
      (status) => status.height > (this.#last ?? status.height),
      () => true,
    );
    if (gone && this.#socket === socket && performance.now() - this.#heard >= STALE_AFTER) socket.close();
  }
}
