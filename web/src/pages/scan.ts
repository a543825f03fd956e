// Pages of vaults, filtered also where the API has no filter of its own: a bounded walk over its pages.

import { ask, path } from '../api/client';
import type { VaultInfo, VaultPage } from '../api/types';

export interface Wanted {
  type: string;
  order: 'risk' | 'id';
  health: string;
  owner: string;
}

export interface Found {
  height: number;
  vaults: VaultInfo[];
  /** Where the next page begins; none after the last. */
  next: string | undefined;
  /** Vaults looked at for this page. */
  looked: number;
}

/** Vaults of a page. */
export const PAGE = 25;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
/** Most requests for a page: with filters, so many times 500 vaults are looked at. */
const WALK = 12;

function fits(vault: VaultInfo, wanted: Wanted): boolean {
  const owner = wanted.owner.trim().toLowerCase();
  return (
    (wanted.health === '' || vault.health === wanted.health) && (owner === '' || vault.owner.includes(owner))
  );
}

/** A page of what is wanted from `after` on. It ends early, with a `next`, after so much looking. Error: `Unanswered`. */
export async function scan(wanted: Wanted, after: string, signal: AbortSignal): Promise<Found> {
  const order = wanted.order === 'risk' && wanted.type !== '' ? 'risk' : 'id';
  // By number the node itself looks for an owner, if told the whole address.
  const owner = order === 'id' && ADDRESS.test(wanted.owner.trim()) ? wanted.owner.trim() : undefined;
  const filtered = wanted.health !== '' || (wanted.owner.trim() !== '' && owner === undefined);
  const found: Found = { height: 0, vaults: [], next: undefined, looked: 0 };
  let from: string | undefined = after;
  for (let asked = 0; asked < WALK; asked += 1) {
    const query = { collateral_type: wanted.type, order, owner, after: from, limit: filtered ? 500 : PAGE };
    const page: VaultPage = await ask<VaultPage>(path('/v1/vaults', query), signal);
    found.height = page.height;
    for (const [place, vault] of page.vaults.entries()) {
      found.looked += 1;
      if (!fits(vault, wanted)) continue;
      found.vaults.push(vault);
      if (found.vaults.length === PAGE && (place + 1 < page.vaults.length || page.next)) {
        return { ...found, next: cursorAfter(order, from, place, vault) };
      }
    }
    from = page.next ?? undefined;
    if (from === undefined || found.vaults.length === PAGE) break;
  }
  return { ...found, next: from };
}

/** By number a page begins after a vault; by risk, at a place. */
function cursorAfter(
  order: 'risk' | 'id',
  from: string | undefined,
  place: number,
  vault: VaultInfo,
): string {
  return order === 'id' ? String(vault.id) : String(Number(from || '0') + place + 1);
}
