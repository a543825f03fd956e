// Which events belong together, for filters, and which are so frequent that they must not push others out.

import type { Event } from '../api/types';
import { open } from './sentence';

export const GROUPS = [
  ['vaults', 'Vaults'],
  ['liquidations', 'Liquidations'],
  ['losses', 'Losses'],
  ['pools', 'Pools and markets'],
  ['prices', 'Prices and interest'],
  ['other', 'Other'],
] as const;

export type Group = (typeof GROUPS)[number][0];

const GROUP_OF: Readonly<Record<string, Group>> = {
  VaultOpened: 'vaults',
  CollateralDeposited: 'vaults',
  CollateralWithdrawn: 'vaults',
  DebtDrawn: 'vaults',
  DebtRepaid: 'vaults',
  VaultClosed: 'vaults',
  VaultSplit: 'vaults',
  VaultsMerged: 'vaults',
  VaultTransferred: 'vaults',
  StandingOrderSet: 'vaults',
  StandingOrderExecuted: 'vaults',
  VaultWarned: 'liquidations',
  VaultSeized: 'liquidations',
  PoolBought: 'liquidations',
  CollateralReturned: 'liquidations',
  AuctionStarted: 'liquidations',
  AuctionReset: 'liquidations',
  AuctionsRestarted: 'liquidations',
  AuctionTaken: 'liquidations',
  AuctionEnded: 'liquidations',
  KeeperPaid: 'liquidations',
  LotSoldInMarket: 'liquidations',
  ShortfallOwed: 'liquidations',
  LotShared: 'liquidations',
  WorkCarriedOver: 'liquidations',
  LossAbsorbed: 'losses',
  DrawSettled: 'losses',
  BadDebtRepaid: 'losses',
  LossRecovered: 'losses',
  FundWiped: 'losses',
  PoolEntered: 'pools',
  PoolExited: 'pools',
  PoolGainPaid: 'pools',
  LiquidityAdded: 'pools',
  LiquidityRemoved: 'pools',
  MarketCleared: 'pools',
  SoldInMarket: 'pools',
  BoughtInMarket: 'pools',
  FundEntered: 'pools',
  FundExited: 'pools',
  FundIncomePaid: 'pools',
  FundReturned: 'pools',
  TicketQueued: 'pools',
  CancelQueued: 'pools',
  TicketClosed: 'pools',
  CancelLapsed: 'pools',
  RoundClosed: 'prices',
  FeedStateChanged: 'prices',
  GapBegan: 'prices',
  InterestAccrued: 'prices',
};

/** The group of an event. */
export function groupOf(event: Event): Group {
  return GROUP_OF[open(event).kind] ?? 'other';
}

const ROUTINE = new Set([
  'RoundClosed',
  'InterestAccrued',
  'FundIncomePaid',
  'MarketCleared',
  'ResidueBooked',
]);

/** Whether it comes all the time. */
export function isRoutine(event: Event): boolean {
  return ROUTINE.has(open(event).kind);
}

const GRAVE = new Set(['VaultSeized', 'LossAbsorbed', 'FundWiped', 'TypeClosedToNewDebt', 'GapBegan']);
const NOTABLE = new Set([
  'VaultWarned',
  'AuctionStarted',
  'AuctionEnded',
  'DrawSettled',
  'FeedStateChanged',
  'ShortfallOwed',
]);

/** How much it should stand out. */
export function toneOf(event: Event): 'bad' | 'warn' | 'plain' | 'routine' {
  const { kind } = open(event);
  if (GRAVE.has(kind)) return 'bad';
  if (NOTABLE.has(kind)) return 'warn';
  return ROUTINE.has(kind) ? 'routine' : 'plain';
}

/** The vaults that an event names. */
export function vaultsOf(event: Event): number[] {
  const { body } = open(event);
  if (typeof body !== 'object' || body === null) return [];
  const said = body as Record<string, unknown>;
  const named = [said.vault, ...(/^Vault(s|Split)/.test(open(event).kind) ? [said.from, said.into] : [])];
  const cause = said.cause;
  if (typeof cause === 'object' && cause !== null) {
    const of = cause as Record<string, unknown>;
    named.push(of.Seizure, of.PoolSale);
  }
  return named.filter((id): id is number => typeof id === 'number');
}
