import { Alert, Box, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { curlOf } from '../../parts/curl';
import { Loaded } from '../../parts/Loaded';
import { Thing } from '../../parts/picture/Worth';
import { Said } from '../../parts/Said';
import { Secret } from '../../parts/Secret';
import { Shown } from '../../parts/Shown';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { Again } from './Again';
import { markApplied } from './explained';
import { Proved } from './Fixes';
import { useSent } from './sent';
import classes from './Why.module.css';

const words = texts.why;

function mend(id: string, fix: Schemas['Fix'], how: { preview: boolean; comment: string }) {
  const asked = api.POST('/api/v1/calls/{id}/fixes/{number}', {
    params: { path: { id, number: fix.number } },
    body: how,
  });
  return answer(asked);
}

/** Shows what a fix changes, applies it, says what was made, and offers to try the request again. */
export function Applying(props: {
  explained: Schemas['ExplainedCall'];
  fix: Schemas['Fix'] | undefined;
  onApplied: () => void;
  onClose: () => void;
}) {
  const { fix } = props;
  const id = props.explained.found.id ?? '';
  const cache = useQueryClient();
  const asSent = useSent(props.explained);
  const [made, setMade] = useState<Schemas['MadeFix']>();
  const [secret, setSecret] = useState<string>();
  // The dialog fades out with what it asked about.
  const [asked, setAsked] = useState(fix);
  if (fix && fix !== asked) setAsked(fix);
  const preview = useQuery({
    queryKey: ['fix', id, fix?.number],
    queryFn: () => mend(id, fix as Schemas['Fix'], { preview: true, comment: '' }),
    enabled: fix !== undefined,
    staleTime: 0,
    gcTime: 0,
  });
  const apply = async (comment: string) => {
    if (!fix) return;
    const { key, ...rest } = await mend(id, fix, { preview: false, comment });
    setMade(rest);
    markApplied(cache, id, fix);
    props.onApplied();
    told(words.done(fix.sentence.replaceAll('`', '')));
    setSecret(key ?? undefined);
    // Everything but this request's past may be different now.
    await cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'explanation' });
  };
  return (
    <>
      <Ask
        opened={fix !== undefined}
        onClose={props.onClose}
        title={words.applying}
        action={words.apply}
        danger={asked?.if_wrong}
        comment="optional"
        disabled={!preview.data}
        size="xl"
        onDone={apply}
      >
        {asked && (
          <>
            <Text fw={600}>
              <Said text={asked.sentence} />
            </Text>
            {asked.if_wrong && <Alert color="orange" variant="outline" title={words.ifWrongHelp} />}
            <Loaded query={preview}>{(value) => <Lines would={value.would ?? []} />}</Loaded>
            <Proved fix={asked} />
          </>
        )}
      </Ask>
      {made && <Done made={made} explained={props.explained} />}
      {secret !== undefined && (
        <Secret
          opened
          title={words.newKey}
          what={words.keyOf(appOf(made?.fix) ?? '')}
          secret={secret}
          curl={curlOf(asSent(secret).sent)}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  );
}

/** The typed change, as the lines of a configuration file. */
function Lines(props: { would: string[] }) {
  return (
    <div>
      <Text size="sm">{words.change}</Text>
      <Box component="pre" className={classes.block} role="region" aria-label={words.changeName} tabIndex={0}>
        <Shown text={props.would.map((lines) => lines.trimEnd()).join('\n')} first={4000} />
      </Box>
    </div>
  );
}

/** What was made, and the request tried again. */
function Done(props: { made: Schemas['MadeFix']; explained: Schemas['ExplainedCall'] }) {
  const { fix, made } = props.made;
  const key = made?.entries.find((entry) => entry.kind === 'credential' && entry.did === 'added')?.id;
  return (
    <Alert color="green" variant="outline" role="group" title={<Said text={words.done(fix.sentence)} />}>
      {made && <Text size="sm">{words.madeChange(made.sequence)}</Text>}
      <ul className={classes.list}>
        {(made?.entries ?? []).map((entry) => (
          <li key={`${entry.kind} ${entry.id}`}>
            {words.did(entry.did, entry.kind)}{' '}
            <Thing kind={entry.kind === 'credential' ? 'key' : entry.kind} id={entry.id} />
          </li>
        ))}
      </ul>
      <Box mt="sm">
        <Again explained={props.explained} assumed={key} />
      </Box>
    </Alert>
  );
}

function appOf(fix: Schemas['Fix'] | undefined): string | undefined {
  for (const step of fix?.steps ?? []) if ('create_key' in step) return step.create_key.app;
  return undefined;
}
