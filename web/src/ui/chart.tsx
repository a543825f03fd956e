// A price over time. Floats are pixels here; what people read as figures stands beside the chart, exact.

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Point } from '../live/store';
import { clockTime } from '../time';

const HEIGHT = 150;
/** A price holds until the next round closes. */
const stepped = uPlot.paths.stepped?.({ align: 1 });

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function options(width: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: () => colour('--muted'),
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 22, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    scales: { x: { time: true } },
    series: [
      {},
      {
        stroke: () => colour('--accent'),
        width: 2,
        ...(stepped ? { paths: stepped } : {}),
        fill: (chart) => {
          const fade = chart.ctx.createLinearGradient(
            0,
            chart.bbox.top,
            0,
            chart.bbox.top + chart.bbox.height,
          );
          fade.addColorStop(0, colour('--accent-fade'));
          fade.addColorStop(1, colour('--accent-none'));
          return fade;
        },
        points: { show: (_chart, _series, from, to) => to - from < 3 },
      },
    ],
    axes: [
      {
        ...axis,
        size: 24,
        space: 80,
        values: (_chart, times, _axis, _space, step) =>
          times.map((time) => clockTime(time).slice(0, step < 60 ? 8 : 5)),
      },
      { ...axis, size: 58, space: 34 },
    ],
  };
}

function data(points: readonly Point[]): uPlot.AlignedData {
  return [points.map((point) => point.time), points.map((point) => Number(point.price))];
}

export function Chart({ points, label }: { points: readonly Point[]; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>();

  useEffect(() => {
    const at = box.current;
    if (!at) return;
    const drawn = new uPlot(options(at.clientWidth), data(points), at);
    chart.current = drawn;
    const resized = new ResizeObserver(() => drawn.setSize({ width: at.clientWidth, height: HEIGHT }));
    resized.observe(at);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => drawn.redraw(false);
    dark.addEventListener('change', redraw);
    return () => {
      dark.removeEventListener('change', redraw);
      resized.disconnect();
      drawn.destroy();
    };
    // Made once; new points come by the effect below.
  }, []);
  useEffect(() => chart.current?.setData(data(points)), [points]);

  return <div class="chart" ref={box} role="img" aria-label={label} />;
}

/** A small line of a falling price, in one colour. */
export function Spark({ values, label }: { values: readonly number[]; label: string }) {
  const [width, height] = [120, 28];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const spread = high - low || 1;
  const step = width / Math.max(1, values.length - 1);
  const line = values.map((value, place) => {
    const y = 2 + (height - 4) * (1 - (value - low) / spread);
    return `${place === 0 ? 'M' : 'L'}${(place * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      preserveAspectRatio="none"
    >
      {values.length > 1 && <path d={line.join('')} />}
    </svg>
  );
}
