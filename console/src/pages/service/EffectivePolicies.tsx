import { Box, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { policiesQuery } from './policies';
import type { OfVersion } from './types';

/** The policies that hold for an operation, and where each comes from. */
export function EffectivePoliciesOf(props: { of: OfVersion; operation: string }) {
  const words = texts.services.details;
  const query = useQuery(policiesQuery(props.of, props.operation));
  return (
    <Box>
      <Title order={3}>{words.policies}</Title>
      <Loaded query={query}>
        {({ policies }) =>
          policies.length === 0 ? (
            <Text size="sm">{words.noPolicies}</Text>
          ) : (
            <Box style={{ overflowX: 'auto' }}>
              <Table aria-label={words.policies} verticalSpacing={3}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{words.policy}</Table.Th>
                    <Table.Th scope="col">{words.mode}</Table.Th>
                    <Table.Th scope="col">{words.from}</Table.Th>
                    <Table.Th scope="col">{words.says}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {policies.map((policy) => (
                    <Row key={`${policy.origin} ${policy.policy}`} policy={policy} />
                  ))}
                </Table.Tbody>
              </Table>
            </Box>
          )
        }
      </Loaded>
    </Box>
  );
}

function Row(props: { policy: Schemas['EffectivePolicy'] }) {
  const { policy } = props;
  const words = texts.services.details;
  return (
    <Table.Tr>
      <Table.Td>
        <Shown text={policy.policy} /> <code>{policy.kind}</code>
      </Table.Td>
      <Table.Td>
        {policy.replaced_by ? (
          <Shown text={words.replaced(policy.replaced_by)} />
        ) : (
          (words.modes[policy.mode.mode] ?? policy.mode.mode)
        )}
        {policy.mode.until != null && (
          <>
            {' '}
            <Time at={policy.mode.until * 1000} />
          </>
        )}
        {policy.shadow && (
          <Text size="xs" c="dimmed">
            {words.wouldHaveRefused(policy.shadow)} <Time at={policy.shadow.since_ms} />
            {policy.shadow.codes[0] && (
              <>
                {' · '}
                <PageLink
                  to="/requests/$id"
                  params={{ id: policy.shadow.codes[0].example }}
                  underline="always"
                >
                  {words.shadowExample}
                </PageLink>
              </>
            )}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Shown text={policy.origin} />
      </Table.Td>
      <Table.Td>
        <Shown text={said(policy.says)} mono first={200} />
      </Table.Td>
    </Table.Tr>
  );
}

/** What a policy says, without what it says nothing about. */
function said(says: unknown): string {
  if (says === null || typeof says !== 'object') return JSON.stringify(says);
  const told = Object.entries(says).filter(
    ([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  return told.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join('; ');
}
