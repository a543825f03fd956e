// What a reader types into the what-if form, as a question to the node.

import { path } from '../api/client';
import { exact, PRICE_DIGITS, parseTyped } from '../decimal';

/** The form's fields as typed, in whole units. */
export interface Typed {
  price: string;
  deposit: string;
  withdraw: string;
  draw: string;
  repay: string;
}

export const NOTHING: Typed = { price: '', deposit: '', withdraw: '', draw: '', repay: '' };

/** Which fields can't be read, and why. */
export type Mistakes = Partial<Record<keyof Typed, string>>;

/** The question's address, or what is wrong with what was typed. */
export function question(
  vault: number,
  typed: Typed,
  decimals: { collateral: number; coin: number },
): { url: string } | { mistakes: Mistakes } {
  const digits: Record<keyof Typed, number> = {
    price: PRICE_DIGITS,
    deposit: decimals.collateral,
    withdraw: decimals.collateral,
    draw: decimals.coin,
    repay: decimals.coin,
  };
  const mistakes: Mistakes = {};
  const query: Record<string, string> = {};
  for (const field of Object.keys(digits) as (keyof Typed)[]) {
    if (typed[field].trim() === '') continue;
    const raw = parseTyped(typed[field], digits[field]);
    if (raw === undefined || raw < 0n) {
      mistakes[field] = `a number such as 1234.5, with at most ${digits[field]} digits after the point`;
    } else {
      query[field] = field === 'price' ? exact(raw, PRICE_DIGITS) : raw.toString();
    }
  }
  return Object.keys(mistakes).length > 0
    ? { mistakes }
    : { url: path(`/v1/vaults/${vault}/what-if`, query) };
}
