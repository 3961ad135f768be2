import { useQuery } from '@tanstack/react-query';
import type { Subscription } from '../../api/apps';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { PageLink } from '../../parts/links';
import { moment } from '../../parts/time';
import { texts } from '../../texts';

/** The code of what an app is refused with while nobody has decided. */
const PENDING = 'subscription.pending';

/** How often an app was refused since it asked, because nobody has decided; the link shows each. */
export function RefusedMeanwhile(props: { of: Subscription }) {
  const { app, service, requested_at } = props.of;
  const allowed = useMay()('calls.read');
  const { data } = useQuery({
    queryKey: ['denials', { app, service, code: PENDING }],
    queryFn: async () => {
      const since_ms = moment(requested_at)?.getTime();
      const query = { app, service, code: PENDING, since_ms, by: 'code' };
      return answer(api.GET('/api/v1/denials', { params: { query } }));
    },
    enabled: allowed,
  });
  const total = data?.total;
  if (total === undefined) return null;
  if (total === 0) return <>{texts.approvals.notRefused}</>;
  return (
    <PageLink to="/refusals" search={{ app, service, code: PENDING, ...sinceOf(requested_at) }}>
      {texts.approvals.refusedMeanwhile(total, data?.more ?? false)}
    </PageLink>
  );
}

function sinceOf(requested_at: string | undefined): { from?: string } {
  const from = moment(requested_at)?.getTime();
  return from === undefined ? {} : { from: String(from) };
}
