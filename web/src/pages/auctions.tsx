// Lots on sale, and their falling prices.

import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client';
import type { AuctionInfo, AuctionPage } from '../api/types';
import { compact, exact, PRICE_DIGITS, parse, power, price, share } from '../decimal';
import type { Words } from '../events/names';
import { useAnswer } from '../live/answer';
import { useReserve } from '../live/store';
import { vaultLink } from '../route';
import { duration } from '../time';
import { Badge, Bar, Empty, Problem, Waiting } from '../ui/bits';
import { Spark } from '../ui/chart';

/** Prices of a lot that are kept for its line. */
const HEARD = 120;
/** Lots that are shown. */
const SHOWN = 100;

/** What a lot costs against the oracle's low price: `12.3 % under it`. */
export function against(now: string | null | undefined, low: string | undefined): string | undefined {
  const [at, oracle] = [parse(now ?? '', PRICE_DIGITS), parse(low ?? '', PRICE_DIGITS)];
  if (at === undefined || oracle === undefined || oracle === 0n) return undefined;
  if (at === oracle) return "the oracle's price";
  return at < oracle
    ? `${share(oracle - at, oracle)} under the oracle`
    : `${share(at - oracle, oracle)} over the oracle`;
}

/** Prices heard since the page was opened, by auction; those of lots that are gone are forgotten. */
function useHeard(auctions: readonly AuctionInfo[] | undefined): ReadonlyMap<number, readonly number[]> {
  const [heard, set] = useState<ReadonlyMap<number, readonly number[]>>(new Map());
  useEffect(() => {
    if (!auctions) return;
    set((before) => {
      const after = new Map<number, readonly number[]>();
      for (const auction of auctions) {
        const values = before.get(auction.id) ?? [];
        after.set(auction.id, auction.price ? [...values, Number(auction.price)].slice(-HEARD) : []);
      }
      return after;
    });
  }, [auctions]);
  return heard;
}

export function Auctions() {
  const { words } = useReserve();
  const url = `/v1/auctions?limit=${SHOWN}`;
  const { data, error } = useAnswer(url, (signal) => ask<AuctionPage>(url, signal));
  const heard = useHeard(data?.auctions);
  return (
    <>
      <h1 tabIndex={-1}>Live auctions</h1>
      {error && <Problem error={error} what="The auctions can't be shown" />}
      {!data && !error && <Waiting rows={4} />}
      {data && data.auctions.length === 0 && (
        <Empty>
          Nothing is on sale. A lot appears when a vault is liquidated and neither bids nor a pool take its
          collateral.
        </Empty>
      )}
      {data && data.auctions.length > 0 && (
        <div class="lots">
          {data.auctions.map((auction) => (
            <Lot key={auction.id} auction={auction} words={words} heard={heard.get(auction.id) ?? []} />
          ))}
        </div>
      )}
      {data?.next && <p class="hint">The first {SHOWN} lots are shown; there are more.</p>}
    </>
  );
}

function Lot({ auction, words, heard }: { auction: AuctionInfo; words: Words; heard: readonly number[] }) {
  const type = words.names.types.get(auction.collateral_type);
  const asset = type?.spec.collateral ?? -1;
  const low = type && words.names.feeds.get(type.spec.feed)?.low;
  const coin = words.names.coin;
  const amount = (base: string, asset: number) => {
    const [raw, decimals] = [parse(base, 0) ?? 0n, words.decimals(asset) ?? 0];
    const symbol = words.symbol(asset);
    return (
      <span title={`${exact(raw, decimals)} ${symbol}`}>
        {compact(raw, decimals, 4)} {symbol}
      </span>
    );
  };
  const life = type?.spec.auction.duration ?? 0;
  // What the lot would bring at the price now, in the coin: whole units × price, at a dollar a coin.
  const worth = auction.price
    ? ((parse(auction.lot, 0) ?? 0n) * (parse(auction.price, PRICE_DIGITS) ?? 0n)) /
      power(PRICE_DIGITS + (words.decimals(asset) ?? 18) - (words.decimals(coin) ?? 18))
    : undefined;
  return (
    <article class="card lot" aria-label={`Auction ${auction.id}`}>
      <header>
        <h2>Auction {auction.id}</h2>
        {auction.needs_reset ? (
          <Badge tone="warn">Reset needed</Badge>
        ) : auction.price ? (
          <Badge tone="good">On sale</Badge>
        ) : (
          <Badge tone="plain">Waits for a price</Badge>
        )}
      </header>
      <p class="spot">
        {auction.price ? (
          <>
            <span data-figure={`auction-${auction.id}`} title={auction.price}>
              {price(auction.price)}
            </span>{' '}
            <small>USD</small>
          </>
        ) : (
          '—'
        )}
        <Spark values={heard} label={`Price since this page was opened, ${heard.length} readings`} />
      </p>
      <dl class="rows">
        <div>
          <dt>Lot</dt>
          <dd>{amount(auction.lot, asset)}</dd>
        </div>
        <div>
          <dt>Still to raise</dt>
          <dd>{amount(auction.to_raise, coin)}</dd>
        </div>
        <div>
          <dt>Whole lot now</dt>
          <dd>{worth === undefined ? '—' : amount(worth.toString(), coin)}</dd>
        </div>
        <div>
          <dt>Price</dt>
          <dd>{against(auction.price, low) ?? '—'}</dd>
        </div>
        <div>
          <dt>From</dt>
          <dd>
            <a href={vaultLink(auction.vault)}>vault {auction.vault}</a>,{' '}
            {words.type(auction.collateral_type)}
          </dd>
        </div>
      </dl>
      <p class="life">
        <Bar
          part={life > 0 ? auction.elapsed / life : 0}
          label={`${duration(auction.elapsed)} of ${duration(life)}`}
          tone={auction.needs_reset ? 'warn' : 'good'}
        />
        <small>
          {duration(auction.elapsed)} of {duration(life)} until it must be reset
        </small>
      </p>
    </article>
  );
}
