import { Text } from '@mantine/core';
import { answer, api } from '../../../api/client';
import { texts } from '../../../texts';
import { StepForm } from './StepForm';
import type { Progress } from './state';

const words = texts.home.steps.key;

/** Makes a key of an app; its secret. */
async function makeKey(app: string): Promise<string> {
  const body = {
    title: words.keyTitle,
    environment: null,
    scopes: null,
    expires_at: null,
    restricted_to: null,
  };
  const made = await answer(api.POST('/api/v1/apps/{id}/keys', { params: { path: { id: app } }, body }));
  return (made as { secret: string }).secret;
}

/** Makes the key that the first request is sent with. */
export function KeyStep(props: { at: Progress; again?: boolean; onMade: (secret: string) => void }) {
  const { app } = props.at;
  if (!app) return null;
  return (
    <StepForm
      action={props.again ? texts.home.steps.send.anotherKey : words.action}
      needs="credentials.write"
      tenant={app.tenant}
      onDo={async () => props.onMade(await makeKey(app.id))}
    >
      {!props.again && <Text size="sm">{words.detail(app.id)}</Text>}
    </StepForm>
  );
}
