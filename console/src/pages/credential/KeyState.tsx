import { useQuery } from '@tanstack/react-query';
import type { Credential } from '../../api/apps';
import { answer, api } from '../../api/client';
import { Failure } from '../../parts/Failure';
import { PageLink } from '../../parts/links';
import { Standing } from '../../parts/Standing';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { stateOf, TONES } from './standing';

/** Where a key is in its life. */
export function KeyState(props: { of: Credential }) {
  const state = stateOf(props.of);
  return <Standing tone={TONES[state]}>{texts.apps.keyStates[state]}</Standing>;
}

/** When a key was used last, with the request, as far as the call log goes back. */
export function LastUse(props: { of: string }) {
  const { data, error } = useQuery({
    queryKey: ['credential', props.of, 'last use'],
    queryFn: () =>
      answer(api.GET('/api/v1/credentials/{id}/last-use', { params: { path: { id: props.of } } })),
  });
  if (error) return <Failure error={error} />;
  if (!data) return null;
  if (!data.at_ms) return <>{texts.apps.neverUsed}</>;
  if (!data.request_id) return <Time at={data.at_ms} brief />;
  return (
    <PageLink to="/requests/$id" params={{ id: data.request_id }}>
      <Time at={data.at_ms} brief />
    </PageLink>
  );
}
