// The frame around all pages: where one is, and what the connection is.

import { useEffect, useRef, useState } from 'preact/hooks';
import { connection } from './live/connection';
import { store, useReserve } from './live/store';
import { Account } from './pages/account';
import { Auctions } from './pages/auctions';
import { Block } from './pages/block';
import { Events } from './pages/events';
import { Overview } from './pages/overview';
import { Vault } from './pages/vault';
import { Vaults } from './pages/vaults';
import { link, type Route, routeOf } from './route';

const PAGES = [
  ['/', 'Overview', ['overview']],
  ['/vaults', 'Vaults', ['vaults', 'vault']],
  ['/auctions', 'Auctions', ['auctions']],
  ['/events', 'Events', ['events', 'block']],
] as const;

function useRoute(): Route {
  const [route, set] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const changed = () => set(routeOf(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

function titleOf(route: Route): string {
  switch (route.page) {
    case 'overview':
      return 'Ballast';
    case 'vault':
      return `Vault ${route.id} · Ballast`;
    case 'block':
      return `Block ${route.height} · Ballast`;
    case 'nowhere':
      return 'Nothing here · Ballast';
    default:
      return `${route.page.charAt(0).toUpperCase()}${route.page.slice(1)} · Ballast`;
  }
}

export function App() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const place = 'id' in route ? `vault${route.id}` : 'height' in route ? `block${route.height}` : route.page;
  useEffect(() => {
    document.title = titleOf(route);
    if (first.current) {
      first.current = false;
      return;
    }
    // A new page: readers by keyboard and by ear go on at its heading.
    scrollTo(0, 0);
    main.current?.querySelector('h1')?.focus({ preventScroll: true });
  }, [place]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.querySelector('h1')?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <a class="brand" href={link('/')}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="16" cy="16" r="8.6" />
            <path d="M2 16h28" />
          </svg>
          Ballast
        </a>
        <nav aria-label="Pages">
          {PAGES.map(([path, name, pages]) => (
            <a
              key={path}
              href={link(path)}
              aria-current={(pages as readonly string[]).includes(route.page) ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
        <State />
      </header>
      <main ref={main}>
        <Page route={route} />
      </main>
      <footer>
        <a href="/openapi.json">API</a>
        <a href="/v1/status">Status</a>
        <a href="/metrics">Metrics</a>
        <span>Every figure is the node's own; point at one for its exact value.</span>
      </footer>
    </>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'overview':
      return <Overview />;
    case 'vaults':
      return <Vaults query={route.query} />;
    case 'vault':
      return <Vault key={route.id} id={route.id} />;
    case 'auctions':
      return <Auctions />;
    case 'events':
      return <Events query={route.query} />;
    case 'block':
      return <Block height={route.height} />;
    case 'account':
      return <Account key={route.account} account={route.account} />;
    case 'nowhere':
      return (
        <>
          <h1 tabIndex={-1}>Nothing is here</h1>
          <p>
            <code>{route.asked}</code> is no page of this dashboard. Begin at the{' '}
            <a href={link('/')}>overview</a>.
          </p>
        </>
      );
  }
}

/** What the connection is. Its detail counts seconds, and is left out of what is read aloud. */
function State() {
  const { connection: seen } = useReserve();
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const told = connection(seen, Math.max(now, seen.lastBlock ?? 0));
  const waits = seen.socket === 'closed' && seen.retryAt !== undefined;
  return (
    <div class={`state ${told.kind}`} data-state={told.kind}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{told.label}</span>
      <small>{told.detail}</small>
      {waits && (
        <button type="button" onClick={() => store.tryNow()}>
          Try now
        </button>
      )}
    </div>
  );
}
