import { NativeSelect, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ComponentType, useState } from 'react';
import type { Credential } from '../../api/apps';
import type { Schemas } from '../../api/client';
import { useMayIn } from '../../api/rights';
import { useErrorAt } from '../../parts/failed';
import { Named } from '../../parts/Named';
import { Shown } from '../../parts/Shown';
import { algorithmOf } from '../../parts/signing';
import { texts } from '../../texts';
import { readCertificate } from './certificate';
import type { CredentialKind } from './kinds';

const words = texts.apps.proofs;

/** What a certificate can be known by. */
const NAMES = ['fingerprint', 'dns', 'uri', 'email', 'subject'] as const;
type Name = (typeof NAMES)[number];

/** What a person says of what proves a new credential: of all kinds, so that nothing typed is lost. */
export interface ProofDraft {
  user: string;
  publicKey: string;
  keyId: string;
  algorithm: 'rsa-pss-sha512' | 'rsa-v1_5-sha256';
  by: Name;
  name: string;
  issuer: string;
  client: string;
}

export const EMPTY: ProofDraft = {
  user: '',
  publicKey: '',
  keyId: '',
  algorithm: 'rsa-pss-sha512',
  by: 'fingerprint',
  name: '',
  issuer: '',
  client: '',
};

/** What the fields of a kind get. */
export interface ProofFields {
  draft: ProofDraft;
  change: (members: Partial<ProofDraft>) => void;
  /** The issuer, where it is known from where the form was opened. */
  issuer?: string | undefined;
}

/** How a credential of a kind is made. */
interface ProofKind {
  Fields?: ComponentType<ProofFields>;
  isWhole?: (draft: ProofDraft) => boolean;
  /** Of those whose secret is made here: what is asked for. */
  wanted?: (draft: ProofDraft) => Pick<Schemas['KeyWanted'], 'kind'> | Pick<Schemas['KeyWanted'], 'user'>;
  /** Of the others: what the document of the credential says. */
  proof?: (draft: ProofDraft) => Partial<Credential>;
}

/** How each kind is made. */
export const PROOFS: Record<CredentialKind, ProofKind> = {
  api_key: { wanted: () => ({}) },
  hmac: { wanted: () => ({ kind: 'hmac' }) },
  basic: {
    Fields: UserName,
    isWhole: ({ user }) => user !== '' && userError(user) === undefined,
    wanted: ({ user }) => ({ user }),
  },
  signature: {
    Fields: PublicKey,
    isWhole: ({ publicKey }) => publicKey.trim() !== '' && !isPrivate(publicKey),
    proof: ({ publicKey, keyId, algorithm }) => ({
      signing_key: {
        public_key: publicKey.trim(),
        key_id: keyId.trim() || undefined,
        ...(signsByRsa(publicKey) && { algorithm }),
      },
    }),
  },
  mtls: {
    Fields: Certificate,
    isWhole: ({ name }) => name.trim() !== '',
    proof: ({ by, name }) => ({ certificate: { [by]: name.trim() } }),
  },
  jwt: {
    Fields: Client,
    isWhole: ({ issuer, client }) => Boolean(issuer && client.trim()),
    proof: ({ issuer, client }) => ({ client: { issuer, id: client.trim() } }),
  },
};

/** What is wrong with a user name, which stands before a colon (RFC 7617 §2). */
function userError(user: string): string | undefined {
  return /[:\p{Cc}]/u.test(user) ? words.userWrong : undefined;
}

function UserName({ draft, change }: ProofFields) {
  const errorAt = useErrorAt();
  return (
    <TextInput
      label={words.user}
      description={words.userHelp}
      required
      maxLength={255}
      autoComplete="off"
      value={draft.user}
      error={userError(draft.user) ?? errorAt('/user')}
      onChange={(event) => change({ user: event.currentTarget.value })}
      data-autofocus
    />
  );
}

/** Keys and certificates are easier to compare so. */
const MONOSPACE = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } };

