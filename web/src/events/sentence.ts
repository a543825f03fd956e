// What an event means, in a sentence. A kind without a sentence is a type error.

import type { Event, EventBody, EventKind, Receipt } from '../api/types';
import { isZero, type Words } from './names';
import type { Part } from './part';
import * as say from './phrases';

type Sentences = { readonly [Kind in EventKind]: (body: EventBody<Kind>, words: Words) => Part[] };

const SENTENCES: Sentences = {
  RoundClosed: (e, w) => [
    `${w.feed(e.feed)} is at `,
    w.price(e.median),
    `: round ${e.round} closed with ${e.accepted} sources`,
    e.rejected > 0 ? `, ${e.rejected} rejected as outliers` : '',
  ],
  FeedStateChanged: (e, w) => [`${w.feed(e.feed)} is ${say.feedState(e.state)} from now on`],
  GapBegan: (e, w) => [
    `${w.feed(e.feed)} was silent for too long: its auctions restart and a quiet period begins`,
  ],
  TypeClosedToNewDebt: (e, w) => [
    `${w.type(e.collateral_type)} takes no new debt from now on: `,
    e.cause === 'FeedSilent' ? 'its feed was silent for too long' : 'its interest outgrew the largest number',
  ],
  InterestAccrued: (e, w) => [`${w.type(e.collateral_type)} was charged interest: `, w.coins(e.minted)],
  VaultOpened: (e, w) => [
    w.account(e.owner),
    ' opened ',
    w.vault(e.vault),
    ` of ${w.type(e.collateral_type)}`,
  ],
  CollateralDeposited: (e, w) => [
    w.account(e.by),
    ' locked ',
    w.collateral(e.amount, e.collateral_type),
    ' in ',
    w.vault(e.vault),
  ],
  CollateralWithdrawn: (e, w) => [
    w.vault(e.vault),
    ' released ',
    w.collateral(e.amount, e.collateral_type),
    ' to ',
    w.account(e.to),
  ],
  DebtDrawn: (e, w) => [
    w.account(e.to),
    ' drew ',
    w.coins(e.amount),
    ' from ',
    w.vault(e.vault),
    ...(isZero(e.fee) ? [] : [', for a fee of ', w.coins(e.fee)]),
  ],
  DebtRepaid: (e, w) => [w.account(e.by), ' repaid ', w.coins(e.amount), ' of ', w.vault(e.vault)],
  VaultClosed: (e, w) => [
    w.vault(e.vault),
    ' was closed: ',
    w.coins(e.paid),
    ' paid, ',
    w.collateral(e.collateral, e.collateral_type),
    ' returned to ',
    w.account(e.to),
  ],
  VaultSplit: (e, w) => [
    w.vault(e.into),
    ' was split off ',
    w.vault(e.from),
    ' with ',
    w.collateral(e.collateral, e.collateral_type),
  ],
  VaultsMerged: (e, w) => [w.vault(e.from), ' went into ', w.vault(e.into)],
  VaultTransferred: (e, w) => [w.account(e.from), ' gave ', w.vault(e.vault), ' to ', w.account(e.to)],
  DelegateSet: (e, w) => [
    w.account(e.owner),
    e.permission === 'Granted' ? ' lets ' : ' no longer lets ',
    w.account(e.delegate),
    ' act on his vaults',
  ],
  SessionGranted: (e, w) => [w.account(e.owner), ' granted a session to a key, within limits'],
  SessionRevoked: (e, w) => [w.account(e.owner), ' took a session back'],
  StandingOrderSet: (e, w) => [
    w.vault(e.vault),
    ...(e.order
      ? [' is protected: ', ...say.standingOrder(e.order, w)]
      : [' has no standing order any more']),
  ],
  StandingOrderExecuted: (e, w) => [
    'The standing order of ',
    w.vault(e.vault),
    ` ${'Repay' in e.protection ? 'repaid part of its debt' : 'added collateral'} at `,
    w.price(e.price),
  ],
  VaultWarned: (e, w) => [
    w.vault(e.vault),
    ' of ',
    w.account(e.owner),
    ' came near its liquidation ratio at ',
    w.price(e.price),
  ],
  Sent: (e, w) => [w.account(e.from), ' sent ', w.amount(e.amount, e.asset), ' to ', w.account(e.to)],
  VaultSeized: (e, w) => [
    w.vault(e.vault),
    ` of ${w.type(e.collateral_type)} was liquidated at `,
    w.price(e.price),
    ', under ',
    w.ratio(e.liquidation_ratio),
    ': ',
    w.collateral(e.collateral, e.collateral_type),
    ' seized for ',
    w.coins(e.debt),
    ` of debt, ${say.seizureRule(e.rule)}`,
    ...(isZero(e.penalty) ? [] : ['; penalty ', w.coins(e.penalty)]),
    ...(isZero(e.loss) ? [] : ['; loss at once ', w.coins(e.loss)]),
    ...(e.caller ? ['; called by ', w.account(e.caller)] : []),
  ],
  PoolBought: (e, w) => [
    `${say.pool(e.pool)} of ${w.type(e.pool.collateral_type)} bought `,
    w.collateral(e.collateral, e.pool.collateral_type),
    ' of ',
    w.vault(e.vault),
    ' at ',
    w.price(e.price),
  ],
  CollateralReturned: (e, w) => [
    w.collateral(e.amount, e.collateral_type),
    ' that no sale needed went back to ',
    w.account(e.owner),
  ],
  AuctionStarted: (e, w) => [
    `Auction ${e.auction} began: `,
    w.collateral(e.lot, e.collateral_type),
    ' of ',
    w.vault(e.vault),
    ', to raise ',
    w.coins(e.to_raise),
    ', from ',
    w.price(e.start_price),
  ],
  AuctionReset: (e, w) => [`Auction ${e.auction} began anew at `, w.price(e.start_price)],
  AuctionsRestarted: (e, w) => [
    `${e.auctions} auctions of ${w.type(e.collateral_type)} began anew at `,
    w.price(e.start_price),
  ],
  AuctionTaken: (e, w) => [
    w.account(e.by),
    ' bought ',
    w.collateral(e.collateral, e.collateral_type),
    ` from auction ${e.auction} at `,
    w.price(e.price),
    ...(e.oracle_price ? [', the oracle being at ', w.price(e.oracle_price)] : []),
  ],
  AuctionEnded: (e, w) => [
    `Auction ${e.auction} ended`,
    ...(isZero(e.shortfall) ? [', its debt raised'] : [' short of ', w.coins(e.shortfall)]),
  ],
  KeeperPaid: (e, w) => [
    w.account(e.keeper),
    ' was paid ',
    w.coins(e.amount),
    ` as keeper of auction ${e.auction}`,
  ],
  LossAbsorbed: (e, w) => [
    'Loss of ',
    w.coins(e.amount),
    ` in ${w.type(e.collateral_type)} from `,
    ...say.lossCause(e.cause, w),
    `, borne by ${say.bearer(e.step)}`,
  ],
  DrawSettled: (e, w) => [
    `${w.type(e.collateral_type)} asked for `,
    w.coins(e.asked),
    ' to cover losses: surplus buffer paid ',
    w.coins(e.surplus),
    ', insurance fund ',
    w.coins(e.fund),
  ],
  BadDebtRepaid: (e, w) => [
    'The surplus buffer repaid ',
    w.coins(e.amount),
    ` of the bad debt of ${w.type(e.collateral_type)}`,
  ],
  LossRecovered: (e, w) => [
    `A later sale made good a loss in ${w.type(e.collateral_type)}: bad debt `,
    w.coins(e.bad_debt),
    ', surplus ',
    w.coins(e.surplus),
    ', insurance fund ',
    w.coins(e.fund),
    ', first loss ',
    w.coins(e.first_loss),
  ],
  TicketQueued: (e, w) => [w.account(e.owner), ` asked to ${say.order(e.order)} (ticket ${e.ticket})`],
  CancelQueued: (e) => [`The cancel of ticket ${e.ticket} was queued`],
  TicketClosed: (e, w) => [`Ticket ${e.ticket} of `, w.account(e.owner), ` ${say.ticketOutcome(e.outcome)}`],
  CancelLapsed: (e) => [`The cancel of ticket ${e.ticket} came too late`],
  PoolEntered: (e, w) => [
    w.account(e.owner),
    ' put ',
    w.coins(e.amount),
    ` into ${say.pool(e.pool)} of ${w.type(e.pool.collateral_type)}`,
  ],
  PoolExited: (e, w) => [
    w.account(e.owner),
    ' took ',
    w.coins(e.amount),
    ` out of ${say.pool(e.pool)} of ${w.type(e.pool.collateral_type)}`,
  ],
  PoolGainPaid: (e, w) => [
    w.account(e.owner),
    ' received ',
    w.collateral(e.amount, e.pool.collateral_type),
    ` that ${say.pool(e.pool)} had bought`,
  ],
  LiquidityAdded: (e, w) => [
    w.account(e.owner),
    ` added liquidity to market ${e.market}, with `,
    w.coins(e.coins),
  ],
  LiquidityRemoved: (e, w) => [
    w.account(e.owner),
    ` took liquidity out of market ${e.market}, with `,
    w.coins(e.coins),
  ],
  MarketCleared: (e, w) => [`Market ${e.market} cleared a batch at `, w.price(e.price)],
  SoldInMarket: (e, w) => [w.account(e.owner), ` sold in market ${e.market} for `, w.coins(e.coins)],
  BoughtInMarket: (e, w) => [w.account(e.owner), ` bought in market ${e.market} for `, w.coins(e.coins)],
  LotSoldInMarket: (e, w) => [
    `Market ${e.market} took `,
    w.collateral(e.collateral, e.collateral_type),
    ` of auction ${e.auction}`,
  ],
  FundEntered: (e, w) => [w.account(e.owner), ' put ', w.coins(e.amount), ' into the insurance fund'],
  FundExited: (e, w) => [w.account(e.owner), ' took ', w.coins(e.amount), ' out of the insurance fund'],
  FundIncomePaid: (e, w) => ['Insurers earned ', w.coins(e.amount)],
  FundWiped: () => ['Losses left so little in the insurance fund that its shares are void'],
  FundReturned: (e, w) => [
    w.coins(e.amount),
    ' of the insurance fund that no share stands for went to the surplus',
  ],
  FirstLossAdded: (e, w) => [
    w.account(e.by),
    ' added ',
    w.coins(e.amount),
    ` to the first-loss capital of ${w.type(e.collateral_type)}`,
  ],
  ParameterChanged: (e, w) => ['The authority changed a parameter: ', say.parameter(e, w)],
  WorkCarriedOver: (e, w) => [
    `${e.vaults} vaults of ${w.type(e.collateral_type)} wait for the next block: this one's work was spent`,
  ],
  ShortfallOwed: (e, w) => [
    'An auction ended short: ',
    w.vault(e.vault),
    ' owes ',
    w.coins(e.amount),
    ' again',
  ],
  ResidueBooked: (e, w) => [w.amount(e.amount, e.asset), ' of rounding went to the residue account'],
  LotShared: (e, w) => [
    w.collateral(e.collateral, e.collateral_type),
    ' and ',
    w.coins(e.debt),
    ' of debt of ',
    w.vault(e.vault),
    ` were shared out over the other vaults of ${w.type(e.collateral_type)}`,
  ],
};

