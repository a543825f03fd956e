// The shapes of the API under short names. `schema.ts` is made from the document that a node serves (`npm run types`).

import type { components } from './schema';

type Schemas = components['schemas'];

export type Status = Schemas['Status'];
export type AssetInfo = Schemas['AssetInfo'];
export type FeedInfo = Schemas['FeedInfo'];
export type TypeInfo = Schemas['TypeInfo'];
export type VaultInfo = Schemas['VaultInfo'];
export type VaultPage = Schemas['VaultPage'];
export type Health = VaultInfo['health'];
export type WhatIf = Schemas['WhatIf'];
export type AuctionInfo = Schemas['AuctionInfo'];
export type AuctionPage = Schemas['AuctionPage'];
export type AccountInfo = Schemas['AccountInfo'];
export type BlockInfo = Schemas['BlockInfo'];
export type Receipt = Schemas['Receipt'];
export type Event = Schemas['Event'];
export type Told = Schemas['Told'];
export type PricePage = Schemas['PricePage'];
export type VaultHistory = Schemas['VaultHistory'];
export type LiquidationPage = Schemas['LiquidationPage'];
export type StandingOrder = Schemas['StandingOrder'];

type KeysOf<Union> = Union extends unknown ? keyof Union : never;
/** The name of an event, such as `VaultOpened`. */
export type EventKind = KeysOf<Event> & string;
/** What an event of a kind says. */
export type EventBody<Kind extends EventKind> = Extract<Event, Record<Kind, unknown>>[Kind];
