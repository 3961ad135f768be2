import { Checkbox, Fieldset, Stack, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ComponentType } from 'react';
import type { Schemas } from '../../../api/client';
import { issuersQuery } from '../../../api/issuers';
import { useMay } from '../../../api/me';
import { useErrorAt } from '../../../parts/failed';
import { USUAL_SIGNED } from '../../../parts/ways';
import { texts } from '../../../texts';
import { type Authentication, headersOf, type Kind, queryOf, type Trusted, USUAL_HEADERS } from './draft';
import { SessionFields } from './SessionFields';

/** What the fields of a kind get: what is said, and how it is changed. */
export interface KindFields {
  said: Authentication;
  say: (members: Partial<Authentication>) => void;
}

const words = texts.ways.form;

/** The fields of each kind that has some. */
export const FIELDS: Partial<Record<Kind, ComponentType<KindFields>>> = {
  api_key: ApiKeys,
  jwt: Tokens,
  session: SessionFields,
  signature: Signatures,
  hmac: SignedBySecret,
};

function ApiKeys({ said, say }: KindFields) {
  const errorAt = useErrorAt();
  return (
    <>
      <TagsInput
        label={words.headers}
        description={words.headersHelp}
        value={headersOf(said)}
        error={errorAt('/header')}
        onChange={(header) => say({ api_key: { ...said.api_key, header } })}
      />
      <TagsInput
        label={words.query}
        description={words.queryHelp}
        value={queryOf(said)}
        error={errorAt('/query')}
        onChange={(query) => say({ api_key: { ...said.api_key, query } })}
      />
    </>
  );
}

function Tokens({ said, say }: KindFields) {
  const errorAt = useErrorAt();
  const known = useQuery({ ...issuersQuery(undefined, undefined), enabled: useMay()('issuers.read') });
  const names = (known.data?.items ?? []).map((issuer) => issuer.id);
  const jwt = said.jwt ?? { issuers: [] };
  const { issuers, dpop } = jwt;
  const help = texts.ways.tokens;
  const set = (members: Partial<typeof jwt>) => say({ jwt: { ...jwt, ...members } });
  return (
    <>
      <TagsInput
        label={words.issuers}
        description={words.issuersHelp}
        required
        data={names}
        value={issuers}
        error={errorAt('/issuers', ...issuers.map((_, at) => `/issuers/${at}`))}
        onChange={(issuers) => set({ issuers })}
      />
      <Checkbox
        label={help.dpop}
        description={help.dpopHelp}
        checked={dpop !== undefined}
        onChange={(event) => set({ dpop: event.currentTarget.checked ? {} : undefined })}
      />
      {dpop && (
        <Stack gap="sm" ps="xl">
          <Proofs said={dpop} set={(members) => set({ dpop: { ...dpop, ...members } })} />
        </Stack>
      )}
      <TextInput
        type="url"
        label={help.metadata}
        description={help.metadataHelp}
        value={jwt.resource_metadata ?? ''}
        error={errorAt('/jwt/resource_metadata')}
        onChange={(event) => set({ resource_metadata: event.currentTarget.value || undefined })}
      />
    </>
  );
}

type Dpop = Partial<Schemas['ConfiguredDpop']>;

/** What is asked of proofs that a token is its sender's (RFC 9449). */
function Proofs({ said, set }: { said: Dpop; set: (members: Dpop) => void }) {
  const errorAt = useErrorAt();
  const help = texts.ways.tokens;
  const text = (name: 'max_age' | 'leeway' | 'nonce') => (
    <TextInput
      label={help[name]}
      description={help.help[name]}
      value={said[name] ?? ''}
      error={errorAt(`/dpop/${name}`)}
      onChange={(event) => set({ [name]: event.currentTarget.value || undefined })}
    />
  );
  return (
    <>
      <Checkbox
        label={help.required}
        description={help.requiredHelp}
        checked={said.required ?? false}
        onChange={(event) => set({ required: event.currentTarget.checked || undefined })}
      />
      {text('max_age')}
      {text('leeway')}
      {text('nonce')}
    </>
  );
}

/** Parts of a request that signatures can cover. */
const PARTS = ['@method', '@target-uri', '@authority', '@scheme', '@request-target', '@path', '@query'];

