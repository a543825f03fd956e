// Exact decimals. Everything that the reserve says in numbers is a decimal string; as text it is only ever computed on as
// an integer. Floats exist for the pixels of charts and bars (`approximate`), nowhere else.

/** Fraction digits of a price. */
export const PRICE_DIGITS = 27;
/** Fraction digits of a ratio. */
export const RATIO_DIGITS = 18;
/** Fraction digits of USD. */
export const USD_DIGITS = 18;

const DECIMAL = /^(-?)(\d*)(?:\.(\d*))?$/;

/** 10^digits. */
export function power(digits: number): bigint {
  return 10n ** BigInt(digits);
}

/** `text` × 10^digits; none if it is no decimal, or has more fraction digits than that. */
export function parse(text: string, digits: number): bigint | undefined {
  const match = DECIMAL.exec(text.trim());
  if (!match) return undefined;
  const [, sign, whole = '', rest = ''] = match;
  const fraction = rest.replace(/0+$/, '');
  if ((whole === '' && rest === '') || fraction.length > digits) return undefined;
  const magnitude = BigInt(whole || '0') * power(digits) + BigInt(fraction.padEnd(digits, '0') || '0');
  return sign === '-' ? -magnitude : magnitude;
}

/** What a reader may type: `parse` with thousands separators and spaces left out. */
export function parseTyped(text: string, digits: number): bigint | undefined {
  return parse(text.replace(/[,\s_]/g, ''), digits);
}

/** The exact text of `raw` ÷ 10^digits, without trailing zeros. */
export function exact(raw: bigint, digits: number): string {
  const magnitude = raw < 0n ? -raw : raw;
  const unit = power(digits);
  const fraction = digits === 0 ? '' : (magnitude % unit).toString().padStart(digits, '0').replace(/0+$/, '');
  return `${raw < 0n ? '-' : ''}${magnitude / unit}${fraction && `.${fraction}`}`;
}

function grouped(whole: bigint): string {
  return whole.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * `raw` ÷ 10^digits for people: thousands apart, `places` fraction digits, cut off rather than rounded, so that a ratio
 * just under a limit never reads as if it were at it. What is there but too small to show is `<0.01`.
 */
export function fixed(raw: bigint, digits: number, places: number): string {
  const magnitude = raw < 0n ? -raw : raw;
  const sign = raw < 0n ? '−' : '';
  const shown = places >= digits ? magnitude * power(places - digits) : magnitude / power(digits - places);
  if (shown === 0n && magnitude !== 0n) return `${sign && '>−'}${sign ? '' : '<'}${smallest(places)}`;
  const unit = power(places);
  const fraction = places === 0 ? '' : `.${(shown % unit).toString().padStart(places, '0')}`;
  return `${sign}${grouped(shown / unit)}${fraction}`;
}

function smallest(places: number): string {
  return places === 0 ? '1' : `0.${'1'.padStart(places, '0')}`;
}

const SCALES: readonly (readonly [bigint, string])[] = [
  [1_000_000_000_000n, 'T'],
  [1_000_000_000n, 'B'],
  [1_000_000n, 'M'],
];

/** As `fixed`, but from a million on in three to five digits and a letter: `12.34 M`. */
export function compact(raw: bigint, digits: number, places = 2): string {
  const magnitude = raw < 0n ? -raw : raw;
  for (const [scale, letter] of SCALES) {
    if (magnitude >= scale * power(digits)) return `${fixed(raw / scale, digits, 2)} ${letter}`;
  }
  return fixed(raw, digits, places);
}

/** A ratio as a percentage: `1.5` is `150.00 %`. */
export function percent(ratio: string, places = 2): string {
  const raw = parse(ratio, RATIO_DIGITS);
  return raw === undefined ? '—' : `${fixed(raw * 100n, RATIO_DIGITS, places)} %`;
}

/** Digits that suit a price: cents from a dollar on, six significant digits below. */
export function price(text: string): string {
  const raw = parse(text, PRICE_DIGITS);
  if (raw === undefined) return '—';
  const magnitude = raw < 0n ? -raw : raw;
  let places = 2;
  for (let bound = power(PRICE_DIGITS); magnitude !== 0n && magnitude < bound && places < 12; bound /= 10n) {
    places += places === 2 ? 3 : 1;
  }
  return fixed(raw, PRICE_DIGITS, places);
}

/** `part` ÷ `whole` as a percentage; none of nothing. */
export function share(part: bigint, whole: bigint, places = 1): string {
  if (whole === 0n) return '—';
  return `${fixed((part * 100n * power(places + 2)) / whole, places + 2, places)} %`;
}

/** What a growth factor a second comes to in a year, above 1: a ratio, rounded to the nearest ten-thousandth of a percent. */
export function yearly(rate: string): bigint | undefined {
  const RAY = power(27);
  let base = parse(rate, 27);
  if (base === undefined) return undefined;
  let grown = RAY;
  for (let seconds = 31_536_000; seconds > 0; seconds >>= 1) {
    if (seconds & 1) grown = (grown * base + RAY / 2n) / RAY;
    base = (base * base + RAY / 2n) / RAY;
  }
  return ((grown - RAY + power(21) / 2n) / power(21)) * power(12);
}

/** For pixels only: about what `raw` ÷ 10^digits is. */
export function approximate(raw: bigint, digits: number): number {
  return Number(exact(raw, digits));
}
