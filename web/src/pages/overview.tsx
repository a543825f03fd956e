// The reserve at a glance.

import type { FeedInfo, Status, TypeInfo } from '../api/types';
import { approximate, compact, exact, fixed, parse, percent, power, price, share, yearly } from '../decimal';
import { isRoutine } from '../events/groups';
import type { Words } from '../events/names';
import type { Point } from '../live/store';
import { useReserve } from '../live/store';
import { link } from '../route';
import { dateTime, duration } from '../time';
import { Badge, Bar, Empty, Figure, type Tone, Waiting } from '../ui/bits';
import { Chart } from '../ui/chart';
import { Line } from '../ui/log';

export function Overview() {
  const reserve = useReserve();
  const { books, words } = reserve;
  const latest = reserve.log.filter((entry) => entry.kind !== 'event' || !isRoutine(entry.event)).slice(0, 8);
  return (
    <>
      <h1 tabIndex={-1}>The reserve</h1>
      {books ? (
        <Totals status={books.status} types={books.types} words={words} />
      ) : (
        <div class="card totals-bone">
          <Waiting rows={5} />
        </div>
      )}
      <section aria-labelledby="prices">
        <h2 id="prices">Prices</h2>
        <div class="feeds">
          {books ? (
            books.feeds.map((feed) => (
              <Feed
                key={feed.id}
                feed={feed}
                points={reserve.series.get(feed.id) ?? []}
                now={books.status.time}
              />
            ))
          ) : (
            <div class="card feed">
              <Waiting rows={5} />
            </div>
          )}
        </div>
      </section>
      <section aria-labelledby="types">
        <h2 id="types">Debt by type</h2>
        {books ? (
          <Types types={books.types} words={words} />
        ) : (
          <div class="card">
            <Waiting rows={3} />
          </div>
        )}
      </section>
      <section aria-labelledby="latest">
        <h2 id="latest">
          Latest <a href={link('/events')}>all events</a>
        </h2>
        {latest.length > 0 ? (
          <ol class="log card">
            {latest.map((entry) => (
              <Line key={entry.key} entry={entry} words={words} />
            ))}
          </ol>
        ) : (
          <Empty>Nothing has happened in the last blocks. What happens appears here at once.</Empty>
        )}
      </section>
    </>
  );
}

function sum(amounts: readonly string[]): bigint {
  return amounts.reduce((total, amount) => total + (parse(amount, 0) ?? 0n), 0n);
}

/** The marked loss of all types; none where a type has no price. */
export function markedLoss(types: readonly TypeInfo[]): bigint | undefined {
  if (types.some((type) => type.marked_loss === null || type.marked_loss === undefined)) return undefined;
  return sum(types.map((type) => type.marked_loss ?? '0'));
}

function Totals({ status, types, words }: { status: Status; types: readonly TypeInfo[]; words: Words }) {
  const decimals = words.decimals(status.coin) ?? 18;
  const symbol = words.symbol(status.coin);
  const coins = (raw: bigint) => ({
    value: compact(raw, decimals),
    exact: `${exact(raw, decimals)} ${symbol}`,
  });
  const of = (base: string) => coins(parse(base, 0) ?? 0n);
  const marked = markedLoss(types);
  const debt = sum(types.flatMap((type) => [type.debt, type.on_sale]));
  const ratio = status.total_ratio ?? null;
  const loss = (raw: bigint): Tone => (raw > 0n ? 'bad' : 'good');
  return (
    <section class="totals" aria-label="Totals">
      <div class="card hero">
        <dl>
          <Figure
            label="Total collateral ratio"
            id="total-ratio"
            value={ratio === null ? '—' : percent(ratio)}
            exact={ratio ?? undefined}
            note={
              ratio === null ? 'no debt, or no price' : 'value of what vaults and lots hold ÷ what they owe'
            }
          />
        </dl>
        <div class="chain">
          <span>
            height <b data-figure="height">{status.height}</b>
          </span>
          <span>{dateTime(status.time)}</span>
          <span>
            state root{' '}
            <span class="mono" title={status.root}>
              {status.root.slice(0, 10)}…{status.root.slice(-6)}
            </span>
          </span>
        </div>
      </div>
      <dl class="card stats">
        <Figure label="Supply" id="supply" {...of(status.supply)} note={symbol} />
        <Figure label="Debt" id="debt" {...coins(debt)} note={`${symbol}, lots on sale included`} />
        <Figure label="Insurance fund" id="fund" {...of(status.insurance_fund)} note={symbol} />
        <Figure label="Surplus buffer" id="surplus" {...of(status.surplus)} note={symbol} />
        <Figure
          label="Bad debt, booked"
          id="bad-debt"
          {...of(status.bad_debt)}
          tone={loss(parse(status.bad_debt, 0) ?? 0n)}
          note={`${symbol} owed by nobody any more`}
        />
        {marked === undefined ? (
          <Figure label="Marked loss" id="marked" value="unknown" note="a price is missing" />
        ) : (
          <Figure
            label="Marked loss"
            id="marked"
            {...coins(marked)}
            tone={loss(marked)}
            note={`${symbol} that would be booked now`}
          />
        )}
        <Figure
          label="Open vaults"
          id="vaults"
          value={status.vaults}
          note={`${status.waiting} transactions wait`}
        />
        <Figure
          label="Price of work"
          id="work-price"
          value={fixed(parse(status.work_price, 0) ?? 0n, decimals, 6)}
          exact={`${exact(parse(status.work_price, 0) ?? 0n, decimals)} ${symbol}`}
          note={`${symbol} a unit`}
        />
      </dl>
    </section>
  );
}

