import { Checkbox, Radio, Stack } from '@mantine/core';
import { kindName } from '../../../parts/ways';
import { texts } from '../../../texts';
import { choosing, KINDS, type Kind, kindsOf, type WaysDraft } from './draft';
import { FIELDS, TrustedFields } from './kinds';

/** The fields of the ways into a service. */
export function WaysFields(props: { draft: WaysDraft; set: (draft: WaysDraft) => void }) {
  const { draft, set } = props;
  const { said, trusted } = draft;
  const words = texts.ways.form;
  const say = (members: Partial<WaysDraft['said']>) => set({ ...draft, said: { ...said, ...members } });
  return (
    <Stack gap="sm">
      <Radio.Group
        label={words.who}
        value={draft.open ? 'open' : 'closed'}
        onChange={(value) => set({ ...draft, open: value === 'open' })}
      >
        <Stack gap={6} mt={4}>
          <Radio value="closed" label={words.closed} />
          <Radio value="open" label={words.open} />
        </Stack>
      </Radio.Group>
      {!draft.open && (
        <>
          {[...new Set([...KINDS, ...kindsOf(said)])].map((one) => {
            const kind = one as Kind;
            const Fields = FIELDS[kind];
            return (
              <Stack key={kind} gap="sm">
                <Checkbox
                  label={kindName(kind)}
                  checked={said[kind] !== undefined}
                  onChange={(event) => set(choosing(draft, kind, event.currentTarget.checked))}
                />
                {said[kind] !== undefined && Fields && (
                  <Stack gap="sm" ps="xl">
                    <Fields said={said} say={say} />
                  </Stack>
                )}
              </Stack>
            );
          })}
          {trusted && (
            <TrustedFields
              value={trusted}
              needed={said.mtls !== undefined}
              onChange={(trusted) => set({ ...draft, trusted })}
            />
          )}
          <Checkbox
            label={words.subscription}
            description={words.subscriptionHelp}
            checked={said.subscription ?? true}
            onChange={(event) => say({ subscription: event.currentTarget.checked })}
          />
          <Checkbox
            label={words.forward}
            description={words.forwardHelp}
            checked={said.forward_credential ?? false}
            onChange={(event) => say({ forward_credential: event.currentTarget.checked })}
          />
        </>
      )}
    </Stack>
  );
}
