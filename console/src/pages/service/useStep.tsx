import type { ReactNode } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { mayBeStale } from '../../api/problem';
import { queries } from '../../api/queries';
import { texts } from '../../texts';
import { places } from './change';
import { refresh, serviceQuery } from './data';
import type { OfVersion } from './types';
import { useConflict } from './useConflict';

/** What the dialogs of steps get. */
export interface StepProps {
  of: OfVersion;
  onClose: () => void;
  /** It takes a second person: the id of the change request that was made. */
  onProposed: (id: string) => void;
}

/** How a step ended: taken, proposed to a second person, or left because of what somebody else did. */
export type Ended = { how: 'taken' } | { how: 'proposed'; id: string } | { how: 'left' };

/**
 * Takes steps of a version as it was read. Where the service was changed since, what changed is shown, and
 * the step is taken only if that is still wanted; else the error is thrown, and the dialog shows what there
 * is now.
 */
export function useStep(of: OfVersion): {
  take: (step: Schemas['Lifecycle'], comment: string) => Promise<Ended>;
  retire: (how: Schemas['Retirement']) => Promise<Ended>;
  /** A question stands: the dialog makes room for it. */
  asking: boolean;
  question: ReactNode;
} {
  const { ask, asking, dialog } = useConflict();
  const path = { service: of.service.id, version: of.name };

  const attempt = async (send: (etag: string) => Promise<Ended>, etag: string): Promise<Ended> => {
    try {
      return await send(etag);
    } catch (error) {
      if (!mayBeStale(error)) throw error;
      const now = await queries.fetchQuery({ ...serviceQuery(of.service.id), staleTime: 0 });
      if (now.version === etag) throw error;
      const words = texts.services.lifecycle.meanwhile;
      const decided = await ask({ ...words, mine: places(of.service), theirs: places(now.value) });
      if (decided === 'mine') return attempt(send, now.version);
      if (decided === 'theirs') return { how: 'left' };
      throw error;
    } finally {
      await refresh();
    }
  };

  return {
    take: (step, comment) =>
      attempt(async (etag) => {
        const params = { path, query: { comment: comment || undefined }, header: { 'If-Match': etag } };
        const asked = api.POST('/api/v1/services/{service}/versions/{version}/lifecycle', {
          params,
          body: step,
        });
        const id = ((await answer(asked)) as { change_request?: Schemas['Proposed'] }).change_request?.id;
        return id === undefined ? { how: 'taken' } : { how: 'proposed', id };
      }, of.read.version),
    retire: (how) =>
      attempt(async (etag) => {
        const params = { path, header: { 'If-Match': etag } };
        const asked = api.POST('/api/v1/services/{service}/versions/{version}/retire', { params, body: how });
        await answer(asked);
        return { how: 'taken' };
      }, of.read.version),
    asking,
    question: dialog,
  };
}
