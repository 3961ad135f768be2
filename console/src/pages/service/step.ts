import { answer, api, type Schemas } from '../../api/client';
import { refresh } from './data';
import type { OfVersion } from './types';

/** What the dialogs of steps get. */
export interface StepProps {
  of: OfVersion;
  onClose: () => void;
  /** It takes a second person: the id of the change request that was made. */
  onProposed: (id: string) => void;
}

/** Takes a step; the id of the change request, where it takes a second person. */
export async function take(
  of: OfVersion,
  step: Schemas['Lifecycle'],
  comment: string,
): Promise<string | undefined> {
  const path = { service: of.service.id, version: of.name };
  try {
    const done: unknown = await answer(
      api.POST('/api/v1/services/{service}/versions/{version}/lifecycle', {
        params: { path, query: { comment: comment || undefined } },
        body: step,
      }),
    );
    return (done as { change_request?: { id: string } }).change_request?.id;
  } finally {
    // Where it was changed meanwhile, the dialog shows what there is now.
    await refresh();
  }
}
