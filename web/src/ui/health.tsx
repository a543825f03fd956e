// A vault's ratio against the ratios that matter: a load line.

import { approximate, exact, parse, percent, RATIO_DIGITS } from '../decimal';

interface Marks {
  liquidation: string;
  warning: string;
  initial: string;
}

function number(ratio: string): number {
  return approximate(parse(ratio, RATIO_DIGITS) ?? 0n, RATIO_DIGITS);
}

/** The ratio under which owners are warned: liquidation ratio + band. */
export function warningRatio(liquidation: string, band: string): string {
  const sum = (parse(liquidation, RATIO_DIGITS) ?? 0n) + (parse(band, RATIO_DIGITS) ?? 0n);
  return exact(sum, RATIO_DIGITS);
}

/** The bar from 100 % to beyond the initial ratio, with the ratio now and, if there is one, the ratio that would be. */
export function HealthBar({
  marks,
  ratio,
  would,
}: {
  marks: Marks;
  ratio: string | null;
  would?: string | null | undefined;
}) {
  const [low, liquidation, warning, initial] = [
    1,
    number(marks.liquidation),
    number(marks.warning),
    number(marks.initial),
  ];
  const high = initial + (initial - low) * 0.9;
  const at = (value: number) => `${Math.min(100, Math.max(0, ((value - low) / (high - low)) * 100))}%`;
  const said = [
    ratio === null ? 'No ratio: no debt, or no price' : `Ratio ${percent(ratio)}`,
    would ? `would be ${percent(would)}` : '',
    `liquidation under ${percent(marks.liquidation)}`,
    `initial ratio ${percent(marks.initial)}`,
  ];
  return (
    <div
      class="health"
      role="img"
      aria-label={said.filter(Boolean).join(', ')}
      style={{ '--liquidation': at(liquidation), '--warning': at(warning), '--initial': at(initial) }}
    >
      <div class="track" />
      {ratio !== null && (
        <span class="needle" style={{ '--at': at(number(ratio)) }}>
          <b>{percent(ratio)}</b>
        </span>
      )}
      {would && (
        <span class="needle would" style={{ '--at': at(number(would)) }}>
          <b>{percent(would)}</b>
        </span>
      )}
      <span class="mark" style={{ '--at': at(liquidation) }}>
        liquidation <b>{percent(marks.liquidation, 0)}</b>
      </span>
      <span class="mark right" style={{ '--at': at(initial) }}>
        initial <b>{percent(marks.initial, 0)}</b>
      </span>
    </div>
  );
}
