import { Fieldset, MultiSelect, Radio, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import type { Schemas } from '../../api/client';
import { useGateway } from '../../api/gateway';
import { useErrorAt } from '../../parts/failed';
import { More } from '../../parts/More';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { CLAIMS, claimOf, type IssuerDraft, type KeysKind, keysKindOf, saysMore, withKeysAt } from './draft';
import { IntrospectionFields } from './Introspection';

const words = texts.issuers.form;

const ALGORITHMS: Array<Schemas['ConfiguredAlgorithm']> = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'HS256', 'HS384', 'HS512'] as const),
];

/** Where an issuer answers that is the gateway itself. */
const addressOf = (origin: string, name: string) => `${origin}/.well-known/postern/issuers/${name.trim()}`;

interface Fields {
  draft: IssuerDraft;
  change: (members: Partial<IssuerDraft>) => void;
}

/** The fields of an issuer: whose tokens, for whom, where its keys are, and what few need besides. */
export function IssuerFields(props: Fields & { name: string; autoFocus?: boolean }) {
  const { draft, change } = props;
  const kind = keysKindOf(draft);
  const errorAt = useErrorAt();
  const gateway = useGateway();
  const choose = (kind: KeysKind) => {
    const own = kind === 'built_in' && !draft.issuer?.trim() && gateway.url;
    change({ ...withKeysAt(kind), ...(own && { issuer: addressOf(new URL(own).origin, props.name) }) });
  };
  return (
    <>
      <TextInput
        label={words.iss}
        description={words.issHelp}
        required
        maxLength={1000}
        value={draft.issuer ?? ''}
        error={errorAt('/issuer')}
        onChange={(event) => change({ issuer: event.currentTarget.value })}
        data-autofocus={props.autoFocus || undefined}
      />
      <TagsInput
        label={words.audiences}
        description={words.audiencesHelp}
        required
        value={draft.audiences ?? []}
        error={errorAt('/audiences', ...(draft.audiences ?? []).map((_, at) => `/audiences/${at}`))}
        onChange={(audiences) => change({ audiences })}
      />
      <Radio.Group label={words.keys} value={kind} onChange={(kind) => choose(kind as KeysKind)}>
        <Stack gap={6} mt={4}>
          {Object.entries(words.keysKinds).map(([value, label]) => (
            <Radio key={value} value={value} label={label} />
          ))}
        </Stack>
      </Radio.Group>
      <Where {...props} kind={kind} />
      <TextInput
        label={words.title}
        description={words.titleHelp}
        maxLength={1000}
        value={draft.title ?? ''}
        error={errorAt('/title')}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      {(kind !== 'built_in' || saysMore(draft)) && (
        <More label={words.more} open={saysMore(draft)}>
          <Seldom {...props} />
        </More>
      )}
    </>
  );
}

function Where({ draft, change, kind }: Fields & { kind: KeysKind }) {
  const errorAt = useErrorAt();
  if (kind === 'built_in') {
    const { built_in } = draft;
    const text = (name: 'lifetime' | 'rotate') => (
      <TextInput
        label={words[name]}
        description={words.builtInHelp[name]}
        maxLength={40}
        value={built_in?.[name] ?? ''}
        error={errorAt(`/built_in/${name}`)}
        onChange={(event) => change({ built_in: { ...built_in, [name]: event.currentTarget.value } })}
      />
    );
    return (
      <>
        <Text size="sm" c="dimmed">
          {words.builtInAt}
        </Text>
        {text('lifetime')}
        {text('rotate')}
      </>
    );
  }
  if (kind === 'url') {
    return (
      <TextInput
        type="url"
        label={words.url}
        required
        value={draft.keys_url ?? ''}
        error={errorAt('/keys_url')}
        onChange={(event) => change({ keys_url: event.currentTarget.value })}
      />
    );
  }
  if (kind === 'file') {
    return (
      <TextInput
        label={words.file}
        description={words.fileHelp}
        required
        value={draft.keys_file ?? ''}
        error={errorAt('/keys_file')}
        onChange={(event) => change({ keys_file: event.currentTarget.value })}
      />
    );
  }
  if (kind === 'secret') {
    return (
      <TextInput
        label={words.secret}
        description={words.secretHelp}
        required
        value={draft.secret ?? ''}
        error={errorAt('/secret')}
        onChange={(event) => change({ secret: event.currentTarget.value })}
      />
    );
  }
  const iss = draft.issuer?.trim().replace(/\/$/, '');
  if (!iss || draft.introspection?.jwt === 'introspection') return null;
  return (
    <Text size="sm" c="dimmed">
      <Shown text={words.discoveryAt(iss)} first={200} />
    </Text>
  );
}

function Seldom({ draft, change }: Fields) {
  const errorAt = useErrorAt();
  const kind = keysKindOf(draft);
  const length = (name: 'leeway' | 'refresh' | 'keep', help: string) => (
    <TextInput
      label={words[name]}
      description={help}
      maxLength={40}
      value={draft[name] ?? ''}
      error={errorAt(`/${name}`)}
      onChange={(event) => change({ [name]: event.currentTarget.value || undefined })}
    />
  );
  const claims = (name: (typeof CLAIMS)[number], said: string[]) => {
    const others = { ...draft.claims };
    delete others[name];
    change({ claims: said.length > 0 ? { ...others, [name]: said } : others } as Partial<IssuerDraft>);
  };
  return (
    <>
      {kind !== 'built_in' && <IntrospectionFields draft={draft} change={change} />}
      {length('leeway', words.leewayHelp)}
      {(kind === 'discovery' || kind === 'url') && (
        <>
          {length('refresh', words.refreshHelp)}
          {length('keep', words.keepHelp)}
        </>
      )}
      {kind !== 'built_in' && (
        <MultiSelect
          label={words.algorithms}
          description={words.algorithmsHelp}
          data={ALGORITHMS}
          value={draft.algorithms ?? []}
          error={errorAt('/algorithms')}
          onChange={(algorithms) => change({ algorithms: algorithms as typeof ALGORITHMS })}
        />
      )}
      <Fieldset legend={words.claims}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {words.claimsHelp}
          </Text>
          {CLAIMS.map((name) => (
            <TagsInput
              key={name}
              label={words.claim[name]}
              description={words.claimUsual[name]}
              value={claimOf(draft, name) ?? []}
              error={errorAt(`/claims/${name}`)}
              onChange={(said) => claims(name, said)}
            />
          ))}
        </Stack>
      </Fieldset>
    </>
  );
}
