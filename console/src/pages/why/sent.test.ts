import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { curlOf } from '../../parts/curl';
import { escaped } from './Foreign';
import type { Detail } from './recorded';
import { asQuestion, asSent } from './sent';

const explained = (detail: Detail | null): Schemas['ExplainedCall'] => ({
  folded: false,
  record: detail && {
    id: 'ID',
    at_ms: 0,
    duration_us: 1,
    address: '10.0.0.7',
    status: 403,
    outcome: 'refused',
    bytes_in: 14,
    bytes_out: 0,
    represents: 1,
    detail,
  },
  found: {
    id: 'ID',
    at: 0,
    audience: 'operator',
    verdict: 'refused',
    asked: { method: 'POST', path: '/users/{id}', host: 'a.example', address: '10.0.0.7' },
  },
});

const detail: Detail = {
  facts: {
    authority: 'a.example:8443',
    path: { Sent: "/users/it's" },
    tls: {},
    has_body: true,
  },
  headers: {
    received: [
      ['Host', 'a.example:8443'],
      ['Content-Length', '14'],
      ['Content-Type', 'application/json'],
      ['X-API-Key', '[redacted]'],
      ['Cookie', '[redacted]'],
    ],
  },
};

test('a request is sent again as it was, with places for what is secret or was not kept', () => {
  const { sent, gaps } = asSent(explained(detail), undefined);
  expect(curlOf(sent)).toBe(
    "curl -X POST 'https://a.example:8443/users/it'\\''s' -H 'Content-Type: application/json' " +
      "-H 'X-API-Key: YOUR_KEY' --data-binary @body.json",
  );
  expect(gaps.join(' ')).toContain('Cookie');
  expect(curlOf(asSent(explained(detail), undefined, 'pst_new').sent)).toContain("'X-API-Key: pst_new'");
});

test('whoever is told no headers and no path gets what there is, and is told so', () => {
  const { sent, gaps } = asSent(explained(null), 'https://gateway.example:8443');
  expect(sent.url).toBe('https://a.example:8443/users/{id}');
  expect(gaps).toHaveLength(2);
  const nowhere = asSent(explained(null), undefined);
  expect(nowhere.sent.url).toBe('http://GATEWAY/users/{id}');
  expect(nowhere.gaps).toHaveLength(3);
  expect(curlOf(sent)).toContain('--globoff');
});

test('no secret comes into a link', () => {
  expect(JSON.stringify(asQuestion(explained(detail)))).not.toContain('redacted');
});

test('what is no text is shown by its bytes', () => {
  expect(escaped('{"a":1}\n')).toBeNull();
  expect(escaped('\u0000\u0001\ufffda')).toBe('\\x00\\x01\\x??a');
});

test('a HEAD request does not wait for a body', () => {
  const head = curlOf({ method: 'HEAD', url: 'https://a.example/x', headers: [] });
  expect(head).toBe('curl --head https://a.example/x');
});
