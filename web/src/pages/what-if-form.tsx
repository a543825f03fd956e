// The what-if form: as it is, and as it would be, while one types.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, Unanswered } from '../api/client';
import type { TypeInfo, VaultInfo, WhatIf } from '../api/types';
import { compact, exact, fixed, parse, percent, price, USD_DIGITS } from '../decimal';
import type { Words } from '../events/names';
import { HealthBadge } from '../ui/bits';
import { type Mistakes, NOTHING, question, type Typed } from './what-if';

/** How long a reader pauses before the node is asked. */
const PAUSE = 250;

interface Props {
  vault: VaultInfo;
  type: TypeInfo;
  words: Words;
  /** What the vault would be, for the bar above; none when nothing is asked. */
  tell: (would: WhatIf | undefined) => void;
}

export function WhatIfForm({ vault, type, words, tell }: Props) {
  const collateral = words.symbol(type.spec.collateral);
  const coin = words.symbol(words.names.coin);
  const [typed, setTyped] = useState<Typed>(NOTHING);
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [problem, setProblem] = useState<string>();
  const [answer, setAnswer] = useState<WhatIf>();
  const decimals = {
    collateral: words.decimals(type.spec.collateral) ?? 18,
    coin: words.decimals(words.names.coin) ?? 18,
  };
  const asked = Object.values(typed).some((text) => text.trim() !== '');
  const shown = useRef(tell);
  shown.current = tell;

  // Asked again when the vault has changed meanwhile.
  const state = `${vault.collateral}/${vault.debt}`;
  useEffect(() => {
    const made = question(vault.id, typed, decimals);
    if ('mistakes' in made) {
      setMistakes(made.mistakes);
      return;
    }
    setMistakes({});
    const abort = new AbortController();
    const pause = setTimeout(() => {
      ask<WhatIf>(made.url, abort.signal).then(
        (would) => {
          setProblem(undefined);
          setAnswer(would);
          shown.current(asked ? would : undefined);
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setProblem(error instanceof Unanswered ? error.message : String(error));
          shown.current(undefined);
        },
      );
    }, PAUSE);
    return () => {
      clearTimeout(pause);
      abort.abort();
    };
  }, [vault.id, state, typed.price, typed.deposit, typed.withdraw, typed.draw, typed.repay]);

  const field = (name: keyof Typed, label: string, unit: string, hint: string) => (
    <label>
      {label}
      <span class="unit">
        <input
          name={name}
          inputMode="decimal"
          autocomplete="off"
          placeholder={hint}
          value={typed[name]}
          aria-invalid={mistakes[name] !== undefined}
          aria-describedby={mistakes[name] === undefined ? undefined : `mistake-${name}`}
          onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
        />
        <small>{unit}</small>
      </span>
      {mistakes[name] !== undefined && (
        <span class="mistake" id={`mistake-${name}`}>
          {mistakes[name]}
        </span>
      )}
    </label>
  );

  return (
    <section class="card what-if" aria-labelledby="what-if">
      <h2 id="what-if">What if</h2>
      <form onSubmit={(event) => event.preventDefault()}>
        {field('price', 'Price', 'USD', 'as now')}
        {field('deposit', 'Deposit', collateral, '0')}
        {field('withdraw', 'Withdraw', collateral, '0')}
        {field('draw', 'Draw', coin, '0')}
        {field('repay', 'Repay', coin, '0')}
        <button type="reset" disabled={!asked} onClick={() => setTyped(NOTHING)}>
          Clear
        </button>
      </form>
      <div aria-live="polite" class="outcome">
        {problem !== undefined && <p class="notice">{problem}.</p>}
        {problem === undefined && answer && (
          <Outcome answer={answer} asked={asked} words={words} collateral={type.spec.collateral} />
        )}
      </div>
    </section>
  );
}

function Outcome(props: { answer: WhatIf; asked: boolean; words: Words; collateral: number }) {
  const { answer, asked, words, collateral } = props;
  const { vault } = answer;
  const amount = (base: string, asset: number) => {
    const [raw, decimals] = [parse(base, 0) ?? 0n, words.decimals(asset) ?? 0];
    const symbol = words.symbol(asset);
    return (
      <span title={`${exact(raw, decimals)} ${symbol}`}>
        {compact(raw, decimals, 4)} {symbol}
      </span>
    );
  };
  const coin = words.names.coin;
  return (
    <dl class="rows">
      <div>
        <dt>{asked ? 'It would be' : 'It is'}</dt>
        <dd data-figure="would-health">
          <HealthBadge health={vault.health} />
        </dd>
      </div>
      <div>
        <dt>Ratio</dt>
        <dd data-figure="would-ratio" data-exact={vault.ratio ?? ''}>
          {vault.ratio ? percent(vault.ratio) : '—'}
        </dd>
      </div>
      <div>
        <dt>Liquidation price</dt>
        <dd data-figure="would-liquidation">
          {vault.liquidation_price ? `${price(vault.liquidation_price)} USD` : '—'}
        </dd>
      </div>
      <div>
        <dt>Value at {price(answer.price)} USD</dt>
        <dd>{fixed(parse(answer.value, USD_DIGITS) ?? 0n, USD_DIGITS, 2)} USD</dd>
      </div>
      <div>
        <dt>Collateral</dt>
        <dd>{amount(vault.collateral, collateral)}</dd>
      </div>
      <div>
        <dt>Debt</dt>
        <dd>{amount(vault.debt, coin)}</dd>
      </div>
      <div>
        <dt>Could still draw</dt>
        <dd>{answer.drawable ? amount(answer.drawable, coin) : '—'}</dd>
      </div>
      <div>
        <dt>Could release</dt>
        <dd>{answer.releasable ? amount(answer.releasable, collateral) : '—'}</dd>
      </div>
      <div>
        <dt>Stability fee a year</dt>
        <dd>{amount(answer.yearly_fee, coin)}</dd>
      </div>
      <div>
        <dt>Penalty if liquidated</dt>
        <dd>{percent(answer.penalty)} of the debt seized</dd>
      </div>
    </dl>
  );
}
