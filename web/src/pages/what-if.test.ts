import { expect, test } from 'vitest';
import { NOTHING, question } from './what-if';

const decimals = { collateral: 18, coin: 18 };

test('whole units become base units, exactly', () => {
  const asked = question(
    7,
    { ...NOTHING, price: '1,500.25', deposit: '0.1', draw: '123456789.000000000000000001' },
    decimals,
  );
  expect(asked).toEqual({
    url: '/v1/vaults/7/what-if?price=1500.25&deposit=100000000000000000&draw=123456789000000000000000001',
  });
});

test('nothing typed asks how it stands', () => {
  expect(question(7, NOTHING, decimals)).toEqual({ url: '/v1/vaults/7/what-if' });
});

test('too many digits, a sign or words are refused beside their field', () => {
  const asked = question(
    7,
    { ...NOTHING, repay: '1.0000000', draw: '-1', price: 'ten' },
    { collateral: 8, coin: 6 },
  );
  expect('mistakes' in asked && Object.keys(asked.mistakes).sort()).toEqual(['draw', 'price']);
  const fine = question(7, { ...NOTHING, withdraw: '0.000000001' }, { collateral: 8, coin: 6 });
  expect('mistakes' in fine && fine.mistakes.withdraw).toMatch(/at most 8 digits/);
});
