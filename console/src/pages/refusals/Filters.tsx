import { Autocomplete, Button, Group, NativeSelect, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useDenialCodes } from '../../api/denialCodes';
import { texts } from '../../texts';
import classes from './Filters.module.css';
import { type FilterName, UNFILTERED, useLooked } from './looked';

const words = texts.refusals.filters;

/** Those that are asked for most. */
const FIRST: FilterName[] = ['phrase', 'status', 'code', 'app'];
const OTHERS: FilterName[] = [
  'service',
  'operation',
  'fault',
  'address',
  'method',
  'credential',
  'tenant',
  'version',
  'stage',
];

/** Filters of which there are only so many values. */
const VALUES: Partial<Record<FilterName, string[]>> = {
  fault: Object.keys(texts.refusals.faults),
  method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
};

/** Narrows what is looked at. Nothing happens until it is applied, so that typing asks nothing. */
export function FilterForm() {
  const { at, go } = useLooked();
  const set = JSON.stringify(at.filters);
  const [draft, setDraft] = useState({ of: set, filters: at.filters });
  // A filter that came from elsewhere (a bar, a chip, the browser's way back) stands in the form, too.
  if (draft.of !== set) setDraft({ of: set, filters: at.filters });
  const [opened, { toggle }] = useDisclosure(OTHERS.some((name) => at.filters[name]));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go({ ...UNFILTERED, ...draft.filters });
  };
  const field = (name: FilterName) => (
    <Field
      key={name}
      name={name}
      value={draft.filters[name] ?? ''}
      onChange={(value) => setDraft({ of: set, filters: { ...draft.filters, [name]: value } })}
    />
  );
  return (
    <form onSubmit={submit} aria-label={words.label}>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="xs" verticalSpacing="xs">
        {FIRST.map(field)}
        {opened && OTHERS.map(field)}
      </SimpleGrid>
      <Group gap="xs" mt="xs">
        <Button type="submit" size="xs">
          {words.apply}
        </Button>
        <Button
          variant="subtle"
          size="xs"
          aria-expanded={opened}
          onClick={toggle}
          rightSection={
            opened ? <IconChevronUp size={14} aria-hidden /> : <IconChevronDown size={14} aria-hidden />
          }
        >
          {opened ? words.less : words.more}
        </Button>
      </Group>
    </form>
  );
}

function Field(props: { name: FilterName; value: string; onChange: (value: string) => void }) {
  const values = VALUES[props.name];
  const shared = {
    label: words.names[props.name],
    size: 'xs',
    value: props.value,
  };
  if (props.name === 'code') return <CodeField {...shared} onChange={props.onChange} />;
  const onChange = (event: { currentTarget: { value: string } }) => props.onChange(event.currentTarget.value);
  if (!values) {
    return (
      <TextInput
        {...shared}
        onChange={onChange}
        placeholder={words.hints[props.name]}
        autoComplete="off"
        spellCheck={false}
      />
    );
  }
  // What a link says stays chosen, even where it is none of ours.
  const all = !props.value || values.includes(props.value) ? values : [...values, props.value];
  return (
    <NativeSelect
      {...shared}
      onChange={onChange}
      data={[{ value: '', label: words.any }, ...all.map((value) => ({ value, label: value }))]}
    />
  );
}

/** A code, of those that there are, or a family of them. What it says finds it, too. */
function CodeField(props: { label: string; size: string; value: string; onChange: (code: string) => void }) {
  const codes = useDenialCodes();
  const titles = new Map(codes.map(({ code, title }) => [code, title]));
  return (
    <Autocomplete
      {...props}
      placeholder={words.hints.code}
      data={codes.map(({ code }) => code)}
      filter={({ options, search, limit }) => {
        const looked = search.trim().toLowerCase();
        const fits = (code: string) => `${code} ${titles.get(code)}`.toLowerCase().includes(looked);
        return options.filter((one) => 'value' in one && fits(one.value)).slice(0, limit);
      }}
      limit={50}
      comboboxProps={{ withinPortal: false, width: 'max-content', position: 'bottom-start' }}
      // What scrolls is the list itself, which the field's keys move through.
      withScrollArea={false}
      classNames={{ options: classes.codes }}
      renderOption={({ option }) => (
        <span>
          <code>{option.value}</code>
          <br />
          <Text span size="xs" c="dimmed">
            {titles.get(option.value)}
          </Text>
        </span>
      )}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
