import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answer, api } from '../../api/client';
import { type Issuer, issuerQuery, issuerUsesQuery, refreshIssuers } from '../../api/issuers';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import type { Versioned } from '../../parts/patch';
import { ThingLink } from '../../parts/ThingLink';
import { told } from '../../parts/told';
import { texts } from '../../texts';

const words = texts.issuers.page;

/** Removes an issuer that nothing relies on; else says what does. */
export function RemoveIssuer(props: { of: Versioned<Issuer>; onClose: () => void }) {
  const { value, version } = props.of;
  const { id } = value;
  const navigate = useNavigate();
  const uses = useQuery({ ...issuerUsesQuery(id), staleTime: 0 }).data;
  const relies = uses && (uses.services.length > 0 || uses.clients.length > 0);
  const remove = async (comment: string) => {
    await answer(
      api.DELETE('/api/v1/issuers/{id}', {
        params: {
          path: { id },
          query: { comment: comment || undefined },
          header: { 'If-Match': version },
        },
      }),
    );
    const undo = async () => {
      const { version: _, ...body } = value;
      const query = { comment: words.undoRemove };
      await answer(api.POST('/api/v1/issuers', { params: { query }, body: body as never }));
      await refreshIssuers();
    };
    told(words.removed(id), undo);
    await navigate({ to: '/issuers' });
    queries.removeQueries({ queryKey: issuerQuery(id).queryKey });
    void refreshIssuers();
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={words.removeTitle(id)}
      action={words.removeDoes}
      danger
      comment="optional"
      disabled={relies}
      onDone={remove}
    >
      {!relies && <Text size="sm">{words.removeDetail}</Text>}
      {relies && (
        <Stack gap="xs">
          <Text size="sm">{words.removeFirst}</Text>
          <ul>
            {uses.services.map((service) => (
              <li key={service}>
                {texts.issuers.accept.service} <ThingLink kind="service" id={service} />
              </li>
            ))}
            {uses.clients.map(({ credential, client, app }) => (
              <li key={credential}>
                <ThingLink kind="credential" id={credential} /> ({client}, <ThingLink kind="app" id={app} />)
              </li>
            ))}
          </ul>
        </Stack>
      )}
    </Ask>
  );
}
