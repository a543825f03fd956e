// One vault: how it stands, what it would be if, and what happened to it.

import { useState } from 'preact/hooks';
import { ask } from '../api/client';
import type { TypeInfo, VaultInfo, WhatIf } from '../api/types';
import { compact, exact, fixed, PRICE_DIGITS, parse, percent, power, price } from '../decimal';
import { vaultsOf } from '../events/groups';
import type { Words } from '../events/names';
import { standingOrder } from '../events/phrases';
import { useAnswer } from '../live/answer';
import { useReserve } from '../live/store';
import { link } from '../route';
import { Account, Empty, Figure, HealthBadge, Problem, Sentence, Waiting } from '../ui/bits';
import { HealthBar, warningRatio } from '../ui/health';
import { Line } from '../ui/log';
import { History } from './history';
import { room } from './vaults';
import { WhatIfForm } from './what-if-form';

export function Vault({ id }: { id: number }) {
  const { words, log } = useReserve();
  const { data: vault, error } = useAnswer(`/v1/vaults/${id}`, (signal) =>
    ask<VaultInfo>(`/v1/vaults/${id}`, signal),
  );
  const type = vault && words.names.types.get(vault.collateral_type);
  const happened = log.filter((entry) => entry.kind === 'event' && vaultsOf(entry.event).includes(id));
  return (
    <>
      <p class="crumbs">
        <a href={link('/vaults')}>Vaults</a>
      </p>
      <h1 tabIndex={-1}>
        Vault {id} {vault && <HealthBadge health={vault.health} />}
      </h1>
      {error?.status === 404 && (
        <p class="notice" role="alert">
          There is no vault {id}: it was closed, or never opened.
        </p>
      )}
      {error && error.status !== 404 && <Problem error={error} what="The vault can't be shown" />}
      {vault && type && <Standing vault={vault} type={type} words={words} />}
      {!error && !(vault && type) && <Waiting rows={6} />}
      <section aria-labelledby="happened">
        <h2 id="happened">What happened to it</h2>
        {vault && (
          <History vault={id} type={vault.collateral_type} words={words} happened={happened.length} />
        )}
        {happened.length > 0 ? (
          <ol class="log card">
            {happened.slice(0, 50).map((entry) => (
              <Line key={entry.key} entry={entry} words={words} />
            ))}
          </ol>
        ) : (
          <Empty>Nothing in the blocks that this page has heard.</Empty>
        )}
      </section>
    </>
  );
}

function Standing({ vault, type, words }: { vault: VaultInfo; type: TypeInfo; words: Words }) {
  const [would, setWould] = useState<WhatIf>();
  const feed = words.names.feeds.get(type.spec.feed);
  const coin = words.names.coin;
  const figure = (base: string, asset: number) => {
    const [raw, decimals] = [parse(base, 0) ?? 0n, words.decimals(asset) ?? 0];
    return { value: compact(raw, decimals, 4), exact: `${exact(raw, decimals)} ${words.symbol(asset)}` };
  };
  const decimals = words.decimals(type.spec.collateral) ?? 18;
  const value = (parse(vault.collateral, 0) ?? 0n) * (parse(feed?.judging ?? '', PRICE_DIGITS) ?? 0n);
  const may = room(feed?.judging, vault.liquidation_price);
  return (
    <>
      <section class="card standing" aria-label="Standing">
        <HealthBar
          marks={{
            liquidation: type.liquidation_ratio,
            warning: warningRatio(type.liquidation_ratio, type.spec.warning_band),
            initial: type.spec.initial_ratio,
          }}
          ratio={vault.ratio ?? null}
          would={would?.vault.ratio}
        />
        <dl class="stats">
          <Figure
            label="Collateral"
            id="collateral"
            {...figure(vault.collateral, type.spec.collateral)}
            note={`${words.symbol(type.spec.collateral)}${
              feed ? `, worth ${fixed(value / power(PRICE_DIGITS), decimals, 2)} USD` : ''
            }`}
          />
          <Figure label="Debt" id="debt" {...figure(vault.debt, coin)} note={words.symbol(coin)} />
          <Figure
            label="Ratio"
            id="ratio"
            value={vault.ratio ? percent(vault.ratio) : '—'}
            exact={vault.ratio ?? undefined}
            note={vault.ratio ? 'collateral value ÷ debt' : 'no debt, or no price'}
          />
          <Figure
            label="Liquidation price"
            id="liquidation-price"
            value={vault.liquidation_price ? price(vault.liquidation_price) : '—'}
            exact={vault.liquidation_price ?? undefined}
            note={
              may === undefined
                ? 'USD'
                : may === 'none'
                  ? 'USD: the price is under it'
                  : `USD: the price may fall ${may} from ${price(feed?.judging ?? '')}`
            }
          />
        </dl>
        <p class="facts">
          Owned by <Account of={vault.owner} />, of type{' '}
          <a href={link('/vaults', { type: String(type.spec.id) })}>{type.spec.name}</a>.{' '}
          {vault.standing_order ? (
            <>
              Protected: <Sentence parts={standingOrder(vault.standing_order, words, type.spec.id)} />.
            </>
          ) : (
            'No standing order protects it.'
          )}{' '}
          {vault.lots_on_sale > 0 && (
            <>
              <a href={link('/auctions')}>
                {vault.lots_on_sale} {vault.lots_on_sale === 1 ? 'lot' : 'lots'} of it on sale
              </a>
              .
            </>
          )}
        </p>
      </section>
      <WhatIfForm vault={vault} type={type} words={words} tell={setWould} />
    </>
  );
}
