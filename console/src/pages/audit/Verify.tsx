import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { Snippet } from '../../parts/Copy';
import { Dialog } from '../../parts/Dialog';
import { Failure } from '../../parts/Failure';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

const words = texts.audit.verify;

/** The button that checks the chain of the trail. */
export function Verify() {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        {words.action}
      </Button>
      <Dialog opened={opened} onClose={close} title={words.title} size="lg">
        <Check />
      </Dialog>
    </>
  );
}

function Check() {
  const [sequence, setSequence] = useState('');
  const [hash, setHash] = useState('');
  const [running, setRunning] = useState(false);
  const [verified, setVerified] = useState<Schemas['AuditVerified']>();
  const [error, setError] = useState<unknown>();
  const [tried, setTried] = useState(false);
  const half = (sequence.trim() === '') !== (hash.trim() === '');
  const number = sequence.trim() === '' || /^\d{1,15}$/.test(sequence.trim());
  const check = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (half || !number || running) return;
    setRunning(true);
    setError(undefined);
    setVerified(undefined);
    const known = hash.trim() ? { sequence: Number(sequence), hash: hash.trim() } : {};
    try {
      setVerified(await answer(api.GET('/api/v1/audit/verification', { params: { query: known } })));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setRunning(false);
    }
  };
  const wrong = tried && (half || !number) ? words.both : undefined;
  return (
    <form onSubmit={check} noValidate>
      <Stack gap="sm">
        <Text size="sm">{words.explain}</Text>
        <Text size="sm">{words.known}</Text>
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <TextInput
            label={words.sequence}
            inputMode="numeric"
            maw={140}
            value={sequence}
            error={Boolean(wrong)}
            onChange={(event) => setSequence(event.currentTarget.value)}
          />
          <TextInput
            label={words.hash}
            value={hash}
            error={wrong}
            spellCheck={false}
            onChange={(event) => setHash(event.currentTarget.value)}
          />
        </Group>
        <Failure error={error} />
        {verified && <Result verified={verified} />}
        <Group justify="flex-end">
          <Button type="submit" loading={running}>
            {words.do}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Result({ verified }: { verified: Schemas['AuditVerified'] }) {
  const { intact, fault, sequence, hash, sets, changes, forgotten } = verified;
  return (
    <Stack gap="xs">
      <Alert
        role="status"
        color={intact ? 'green' : 'red'}
        variant="outline"
        title={intact ? words.intact : words.broken}
        icon={intact ? <IconCheck aria-hidden /> : <IconAlertTriangle aria-hidden />}
      >
        {intact ? words.intactDetail(sets, changes) : <Shown text={fault ?? ''} />}
        {!intact && <div>{words.brokenDetail}</div>}
        {forgotten > 0 && <div>{words.forgotten(forgotten)}</div>}
      </Alert>
      {intact && (
        <div>
          <Text size="sm">{words.newest(sequence)}</Text>
          <Snippet text={hash} what={words.hashName} />
        </div>
      )}
    </Stack>
  );
}
