import { Checkbox, NumberInput, TagsInput, TextInput } from '@mantine/core';
import { More } from '../../../../parts/More';
import { texts } from '../../../../texts';
import { type Draft, listOf } from '../document';
import { useWrong } from '../faults';
import type { Fields } from './inputs';
import { useNames } from './useNames';

const words = texts.rules.form;

/** Asks for several texts that a rule names. */
function Several(
  props: Fields & { name: keyof Draft; label: string; help?: string; data?: string[]; upper?: boolean },
) {
  const { name, draft, change } = props;
  const wrong = useWrong();
  const written = (text: string) => (props.upper && /^[a-z]{2}$/.test(text) ? text.toUpperCase() : text);
  return (
    <TagsInput
      label={props.label}
      description={props.help}
      data={props.data}
      value={listOf(draft[name])}
      error={wrong(`/${name}`)}
      onChange={(said) => change({ [name]: said.map(written) })}
    />
  );
}

/** Which pages of other origins may call. */
export function CorsFields(props: Fields) {
  const { draft, change } = props;
  const wrong = useWrong();
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
          error={wrong('/max_age')}
          onChange={(event) => change({ max_age: event.currentTarget.value })}
        />
      </More>
    </>
  );
}

/** Whose pages may change something. */
export function CsrfFields(props: Fields) {
  const { draft, change } = props;
  const wrong = useWrong();
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
            error={wrong('/token/valid')}
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
export function NetworkFields(props: Fields) {
  const { draft, change } = props;
  const wrong = useWrong();
  const lists = useNames('lists');
  const numbers = (name: 'allow_asns' | 'deny_asns', label: string) => (
    <TagsInput
      label={label}
      description={words.asns}
      value={listOf(draft[name])}
      error={wrong(`/${name}`)}
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
