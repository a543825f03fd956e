// Questions to the node, and what goes wrong with them.

/** Why there is no answer: the node's own words, or that it does not answer. */
export class Unanswered extends Error {
  constructor(
    /** HTTP status; 0 where nobody answered. */
    readonly status: number,
    /** The refusal's code. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const PATIENCE = 10_000;

/** Asks the node. Error: `Unanswered`, or the abort of `signal`. */
export async function ask<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const patience = AbortSignal.timeout(PATIENCE);
  let response: Response;
  try {
    response = await fetch(path, {
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      headers: { accept: 'application/json' },
      cache: 'no-store',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unanswered(0, 'Unreachable', 'the node does not answer');
  }
  let body: unknown;
  try {
    body = await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unanswered(
      response.status,
      'NotJson',
      `the node answered ${response.status} with something unreadable`,
    );
  }
  if (response.ok) return body as Answer;
  const { code, message } = refusal(body);
  throw new Unanswered(response.status, code, message);
}

function refusal(body: unknown): { code: string; message: string } {
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return {
    code: typeof said.code === 'string' ? said.code : 'Unknown',
    message: typeof said.message === 'string' ? said.message : 'the node refused, and did not say why',
  };
}

/** A path with a query of what is given. */
export function path(base: string, query: Record<string, string | number | undefined>): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') said.set(name, String(value));
  }
  return said.size > 0 ? `${base}?${said}` : base;
}
