import { expect, test } from 'vitest';
import { link, routeOf } from './route';

test.each([
  ['', { page: 'overview' }],
  ['#/', { page: 'overview' }],
  ['#/auctions', { page: 'auctions' }],
  ['#/vaults/7', { page: 'vault', id: 7 }],
  ['#/blocks/0', { page: 'block', height: 0 }],
  [`#/accounts/0x${'Ab'.repeat(20)}`, { page: 'account', account: `0x${'ab'.repeat(20)}` }],
  ['#/vaults/x', { page: 'nowhere', asked: '/vaults/x' }],
  ['#/vaults/-1', { page: 'nowhere', asked: '/vaults/-1' }],
  ['#/vaults/7/8', { page: 'nowhere', asked: '/vaults/7/8' }],
  ['#/accounts/0x12', { page: 'nowhere', asked: '/accounts/0x12' }],
  ['#/vaults/99999999999999999999', { page: 'nowhere', asked: '/vaults/99999999999999999999' }],
])('%s', (hash, route) => expect(routeOf(hash)).toEqual(route));

test('a query survives the way there and back', () => {
  const hash = link('/vaults', { type: '1', owner: '0x&=?', health: '' });
  const route = routeOf(hash);
  expect(route.page === 'vaults' && Object.fromEntries(route.query)).toEqual({ type: '1', owner: '0x&=?' });
});
