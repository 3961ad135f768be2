import { Paper, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { approvals } from '../../frame/WaitingCount';
import { PageLink } from '../../parts/links';
import { texts } from '../../texts';

const words = texts.home.counts;
/** Counting ends here: `100+`. */
const MOST = 100;

/** How many there are of what one works with, and the way there. */
export function Counts() {
  const may = useMay();
  const limit = { params: { query: { limit: MOST } } };
  const waiting = useQuery(approvals);
  const services = useQuery({
    queryKey: ['services', 'count'],
    queryFn: () => answer(api.GET('/api/v1/services', limit)),
    enabled: may('services.read'),
  });
  const apps = useQuery({
    queryKey: ['apps', 'count'],
    queryFn: () => answer(api.GET('/api/v1/apps', limit)),
    enabled: may('apps.read'),
  });
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
      {waiting.data && (
        <Count to="/approvals" items={waiting.data.items} more={waiting.data.more} what={words.approvals} />
      )}
      {services.data && (
        <Count
          to="/services"
          items={services.data.items}
          more={services.data.next !== null}
          what={words.services}
        />
      )}
      {apps.data && (
        <Count to="/apps" items={apps.data.items} more={apps.data.next !== null} what={words.apps} />
      )}
    </SimpleGrid>
  );
}

function Count(props: { to: string; items: unknown[]; more: boolean; what: (n: number) => string }) {
  const n = props.items.length;
  return (
    <Paper withBorder p="sm">
      <PageLink to={props.to}>
        <Text component="span" fz="1.4rem" fw={650}>
          {props.more ? words.more(n) : n}
        </Text>{' '}
        {props.what(n)}
      </PageLink>
    </Paper>
  );
}
