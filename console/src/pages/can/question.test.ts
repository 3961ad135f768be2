import { expect, test } from 'vitest';
import { addressed, asked, keyId, madeUp } from './question';

const SECRET = 'S3cretS3cretS3cretS3cret';

test('the address of the page has no secret, the question has', () => {
  const question = {
    ...asked({}),
    method: 'POST',
    path: `/v1/users?page=2&access_token=${SECRET}&sort=name`,
    key: `pst_qmxkfm4975cszzjd_${SECRET}`,
    headers: [
      'Content-Type: application/json',
      `Authorization: ${SECRET}`,
      `Cookie: a=${SECRET}`,
      `X-Vault-Token: ${SECRET}`,
      `X-Anything: Bearer ${SECRET}`,
      'X-Shared: one',
    ].join('\n'),
  };
  const address = addressed(question);
  expect(JSON.stringify(address)).not.toContain(SECRET);
  expect(address).toMatchObject({
    path: '/v1/users?page=2&sort=name',
    key: '',
    headers: 'Content-Type: application/json\nX-Shared: one',
  });
  expect(madeUp(question, '').headers).toHaveLength(6);
});

test('a whole key that is pasted becomes its id', () => {
  expect(keyId(` pst_qmxkfm4975cszzjd_${SECRET} `)).toBe('key_qmxkfm4975cszzjd');
  expect(keyId('key_qmxkfm4975cszzjd')).toBe('key_qmxkfm4975cszzjd');
});
