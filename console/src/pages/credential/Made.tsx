import { Button, Group, Stack } from '@mantine/core';
import type { Credential } from '../../api/apps';
import { Dialog } from '../../parts/Dialog';
import { Secret } from '../../parts/Secret';
import { texts } from '../../texts';
import { Use } from './Use';

/** A credential that was just made; the secret of one that has some is nowhere else. */
export interface Made {
  of: Credential;
  secret?: string;
}

/** What the API answers of a credential whose secret it made. */
export function madeOf(answered: Record<string, unknown>): Made {
  const { secret, ...of } = answered;
  return { of: of as unknown as Credential, secret: String(secret) };
}

/** Shows what was made with a request that it is good for: a secret, this once. */
export function MadeCredential({ made, onClose }: { made: Made; onClose: () => void }) {
  const { of, secret } = made;
  const words = texts.apps.secret;
  const title = words.title(of.id ?? '');
  if (secret === undefined) {
    return (
      <Dialog opened onClose={onClose} title={title} size="xl" withCloseButton={false}>
        <Stack>
          <Use of={of} />
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              {texts.common.close}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    );
  }
  const user = of.password?.user;
  return (
    <Secret
      opened
      title={title}
      what={user ? words.passwordOf(user) : words.what(of.id ?? '')}
      secret={secret}
      note={<Use of={of} secret={secret} />}
      onClose={onClose}
    />
  );
}
