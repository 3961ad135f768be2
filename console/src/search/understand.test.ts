import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codesOf, roomsOf } from './phrases';
import { understand } from './understand';

const ID = '01JDB7Z3K8Q4M2T9V6X1C5N0RW';

test('request ids are found wherever they stand', () => {
  for (const text of [
    ID,
    ` ${ID.toLowerCase()} `,
    `x-request-id: ${ID}`,
    `{"code":"subscription.pending","request_id":"${ID}","correlation_id":"${ID}"}`,
    `http://127.0.0.1:8080/.well-known/postern/requests/${ID}?sig=abcdefghijklmnop`,
  ]) {
    expect(understand(text).requests).toEqual([ID]);
  }
  expect(understand(`Host: ${'Z'.repeat(26)}`).requests).toEqual([]);
});

test('a curl command is a request, and its key the public half of one', () => {
  const found = understand(
    `curl -sS -X POST 'http://127.0.0.1:8080/v1/users?token=abcdef123456' \\\n  -H 'X-API-Key: pst_qmxkfm4975cszzjd_bfuO0enT9AB4ot6SnFBbfEblhPPBYDlg3WOLag' \\\n  -H "Content-Type: application/json" --data-raw '{"name":"Lin"}' -i`,
  );
  expect(found.pasted).toMatchObject({ method: 'POST', host: '127.0.0.1', path: '/v1/users', body: true });
  expect(found.credentials).toEqual(['key_qmxkfm4975cszzjd']);
  expect(JSON.stringify(found)).not.toMatch(/bfuO0enT9|abcdef123456/);
});

test.each([
  ['curl https://a.example/x -d a=b', 'POST', '/x'],
  ['curl -G https://a.example/x -d a=b', 'GET', '/x'],
  ['curl a.example', 'GET', '/'],
  ['curl -I https://a.example/x', 'HEAD', '/x'],
  ['curl -XDELETE --url https://a.example/x/1', 'DELETE', '/x/1'],
  ['curl --request=PUT --connect-timeout 5 -o out.txt https://a.example/x', 'PUT', '/x'],
  ['$ curl https://a.example/x', 'GET', '/x'],
  ['curl -sX POST https://a.example/x', 'POST', '/x'],
  ['curl -sXPOST https://a.example/x', 'POST', '/x'],
  ["curl -kH 'X: b' https://a.example/x", 'GET', '/x'],
  ['curl -so /dev/null https://a.example/x', 'GET', '/x'],
  ['curl -sSfLI https://a.example/x', 'HEAD', '/x'],
  ['curl -Gsd a=b https://a.example/x', 'GET', '/x'],
  ['curl --form-string a=b https://a.example/x', 'POST', '/x'],
  ['curl --progress-bar https://a.example/x', 'GET', '/x'],
  ['curl -# --no-buffer --tcp-nodelay --http1.1 https://a.example/x', 'GET', '/x'],
  ['curl --retry 3 --max-redirs 2 --tls-max 1.2 https://a.example/x', 'GET', '/x'],
  ['curl -T file.txt https://a.example/x', 'PUT', '/x'],
  ['curl --not-yet-known https://a.example/x', 'GET', '/x'],
  ['curl --not-yet-known value https://a.example/x', 'GET', '/x'],
  ['curl stray https://a.example/x', 'GET', '/x'],
  ['curl -s https://a.example/x | jq .id', 'GET', '/x'],
  ['POST /v1/users', 'POST', '/v1/users'],
  ['/v1/users', '', '/v1/users'],
  ['GET /v1/users?page=2 HTTP/1.1\nHost: a.example', 'GET', '/v1/users'],
])('%s', (text, method, path) => {
  expect(understand(text).pasted).toMatchObject({ method, path });
});

test.each([
  'curl -sX POST https://a.example/x',
  "curl -kH 'X: b' https://a.example/x",
  'curl -so /dev/null https://a.example/x',
  'curl --form-string a=b https://a.example/x',
  'curl --progress-bar a.example/x',
])('the host of %s is the one of its address', (text) => {
  expect(understand(text).pasted?.host).toBe('a.example');
});

test.each([
  ['10.0.0.7', '10.0.0.7'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['2001:db8::7', '2001:db8::7'],
  ['[::1]', '::1'],
  ['::ffff:10.0.0.7', '::ffff:10.0.0.7'],
])('%s is an address', (text, address) => {
  expect(understand(text)).toMatchObject({ address, name: undefined });
});

test('phrases of other products mean codes', () => {
  expect(codesOf('IP not whitelisted')[0]).toBe('network.address_not_allowed');
  expect(codesOf('You cannot consume this service')[0]).toBe('subscription.missing');
  expect(codesOf('API rate limit exceeded')[0]).toBe('limit.rate_exceeded');
  expect(codesOf('fieldforce')).toEqual([]);
  expect(understand('why is cors.origin_not_allowed said?').likeCodes).toEqual(['cors.origin_not_allowed']);
});

test('every code that a phrase leads to exists', () => {
  const documented = readFileSync('../docs/reference/denials.md', 'utf8');
  const source = readFileSync('src/search/phrases.ts', 'utf8');
  const codes = [...source.matchAll(/^ {2}\['[^']+', '([a-z_.]+)'\],$/gm)].map((match) => match[1] ?? '');
  expect(codes.length).toBeGreaterThan(40);
  for (const code of codes)
    expect(documented, code).toContain(code.includes('.') ? `\`${code}\`` : `\`${code}.`);
});

test("other products' words lead to our rooms", () => {
  expect(roomsOf('team')).toEqual(['/users']);
  expect(roomsOf('consumers')).toEqual(['/apps']);
  expect(roomsOf('API route')).toContain('/services');
  expect(roomsOf('a b c d')).toEqual([]);
});
