import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { callersQuery } from './data';

/** Callers that are listed; the busiest stand first. */
const LISTED = 20;

/** Who called a version lately: whom a change of it meets. */
export function Callers(props: { service: string; version: string }) {
  const words = texts.services.callers;
  const query = useQuery(callersQuery(props.service, props.version));
  return (
    <section aria-label={words.title}>
      <Text size="sm" fw={600}>
        {words.title} ({props.service}/{props.version})
      </Text>
      <Loaded query={query}>
        {(callers) =>
          callers.length === 0 ? (
            <Text size="sm">{words.none}</Text>
          ) : (
            <>
              <Table aria-label={words.title} verticalSpacing={2}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{words.app}</Table.Th>
                    <Table.Th scope="col" ta="end">
                      {words.requests}
                    </Table.Th>
                    <Table.Th scope="col">{words.last}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {callers.slice(0, LISTED).map((caller) => (
                    <Table.Tr key={caller.app ?? ''}>
                      <Table.Td>
                        {caller.app ? (
                          <PageLink to="/apps/$id" params={{ id: caller.app }}>
                            <Shown text={caller.app} />
                          </PageLink>
                        ) : (
                          words.anonymous
                        )}
                      </Table.Td>
                      <Table.Td ta="end">{caller.requests.toLocaleString()}</Table.Td>
                      <Table.Td>
                        <Time at={caller.last_ms} brief />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
              {callers.length > LISTED && <Text size="sm">{words.more(callers.length - LISTED)}</Text>}
            </>
          )
        }
      </Loaded>
    </section>
  );
}
