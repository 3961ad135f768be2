import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ComponentType } from 'react';
import type { Credential } from '../../api/apps';
import type { Schemas } from '../../api/client';
import { useMayIn } from '../../api/rights';
import { Named } from '../../parts/Named';
import { algorithmOf } from '../../parts/signing';
import { texts } from '../../texts';
import { errorAt } from '../services/fields';
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
  failed: unknown;
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
    isWhole: ({ publicKey }) => publicKey.trim() !== '',
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

function UserName({ draft, change, failed }: ProofFields) {
  return (
    <TextInput
      label={words.user}
      description={words.userHelp}
      required
      maxLength={255}
      autoComplete="off"
      value={draft.user}
      error={userError(draft.user) ?? errorAt(failed, '/user')}
      onChange={(event) => change({ user: event.currentTarget.value })}
      data-autofocus
    />
  );
}

/** Whether a key signs in a way that it does not say itself. */
function signsByRsa(publicKey: string): boolean {
  return algorithmOf(publicKey) === 'rsa-pss-sha512';
}

function PublicKey({ draft, change, failed }: ProofFields) {
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
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={draft.publicKey}
        error={errorAt(failed, '/signing_key/public_key', '/signing_key')}
        onChange={(event) => change({ publicKey: event.currentTarget.value })}
        data-autofocus
      />
      {signsByRsa(draft.publicKey) && (
        <NativeSelect
          label={words.algorithm}
          data={['rsa-pss-sha512', 'rsa-v1_5-sha256']}
          value={draft.algorithm}
          error={errorAt(failed, '/signing_key/algorithm')}
          onChange={(event) => change({ algorithm: event.currentTarget.value as ProofDraft['algorithm'] })}
        />
      )}
      <TextInput
        label={words.keyId}
        description={words.keyIdHelp}
        maxLength={1000}
        value={draft.keyId}
        error={errorAt(failed, '/signing_key/key_id')}
        onChange={(event) => change({ keyId: event.currentTarget.value })}
      />
    </>
  );
}

/** What a certificate is known by. Which names certificates have is for whoever says whose are trusted. */
function Certificate({ draft, change, failed }: ProofFields) {
  const all = useMayIn()('issuers.write', null);
  const names = all ? NAMES : NAMES.slice(0, 1);
  return (
    <>
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
        error={errorAt(failed, `/certificate/${draft.by}`, '/certificate')}
        onChange={(event) => change({ name: event.currentTarget.value })}
        data-autofocus
      />
    </>
  );
}

function Client({ draft, change, failed, issuer }: ProofFields) {
  return (
    <>
      {!issuer && (
        <Named
          kind="issuers"
          label={words.issuer}
          required
          value={draft.issuer}
          error={errorAt(failed, '/client/issuer')}
          onChange={(issuer) => change({ issuer })}
        />
      )}
      <TextInput
        label={words.client}
        description={words.clientHelp}
        required
        maxLength={1000}
        value={draft.client}
        error={errorAt(failed, '/client/id', '/client')}
        onChange={(event) => change({ client: event.currentTarget.value })}
        data-autofocus
      />
    </>
  );
}
