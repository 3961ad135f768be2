import { Input } from '@mantine/core';
import { texts } from '../../../../texts';
import { ConditionSet } from './ConditionSet';
import type { Fields } from './inputs';
import { Except, Which } from './Which';

const words = texts.rules.fields;

/** What has to hold of which requests. */
export function ConditionsFields({ draft, change }: Fields) {
  return (
    <>
      <Which draft={draft} change={change} />
      <Input.Wrapper label={words.require} description={words.requireHelp} labelElement="div">
        <ConditionSet
          at="/require"
          label={words.require}
          value={draft.require ?? {}}
          set={(require) => change({ require })}
        />
      </Input.Wrapper>
      <Except draft={draft} change={change} />
    </>
  );
}