/** An event's kind and body. */
export function open(event: Event): { kind: string; body: unknown } {
  const [[kind, body] = ['Unknown', undefined]] = Object.entries(event);
  return { kind, body };
}

/** What an event means. A kind that this dashboard does not know is told by its name. */
export function sentence(event: Event, words: Words): Part[] {
  const { kind, body } = open(event);
  if (!Object.hasOwn(SENTENCES, kind)) return [`${kind}: ${JSON.stringify(body)}`];
  const tell = SENTENCES[kind as EventKind] as (body: unknown, words: Words) => Part[];
  return capital(tell(body, words).filter((part) => part !== ''));
}

/** With the first of our own words in capitals; names and addresses stay as they are. */
function capital(parts: Part[]): Part[] {
  const [first, ...rest] = parts;
  const raise = (text: string) =>
    text.replace(/^(?:vault|the|tier) /, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  if (first === undefined) return parts;
  return [typeof first === 'string' ? raise(first) : { ...first, text: raise(first.text) }, ...rest];
}

/** Why a transaction did nothing; none if it was done. */
export function refusal(outcome: Receipt['outcome']): Part[] | undefined {
  if (outcome === 'Done') return undefined;
  if ('Failed' in outcome) {
    return [`failed at command ${outcome.Failed.command + 1}: ${say.rejected(outcome.Failed.reason)}`];
  }
  return [`was not admitted: ${say.rejected(outcome.NotAdmitted)}`];
}
