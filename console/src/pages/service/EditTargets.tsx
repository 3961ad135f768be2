import { ActionIcon, Button, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import type { Read } from './data';
import type { Upstream } from './documents';
import { type Target, targetsOf } from './health';
import { useSaving } from './useSaving';

/** The largest weight. */
const HEAVIEST = 65_535;

/** Changes the targets of an upstream and their weights. */
export function EditTargets(props: { read: Read<Upstream>; onClose: () => void }) {
  // As it was when the form opened: what others change since then is a conflict, not overwritten.
  const [{ value: upstream, version }] = useState(props.read);
  const words = texts.services.upstream;
  const { save, asking, questions } = useSaving();
  const [rows, setRows] = useState(() => targetsOf(upstream).map((target, key) => ({ key, ...target })));
  const set = (key: number, members: Partial<Target>) =>
    setRows(rows.map((row) => (row.key === key ? { ...row, ...members } : row)));
  const add = () =>
    setRows([...rows, { key: Math.max(-1, ...rows.map((row) => row.key)) + 1, address: '', weight: 1 }]);
  const change = async (comment: string) => {
    const targets = rows.map(({ address, weight }) =>
      weight === 1 ? address.trim() : { address: address.trim(), weight },
    );
    const { id, tenant } = upstream;
    const went = await save({ kind: 'upstream', id, tenant, patch: { targets }, comment }, version);
    if (went === 'made') told(words.saved(id));
  };
  return (
    <>
      <Ask
        opened={!asking}
        title={words.editTitle(upstream.id)}
        action={texts.common.save}
        comment="optional"
        disabled={rows.length === 0 || rows.some((row) => !row.address.trim())}
        onClose={props.onClose}
        onDone={change}
      >
        {(errorAt) => (
          <>
            {!upstream.tenant && <Text size="sm">{words.shared}</Text>}
            <Stack gap="xs">
              {rows.map((row, at) => (
                <Group key={row.key} gap="xs" align="flex-end" wrap="nowrap">
                  <TextInput
                    label={words.addressOf(at + 1)}
                    required
                    value={row.address}
                    error={errorAt(`/targets/${at}`, `/targets/${at}/address`)}
                    onChange={(event) => set(row.key, { address: event.currentTarget.value })}
                    style={{ flex: 1 }}
                  />
                  <NumberInput
                    label={words.weightOf(at + 1)}
                    min={0}
                    max={HEAVIEST}
                    allowDecimal={false}
                    hideControls
                    w={90}
                    value={row.weight}
                    onChange={(weight) => set(row.key, { weight: Number(weight) || 0 })}
                  />
                  <ActionIcon
                    variant="subtle"
                    size={36}
                    aria-label={row.address ? words.remove(row.address) : words.removeEmpty}
                    disabled={rows.length === 1}
                    onClick={() => setRows(rows.filter((other) => other.key !== row.key))}
                  >
                    <IconTrash size={16} aria-hidden />
                  </ActionIcon>
                </Group>
              ))}
              <div>
                <Button size="xs" variant="default" onClick={add}>
                  {words.add}
                </Button>
              </div>
            </Stack>
          </>
        )}
      </Ask>
      {questions}
    </>
  );
}
