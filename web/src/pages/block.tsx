// One block and all that came of it.

import { useEffect, useState } from 'preact/hooks';
import { ask, Unanswered } from '../api/client';
import type { BlockInfo } from '../api/types';
import { exact, parse } from '../decimal';
import { short } from '../events/names';
import { refusal, sentence } from '../events/sentence';
import { entriesOf } from '../live/log';
import { useReserve } from '../live/store';
import { blockLink } from '../route';
import { dateTime } from '../time';
import { Account, Badge, Empty, Figure, Problem, Sentence, Waiting } from '../ui/bits';
import { Line } from '../ui/log';

export function Block({ height }: { height: number }) {
  const { words } = useReserve();
  const [answer, set] = useState<{ block?: BlockInfo; error?: Unanswered }>({});
  useEffect(() => {
    const abort = new AbortController();
    set({});
    ask<BlockInfo>(`/v1/blocks/${height}`, abort.signal).then(
      (block) => set({ block }),
      (error: unknown) => !abort.signal.aborted && set(error instanceof Unanswered ? { error } : {}),
    );
    return () => abort.abort();
  }, [height]);
  const { block, error } = answer;
  return (
    <>
      <h1 tabIndex={-1}>Block {height}</h1>
      <nav class="pager" aria-label="Neighbouring blocks">
        {height > 0 ? <a href={blockLink(height - 1)}>← {height - 1}</a> : <span />}
        <a href={blockLink(height + 1)}>{height + 1} →</a>
      </nav>
      {error && <Problem error={error} what="The block can't be shown" />}
      {!block && !error && <Waiting rows={5} />}
      {block && (
        <>
          <dl class="card stats">
            <Figure label="Time" value={dateTime(block.time)} />
            <Figure label="Work" value={block.work.toLocaleString('en')} note="units" />
            <Figure label="Transactions" value={block.transactions.length} />
            <Figure label="Observations" value={block.observations.length} />
          </dl>
          <p class="hint">
            State root <span class="mono break">{block.root}</span>
          </p>
          <section aria-labelledby="transactions">
            <h2 id="transactions">Transactions</h2>
            {block.transactions.length === 0 && <Empty>None.</Empty>}
            {block.transactions.map((transaction, index) => {
              const receipt = block.receipts[index];
              const hash = block.hashes[index] ?? '';
              const why = receipt && refusal(receipt.outcome);
              return (
                <article class="card transaction" key={hash}>
                  <header>
                    <span class="mono" title={hash}>
                      {short(hash)}
                    </span>
                    <span>
                      by <Account of={transaction.sender} />
                    </span>
                    <Badge tone={why ? 'bad' : 'good'}>{why ? 'Refused' : 'Done'}</Badge>
                  </header>
                  <ul class="plain">
                    {why && (
                      <li>
                        It <Sentence parts={why} />
                      </li>
                    )}
                    {receipt?.events.map((event, place) => (
                      <li key={place}>
                        <Sentence parts={sentence(event, words)} />
                      </li>
                    ))}
                    {receipt?.fee && (
                      <li class="muted">
                        Fee <Sentence parts={[words.amount(receipt.fee.amount, receipt.fee.asset)]} /> for{' '}
                        {receipt.work} units of work at{' '}
                        {exact(
                          parse(receipt.fee.work_price, 0) ?? 0n,
                          words.decimals(words.names.coin) ?? 18,
                        )}{' '}
                        {words.symbol(words.names.coin)}
                      </li>
                    )}
                  </ul>
                </article>
              );
            })}
          </section>
          <section aria-labelledby="engine">
            <h2 id="engine">What the engine did by itself</h2>
            {block.events.length === 0 ? (
              <Empty>Nothing.</Empty>
            ) : (
              <ol class="log card">
                {entriesOf({ ...block, receipts: [] }).map((entry) => (
                  <Line key={entry.key} entry={entry} words={words} />
                ))}
              </ol>
            )}
          </section>
        </>
      )}
    </>
  );
}
