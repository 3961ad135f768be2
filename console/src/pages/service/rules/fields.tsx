import { Checkbox, NumberInput, TagsInput, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../../api/client';
import { useMay } from '../../../api/me';
import { useErrorAt } from '../../../parts/failed';
import { More } from '../../../parts/More';
import { texts } from '../../../texts';
import { type Draft, type Kind, listOf } from './policy';

const words = texts.rules.form;

/** A draft of a rule, and how it is changed. */
export interface Fields {
  draft: Draft;
  change: (members: Draft) => void;
}

/** The fields of a rule, by its kind. */
export function FieldsOf({ kind, ...fields }: Fields & { kind: Kind }) {
  if (kind === 'cors') return <Cors {...fields} />;
  if (kind === 'csrf') return <Csrf {...fields} />;
  return <Network {...fields} />;
}

/** Asks for several texts that a rule names. */
function Several(
  props: Fields & { name: keyof Draft; label: string; help?: string; data?: string[]; upper?: boolean },
) {
  const { name, draft, change } = props;
  const errorAt = useErrorAt();
  const written = (text: string) => (props.upper && /^[a-z]{2}$/.test(text) ? text.toUpperCase() : text);
  return (
    <TagsInput
      label={props.label}
      description={props.help}
      data={props.data}
      value={listOf(draft[name])}
      error={errorAt(`/${name}`, ...listOf(draft[name]).map((_, at) => `/${name}/${at}`))}
      onChange={(said) => change({ [name]: said.map(written) })}
    />
  );
}

/** Which pages of other origins may call. */
function Cors(props: Fields) {
  const { draft, change } = props;
  const errorAt = useErrorAt();
  const some = (name: keyof Draft) => listOf(draft[name]).length > 0;
  const more =
    some('methods') || some('exposed_headers') || some('origin_patterns') || Boolean(draft.max_age);
  return (
    <>
      <Several {...props} name="origins" label={words.origins} help={words.originsHelp} />
      <Several {...props} name="headers" label={words.headers} help={words.headersHelp} />
      <Checkbox
        label={words.credentials}
        checked={draft.credentials ?? false}
        onChange={(event) => change({ credentials: event.currentTarget.checked })}
      />
      <Checkbox
        label={words.enforceOrigin}
        checked={draft.enforce_origin ?? false}
        onChange={(event) => change({ enforce_origin: event.currentTarget.checked })}
      />
      <More label={texts.rules.form.moreCors} open={more}>
        <Several {...props} name="origin_patterns" label={words.patterns} help={words.patternsHelp} />
        <Several {...props} name="methods" label={words.methods} help={words.methodsHelp} />
        <Several {...props} name="exposed_headers" label={words.exposed} help={words.exposedHelp} />
        <TextInput
          label={words.maxAge}
          description={words.maxAgeHelp}
          value={draft.max_age ?? ''}
          error={errorAt('/max_age')}
          onChange={(event) => change({ max_age: event.currentTarget.value })}
        />
      </More>
    </>
  );
}

/** Whose pages may change something. */
function Csrf(props: Fields) {
  const { draft, change } = props;
  const errorAt = useErrorAt();
  const token = draft.token;
  const more = token !== undefined || listOf(draft.referers).length > 0 || Boolean(draft.referer_required);
  return (
    <>
      <Several {...props} name="trusted_origins" label={words.trusted} help={words.trustedHelp} />
      <More label={words.moreCsrf} open={more}>
        <Several {...props} name="referers" label={words.referers} help={words.referersHelp} />
        <Checkbox
          label={words.refererRequired}
          checked={draft.referer_required ?? listOf(draft.referers).length > 0}
          onChange={(event) => change({ referer_required: event.currentTarget.checked })}
        />
        <Checkbox
          label={words.token}
          description={words.tokenHelp}
          checked={token !== undefined}
          onChange={(event) => change({ token: event.currentTarget.checked ? {} : undefined })}
        />
        {token && (
          <TextInput
            label={words.valid}
            description={words.validHelp}
            value={token.valid ?? ''}
            error={errorAt('/token/valid')}
            onChange={(event) => {
              const { valid: _, ...others } = token;
              const valid = event.currentTarget.value;
              change({ token: valid ? { ...others, valid } : others });
            }}
          />
        )}
      </More>
    </>
  );
}

/** From where may be called. */
function Network(props: Fields) {
  const { draft, change } = props;
  const errorAt = useErrorAt();
  const known = useQuery({
    queryKey: ['lists', 'names'],
    queryFn: () =>
      answer(api.GET('/api/v1/lists', { params: { query: { limit: 200, without: 'entries' } } })),
    enabled: useMay()('lists.read'),
  });
  const lists = (known.data?.items ?? []).map(({ id }) => id ?? '');
  const numbers = (name: 'allow_asns' | 'deny_asns', label: string) => (
    <TagsInput
      label={label}
      description={words.asns}
      value={listOf(draft[name])}
      error={errorAt(`/${name}`, ...listOf(draft[name]).map((_, at) => `/${name}/${at}`))}
      onChange={(said) => {
        const all = said.map((one) => Number(one.replace(/^AS/i, ''))).filter((one) => Number.isInteger(one));
        change({ [name]: all } as Draft);
      }}
    />
  );
  const more =
    listOf(draft.allow_asns).length + listOf(draft.deny_asns).length > 0 || draft.status !== undefined;
  return (
    <>
      <Several {...props} name="allow" label={words.allow} help={words.lists} data={lists} />
      <Several
        {...props}
        name="allow_countries"
        label={words.allowCountries}
        help={`${words.countries} ${words.anyOf}`}
        upper
      />
      <Several {...props} name="deny" label={words.deny} help={words.lists} data={lists} />
      <Several {...props} name="deny_countries" label={words.denyCountries} help={words.countries} upper />
      <More label={words.more} open={more}>
        {numbers('allow_asns', words.allowAsns)}
        {numbers('deny_asns', words.denyAsns)}
        <NumberInput
          label={words.status}
          description={words.statusHelp}
          min={400}
          max={499}
          allowDecimal={false}
          hideControls
          value={draft.status ?? ''}
          onChange={(status) => change({ status: status === '' ? undefined : Number(status) })}
        />
      </More>
    </>
  );
}
