// What an account has.

import { ask } from '../api/client';
import type { AccountInfo } from '../api/types';
import { exact, parse } from '../decimal';
import { useAnswer } from '../live/answer';
import { useReserve } from '../live/store';
import { link } from '../route';
import { Empty, Problem, Waiting } from '../ui/bits';

export function Account({ account }: { account: string }) {
  const { words } = useReserve();
  const url = `/v1/accounts/${account}`;
  const { data, error } = useAnswer(url, (signal) => ask<AccountInfo>(url, signal));
  return (
    <>
      <h1 tabIndex={-1}>Account</h1>
      <p class="mono break">{account}</p>
      <p>
        <a href={link('/vaults', { owner: account, order: 'id' })}>Its vaults</a> ·{' '}
        <a href={link('/events', { find: account })}>its events</a>
      </p>
      {error && <Problem error={error} what="The account can't be shown" />}
      {!data && !error && <Waiting rows={3} />}
      {data && data.balances.length === 0 && <Empty>It has nothing at height {data.height}.</Empty>}
      {data && data.balances.length > 0 && (
        <div class="card table">
          <table>
            <thead>
              <tr>
                <th scope="col">Asset</th>
                <th scope="col">Balance</th>
              </tr>
            </thead>
            <tbody>
              {data.balances.map((held) => (
                <tr key={held.asset}>
                  <th scope="row">{held.symbol}</th>
                  <td>{exact(parse(held.amount, 0) ?? 0n, words.decimals(held.asset) ?? 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data && data.fund_shares !== '0' && <p>It has {data.fund_shares} shares of the insurance fund.</p>}
    </>
  );
}
