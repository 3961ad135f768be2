import { Alert, SimpleGrid } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../../parts/Ask';
import { told } from '../../../parts/told';
import { texts } from '../../../texts';
import type { Read } from '../data';
import type { Service } from '../documents';
import { useSaving } from '../useSaving';
import type { Called } from './called';
import { acceptedBy, draftOf, isWhole, patchOf } from './draft';
import { Sends } from './Sends';
import { WaysFields } from './WaysFields';

/** Changes what a service accepts; what callers would send stands beside. */
export function EditWays(props: { read: Read<Service>; called: Called; onClose: () => void }) {
  // As it was when the form opened: what others change since then is a conflict, not overwritten.
  const [{ value: service, version }] = useState(props.read);
  const words = texts.ways;
  const { save, asking, questions } = useSaving();
  const [draft, setDraft] = useState(() => draftOf(service));
  const patch = patchOf(draft, service);
  const change = async (comment: string) => {
    const { id, tenant } = service;
    const went = await save({ kind: 'service', id, tenant, patch, comment }, version);
    if (went === 'made') told(words.saved(id));
  };
  return (
    <>
      <Ask
        opened={!asking}
        size="xl"
        title={words.editTitle(service.id)}
        action={texts.common.save}
        comment="optional"
        disabled={!isWhole(draft) || Object.keys(patch).length === 0}
        onClose={props.onClose}
        onDone={change}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <WaysFields draft={draft} set={setDraft} />
          <Sends accepted={acceptedBy(draft)} optional={false} called={props.called} draft />
        </SimpleGrid>
        {draft.open && service.authentication && (
          <Alert color="orange" variant="outline">
            {words.opens}
          </Alert>
        )}
      </Ask>
      {questions}
    </>
  );
}
