// Where a reader is: everything after `#`, so that links work without the server knowing any page.

export type Route =
  | { page: 'overview' }
  | { page: 'vaults'; query: URLSearchParams }
  | { page: 'vault'; id: number }
  | { page: 'auctions' }
  | { page: 'events'; query: URLSearchParams }
  | { page: 'block'; height: number }
  | { page: 'account'; account: string }
  | { page: 'nowhere'; asked: string };

/** The route of an address's hash. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const [, first = '', second, ...rest] = path.split('/');
  const nowhere: Route = { page: 'nowhere', asked: path };
  if (rest.length > 0) return nowhere;
  if (second === undefined || second === '') {
    if (first === '') return { page: 'overview' };
    if (first === 'auctions') return { page: 'auctions' };
    if (first === 'vaults' || first === 'events') return { page: first, query: new URLSearchParams(query) };
    return nowhere;
  }
  const number = /^\d{1,15}$/.test(second) ? Number(second) : undefined;
  if (first === 'vaults' && number !== undefined) return { page: 'vault', id: number };
  if (first === 'blocks' && number !== undefined) return { page: 'block', height: number };
  if (first === 'accounts' && /^0x[0-9a-fA-F]{40}$/.test(second)) {
    return { page: 'account', account: second.toLowerCase() };
  }
  return nowhere;
}

/** A link, with the query's empty values left out. */
export function link(path: string, query: Record<string, string> = {}): string {
  const said = Object.entries(query).filter(([, value]) => value !== '');
  return `#${path}${said.length > 0 ? `?${new URLSearchParams(said)}` : ''}`;
}

export const vaultLink = (id: number) => link(`/vaults/${id}`);
export const blockLink = (height: number) => link(`/blocks/${height}`);
export const accountLink = (account: string) => link(`/accounts/${account}`);
