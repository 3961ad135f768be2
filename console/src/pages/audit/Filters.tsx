import { Autocomplete, Button, Group, SimpleGrid, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { MomentInput } from '../../parts/MomentInput';
import { useAddress } from '../../parts/search';
import { TenantSelect } from '../../parts/TenantSelect';
import { texts } from '../../texts';
import classes from './Filters.module.css';

const words = texts.audit.filters;

/** Kinds of things that the trail is about, most asked for first. Others can be typed. */
const KINDS = [
  'credential',
  'subscription',
  'app',
  'list',
  'policy',
  'service',
  'plan',
  'upstream',
  'tenant',
  'environment',
  'assignment',
  'certificate',
  'listener',
  'user',
  'member',
  'role',
  'invitation',
  'service_account',
  'token',
  'identity_provider',
  'webhook',
  'mail',
  'change_request',
];

/** What happens without a change of a document. Others can be typed. */
const EVENTS = [
  'sign_in',
  'sign_in_failed',
  'sign_out',
  'password_changed',
  'password_link_made',
  'administrator_link_made',
  'reminded',
  'audit_export',
  'backup',
  'restore',
  'secrets_rotate',
];

/** What the trail is narrowed by. */
const NAMES = ['who', 'kind', 'id', 'tenant', 'event', 'since', 'until'] as const;
type FilterName = (typeof NAMES)[number];
type FilterValues = Record<FilterName, string | undefined>;

function filtersOf(value: (name: FilterName) => string | undefined): FilterValues {
  return Object.fromEntries(NAMES.map((name) => [name, value(name)])) as FilterValues;
}

/** Which lines of the trail are shown; the page's address says it too. */
export function Filters(props: {
  tenant: string | undefined;
  /** Whether the trail of all tenants may be read at once. */
  everywhere: boolean;
}) {
  const [search, change] = useAddress();
  const applied = filtersOf((name) => search[name]);
  const standing = JSON.stringify(applied);
  const [draft, setDraft] = useState({ of: standing, filters: applied });
  // A filter that came from elsewhere (a link, the browser's way back) stands in the form, too.
  if (draft.of !== standing) setDraft({ of: standing, filters: applied });
  const wanted = draft.filters;
  const set = (name: FilterName) => (value: string | null | undefined) =>
    setDraft((old) => ({ ...old, filters: { ...old.filters, [name]: value ?? undefined } }));
  const apply = (filters: FilterValues) => change({ ...filters, before: undefined, open: undefined });
  const show = (event: FormEvent) => {
    event.preventDefault();
    apply(filtersOf((name) => wanted[name]?.trim() || undefined));
  };
  const clear = () => {
    const filters = filtersOf(() => undefined);
    setDraft({ of: standing, filters });
    apply(filters);
  };
  return (
    <form onSubmit={show} aria-label={words.label}>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="xs" verticalSpacing="xs">
        <TextInput
          label={words.who}
          value={wanted.who ?? ''}
          onChange={(event) => set('who')(event.currentTarget.value)}
        />
        <Autocomplete label={words.kind} data={KINDS} value={wanted.kind ?? ''} onChange={set('kind')} />
        <TextInput
          label={words.id}
          value={wanted.id ?? ''}
          onChange={(event) => set('id')(event.currentTarget.value)}
        />
        <Autocomplete label={words.event} data={EVENTS} value={wanted.event ?? ''} onChange={set('event')} />
        <TenantSelect
          label={words.tenant}
          permission="audit.read"
          clearable={props.everywhere}
          value={wanted.tenant ?? props.tenant}
          onChange={set('tenant')}
        />
        <div className={classes.wide}>
          <MomentInput label={words.since} value={wanted.since} onChange={set('since')} zoneless />
        </div>
        <div className={classes.wide}>
          <MomentInput label={words.until} value={wanted.until} onChange={set('until')} zoneless />
        </div>
        <Group align="flex-end" gap="xs" className={classes.wide}>
          <Button type="submit">{words.apply}</Button>
          <Button variant="default" onClick={clear}>
            {words.clear}
          </Button>
        </Group>
      </SimpleGrid>
    </form>
  );
}
