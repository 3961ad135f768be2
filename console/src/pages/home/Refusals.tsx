import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../api/client';
import { codeOf } from '../../api/problem';
import { DataTable } from '../../parts/DataTable';
import { Loaded } from '../../parts/Loaded';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

const words = texts.home.refusals;
const HOUR = 60 * 60 * 1000;
/** How many codes are shown. */
const TOP = 5;

/** Counts the refusals of the last hours by code. */
function useDenials(hours: number) {
  return useQuery({
    queryKey: ['denials', 'home', hours],
    queryFn: async () => {
      const query = { since_ms: Date.now() - hours * HOUR, by: 'code', limit: TOP };
      return answer(api.GET('/api/v1/denials', { params: { query } }));
    },
    refetchInterval: 15_000,
  });
}

/** What was refused lately, and the most frequent reasons. */
export function Refusals() {
  const hour = useDenials(1);
  const day = useDenials(24);
  // Some may see refusals and not count all of them.
  const uncounted = codeOf(day.error) === 'permission.missing';
  return (
    <Section title={words.title} actions={<PageLink to="/refusals">{words.all}</PageLink>}>
      {uncounted ? (
        <PageLink to="/refusals">{words.some}</PageLink>
      ) : (
        <Loaded query={day}>
          {(counted) => (
            <>
              <Group gap="xl">
                <Total n={hour.data?.total} since="1h" what={words.hour} />
                <Total n={counted.total} since="24h" what={words.day} />
              </Group>
              {counted.groups.length === 0 ? (
                <Text size="sm" c="dimmed">
                  {words.none}
                </Text>
              ) : (
                <DataTable
                  caption={words.top}
                  rows={counted.groups}
                  id={(group) => group.key ?? ''}
                  columns={[
                    {
                      head: words.code,
                      cell: (group) => (
                        <PageLink
                          to="/refusals"
                          search={{ code: group.key ?? undefined, since: '24h' }}
                          size="sm"
                        >
                          <Shown text={group.key ?? texts.common.none} mono />
                        </PageLink>
                      ),
                    },
                    { head: words.count, cell: (group) => group.count.toLocaleString(), number: true },
                    { head: words.last, cell: (group) => <Time at={group.last_ms} brief /> },
                    {
                      head: words.example,
                      cell: (group) =>
                        group.example && (
                          <PageLink
                            to="/requests/$id"
                            params={{ id: group.example }}
                            size="sm"
                            aria-label={words.why(group.key ?? '')}
                          >
                            {words.example}
                          </PageLink>
                        ),
                    },
                  ]}
                />
              )}
            </>
          )}
        </Loaded>
      )}
    </Section>
  );
}

function Total(props: { n: number | undefined; since: string; what: string }) {
  return (
    <PageLink to="/refusals" search={{ since: props.since }}>
      <Text component="span" fz="1.4rem" fw={650}>
        {props.n?.toLocaleString() ?? '…'}
      </Text>{' '}
      {props.what}
    </PageLink>
  );
}
