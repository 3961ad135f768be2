import { answer, api, type Schemas } from '../../api/client';

/** Changes a user in the version that was read: a merge patch. */
export function patchUser(
  user: Schemas['UserDocument'],
  patch: { state?: string; platform_roles?: string[] },
  comment = '',
): Promise<Schemas['UserDocument']> {
  const params = {
    path: { id: user.id ?? '' },
    query: comment ? { comment } : {},
    header: { 'If-Match': `"${user.version}"` },
  };
  return answer(api.PATCH('/api/v1/users/{id}', { params, body: patch as never }));
}