const FEED_TONE: Readonly<Record<FeedInfo['state'], Tone>> = {
  Live: 'good',
  Stale: 'bad',
  Disputed: 'warn',
  Halted: 'warn',
};

/** From the first to the last price, as a percentage with a sign; none of fewer than two. */
export function change(points: readonly Point[]): string | undefined {
  const [first, last] = [points[0], points.at(-1)].map((point) => parse(point?.price ?? '', 27));
  if (first === undefined || last === undefined || first === 0n || points.length < 2) return undefined;
  const moved = ((last - first) * power(6)) / first;
  return `${moved > 0n ? '+' : ''}${fixed(moved * 100n, 6, 2)} %`;
}

function Feed({ feed, points, now }: { feed: FeedInfo; points: readonly Point[]; now: number }) {
  const moved = change(points);
  const first = points[0];
  return (
    <article class="card feed" aria-label={feed.name}>
      <header>
        <h3>{feed.name}</h3>
        <Badge tone={FEED_TONE[feed.state]}>{feed.state}</Badge>
      </header>
      <p class="spot">
        <span data-figure={`spot-${feed.id}`} title={`${feed.spot} USD`}>
          {price(feed.spot)}
        </span>{' '}
        <small>USD</small>
        {moved !== undefined && first && (
          <span class={`moved ${moved.startsWith('+') ? 'good' : moved.startsWith('−') ? 'bad' : ''}`}>
            {moved} <small>in {duration(now - first.time)}</small>
          </span>
        )}
      </p>
      <Chart
        points={points}
        label={`Price of ${feed.name}, ${points.length} rounds; now ${price(feed.spot)} USD`}
      />
      <dl class="terms">
        <div>
          <dt>mean</dt>
          <dd title={feed.mean}>{price(feed.mean)}</dd>
        </div>
        <div>
          <dt>judging</dt>
          <dd title={feed.judging}>{price(feed.judging)}</dd>
        </div>
        <div>
          <dt>low</dt>
          <dd title={feed.low}>{price(feed.low)}</dd>
        </div>
        <div>
          <dt>round {feed.round}</dt>
          <dd>{duration(now - feed.closed)} old</dd>
        </div>
      </dl>
    </article>
  );
}

function Types({ types, words }: { types: readonly TypeInfo[]; words: Words }) {
  const decimals = words.decimals(words.names.coin) ?? 18;
  const symbol = words.symbol(words.names.coin);
  const coins = (base: string) => {
    const raw = parse(base, 0) ?? 0n;
    return <span title={`${exact(raw, decimals)} ${symbol}`}>{compact(raw, decimals)}</span>;
  };
  return (
    <div class="card table">
      <table class="stacks">
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">Debt ({symbol})</th>
            <th scope="col">Ceiling</th>
            <th scope="col">Use</th>
            <th scope="col">On sale</th>
            <th scope="col">Vaults</th>
            <th scope="col">Liquidation</th>
            <th scope="col">Initial</th>
            <th scope="col">Fee a year</th>
            <th scope="col">First loss</th>
            <th scope="col">Marked loss</th>
          </tr>
        </thead>
        <tbody>
          {types.map((type) => {
            const [debt, ceiling] = [parse(type.debt, 0) ?? 0n, parse(type.spec.debt_ceiling, 0) ?? 0n];
            const use = share(debt, ceiling);
            const fee = yearly(type.spec.stability_fee);
            const gliding = type.liquidation_ratio !== type.spec.liquidation_ratio;
            const part = ceiling === 0n ? 0 : approximate((debt * power(6)) / ceiling, 6);
            return (
              <tr key={type.spec.id}>
                <th scope="row">
                  <a href={link('/vaults', { type: String(type.spec.id) })}>{type.spec.name}</a>
                </th>
                <td data-label="Debt">{coins(type.debt)}</td>
                <td data-label="Ceiling">{coins(type.spec.debt_ceiling)}</td>
                <td data-label="Use">
                  <span class="use">
                    <Bar part={part} label={`${use} of the ceiling`} tone={part > 0.9 ? 'warn' : 'good'} />
                    {use}
                  </span>
                </td>
                <td data-label="On sale">{coins(type.on_sale)}</td>
                <td data-label="Vaults">{type.indebted_vaults}</td>
                <td
                  data-label="Liquidation"
                  title={gliding ? `gliding to ${percent(type.spec.liquidation_ratio)}` : undefined}
                >
                  {percent(type.liquidation_ratio, 1)}
                  {gliding && ` → ${percent(type.spec.liquidation_ratio, 1)}`}
                </td>
                <td data-label="Initial">{percent(type.spec.initial_ratio, 1)}</td>
                <td data-label="Fee a year">{fee === undefined ? '—' : `${fixed(fee * 100n, 18, 2)} %`}</td>
                <td data-label="First loss">{coins(type.first_loss)}</td>
                <td data-label="Marked loss">{type.marked_loss ? coins(type.marked_loss) : 'unknown'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {types.length === 0 && <Empty>This reserve has no collateral type.</Empty>}
    </div>
  );
}
