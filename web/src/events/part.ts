// Sentences in pieces: words, and words that lead somewhere. Pieces are always shown as text, never as markup.

/** A word or more; with `href` a link, with `exact` a figure whose exact value a reader may ask for. */
export type Part = string | { text: string; href?: string; exact?: string };

export function plain(parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : part.text)).join('');
}
