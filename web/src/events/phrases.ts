// Parts of sentences: what the names of a protocol's choices read as.

import type { EventBody, StandingOrder } from '../api/types';
import { percent } from '../decimal';
import type { Words } from './names';
import type { Part } from './part';

export function feedState(state: EventBody<'FeedStateChanged'>['state']): string {
  return {
    Live: 'live',
    Stale: 'stale (too old, or too few sources)',
    Disputed: 'disputed (sources too far apart)',
    Halted: 'halted (it moved too far in one round)',
  }[state];
}

export function seizureRule(rule: EventBody<'VaultSeized'>['rule']): string {
  return {
    PartialToTarget: 'as much as restores its ratio',
    PartialRoundLimit: 'as much as one round may take',
    WholeTooDeep: 'whole, since a part would not have helped',
    WholeAvoidsDust: 'whole, since the rest would have been dust',
    Peer: "by a peer's rule",
  }[rule];
}

export function bearer(step: EventBody<'LossAbsorbed'>['step']): string {
  return {
    OwnCollateral: "the vault's own collateral (step 1)",
    FirstLoss: "the type's first-loss capital (step 2)",
    SurplusBuffer: 'the surplus buffer (step 3)',
    InsuranceFund: 'the insurance fund (step 4)',
    TokenIssue: 'an issue of the token (step 5)',
    LossSharing: 'all holders of the coin, as bad debt (step 6)',
  }[step];
}

export function lossCause(cause: EventBody<'LossAbsorbed'>['cause'], words: Words): Part[] {
  if ('Seizure' in cause) return ['the seizure of ', words.vault(cause.Seizure)];
  if ('PoolSale' in cause) return ['a sale to the stability pool of ', words.vault(cause.PoolSale)];
  return [`auction ${cause.Auction}`];
}

export function pool(pool: EventBody<'PoolBought'>['pool']): string {
  return pool.buyer === 'StabilityPool'
    ? 'the stability pool'
    : `tier ${pool.buyer.Bids + 1} of the standing bids`;
}

export function ticketOutcome(outcome: EventBody<'TicketClosed'>['outcome']): string {
  return {
    Executed: 'was executed',
    Expired: 'expired and was returned',
    Cancelled: 'was cancelled',
    Void: 'was void: nothing was left to take out',
  }[outcome];
}

export function order(order: EventBody<'TicketQueued'>['order']): string {
  if ('EnterPool' in order) return `enter ${pool(order.EnterPool.pool)}`;
  if ('ExitPool' in order) return `leave ${pool(order.ExitPool.pool)}`;
  if ('Sell' in order) return `sell in market ${order.Sell.market}`;
  if ('Buy' in order) return `buy in market ${order.Buy.market}`;
  if ('AddLiquidity' in order) return `add liquidity to market ${order.AddLiquidity.market}`;
  if ('RemoveLiquidity' in order) return `take liquidity out of market ${order.RemoveLiquidity.market}`;
  if ('EnterFund' in order) return 'enter the insurance fund';
  return 'leave the insurance fund';
}

export function standingOrder(order: StandingOrder, words: Words, type?: number): Part[] {
  const under = `under ${percent(order.trigger)} `;
  const until = ` until ${percent(order.restore)} is reached`;
  if ('Repay' in order.action) {
    return [`${under}it repays up to `, words.coins(order.action.Repay.limit), until];
  }
  const limit = order.action.TopUp.limit;
  return [
    `${under}it adds collateral`,
    ...(type === undefined ? [] : [' up to ', words.collateral(limit, type)]),
    until,
  ];
}

/** A parameter and its new value, as the protocol writes them. */
export function parameter(change: EventBody<'ParameterChanged'>, words: Words): string {
  if ('Type' in change) {
    const [type, parameter] = change.Type;
    const [[name, value] = ['?', '']] = Object.entries(parameter);
    return `${spaced(name)} of ${words.type(type)} is ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  }
  const [[name, value] = ['?', '']] = Object.entries(change);
  return `${spaced(name)} is ${value}`;
}

/** The name of a rejection and what it says, as far as it is short: `below dust (debt 3, floor 500)`. */
export function rejected(reason: unknown): string {
  if (typeof reason === 'string') return spaced(reason);
  const [[name, detail] = ['rejected', undefined]] = Object.entries(
    (reason ?? {}) as Record<string, unknown>,
  );
  const said = typeof detail === 'object' && detail !== null ? Object.entries(detail) : [];
  // Amounts in base units of who knows which asset say nothing to people.
  const short = said.filter(([, value]) => !(value instanceof Object) && String(value).length <= 12);
  const words = short.map(([key, value]) => `${key.replaceAll('_', ' ')} ${value}`);
  return words.length > 0 ? `${spaced(name)} (${words.join(', ')})` : spaced(name);
}

function spaced(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
