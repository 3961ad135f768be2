import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Subscription } from '../../api/apps';
import { approvals } from '../../frame/WaitingCount';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { texts } from '../../texts';
import { type ChangeRequested, ChangeWaiting } from './ChangeWaiting';
import { Story } from './Story';

const words = texts.approvals;

/** Stories that are shown at first, and added at a time: each asks for what belongs to it. */
const AT_A_TIME = 20;

/** What waits for the decision of whoever is signed in, the oldest first. */
export function Inbox() {
  const query = useQuery(approvals);
  const [shown, setShown] = useState(AT_A_TIME);
  return (
    <Loaded query={query}>
      {({ items, more }) => {
        if (items.length === 0) return <Empty title={words.none}>{words.noneHelp}</Empty>;
        return (
          <Stack gap="md">
            {items
              .slice(0, shown)
              .map((waiting) =>
                waiting.kind === 'subscription' ? (
                  <Story
                    key={waiting.id}
                    of={{ ...(waiting.document as Subscription), id: waiting.id, version: waiting.version }}
                    told={waiting}
                  />
                ) : (
                  <ChangeWaiting key={waiting.id} id={waiting.id} of={waiting.document as ChangeRequested} />
                ),
              )}
            {shown < items.length && (
              <Button variant="default" onClick={() => setShown(shown + AT_A_TIME)}>
                {words.showMore(items.length - shown)}
              </Button>
            )}
            {more && <Text size="sm">{words.evenMore}</Text>}
          </Stack>
        );
      }}
    </Loaded>
  );
}
