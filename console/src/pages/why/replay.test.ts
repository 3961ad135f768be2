import { expect, test } from 'vitest';
import type { Explained, Recorded } from '../../api/answers/explanation';
import { curlOf } from '../../parts/curl';
import { escaped } from './Foreign';
import { asMadeUp, asQuestion, asSent } from './replay';

const explained = (record: Recorded | null, more: object = {}): Explained => ({
  folded: false,
  record,
  found: {
    id: 'ID',
    at: 0,
    audience: 'operator',
    verdict: 'refused',
    asked: { method: 'POST', path: '/users/{id}', host: 'a.example', address: '10.0.0.7', ...more },
  },
});

const record: Recorded = {
  detail: {
    facts: {
      authority: 'a.example:8443',
      path: { Sent: "/users/it's" },
      tls: {},
      has_body: true,
      credential: { Verified: { id: 'key_1' } },
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
  },
};

test('a request is sent again as it was, with places for what is secret or was not kept', () => {
  const { sent, gaps } = asSent(explained(record));
  expect(curlOf(sent)).toBe(
    "curl -X POST 'https://a.example:8443/users/it'\\''s' -H 'Content-Type: application/json' " +
      "-H 'X-API-Key: YOUR_KEY' --data-binary @body.json",
  );
  expect(gaps.join(' ')).toContain('Cookie');
  expect(curlOf(asSent(explained(record), 'pst_new').sent)).toContain("'X-API-Key: pst_new'");
});

test('whoever is told no headers and no path gets what there is, and is told so', () => {
  const { sent, gaps } = asSent(explained(null));
  expect(sent.url).toBe('http://a.example/users/{id}');
  expect(gaps).toHaveLength(3);
  expect(curlOf(sent)).toContain('--globoff');
});

test('what is decided again says what is not known of it', () => {
  const own = asMadeUp(explained(record, { credential: 'key_1', app: 'shop' }));
  expect(own.made).toMatchObject({ key: 'key_1', tls: true, body: [14, ''], host: 'a.example:8443' });
  expect(own.made.app).toBeUndefined();
  expect(own.made.headers).toEqual([['Content-Type', 'application/json']]);
  expect(own.unknown).toHaveLength(1);
  expect(asMadeUp(explained(record), 'key_2').made.key).toBe('key_2');
  const early: Recorded = { detail: { facts: { path: { Sent: '/x' } } } };
  expect(asMadeUp(explained(early)).anonymous).toBe(true);
  expect(asMadeUp(explained({ detail: { facts: { credential: 'Missing' } } })).anonymous).toBe(false);
});

test('no secret comes into a link', () => {
  expect(JSON.stringify(asQuestion(explained(record)))).not.toContain('redacted');
});

test('what is no text is shown by its bytes', () => {
  expect(escaped('{"a":1}\n')).toBeNull();
  expect(escaped('\u0000\u0001\ufffda')).toBe('\\x00\\x01\\x??a');
});
