import { expect, test } from 'vitest';
import { MASK, masked } from './mask';
import { isHarmlessHeader } from './names';

const SECRET = 'S3cretS3cretS3cretS3cret';

test.each([
  `pst_qmxkfm4975cszzjd_${SECRET}`,
  `curl -H 'X-API-Key: pst_qmxkfm4975cszzjd_${SECRET}' https://a.example/x`,
  `curl -H "x-api-key: ${SECRET}" https://a.example/x`,
  `curl -H 'Authorization: Bearer ${SECRET}' https://a.example/x`,
  `curl -H 'authorization: ${SECRET}' https://a.example/x`,
  `curl -u lin:${SECRET} https://a.example/x`,
  `curl --user=lin:${SECRET} https://a.example/x`,
  `curl -b session=${SECRET} https://a.example/x`,
  `curl -H 'Cookie: a=b; session=${SECRET}' https://a.example/x`,
  `https://lin:${SECRET}@a.example/x`,
  `https://a.example/x?access_token=${SECRET}&page=2`,
  `https://a.example/x?page=2&api_key=${SECRET}`,
  `https://a.example/x?page=2&my_token=${SECRET}#top`,
  `https://a.example/.well-known/postern/requests/01JDB7Z3K8Q4M2T9V6X1C5N0RW?sig=${SECRET}`,
  `{"password":"${SECRET}","name":"Lin"}`,
  `{"client_secret": "${SECRET}"}`,
  `Authorization: Basic ${SECRET}`,
  `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJsaW4ifQ.${SECRET}`,
  `sk-proj-${SECRET}`,
  `curl -H 'X-Access-Token: ${SECRET}' https://a.example/x`,
  `curl -H "PRIVATE-TOKEN: ${SECRET}" https://a.example/x`,
  `curl -H 'Ocp-Apim-Subscription-Key: ${SECRET}' https://a.example/x`,
  `curl -H 'X-Vault-Token: ${SECRET}' https://a.example/x`,
  `curl -H X-Api-Token:${SECRET} https://a.example/x`,
  `curl -H accept:text/plain -H X-Api-Token:${SECRET} https://a.example/x`,
  `curl -H 'Authorization: Digest username="lin", response="${SECRET}"' https://a.example/x`,
  `X-Access-Token : ${SECRET}`,
  `https://a.example/x?accessToken=${SECRET}`,
  `https://a.example/x?access%5Ftoken=${SECRET}`,
  `https://a.example/x#access_token=${SECRET}&state=1`,
  `https://a.example/x?user[password]=${SECRET}`,
  `https://a.example/x?X-Amz-Signature=${SECRET}`,
  `https://lin:${SECRET}@b@a.example/x`,
  `curl -x lin:${SECRET}@proxy.example:8080 https://a.example/x`,
  `{"accessToken":"${SECRET}"}`,
  `{"a":1,"refreshToken" : "${SECRET}"}`,
  `{"X-Api-Key":["${SECRET}"]}`,
  `{'clientSecret': '${SECRET}'}`,
  `curl -d "{\\"password\\":\\"${SECRET}\\"}" https://a.example/x`,
  `curl -d password=${SECRET} https://a.example/x`,
  `curl -uadmin:${SECRET} https://a.example/x`,
  `curl -su admin:${SECRET} https://a.example/x`,
  `curl -sku'admin:${SECRET}' https://a.example/x`,
  `curl --proxy-user "admin:a ${SECRET}" https://a.example/x`,
  `curl --cert me.pem:${SECRET} https://a.example/x`,
  `token=${MASK}${SECRET}`,
])('no secret is left of %s', (text) => {
  const left = masked(text);
  expect(left).not.toContain(SECRET);
  expect(left).toContain(MASK);
  expect(masked(left)).toBe(left);
});

test.each([
  '01JDB7Z3K8Q4M2T9V6X1C5N0RW',
  'curl -X POST https://a.example/v1/users?page=2 -H "Content-Type: application/json"',
  'IP not whitelisted',
  '2001:db8::7/64',
  'key_qmxkfm4975cszzjd',
  'create-user',
  '{"code":"subscription.pending","request_id":"01JDB7Z3K8Q4M2T9V6X1C5N0RW"}',
  '{"token_type":"bearer","monkey":"banana","primaryKey":"7"}',
  "curl -sS -X POST -H 'Idempotency-Key: 7' -H 'Accept: */*' https://a.example/keys?author=lin",
  'credential.wrong_environment',
])('nothing is taken from %s', (text) => {
  expect(masked(text)).toBe(text);
});

test('what finds things stays', () => {
  const key = masked(
    `curl -H 'X-API-Key: pst_qmxkfm4975cszzjd_${SECRET}' 'https://a.example/x?page=2&token=${SECRET}'`,
  );
  expect(key).toBe(
    `curl -H 'X-API-Key: pst_qmxkfm4975cszzjd_${MASK}' 'https://a.example/x?page=2&token=${MASK}'`,
  );
});

test('only headers that are known to be harmless go into addresses', () => {
  for (const name of [
    'Accept',
    'accept-language',
    'Content-Type',
    'Origin',
    'X-Forwarded-For',
    'Sec-Fetch-Mode',
  ]) {
    expect(isHarmlessHeader(name), name).toBe(true);
  }
  for (const name of ['Authorization', 'Cookie', 'X-API-Key', 'X-Shared', 'X-Anything', 'Acceptance']) {
    expect(isHarmlessHeader(name), name).toBe(false);
  }
});
