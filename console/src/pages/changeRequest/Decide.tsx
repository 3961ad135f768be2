import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { useMay, useMe } from '../../api/me';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';

const words = texts.audit.request;

/**
 * The buttons that decide about an open request. Nobody approves what is their own; they can take it back.
 */
export function Decide({ request }: { request: Schemas['ChangeRequestRow'] }) {
  const [asking, setAsking] = useState<'approve' | 'reject'>();
  const who = useMe();
  const may = useMay();
  const { id, tenant, proposed_by, moved } = request;
  const own = who?.who === proposed_by;
  const decides = tenant
    ? may('changes.decide', tenant)
    : (who?.platform.includes('changes.decide') ?? false);
  if (!own && !decides) return null;
  const decide = async (comment: string) => {
    const asked = { params: { path: { id } }, body: { comment } };
    if (asking === 'approve') await answer(api.POST('/api/v1/change-requests/{id}/approve', asked));
    else await answer(api.POST('/api/v1/change-requests/{id}/reject', asked));
    // An approved request may have changed anything.
    void queries.invalidateQueries();
    if (asking === 'approve') told(words.approved(id));
    else told(own ? words.withdrawn(id) : words.rejected(id));
  };
  const no = own
    ? { action: words.withdraw, title: words.withdrawTitle(id), detail: words.withdrawDetail }
    : { action: words.reject, title: words.rejectTitle(id), detail: words.rejectDetail };
  const yes = { action: words.approve, title: words.approveTitle(id), detail: words.approveDetail };
  const asked = asking === 'approve' ? yes : no;
  return (
    <>
      {own && (
        <Text size="sm" c="dimmed">
          {words.own}
        </Text>
      )}
      {!own && !moved?.length && <Button onClick={() => setAsking('approve')}>{yes.action}</Button>}
      <Button variant="default" onClick={() => setAsking('reject')}>
        {no.action}
      </Button>
      <Ask
        opened={asking !== undefined}
        onClose={() => setAsking(undefined)}
        title={asked.title}
        action={asked.action}
        comment={asking === 'reject' && !own ? 'required' : 'optional'}
        onDone={decide}
      >
        <Text size="sm">{asked.detail}</Text>
      </Ask>
    </>
  );
}
