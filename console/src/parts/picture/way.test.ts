import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';

type Explanation = Schemas['Explanation'];
type Refusal = Schemas['ExplainedRefusal'];

import { sides } from './sides';
import { STAGES, way } from './way';

const refusal = (code: string, stage: string, more: Partial<Refusal> = {}): Refusal => ({
  code,
  title: code,
  status: 403,
  stage,
  stage_number: STAGES.indexOf(stage as never) + 1,
  fault: 'consumer',
  detail: '',
  ...more,
});

const explanation = (more: Partial<Explanation>): Explanation => ({
  at: 0,
  audience: 'operator',
  verdict: 'refused',
  asked: { method: 'POST', path: '/a' },
  ...more,
});

const fared = (made: Explanation, own = false) =>
  Object.fromEntries(way(made, own).map((stop) => [stop.stage, stop.fared]));

test('what lies before a refusal was passed, and what lies behind it was not reached', () => {
  const how = fared(
    explanation({
      refusal: refusal('a.b', 'headers'),
      next: [refusal('c.d', 'authorize')],
      passed: [{ stage: 'cors', asked: false }],
      not_known: [{ stage: 'limits', what: 'counters', not_looked_at: true }],
    }),
  );
  expect(how).toMatchObject({
    connection: 'passed',
    cors: 'idle',
    headers: 'refused',
    csrf: 'ahead',
    authorize: 'next',
    limits: 'unknown',
    response: 'ahead',
  });
});

test('behind an operation that is not known, nothing is', () => {
  const how = fared(
    explanation({
      refusal: refusal('route.not_found', 'route'),
      not_known: [{ stage: 'everything after route', what: 'operation', not_looked_at: true }],
    }),
  );
  expect(how).toMatchObject({ edge: 'passed', route: 'refused', network: 'unknown', response: 'unknown' });
});

test('only what was sent came to the upstream', () => {
  const sent = explanation({ id: 'x', verdict: 'allowed' });
  expect(fared(sent)).toMatchObject({ content: 'passed', upstream: 'passed', response: 'passed' });
  expect(fared(sent, true)).toMatchObject({ content: 'passed', upstream: 'ahead' });
  expect(fared(explanation({ verdict: 'allowed' }))).toMatchObject({ content: 'passed', upstream: 'ahead' });
  expect(fared(explanation({ verdict: 'cannot_tell' }))).toMatchObject({ content: 'ahead' });
});

test('a stage of a newer Postern has its place, and nothing that was told is lost', () => {
  const stops = way(explanation({ refusal: refusal('q.e', 'teleport', { stage_number: 18 }) }));
  expect(stops).toHaveLength(18);
  expect(stops.at(-1)).toMatchObject({ stage: 'teleport', fared: 'refused' });
  expect(stops.at(-2)?.fared).toBe('passed');
});

test('evidence stands on its side, and what nobody sorted with the rest', () => {
  const names = (evidence: Array<{ name: string }>) => evidence.map((one) => one.name);
  const piece = (name: string) => ({ name, value: name, audience: 'consumer' as const });
  const missing = refusal('authorization.scope_missing', 'authorize', {
    evidence: ['granted', 'required', 'key', 'brand_new'].map(piece),
  });
  const asked = { method: 'POST', path: '/a' };
  const { seen, expected, more } = sides(missing, asked);
  expect([names(seen), names(expected), names(more)]).toEqual([
    ['granted'],
    ['required'],
    ['key', 'brand_new'],
  ]);
  const pending = sides(refusal('subscription.pending', 'subscription'), asked);
  expect(pending.seen[0]?.value).toBe('pending');
  expect(pending.expected[0]?.value).toBe('approved');
  const odd = sides(refusal('constructor.x', 'x', { evidence: [piece('y')] }), asked);
  expect(names(odd.more)).toEqual(['y']);
});
