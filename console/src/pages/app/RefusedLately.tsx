import { Code } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { useMay } from '../../api/me';
import { type Column, DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

const words = texts.apps.refused;

const COLUMNS: Array<Column<Schemas['CallRow']>> = [
  {
    head: words.when,
    cell: (call) => (
      <PageLink to="/requests/$id" params={{ id: call.id }}>
        <Time at={call.at_ms} brief />
      </PageLink>
    ),
  },
  {
    head: words.request,
    cell: (call) => (
      <>
        <Code>{call.method}</Code> <Shown text={call.path ?? ''} mono />
      </>
    ),
  },
  { head: words.status, cell: (call) => call.status },
  { head: words.code, cell: (call) => <Code>{call.code}</Code> },
  { head: words.key, cell: (call) => call.credential && <Shown text={call.credential} mono />, wide: true },
];

/** How many refusals are shown; the page of refusals has them all. */
const SHOWN = 10;

/** What an app, or one key of it, was refused lately. */
export function RefusedLately(props: { app: string; credential?: string }) {
  const { app, credential } = props;
  const allowed = useMay()('calls.read');
  const whose = credential ? { credential } : { app };
  const query = useQuery({
    queryKey: ['app', app, 'refused', credential],
    queryFn: async () => {
      const query = { ...whose, outcome: 'refused', limit: SHOWN };
      return (await answer(api.GET('/api/v1/calls', { params: { query } }))).items;
    },
    enabled: allowed,
  });
  if (!allowed) return null;
  return (
    <Section
      title={words.title}
      actions={
        <PageLink to="/refusals" search={{ ...whose, since: '7d' }} inherit={false} size="sm">
          {credential ? words.allOfKey : words.all}
        </PageLink>
      }
    >
      <Loaded query={query}>
        {(calls) =>
          calls.length === 0 ? (
            <Empty title={words.none}>{words.noneHelp}</Empty>
          ) : (
            <DataTable caption={words.title} columns={COLUMNS} rows={calls} id={(call) => call.id} />
          )
        }
      </Loaded>
    </Section>
  );
}
