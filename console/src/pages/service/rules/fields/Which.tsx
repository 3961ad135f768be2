import { Box, Radio, Stack } from '@mantine/core';
import { More } from '../../../../parts/More';
import { texts } from '../../../../texts';
import { listOf } from '../document';
import { ConditionSet } from './ConditionSet';
import { type Fields, ListField } from './inputs';
import { type Named, useNames } from './useNames';

const words = texts.rules.fields;

/** Which requests a rule is about: all, or those of which some things hold. */
export function Which({ draft, change }: Fields) {
  const { when } = draft;
  return (
    <Stack gap="xs">
      <Radio.Group
        label={words.which}
        value={when ? 'some' : 'all'}
        onChange={(value) => change({ when: value === 'some' ? {} : undefined })}
      >
        <Stack gap={6} mt={4}>
          <Radio value="all" label={words.all} />
          <Radio value="some" label={words.some} />
        </Stack>
      </Radio.Group>
      {when && (
        <Box ps={{ base: 0, sm: 'xl' }}>
          <ConditionSet at="/when" label={words.some} value={when} set={(when) => change({ when })} />
        </Box>
      )}
    </Stack>
  );
}

/** Callers whom a rule leaves alone. */
export function Except({ draft, change }: Fields) {
  const except = draft.except ?? {};
  const open = Object.values(except).some((names) => listOf(names).length > 0);
  const names = (name: Exclude<Named, 'lists'>, label: string) => (
    <ExceptNames
      name={name}
      label={label}
      value={except[name]}
      set={(names) => change({ except: { ...except, [name]: names } })}
    />
  );
  return (
    <More label={words.except} open={open}>
      {names('apps', words.exceptApps)}
      {names('groups', words.exceptGroups)}
      {names('access_roles', words.exceptRoles)}
    </More>
  );
}

function ExceptNames(props: {
  name: Exclude<Named, 'lists'>;
  label: string;
  value: string[] | undefined;
  set: (names: string[]) => void;
}) {
  const { name, ...others } = props;
  return <ListField at={`/except/${name}`} help={words.enter} data={useNames(name)} {...others} />;
}
