// Ids as people know them. An id that nobody has named yet is told by its number.

import type { AssetInfo, FeedInfo, TypeInfo } from '../api/types';
import { compact, exact, parse, percent, price } from '../decimal';
import { accountLink, vaultLink } from '../route';
import type { Part } from './part';

export interface Names {
  coin: number;
  assets: ReadonlyMap<number, AssetInfo>;
  feeds: ReadonlyMap<number, FeedInfo>;
  types: ReadonlyMap<number, TypeInfo>;
}

/** The words of a sentence: what an id or a figure reads as. */
export class Words {
  constructor(readonly names: Names) {}

  vault(id: number): Part {
    return { text: `vault ${id}`, href: vaultLink(id) };
  }

  account(account: string): Part {
    return { text: short(account), href: accountLink(account), exact: account };
  }

  type(id: number): string {
    return this.names.types.get(id)?.spec.name ?? `type ${id}`;
  }

  feed(id: number): string {
    return this.names.feeds.get(id)?.name ?? `feed ${id}`;
  }

  symbol(asset: number): string {
    return this.names.assets.get(asset)?.symbol ?? `asset ${asset}`;
  }

  decimals(asset: number): number | undefined {
    return this.names.assets.get(asset)?.decimals;
  }

  amount(base: string, asset: number): Part {
    const raw = parse(base, 0);
    const decimals = this.decimals(asset);
    if (raw === undefined || decimals === undefined) return `${base} base units of ${this.symbol(asset)}`;
    const symbol = this.symbol(asset);
    return { text: `${compact(raw, decimals)} ${symbol}`, exact: `${exact(raw, decimals)} ${symbol}` };
  }

  coins(base: string): Part {
    return this.amount(base, this.names.coin);
  }

  /** The asset that a type's vaults hold. */
  collateralOf(type: number): number {
    return this.names.types.get(type)?.spec.collateral ?? -1;
  }

  collateral(base: string, type: number): Part {
    const asset = this.names.types.get(type)?.spec.collateral;
    return asset === undefined ? `${base} base units of collateral` : this.amount(base, asset);
  }

  price(text: string): Part {
    return { text: `${price(text)} USD`, exact: `${text} USD` };
  }

  ratio(text: string): Part {
    return { text: percent(text), exact: text };
  }
}

/** The ends of an address or a hash. */
export function short(hex: string): string {
  return hex.length > 13 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex;
}

/** Whether an amount of base units is none. */
export function isZero(base: string): boolean {
  return parse(base, 0) === 0n;
}
