import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { useWhere } from '../../api/rights';
import { Empty } from '../../parts/Empty';
import { Needs } from '../../parts/Forbidden';
import { Loaded } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { useAddress } from '../../parts/search';
import { moment } from '../../parts/time';
import { texts } from '../../texts';
import { AuditLines } from './AuditLines';
import { Filters } from './Filters';
import { Verify } from './Verify';

const words = texts.audit;

/** Lines on a page. */
const LIMIT = 50;

/** The audit trail. */
export default function AuditPage() {
  return (
    <Needs permission="audit.read" title={words.title}>
      <Trail />
    </Needs>
  );
}

function Trail() {
  const [search, change] = useAddress();
  const { onPlatform: everywhere, tenants } = useWhere('audit.read');
  // Whoever reads the trail of tenants only has to name one.
  const tenant = search.tenant ?? (everywhere ? undefined : tenants[0]);
  const asked = {
    ...(search.who ? { who: search.who } : {}),
    ...(search.kind ? { kind: search.kind } : {}),
    ...(search.id ? { id: search.id } : {}),
    ...(search.event ? { event: search.event } : {}),
    ...(tenant ? { tenant } : {}),
    ...(search.before ? { before: search.before } : {}),
    ...at('since_ms', search.since),
    ...at('until_ms', search.until),
    limit: LIMIT,
  };
  const query = useQuery({
    queryKey: ['audit', asked],
    queryFn: () => answer(api.GET('/api/v1/audit', { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={words.title} about={words.about} actions={everywhere && <Verify />}>
      <Filters tenant={tenant} everywhere={everywhere} />
      <Loaded query={query}>
        {({ lines, next }) =>
          lines.length === 0 ? (
            <Empty title={words.empty}>{words.emptyDetail}</Empty>
          ) : (
            <AuditLines
              lines={lines}
              next={next ? () => change({ before: next, open: undefined }) : undefined}
              first={search.before ? () => change({ before: undefined, open: undefined }) : undefined}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

/** A time of the address as the API asks for it; what is no time is left out. */
function at(name: 'since_ms' | 'until_ms', text: string | undefined): Record<string, number> {
  const found = moment(text)?.getTime();
  return found === undefined ? {} : { [name]: found };
}