/** Whether a text has a private key in it (PEM, or a JWK with `d`), which is nobody else's: it is not sent. */
function isPrivate(text: string): boolean {
  return /PRIVATE KEY-----/.test(text) || (/^\s*\{/.test(text) && /"d"\s*:/.test(text));
}

/** Whether a key signs in a way that it does not say itself. */
function signsByRsa(publicKey: string): boolean {
  return algorithmOf(publicKey) === 'rsa-pss-sha512';
}

function PublicKey({ draft, change }: ProofFields) {
  const errorAt = useErrorAt();
  return (
    <>
      <Textarea
        label={words.publicKey}
        description={words.publicKeyHelp}
        placeholder="-----BEGIN PUBLIC KEY-----"
        required
        autosize
        minRows={4}
        maxRows={12}
        spellCheck={false}
        styles={MONOSPACE}
        value={draft.publicKey}
        error={
          isPrivate(draft.publicKey) ? words.isPrivate : errorAt('/signing_key/public_key', '/signing_key')
        }
        onChange={(event) => change({ publicKey: event.currentTarget.value })}
        data-autofocus
      />
      {signsByRsa(draft.publicKey) && (
        <NativeSelect
          label={words.algorithm}
          data={['rsa-pss-sha512', 'rsa-v1_5-sha256']}
          value={draft.algorithm}
          error={errorAt('/signing_key/algorithm')}
          onChange={(event) => change({ algorithm: event.currentTarget.value as ProofDraft['algorithm'] })}
        />
      )}
      <TextInput
        label={words.keyId}
        description={words.keyIdHelp}
        maxLength={1000}
        value={draft.keyId}
        error={errorAt('/signing_key/key_id')}
        onChange={(event) => change({ keyId: event.currentTarget.value })}
      />
    </>
  );
}

/** What a certificate is known by. Which names certificates have is for whoever says whose are trusted. */
function Certificate({ draft, change }: ProofFields) {
  const errorAt = useErrorAt();
  const all = useMayIn()('issuers.write', null);
  const names = all ? NAMES : NAMES.slice(0, 1);
  return (
    <>
      <ReadCertificate names={names} draft={draft} change={change} />
      <NativeSelect
        label={words.by}
        description={all ? undefined : words.fingerprintOnly}
        data={names.map((name) => ({ value: name, label: words.names[name] }))}
        value={draft.by}
        onChange={(event) => change({ by: event.currentTarget.value as Name })}
      />
      <TextInput
        label={words.names[draft.by]}
        description={words.nameHelp[draft.by]}
        required
        maxLength={2048}
        value={draft.name}
        error={errorAt(`/certificate/${draft.by}`, '/certificate')}
        onChange={(event) => change({ name: event.currentTarget.value })}
        data-autofocus
      />
    </>
  );
}

/** Reads a certificate that is pasted, and offers what it can be known by. */
function ReadCertificate(props: Pick<ProofFields, 'draft' | 'change'> & { names: readonly Name[] }) {
  const { draft, change } = props;
  const [pem, setPem] = useState('');
  const { data } = useQuery({
    queryKey: ['certificate', pem],
    queryFn: async () => (await readCertificate(pem)) ?? null,
    enabled: pem.trim() !== '',
    gcTime: 0,
  });
  const offered = props.names.flatMap((name) =>
    [data?.[name] ?? []].flat().map((value) => ({ name, value, id: `${name} ${value}` })),
  );
  return (
    <>
      <Textarea
        label={words.pem}
        description={words.pemHelp}
        placeholder="-----BEGIN CERTIFICATE-----"
        autosize
        minRows={3}
        maxRows={6}
        spellCheck={false}
        styles={MONOSPACE}
        value={pem}
        error={data === null && pem.trim() ? words.pemWrong : undefined}
        onChange={(event) => setPem(event.currentTarget.value)}
      />
      {offered.length > 0 && (
        <Radio.Group
          label={words.says}
          value={`${draft.by} ${draft.name}`}
          onChange={(id) => {
            const chosen = offered.find((one) => one.id === id);
            if (chosen) change({ by: chosen.name, name: chosen.value });
          }}
        >
          <Stack gap={6} mt={4}>
            {offered.map(({ name, value, id }) => (
              <Radio
                key={id}
                value={id}
                label={
                  <>
                    {words.names[name]}: <Shown text={value} mono first={100} />
                  </>
                }
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </>
  );
}

function Client({ draft, change, issuer }: ProofFields) {
  const errorAt = useErrorAt();
  return (
    <>
      {!issuer && (
        <Named
          kind="issuers"
          label={words.issuer}
          required
          value={draft.issuer}
          error={errorAt('/client/issuer')}
          onChange={(issuer) => change({ issuer })}
        />
      )}
      <TextInput
        label={words.client}
        description={words.clientHelp}
        required
        maxLength={1000}
        value={draft.client}
        error={errorAt('/client/id', '/client')}
        onChange={(event) => change({ client: event.currentTarget.value })}
        data-autofocus
      />
    </>
  );
}
