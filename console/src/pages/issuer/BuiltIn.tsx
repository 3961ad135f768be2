import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { answer, api } from '../../api/client';
import { type Issuer, issuerQuery, refreshIssuers } from '../../api/issuers';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import { Snippet } from '../../parts/Copy';
import { curlOf, withPassword } from '../../parts/curl';
import { Section } from '../../parts/Page';
import { bodyOf, patching } from '../../parts/patch';
import { told } from '../../parts/told';
import { texts } from '../../texts';

const words = texts.issuers.builtIn;

/** In which every gateway learns of a new key before it signs, in milliseconds. */
const AHEAD = 60_000;

/** How an app gets a token of an issuer that is the gateway itself (RFC 6749 §4.4). */
export function GettingTokens({ of }: { of: Issuer }) {
  const { yourKeyId, yourKey } = texts.ways.kinds;
  const asked = {
    method: 'POST',
    url: `${of.issuer}/token`,
    headers: [],
    body: 'grant_type=client_credentials',
  };
  return (
    <Section title={words.title}>
      <Text size="sm">{words.detail}</Text>
      <Snippet text={curlOf(withPassword(asked, yourKeyId, yourKey))} what={words.command} />
    </Section>
  );
}

/** Has an issuer that is built in sign with a new key. */
export function RotateKeys({ of }: { of: Issuer }) {
  const { id } = of;
  const [opened, { open, close }] = useDisclosure(false);
  const rotate = async (comment: string) => {
    const { version } = await queries.fetchQuery({ ...issuerQuery(id), staleTime: 0 });
    const rotated_at = new Date(Date.now() + AHEAD).toISOString().replace(/\.\d+Z$/, 'Z');
    await answer(
      api.PATCH('/api/v1/issuers/{id}', {
        params: { path: { id }, query: { comment: comment || undefined }, header: patching(version) },
        body: bodyOf({ built_in: { rotated_at } }),
      }),
    );
    told(words.rotated(id));
    await refreshIssuers();
  };
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        {words.rotate}
      </Button>
      <Ask
        opened={opened}
        onClose={close}
        title={words.rotateTitle(id)}
        action={words.rotate}
        comment="optional"
        onDone={rotate}
      >
        <Text size="sm">
          {words.rotateDetail} {words.rotateTwice}
        </Text>
      </Ask>
    </>
  );
}
