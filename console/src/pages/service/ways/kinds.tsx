import { TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ComponentType } from 'react';
import { issuersQuery } from '../../../api/issuers';
import { useMay } from '../../../api/me';
import { Named } from '../../../parts/Named';
import { texts } from '../../../texts';
import { errorAt } from '../../services/fields';
import { type Authentication, headersOf, type Kind, queryOf } from './draft';

/** What the fields of a kind get: what is said, how it is changed, and what the API said of it. */
export interface KindFields {
  said: Authentication;
  say: (members: Partial<Authentication>) => void;
  failed: unknown;
}

const words = texts.ways.form;

/** The fields of each kind that has some. */
export const FIELDS: Partial<Record<Kind, ComponentType<KindFields>>> = {
  api_key: ApiKeys,
  jwt: Tokens,
  session: Sessions,
};

function ApiKeys({ said, say, failed }: KindFields) {
  return (
    <>
      <TagsInput
        label={words.headers}
        description={words.headersHelp}
        value={headersOf(said)}
        error={errorAt(failed, '/header')}
        onChange={(header) => say({ api_key: { ...said.api_key, header } })}
      />
      <TagsInput
        label={words.query}
        description={words.queryHelp}
        value={queryOf(said)}
        error={errorAt(failed, '/query')}
        onChange={(query) => say({ api_key: { ...said.api_key, query } })}
      />
    </>
  );
}

function Tokens({ said, say, failed }: KindFields) {
  const known = useQuery({ ...issuersQuery(undefined, undefined), enabled: useMay()('issuers.read') });
  const names = (known.data?.items ?? []).map((issuer) => issuer.id);
  const issuers = said.jwt?.issuers ?? [];
  return (
    <TagsInput
      label={words.issuers}
      description={words.issuersHelp}
      required
      data={names}
      value={issuers}
      error={errorAt(failed, '/issuers', ...issuers.map((_, at) => `/issuers/${at}`))}
      onChange={(issuers) => say({ jwt: { ...said.jwt, issuers } })}
    />
  );
}

/** How people are signed in at browsers. */
function Sessions({ said, say, failed }: KindFields) {
  const session = said.session ?? {};
  const help = texts.ways.session;
  const set = (members: Partial<typeof session>) => say({ session: { ...session, ...members } });
  const text = (name: 'client_id' | 'client_secret' | 'idle' | 'lifetime', required = false) => (
    <TextInput
      label={help[name]}
      description={help.help[name]}
      required={required}
      value={session[name] ?? ''}
      error={errorAt(failed, `/session/${name}`)}
      onChange={(event) => set({ [name]: event.currentTarget.value || undefined })}
    />
  );
  return (
    <>
      <Named
        kind="issuers"
        label={help.issuer}
        description={help.help.issuer}
        required
        value={session.issuer ?? ''}
        error={errorAt(failed, '/session/issuer')}
        onChange={(issuer) => set({ issuer })}
      />
      {text('client_id', true)}
      {text('client_secret')}
      {text('idle')}
      {text('lifetime')}
    </>
  );
}
