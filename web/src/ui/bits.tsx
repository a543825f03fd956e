// Small pieces that all pages share.

import type { ComponentChildren } from 'preact';
import type { Unanswered } from '../api/client';
import type { Health } from '../api/types';
import { short } from '../events/names';
import type { Part } from '../events/part';
import { accountLink } from '../route';

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** A sentence in pieces. Whatever the chain says is a text node here, so markup in it stays text. */
export function Sentence({ parts }: { parts: readonly Part[] }) {
  return (
    <>
      {parts.map((part, place) => {
        if (typeof part === 'string') return part;
        if (part.href === undefined) {
          return (
            <span class="figure" title={part.exact} key={place}>
              {part.text}
            </span>
          );
        }
        return (
          <a href={part.href} title={part.exact} key={place}>
            {part.text}
          </a>
        );
      })}
    </>
  );
}

export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const HEALTH: Readonly<Record<Health, readonly [Tone, string]>> = {
  NoDebt: ['plain', 'No debt'],
  Healthy: ['good', 'Healthy'],
  Warned: ['warn', 'Warned'],
  Liquidatable: ['bad', 'Liquidatable'],
  Unknown: ['plain', 'No price'],
};

export function HealthBadge({ health }: { health: Health }) {
  const [tone, text] = HEALTH[health];
  return <Badge tone={tone}>{text}</Badge>;
}

export function Account({ of }: { of: string }) {
  return (
    <a class="mono" href={accountLink(of)} title={of}>
      {short(of)}
    </a>
  );
}

/** A labelled figure. */
export function Figure(props: {
  label: string;
  value: ComponentChildren;
  exact?: string | undefined;
  note?: ComponentChildren;
  tone?: Tone;
  id?: string;
}) {
  return (
    <div class={`stat ${props.tone ?? ''}`}>
      <dt>{props.label}</dt>
      <dd>
        <span class="value" title={props.exact} data-figure={props.id} data-exact={props.exact}>
          {props.value}
        </span>
        {props.note !== undefined && <small>{props.note}</small>}
      </dd>
    </div>
  );
}

/** A bar from nothing to all; `part` is 0 to 1, for pixels. */
export function Bar({ part, label, tone = 'good' }: { part: number; label: string; tone?: Tone }) {
  const filled = Math.min(1, Math.max(0, Number.isFinite(part) ? part : 0));
  return (
    <span class={`bar ${tone}`} role="img" aria-label={label}>
      <span style={{ '--part': `${filled * 100}%` }} />
    </span>
  );
}

/** Why something is not shown. */
export function Problem({ error, what }: { error: Unanswered; what: string }) {
  return (
    <p class="notice" role="alert">
      {what}: {error.message}.
    </p>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** What stands where something will be, in its size, so that nothing jumps. */
export function Waiting({ rows = 3 }: { rows?: number }) {
  return (
    <div class="waiting" aria-busy="true">
      <span class="sr">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <span class="bone" key={row} />
      ))}
    </div>
  );
}
