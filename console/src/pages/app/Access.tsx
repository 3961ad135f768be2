import { Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { accessQuery } from '../../api/apps';
import type { Schemas } from '../../api/client';
import { useMay } from '../../api/me';
import { type Column, DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Names } from '../../parts/Names';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

const words = texts.apps.access;

const COLUMNS: Array<Column<Schemas['Callable']>> = [
  {
    head: words.operation,
    cell: (one) => (
      <>
        <PageLink to="/services/$id" params={{ id: one.service }} search={{ version: one.version }}>
          <Shown text={`${one.service} ${one.version}`} />
        </PageLink>{' '}
        <Shown text={one.operation} />
      </>
    ),
  },
  {
    head: words.request,
    cell: (one) => (
      <>
        <Code>{one.methods.length > 0 ? one.methods.join(' ') : words.anyMethod}</Code>{' '}
        <Shown text={one.path} mono />
      </>
    ),
  },
  { head: words.plan, cell: (one) => (one.plan ? <Shown text={one.plan} /> : words.noPlan), wide: true },
  { head: words.environments, cell: (one) => <Names names={one.environments} /> },
  {
    head: words.keys,
    cell: (one) => <Names names={one.credentials} none={words.noKey} />,
    wide: true,
  },
];

/** What an app may call, with which of its keys; a question about anything else is one click away. */
export function Access(props: { app: string }) {
  const query = useQuery(accessQuery(props.app));
  const asks = useMay()('questions.ask');
  const question = asks && (
    <PageLink to="/can" search={{ app: props.app }} inherit={false} size="sm">
      {words.ask}
    </PageLink>
  );
  return (
    <Section title={words.title} actions={question}>
      <Loaded query={query}>
        {(access) =>
          access.operations.length === 0 ? (
            <Empty title={words.none}>{words.noneHelp}</Empty>
          ) : (
            <>
              <DataTable
                caption={words.title}
                columns={COLUMNS}
                rows={access.operations}
                id={(one) => `${one.service}/${one.version}/${one.operation}`}
              />
              {access.more && <Text size="sm">{words.more(access.operations.length)}</Text>}
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
