import { Text } from '@mantine/core';
import { type Credential, refreshApps } from '../../api/apps';
import { answer, api } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { Shown } from '../../parts/Shown';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { LastUse } from './KeyState';
import { isKey } from './kinds';

const words = texts.apps.revoke;

/** Ends a key or another credential, at once and for good. */
export function Revoke(props: { of: Credential; onClose: () => void }) {
  const { id = '', title, app } = props.of;
  const key = isKey(props.of);
  const revoke = async (reason: string) => {
    await answer(api.POST('/api/v1/credentials/{id}/revoke', { params: { path: { id } }, body: { reason } }));
    told(words.done(id));
    await refreshApps();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.title(id)}
      action={key ? words.action : words.actionOfOther}
      danger
      comment="required"
      onDone={revoke}
    >
      {title && <Shown text={title} />}
      <Text size="sm">{key ? words.explain(app) : words.explainOther(app)}</Text>
      <Text size="sm">
        {words.lastUsed} <LastUse of={id} />
      </Text>
    </Ask>
  );
}
