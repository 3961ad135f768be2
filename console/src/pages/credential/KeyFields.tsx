import { Fieldset, Stack, TextInput } from '@mantine/core';
import type { Credential } from '../../api/apps';
import type { Schemas } from '../../api/client';
import { useErrorAt } from '../../parts/failed';
import { ChoicesField, filled, LinesField, SubsetField } from '../../parts/fields';
import { MomentInput } from '../../parts/MomentInput';
import { texts } from '../../texts';
import type { Grants } from './grants';

const words = texts.apps.keyForm;

/** Methods that are offered; a key that was restricted to others keeps them. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** What a person can say of a key. */
export type KeyDraft = Pick<
  Credential,
  'title' | 'scopes' | 'access_roles' | 'not_before' | 'expires_at' | 'restricted_to'
>;

type Restriction = NonNullable<KeyDraft['restricted_to']>;

/** A draft without what was left empty: that is what is sent. */
export function finished<T extends KeyDraft>(draft: T): T {
  const kept: Partial<Restriction> = {};
  for (const [name, lines] of Object.entries(draft.restricted_to ?? {})) {
    const some = filled(lines);
    if (some.length > 0) Object.assign(kept, { [name]: some });
  }
  const restricted = Object.keys(kept).length > 0 ? (kept as Restriction) : undefined;
  return { ...draft, title: draft.title?.trim() || undefined, restricted_to: restricted };
}

/** The fields of a key: its name, what it carries, how long, and where it may be used. */
export function KeyFields(props: {
  draft: KeyDraft;
  change: (members: Partial<KeyDraft>) => void;
  grants: Grants;
  /** Whether its beginning is asked for too. */
  early?: boolean;
}) {
  const { draft, change, grants } = props;
  const errorAt = useErrorAt();
  return (
    <Stack gap="sm">
      <TextInput
        label={words.title}
        description={words.titleHelp}
        maxLength={1000}
        value={draft.title ?? ''}
        error={errorAt('/title')}
        onChange={(event) => change({ title: event.currentTarget.value })}
        data-autofocus
      />
      <SubsetField
        label={words.scopes}
        all={words.allScopes}
        some={words.some}
        none={words.noScopes}
        options={grants.scopes}
        value={draft.scopes}
        onChange={(scopes) => change({ scopes })}
      />
      <SubsetField
        label={words.roles}
        all={words.allRoles}
        some={words.some}
        none={words.noRoles}
        options={grants.accessRoles}
        value={draft.access_roles}
        onChange={(access_roles) => change({ access_roles })}
      />
      {props.early && (
        <MomentInput
          label={words.notBefore}
          value={draft.not_before}
          error={errorAt('/not_before')}
          onChange={(not_before) => change({ not_before })}
        />
      )}
      <MomentInput
        label={words.expires}
        description={words.expiresHelp}
        value={draft.expires_at}
        error={errorAt('/expires_at')}
        onChange={(expires_at) => change({ expires_at })}
      />
      <Restrictions
        value={draft.restricted_to}
        services={grants.services}
        onChange={(restricted_to) => change({ restricted_to })}
      />
    </Stack>
  );
}

function Restrictions(props: {
  value: Restriction | undefined;
  services: string[];
  onChange: (value: Restriction) => void;
}) {
  const value = props.value ?? ({} as Restriction);
  const errorAt = useErrorAt();
  const linesWrong = (name: 'addresses' | 'referrers') =>
    errorAt(...(value[name] ?? []).map((_, at) => `/restricted_to/${name}/${at}`));
  const change = (members: Partial<Restriction>) => props.onChange({ ...value, ...members });
  return (
    <Fieldset legend={words.restrictions}>
      <Stack gap="sm">
        <LinesField
          label={words.addresses}
          description={words.addressesHelp}
          placeholder="203.0.113.0/24"
          value={value.addresses ?? []}
          error={linesWrong('addresses')}
          onChange={(addresses) => change({ addresses })}
        />
        <ChoicesField
          label={words.services}
          options={props.services}
          value={value.services ?? []}
          none={words.noServices}
          onChange={(services) => change({ services })}
        />
        <ChoicesField
          label={words.methods}
          options={METHODS}
          value={value.methods ?? []}
          none=""
          onChange={(methods) => change({ methods: methods as Array<Schemas['ConfiguredMethod']> })}
        />
        <LinesField
          label={words.referrers}
          description={words.referrersHelp}
          placeholder="*.example.com"
          value={value.referrers ?? []}
          error={linesWrong('referrers')}
          onChange={(referrers) => change({ referrers })}
        />
      </Stack>
    </Fieldset>
  );
}
