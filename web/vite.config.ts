import { defineConfig } from 'vitest/config';

// A node to look at while working on the dashboard: `ballast node --dev`, or `BALLAST_NODE=http://… npm run dev`.
const node = process.env.BALLAST_NODE ?? 'http://127.0.0.1:8080';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // Every file is one of its own: the Content-Security-Policy allows neither inline code nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { '/v1': { target: node, ws: true }, '/readyz': node } },
  test: { include: ['src/**/*.test.ts'] },
});
