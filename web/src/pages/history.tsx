// What a node with an index remembers of a vault, from before this page was opened.

import { useEffect, useState } from 'preact/hooks';
import { ask, path, Unanswered } from '../api/client';
import type { LiquidationPage, VaultHistory } from '../api/types';
import { compact, exact, parse, percent, price } from '../decimal';
import type { Words } from '../events/names';
import { blockLink } from '../route';
import { dateTime } from '../time';

interface Past {
  moments: VaultHistory['moments'];
  liquidations: LiquidationPage['liquidations'];
  begins: number;
}

/** Blocks that are shown. */
const SHOWN = 50;

/** Set once a node has said that it keeps no history, so that it is not asked again for each vault. */
let keepsNone = false;

/** Whether a node has said that it keeps no history; one that is busy, or still makes it, is asked again. */
function isAbsent(error: unknown): boolean {
  return error instanceof Unanswered && error.code === 'NoHistory';
}

/** What the index says of a vault: `none` where the node keeps no history. */
function usePast(vault: number, happened: number): Past | 'none' | undefined {
  const [past, set] = useState<Past | 'none'>();
  useEffect(() => {
    if (keepsNone) {
      set('none');
      return;
    }
    const abort = new AbortController();
    // The index follows the chain a moment later.
    const timer = setTimeout(async () => {
      try {
        const history = await ask<VaultHistory>(
          path(`/v1/history/vaults/${vault}`, { limit: SHOWN }),
          abort.signal,
        );
        const of = path('/v1/history/liquidations', { vault, limit: SHOWN });
        const page = await ask<LiquidationPage>(of, abort.signal);
        set({ moments: history.moments, liquidations: page.liquidations, begins: history.begins });
      } catch (error) {
        if (abort.signal.aborted || !isAbsent(error)) return;
        keepsNone = true;
        set('none');
      }
    }, 400);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [vault, happened]);
  return past;
}

export function History({
  vault,
  type,
  words,
  happened,
}: {
  vault: number;
  type: number;
  words: Words;
  happened: number;
}) {
  const past = usePast(vault, happened);
  if (past === 'none')
    return <p class="hint">This node keeps no history: only what this page has heard is shown.</p>;
  if (past === undefined) return null;
  const amount = (base: string, asset: number) => {
    const [raw, decimals] = [parse(base, 0) ?? 0n, words.decimals(asset) ?? 0];
    return <span title={`${exact(raw, decimals)} ${words.symbol(asset)}`}>{compact(raw, decimals)}</span>;
  };
  const newest = [...past.moments].sort((a, b) => b.height - a.height);
  return (
    <>
      {past.liquidations.length > 0 && (
        <ul class="card explained">
          {past.liquidations.map((liquidation) => (
            <li key={`${liquidation.height}/${liquidation.seq}`}>
              <a href={blockLink(liquidation.height)}>{dateTime(liquidation.time)}</a>{' '}
              {liquidation.explanation}
            </li>
          ))}
        </ul>
      )}
      {newest.length > 0 && (
        <div class="card table">
          <table class="stacks">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col">Collateral ({words.symbol(words.collateralOf(type))})</th>
                <th scope="col">Debt ({words.symbol(words.names.coin)})</th>
                <th scope="col">Ratio</th>
                <th scope="col">at a price of</th>
              </tr>
            </thead>
            <tbody>
              {newest.map((moment) => (
                <tr key={moment.height}>
                  <th scope="row">
                    <a href={blockLink(moment.height)}>{dateTime(moment.time)}</a>
                  </th>
                  <td data-label="What">{moment.what.map(spaced).join(', ')}</td>
                  <td data-label="Collateral">{amount(moment.collateral, words.collateralOf(type))}</td>
                  <td data-label="Debt">{amount(moment.debt, words.names.coin)}</td>
                  <td data-label="Ratio">{moment.ratio ? percent(moment.ratio) : '—'}</td>
                  <td data-label="at a price of">{moment.price ? price(moment.price) : '—'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {past.begins > 0 && <p class="hint">The node's history begins after block {past.begins}.</p>}
    </>
  );
}

/** `DebtDrawn` as `debt drawn`. */
function spaced(kind: string): string {
  return kind.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
