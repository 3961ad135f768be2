import { Box, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

/** Apps that are asked for. */
const MOST = 100;

/** Which apps can call an operation just now, with which keys. */
export function WhoCan(props: { operation: string }) {
  const words = texts.services.who;
  const query = useQuery({
    queryKey: ['operation', props.operation, 'who-can'],
    queryFn: () =>
      answer(api.GET('/api/v1/who-can', { params: { query: { operation: props.operation, limit: MOST } } })),
  });
  return (
    <Box component="section" aria-label={words.title} aria-live="polite">
      <Title order={3}>{words.title}</Title>
      <Loaded query={query}>
        {({ everybody, apps, more }) => (
          <>
            {everybody && <Text size="sm">{words.everybody}</Text>}
            {!everybody && apps.length === 0 && <Text size="sm">{words.nobody}</Text>}
            {apps.length > 0 && <Apps apps={apps} />}
            {more && <Text size="sm">{words.more}</Text>}
          </>
        )}
      </Loaded>
    </Box>
  );
}

function Apps(props: { apps: Schemas['CallingApp'][] }) {
  const words = texts.services.who;
  return (
    <Box style={{ overflowX: 'auto' }}>
      <Table aria-label={words.title} verticalSpacing={3}>
        <Table.Thead>
          <Table.Tr>
            {[words.app, words.tenant, words.plan, words.keys, words.environments].map((head) => (
              <Table.Th key={head} scope="col">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.apps.map((app) => (
            <Table.Tr key={app.app}>
              <Table.Td>
                <PageLink to="/apps/$id" params={{ id: app.app }}>
                  <Shown text={app.app} />
                </PageLink>
              </Table.Td>
              <Table.Td>
                <Shown text={app.tenant} />
              </Table.Td>
              <Table.Td>{app.plan ? <Shown text={app.plan} /> : texts.common.none}</Table.Td>
              <Table.Td>
                {app.credentials.map((id) => (
                  <div key={id}>
                    <PageLink to="/credentials/$id" params={{ id }}>
                      <Shown text={id} />
                    </PageLink>
                  </div>
                ))}
              </Table.Td>
              <Table.Td>
                <Shown text={app.environments.join(', ')} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
