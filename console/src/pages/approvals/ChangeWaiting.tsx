import { Paper, Stack, Title } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { Facts } from '../../parts/Facts';
import { ButtonLink } from '../../parts/links';
import { Shown } from '../../parts/Shown';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';

const words = texts.approvals.changeRequest;

/** What a change request that waits says of itself. */
export type ChangeRequested = Pick<
  Schemas['ChangeRequestRow'],
  'comment' | 'proposed_by' | 'proposed_at' | 'expires_at' | 'tenant'
>;

/** A change request that waits: it is decided about on its own page, where its differences are. */
export function ChangeWaiting(props: { id: string; of: ChangeRequested }) {
  const { id, of } = props;
  return (
    <Paper withBorder p="md" component="section" aria-label={words.waiting(id)}>
      <Stack gap="sm" align="flex-start">
        <Title order={2}>{words.waiting(id)}</Title>
        <Facts
          facts={{
            [words.why]: of.comment && <Shown text={of.comment} />,
            [words.by]: of.proposed_by && <Shown text={of.proposed_by} />,
            [words.since]: of.proposed_at && <Time at={of.proposed_at} brief />,
            [words.until]: of.expires_at && <Time at={of.expires_at} />,
            [words.tenant]: of.tenant && <Shown text={of.tenant} />,
          }}
        />
        <ButtonLink to="/change-requests/$id" params={{ id }} variant="default">
          {words.look}
        </ButtonLink>
      </Stack>
    </Paper>
  );
}
