import { describe, expect, test } from 'vitest';
import { compact, exact, fixed, parse, parseTyped, percent, power, price, share, yearly } from './decimal';

describe('parse', () => {
  test.each([
    ['1.5', 18, 1_500_000_000_000_000_000n],
    ['0', 18, 0n],
    ['.5', 1, 5n],
    ['5.', 1, 50n],
    ['-2.25', 2, -225n],
    ['1.50', 1, 15n],
    ['340282366920938463463374607431768211455', 0, 340282366920938463463374607431768211455n],
  ])('%s with %i digits', (text, digits, raw) => expect(parse(text, digits)).toBe(raw));

  test.each([
    '',
    '.',
    '-',
    '1.05',
    '1e3',
    '0x10',
    'NaN',
    '1,000',
    ' 1 2',
    '１',
  ])('refuses %j with one digit', (text) => expect(parse(text, 1)).toBeUndefined());

  test('what people type may have separators', () => {
    expect(parseTyped('1,000 000.5', 1)).toBe(10_000_005n);
    expect(parseTyped('ten', 1)).toBeUndefined();
  });
});

test('exact text and back, at the edges of 128 bits', () => {
  for (const raw of [0n, 1n, 10n, power(18), power(18) + 1n, 2n ** 128n - 1n, -1n, -power(19)]) {
    for (const digits of [0, 6, 18, 27]) expect(parse(exact(raw, digits), digits)).toBe(raw);
  }
});

describe('fixed', () => {
  test.each([
    [1_234_567_890n, 3, 2, '1,234,567.89'],
    [1_999n, 3, 2, '1.99'],
    [1_999n, 3, 0, '1'],
    [5n, 0, 2, '5.00'],
    [1n, 18, 2, '<0.01'],
    [-1n, 18, 2, '>−0.01'],
    [-1_500n, 3, 1, '−1.5'],
    [0n, 18, 2, '0.00'],
    [1n, 18, 0, '<1'],
  ])('%s ÷ 10^%i to %i places', (raw, digits, places, text) => expect(fixed(raw, digits, places)).toBe(text));

  test('a ratio just under a limit does not read as at it', () => {
    expect(percent('1.499999999999999999')).toBe('149.99 %');
    expect(percent('1.5')).toBe('150.00 %');
  });

  test('what a float could not hold is exact', () => {
    expect(fixed(9_007_199_254_740_993n, 0, 0)).toBe('9,007,199,254,740,993');
  });
});

test.each([
  [999_999_999n, 3, '999,999.99'],
  [1_000_000_000n, 3, '1.00 M'],
  [12_345_678_900n, 3, '12.34 M'],
  [5_000_000_000n * power(18), 18, '5.00 B'],
  [-2_000_000n, 0, '−2.00 M'],
])('compact %s', (raw, digits, text) => expect(compact(raw, digits)).toBe(text));

test.each([
  ['1990', '1,990.00'],
  ['1.0001', '1.00'],
  ['0.5', '0.50000'],
  ['0.000012345678', '0.000012345'],
  ['0', '0.00'],
  ['x', '—'],
])('price %s', (text, shown) => expect(price(text)).toBe(shown));

test('shares', () => {
  expect(share(1n, 3n)).toBe('33.3 %');
  expect(share(2n, 2n)).toBe('100.0 %');
  expect(share(0n, 0n)).toBe('—');
  expect(share(1n, 0n)).toBe('—');
});

test('a fee of five percent a year', () => {
  expect(fixed((yearly('1.000000001547125957863212448') ?? 0n) * 100n, 18, 2)).toBe('5.00');
  expect(yearly('1')).toBe(0n);
});
