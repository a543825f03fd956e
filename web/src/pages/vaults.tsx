// All vaults, the riskiest first.

import { useEffect, useState } from 'preact/hooks';
import type { TypeInfo, VaultInfo } from '../api/types';
import { compact, exact, parse, percent, price, share } from '../decimal';
import type { Words } from '../events/names';
import { useAnswer } from '../live/answer';
import { useReserve } from '../live/store';
import { link, vaultLink } from '../route';
import { Account, Empty, HealthBadge, Problem, Waiting } from '../ui/bits';
import { HealthBar, warningRatio } from '../ui/health';
import { PAGE, scan, type Wanted } from './scan';

/** How far the price may fall before a vault is liquidated, as a percentage of it. */
export function room(now: string | undefined, liquidation: string | null | undefined): string | undefined {
  const [at, limit] = [parse(now ?? '', 27), parse(liquidation ?? '', 27)];
  if (at === undefined || limit === undefined || at === 0n) return undefined;
  return limit >= at ? 'none' : share(at - limit, at);
}

function wantedOf(query: URLSearchParams, types: readonly TypeInfo[] | undefined): Wanted {
  const asked = query.get('type');
  const order = query.get('order') === 'id' ? 'id' : 'risk';
  // The order by risk is one of a type: the first, unless another is asked for.
  const type = asked ?? (order === 'risk' ? String(types?.[0]?.spec.id ?? '') : '');
  return {
    type,
    order: type === '' ? 'id' : order,
    health: query.get('health') ?? '',
    owner: query.get('owner') ?? '',
  };
}

export function Vaults({ query }: { query: URLSearchParams }) {
  const { books, words } = useReserve();
  const wanted = wantedOf(query, books?.types);
  const key = JSON.stringify(wanted);
  // Where each page so far began: the way back.
  const [trail, setTrail] = useState<{ key: string; starts: readonly string[] }>({ key, starts: [''] });
  const starts = trail.key === key ? trail.starts : [''];
  const start = starts.at(-1) ?? '';
  const ready = books !== undefined;
  const { data, error } = useAnswer(`${ready}${key}${start}`, async (signal) =>
    ready ? scan(wanted, start, signal) : undefined,
  );
  const go = (change: Partial<Wanted>) => {
    const next = { ...wanted, ...change };
    location.hash = link('/vaults', {
      ...next,
      type: next.type === '' && next.order === 'risk' ? '' : next.type,
    });
  };
  const next = data?.next;
  return (
    <>
      <h1 tabIndex={-1}>Vaults</h1>
      <Filters wanted={wanted} types={books?.types ?? []} go={go} />
      {error && <Problem error={error} what="The vaults can't be shown" />}
      {!data && !error && <Waiting rows={8} />}
      {data && data.vaults.length > 0 && <Table vaults={data.vaults} words={words} />}
      {data && data.vaults.length === 0 && (
        <Empty>
          {next
            ? `None of the ${data.looked} vaults looked at is such a vault: look at more by “Next”.`
            : wanted.health || wanted.owner
              ? 'No vault is like that.'
              : wanted.order === 'risk'
                ? 'No vault of this type owes anything.'
                : 'No vault is open yet: open one with the command line.'}
        </Empty>
      )}
      <nav class="pager" aria-label="Pages of vaults">
        <button
          type="button"
          disabled={starts.length < 2}
          onClick={() => setTrail({ key, starts: starts.slice(0, -1) })}
        >
          Previous
        </button>
        <span aria-live="polite">
          Page {starts.length}
          {data && `, at height ${data.height}`}
        </span>
        <button
          type="button"
          disabled={!next}
          onClick={() => next && setTrail({ key, starts: [...starts, next] })}
        >
          Next
        </button>
      </nav>
      <p class="hint">
        {PAGE} vaults a page. By risk: those with debt, lowest ratio first. Filters look at the vaults in that
        order.
      </p>
    </>
  );
}

