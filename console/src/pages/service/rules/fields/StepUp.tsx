import { texts } from '../../../../texts';
import { type Fields, ListField, TextField } from './inputs';
import { Except, Which } from './Which';

const words = texts.rules.fields.stepUp;

/** How, and how lately, people have to have signed in. */
export function StepUpFields({ draft, change }: Fields) {
  return (
    <>
      <ListField
        at="/acr"
        label={words.acr}
        help={words.acrHelp}
        value={draft.acr}
        set={(acr) => change({ acr })}
      />
      <TextField
        at="/max_age"
        label={words.maxAge}
        help={words.maxAgeHelp}
        maw={320}
        value={draft.max_age}
        set={(max_age) => change({ max_age })}
      />
      <Which draft={draft} change={change} />
      <Except draft={draft} change={change} />
    </>
  );
}