/** What is asked of signatures of the request (RFC 9421). */
function Signatures({ said, say }: KindFields) {
  const errorAt = useErrorAt();
  const signature = said.signature ?? {};
  const help = texts.ways.signed;
  const components = signature.components ?? [...USUAL_SIGNED.components];
  const set = (members: Partial<typeof signature>) => say({ signature: { ...signature, ...members } });
  return (
    <>
      <TagsInput
        label={help.components}
        description={help.componentsHelp}
        data={PARTS}
        value={components}
        error={errorAt(...components.map((_, at) => `/signature/components/${at}`))}
        onChange={(components) => set({ components })}
      />
      <Checkbox
        label={help.nonce}
        description={help.nonceHelp}
        checked={signature.nonce === 'required'}
        onChange={(event) => set({ nonce: event.currentTarget.checked ? 'required' : undefined })}
      />
      <Terms of="signature" said={signature} set={set} />
    </>
  );
}

/** What is asked of signatures by a secret, in `Authorization`. */
function SignedBySecret({ said, say }: KindFields) {
  const errorAt = useErrorAt();
  const hmac = said.hmac ?? {};
  const help = texts.ways.signed;
  const headers = hmac.headers ?? USUAL_HEADERS;
  const set = (members: Partial<typeof hmac>) => say({ hmac: { ...hmac, ...members } });
  return (
    <>
      <TagsInput
        label={help.headers}
        description={help.headersHelp}
        value={headers}
        error={errorAt(...headers.map((_, at) => `/hmac/headers/${at}`))}
        onChange={(headers) => set({ headers })}
      />
      <Terms of="hmac" said={hmac} set={set} />
    </>
  );
}

type TermsSaid = Pick<NonNullable<Authentication['hmac']>, 'max_age' | 'leeway' | 'digest' | 'max_body'>;

/** What is asked of every signature: how old it may be, and whether a body is signed. */
function Terms(props: { of: 'signature' | 'hmac'; said: TermsSaid; set: (members: TermsSaid) => void }) {
  const { said, set } = props;
  const errorAt = useErrorAt();
  const help = texts.ways.signed;
  const text = (name: 'max_age' | 'leeway' | 'max_body', disabled = false) => (
    <TextInput
      label={help[name]}
      description={help.help[name]}
      disabled={disabled}
      value={said[name] ?? ''}
      error={errorAt(`/${props.of}/${name}`)}
      onChange={(event) => set({ [name]: event.currentTarget.value || undefined })}
    />
  );
  return (
    <>
      <Checkbox
        label={help.digest}
        description={help.digestHelp}
        checked={said.digest !== 'optional'}
        onChange={(event) => set({ digest: event.currentTarget.checked ? undefined : 'optional' })}
      />
      {text('max_age')}
      {text('leeway')}
      {text('max_body')}
    </>
  );
}

/** Whose client certificates a service trusts: what it needs to know callers by them. */
export function TrustedFields(props: {
  value: Trusted;
  /** Whether certificates say who calls, so that some have to be trusted. */
  needed: boolean;
  onChange: (value: Trusted) => void;
}) {
  const { value, needed } = props;
  const errorAt = useErrorAt();
  const help = texts.ways.certificates;
  const set = (members: Trusted) => props.onChange({ ...value, ...members });
  return (
    <Fieldset legend={help.title}>
      <TextInput
        label={help.authorities}
        description={needed ? help.authoritiesHelp : help.authoritiesGone}
        required={needed}
        value={value.authorities ?? ''}
        error={errorAt('/client_certificate/authorities', '/client_certificate', '/mtls')}
        onChange={(event) => set({ authorities: event.currentTarget.value })}
      />
      <TextInput
        mt="sm"
        label={help.revocations}
        description={help.revocationsHelp}
        value={value.revocations ?? ''}
        error={errorAt('/client_certificate/revocations')}
        onChange={(event) => set({ revocations: event.currentTarget.value || undefined })}
      />
      <Checkbox
        mt="sm"
        label={help.required}
        description={help.requiredHelp}
        checked={value.required ?? true}
        onChange={(event) => set({ required: event.currentTarget.checked ? undefined : false })}
      />
    </Fieldset>
  );
}
