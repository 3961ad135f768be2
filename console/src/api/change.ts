import { answer, api } from './client';

/** One change of a document, as `POST /api/v1/commands/change` takes it (docs/reference/socket.md). */
export interface Change {
  kind: string;
  id: string;
  put?: object;
  patch?: object;
  expect?: 'present' | 'absent' | { version: number };
}

/** Makes changes of several documents: all of them, or none. */
export async function change(changes: Change[], comment: string): Promise<void> {
  // One line of JSON; what is refused is a problem, and was thrown.
  await answer(api.POST('/api/v1/commands/change', { body: { changes, comment } }));
}

/** The documents of a kind that have no address of their own in the API, such as `egress`. */
export async function documents<T>(
  kind: string,
): Promise<Array<{ id: string; version: number; document: T }>> {
  const told = await answer(api.POST('/api/v1/commands/documents', { body: { kind } }));
  const line = told as unknown as { ok: { documents: Array<{ id: string; version: number; document: T }> } };
  return line.ok.documents;
}
