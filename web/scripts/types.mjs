// Makes src/api/schema.ts from the document that a node serves:
//   npm run types              asks the node of BALLAST_NODE, http://127.0.0.1:8080 by default
//   npm run types -- --check   says whether the file still matches, and changes nothing
import { readFileSync, writeFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';

const node = process.env.BALLAST_NODE ?? 'http://127.0.0.1:8080';
const file = new URL('../src/api/schema.ts', import.meta.url);
const response = await fetch(`${node}/openapi.json`);
const made = `// Made by \`npm run types\` from a node's /openapi.json.\n\n${astToString(await openapi(await response.json()))}`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, made);
} else if (readFileSync(file, 'utf8') !== made) {
  console.error(
    'src/api/schema.ts is not what the node serves: run `npm run types` against it and build again',
  );
  process.exit(1);
}
