import { Alert, List } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Ready } from '../../api/answers/readiness';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

const words = texts.home.ready;

/** What the gateway says is wrong with itself, one sentence each. */
function complaintsOf(ready: Ready): string[] {
  const stale = /^stale: (.*)$/s.exec(ready.configuration)?.[1];
  return [
    ...ready.reasons.map((reason) => `${words.notReady}: ${reason}`),
    ...(stale ? [`${words.stale}: ${stale}`] : []),
    ...(ready.database ? [`${words.database}: ${ready.database}`] : []),
    ...ready.call_log.map((what) => `${words.callLog}: ${what}`),
  ];
}

/** Says what is wrong with Postern itself; nothing while it is well. */
export function Readiness() {
  const { data } = useQuery({
    queryKey: ['readyz'],
    // It answers 503 with the same document; where it is answered elsewhere, nothing is told here.
    queryFn: async () => (await (await fetch('/readyz')).json()) as Ready,
    refetchInterval: 15_000,
    retry: false,
  });
  const complaints = data ? complaintsOf(data) : [];
  if (complaints.length === 0) return null;
  return (
    <Alert
      color="orange"
      variant="outline"
      role="alert"
      title={words.title}
      icon={<IconAlertTriangle aria-hidden />}
    >
      <List size="sm">
        {complaints.map((complaint) => (
          <List.Item key={complaint}>
            <Shown text={complaint} first={600} />
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
