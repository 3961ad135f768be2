// Fails where the types of the API are not those of its committed document.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = mkdtempSync(join(tmpdir(), 'postern-types-'));
const made = join(directory, 'schema.d.ts');
execFileSync(
  'npx',
  ['openapi-typescript', '../docs/reference/openapi.json', '--root-types', '--output', made],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const same = readFileSync(made, 'utf8') === readFileSync('src/api/schema.d.ts', 'utf8');
rmSync(directory, { recursive: true });
if (!same) {
  console.error('src/api/schema.d.ts is not what docs/reference/openapi.json says: run `npm run types`.');
  process.exit(1);
}
