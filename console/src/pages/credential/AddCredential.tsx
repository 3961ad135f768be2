import { NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Credential, environments, refreshApps } from '../../api/apps';
import { answer, api } from '../../api/client';
import { PRODUCTION } from '../../api/gateway';
import { refreshIssuers } from '../../api/issuers';
import { Ask } from '../../parts/Ask';
import { Named } from '../../parts/Named';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { useGrants } from './grants';
import { finished, type KeyDraft, KeyFields } from './KeyFields';
import type { CredentialKind } from './kinds';
import { type Made, madeOf } from './Made';
import { newCredentialId } from './newId';
import { EMPTY, PROOFS } from './proofs';

const words = texts.apps.add;

/**
 * Makes a credential of an app: of a kind whose secret is made here, or of one that somebody else has. What is
 * known from where this was opened is not asked.
 */
export function AddCredential(props: {
  kind: CredentialKind;
  app?: string;
  issuer?: string;
  onClose: () => void;
  /** Shows what was made: without it, a notice does. */
  onMade?: (made: Made) => void;
}) {
  const { kind, issuer } = props;
  const [app, setApp] = useState(props.app ?? '');
  const [environment, setEnvironment] = useState(PRODUCTION);
  const [proof, setProof] = useState({ ...EMPTY, issuer: issuer ?? '' });
  const [draft, setDraft] = useState<KeyDraft>({});
  const declared = (useQuery(environments).data?.items ?? []).map((one) => one.id ?? '');
  const { Fields, isWhole, wanted, proof: proved } = PROOFS[kind];
  const title = words.title[kind];
  const make = async (comment: string): Promise<Made> => {
    const query = { comment: comment || undefined };
    const said = { ...finished(draft), environment };
    if (wanted) {
      const params = { path: { id: app }, query };
      const body = { ...said, ...wanted(proof) };
      return madeOf(await answer(api.POST('/api/v1/apps/{id}/keys', { params, body })));
    }
    const body = { ...said, ...proved?.(proof), id: newCredentialId(), app };
    return { of: (await answer(api.POST('/api/v1/credentials', { params: { query }, body }))) as Credential };
  };
  const add = async (comment: string) => {
    const made = await make(comment);
    if (props.onMade) props.onMade(made);
    else told(words.done(made.of.id ?? '', app));
    await Promise.all([refreshApps(), refreshIssuers()]);
  };
  return (
    <Ask
      opened
      onClose={props.onClose}
      title={props.app ? title(props.app) : title()}
      action={words.action[kind]}
      comment="optional"
      disabled={!app || isWhole?.(proof) === false}
      onDone={add}
    >
      <Text size="sm">{words.explain[kind]}</Text>
      {Fields && (
        <Fields draft={proof} change={(members) => setProof({ ...proof, ...members })} issuer={issuer} />
      )}
      {!props.app && <Named kind="apps" label={words.app} required value={app} onChange={setApp} />}
      <NativeSelect
        label={words.environment}
        description={words.environmentHelp}
        data={[...new Set([PRODUCTION, ...declared])]}
        value={environment}
        onChange={(event) => setEnvironment(event.currentTarget.value)}
      />
      {app && <Carried app={app} draft={draft} change={(members) => setDraft({ ...draft, ...members })} />}
    </Ask>
  );
}

/** What it carries: known once its app is. */
function Carried(props: { app: string; draft: KeyDraft; change: (members: Partial<KeyDraft>) => void }) {
  const grants = useGrants(props.app);
  return <KeyFields draft={props.draft} change={props.change} grants={grants} />;
}
