import { expect, test } from 'vitest';
import { patchOf } from '../../../parts/patch';
import { type Draft, finished, listOf } from './document';

test('what was left empty is not sent, and what was not touched stays as it is', () => {
  const said = { on: { service: 'orders' }, origins: 'https://a.example' as never, max_age: '1h' };
  expect(listOf(said.origins)).toEqual(['https://a.example']);
  expect(patchOf(said, finished(said))).toEqual({});
  const emptied = { ...said, max_age: ' ', headers: [], credentials: false, mode: 'enforce' as const };
  expect(patchOf(said, finished(emptied))).toEqual({ max_age: null });
  expect(finished<Draft>({ token: {} })).toEqual({ token: {} });
});

test('empty rows and conditions go, and texts that are meant to be empty stay', () => {
  const draft: Draft = {
    when: {},
    except: { apps: [], groups: ['partners'] },
    require: { headers: { 'X-Reason': '*', '': [] }, methods: [] },
    request: { headers: { remove: ['', 'X-Old'], set: { '': '', 'X-A': '' } }, body: [] },
    hide: [{ at: '/name', replace: '' }],
  };
  expect(finished(draft)).toEqual({
    except: { groups: ['partners'] },
    require: { headers: { 'X-Reason': '*' } },
    request: { headers: { remove: ['X-Old'], set: { 'X-A': '' } } },
    hide: [{ at: '/name', replace: '' }],
  });
});

test('a condition that is taken out is taken out of the document', () => {
  const before: Draft = { require: { methods: ['POST'], lists: ['office'] } };
  expect(patchOf(before, finished({ require: { methods: ['POST'] } } as Draft))).toEqual({
    require: { lists: null },
  });
});
