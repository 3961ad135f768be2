import { Button, NumberInput, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../../api/client';
import { useMe } from '../../../api/me';
import { queries } from '../../../api/queries';
import { Editing } from '../../../parts/Editing';
import { Facts } from '../../../parts/Facts';
import { filled, LinesField } from '../../../parts/fields';
import { Loaded } from '../../../parts/Loaded';
import { Names } from '../../../parts/Names';
import { Section } from '../../../parts/Page';
import type { Versioned } from '../../../parts/patch';
import { Shown } from '../../../parts/Shown';
import { ThingLink } from '../../../parts/ThingLink';
import { told } from '../../../parts/told';
import { texts } from '../../../texts';
import { changeSettings, type Places, type Proxies, settingsQuery } from './settings';

const words = texts.origins;

/** Where requests come from, as the platform sees it: trusted proxies, and databases of addresses. */
export function Origins() {
  return (
    <Stack gap="lg">
      <Text size="sm" c="dimmed">
        {words.about}
      </Text>
      <TrustedProxies />
      <Databases />
    </Stack>
  );
}

function useMayChange(): boolean {
  return useMe()?.platform.includes('settings.write') ?? false;
}

function TrustedProxies() {
  const query = useQuery(settingsQuery('client'));
  const [editing, edit] = useDisclosure(false);
  const change = useMayChange() && query.data && (
    <Button
      size="xs"
      variant="default"
      aria-label={`${words.proxies.change}: ${words.proxies.title}`}
      onClick={edit.open}
    >
      {words.proxies.change}
    </Button>
  );
  return (
    <Section title={words.proxies.title} actions={change}>
      <Text size="sm">{words.proxies.detail}</Text>
      <Loaded query={query}>{({ value }) => <ProxiesShown of={value} />}</Loaded>
      {editing && query.data && <EditProxies of={query.data} onClose={edit.close} />}
    </Section>
  );
}

function ProxiesShown({ of }: { of: Proxies }) {
  const lists = of.trusted_proxy_lists ?? [];
  const addresses = of.trusted_proxies ?? [];
  if (lists.length + addresses.length === 0) return <Text size="sm">{words.proxies.nobody}</Text>;
  return (
    <Facts
      facts={{
        [words.proxies.addresses]: addresses.length > 0 && <Names names={addresses} />,
        [words.proxies.lists]:
          lists.length > 0 &&
          lists.map((list) => (
            <div key={list}>
              <ThingLink kind="list" id={list} />
            </div>
          )),
        [words.proxies.header]: words.proxies.headers[of.header ?? 'x-forwarded-for'],
        [words.proxies.hops]: of.max_hops,
      }}
    />
  );
}

function finishedProxies(draft: Proxies): Proxies {
  const some = (all: string[] | undefined) => (filled(all).length > 0 ? filled(all) : undefined);
  return {
    ...draft,
    trusted_proxies: some(draft.trusted_proxies),
    trusted_proxy_lists: some(draft.trusted_proxy_lists),
  };
}

function EditProxies(props: { of: Versioned<Proxies>; onClose: () => void }) {
  const known = useQuery({
    queryKey: ['lists', 'names', 'of the platform'],
    queryFn: () =>
      answer(api.GET('/api/v1/lists', { params: { query: { limit: 200, without: 'entries' } } })),
  });
  const lists = (known.data?.items ?? []).filter((list) => !list.tenant).map(({ id }) => id ?? '');
  return (
    <Editing
      title={words.proxies.changeTitle}
      base={props.of}
      read={() => queries.fetchQuery({ ...settingsQuery('client'), staleTime: 0 })}
      write={async (patch, version, comment) => {
        await changeSettings('client', patch, version, comment);
        told(words.proxies.done);
      }}
      finish={finishedProxies}
      onClose={props.onClose}
    >
      {(draft, change) => (
        <>
          <LinesField
            label={words.proxies.addresses}
            description={words.proxies.addressesHelp}
            value={draft.trusted_proxies ?? []}
            onChange={(trusted_proxies) => change({ trusted_proxies })}
          />
          <TagsInput
            label={words.proxies.lists}
            description={words.proxies.listsHelp}
            data={lists}
            value={draft.trusted_proxy_lists ?? []}
            onChange={(trusted_proxy_lists) => change({ trusted_proxy_lists })}
          />
          <Select
            label={words.proxies.header}
            allowDeselect={false}
            data={Object.entries(words.proxies.headers).map(([value, label]) => ({ value, label }))}
            value={draft.header ?? 'x-forwarded-for'}
            onChange={(header) => change({ header: header ?? undefined })}
          />
          <NumberInput
            label={words.proxies.hops}
            description={words.proxies.hopsHelp}
            min={1}
            max={1000}
            allowDecimal={false}
            hideControls
            value={draft.max_hops ?? ''}
            onChange={(hops) => change({ max_hops: hops === '' ? undefined : Number(hops) })}
          />
        </>
      )}
    </Editing>
  );
}

function Databases() {
  const query = useQuery(settingsQuery('geo'));
  const [editing, edit] = useDisclosure(false);
  const change = useMayChange() && query.data && (
    <Button
      size="xs"
      variant="default"
      aria-label={`${words.places.change}: ${words.places.title}`}
      onClick={edit.open}
    >
      {words.places.change}
    </Button>
  );
  return (
    <Section title={words.places.title} actions={change}>
      <Text size="sm">{words.places.detail}</Text>
      <Loaded query={query}>
        {({ value }) => (
          <Facts
            facts={{
              [words.places.country]: value.country ? <Shown text={value.country} mono /> : words.places.none,
              [words.places.asn]: value.asn && <Shown text={value.asn} mono />,
            }}
          />
        )}
      </Loaded>
      {editing && query.data && <EditPlaces of={query.data} onClose={edit.close} />}
    </Section>
  );
}

function EditPlaces(props: { of: Versioned<Places>; onClose: () => void }) {
  return (
    <Editing
      title={words.places.changeTitle}
      base={props.of}
      read={() => queries.fetchQuery({ ...settingsQuery('geo'), staleTime: 0 })}
      write={async (patch, version, comment) => {
        await changeSettings('geo', patch, version, comment);
        told(words.places.done);
      }}
      finish={({ country, asn }) => ({
        country: country?.trim() || undefined,
        asn: asn?.trim() || undefined,
      })}
      onClose={props.onClose}
    >
      {(draft, change) =>
        (['country', 'asn'] as const).map((name) => (
          <TextInput
            key={name}
            label={words.places[name]}
            value={draft[name] ?? ''}
            onChange={(event) => change({ [name]: event.currentTarget.value })}
            data-autofocus={name === 'country' || undefined}
          />
        ))
      }
    </Editing>
  );
}