function Filters(props: {
  wanted: Wanted;
  types: readonly TypeInfo[];
  go: (change: Partial<Wanted>) => void;
}) {
  const { wanted, types, go } = props;
  const [owner, setOwner] = useState(wanted.owner);
  useEffect(() => setOwner(wanted.owner), [wanted.owner]);
  useEffect(() => {
    if (owner.trim() === wanted.owner) return;
    const typed = setTimeout(() => go({ owner: owner.trim() }), 300);
    return () => clearTimeout(typed);
  }, [owner]);
  return (
    <form class="filters card" onSubmit={(event) => event.preventDefault()} aria-label="Filters">
      <label>
        Type
        <select
          value={wanted.type}
          onChange={(event) => {
            const type = event.currentTarget.value;
            go({ type, order: type === '' ? 'id' : wanted.order });
          }}
        >
          <option value="">All types</option>
          {types.map((type) => (
            <option key={type.spec.id} value={String(type.spec.id)}>
              {type.spec.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Order
        <select
          value={wanted.order}
          onChange={(event) => {
            const risk = event.currentTarget.value === 'risk';
            go({
              order: risk ? 'risk' : 'id',
              type: wanted.type || (risk ? String(types[0]?.spec.id ?? '') : ''),
            });
          }}
        >
          <option value="risk">Riskiest first</option>
          <option value="id">By number</option>
        </select>
      </label>
      <label>
        Health
        <select value={wanted.health} onChange={(event) => go({ health: event.currentTarget.value })}>
          <option value="">Any</option>
          <option value="Liquidatable">Liquidatable</option>
          <option value="Warned">Warned</option>
          <option value="Healthy">Healthy</option>
          <option value="NoDebt">No debt</option>
          <option value="Unknown">No price</option>
        </select>
      </label>
      <label class="grow">
        Owner
        <input
          type="search"
          placeholder="0x…"
          spellcheck={false}
          autocomplete="off"
          value={owner}
          onInput={(event) => setOwner(event.currentTarget.value)}
        />
      </label>
    </form>
  );
}

function Table({ vaults, words }: { vaults: readonly VaultInfo[]; words: Words }) {
  return (
    <div class="card table">
      <table class="stacks vaults">
        <thead>
          <tr>
            <th scope="col">Vault</th>
            <th scope="col">Owner</th>
            <th scope="col">Collateral</th>
            <th scope="col">Debt</th>
            <th scope="col" class="wide">
              Ratio
            </th>
            <th scope="col">Liquidation price</th>
            <th scope="col">Price may fall</th>
            <th scope="col">Health</th>
          </tr>
        </thead>
        <tbody>
          {vaults.map((vault) => (
            <Row key={vault.id} vault={vault} words={words} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ vault, words }: { vault: VaultInfo; words: Words }) {
  const type = words.names.types.get(vault.collateral_type);
  const asset = type?.spec.collateral ?? -1;
  const coin = words.names.coin;
  const feed = type && words.names.feeds.get(type.spec.feed);
  const figure = (base: string, asset: number) => {
    const [raw, decimals] = [parse(base, 0) ?? 0n, words.decimals(asset) ?? 0];
    const symbol = words.symbol(asset);
    return (
      <span title={`${exact(raw, decimals)} ${symbol}`}>
        {compact(raw, decimals)} <small>{symbol}</small>
      </span>
    );
  };
  return (
    <tr>
      <th scope="row">
        <a href={vaultLink(vault.id)}>{vault.id}</a> <small>{words.type(vault.collateral_type)}</small>
      </th>
      <td data-label="Owner">
        <Account of={vault.owner} />
      </td>
      <td data-label="Collateral">{figure(vault.collateral, asset)}</td>
      <td data-label="Debt">{figure(vault.debt, coin)}</td>
      <td data-label="Ratio" class="wide">
        {type && vault.ratio ? (
          <HealthBar
            marks={{
              liquidation: type.liquidation_ratio,
              warning: warningRatio(type.liquidation_ratio, type.spec.warning_band),
              initial: type.spec.initial_ratio,
            }}
            ratio={vault.ratio}
          />
        ) : vault.ratio ? (
          percent(vault.ratio)
        ) : (
          '—'
        )}
      </td>
      <td data-label="Liquidation price">{vault.liquidation_price ? price(vault.liquidation_price) : '—'}</td>
      <td data-label="Price may fall">{room(feed?.judging, vault.liquidation_price) ?? '—'}</td>
      <td data-label="Health">
        <HealthBadge health={vault.health} />
      </td>
    </tr>
  );
}
