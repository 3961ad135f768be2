import { Input, Select, SimpleGrid } from '@mantine/core';
import { useState } from 'react';
import { texts } from '../../../../texts';
import type { Changes } from '../document';
import { step, useWrong } from '../faults';
import { type ChangeRow, changesOf, HOWS, type How, isOverruled, rowsOf } from './changes';
import { TextField } from './inputs';
import { Rows } from './Rows';

const words = texts.rules.fields.transform;

/** Changes of headers or of parameters, one in each row. */
export function ChangeRows(props: {
  at: string;
  /** What is changed: "Headers". */
  label: string;
  /** What the rows are called, for those who hear them alone. */
  part: string;
  value: Changes | undefined;
  set: (value: Changes) => void;
}) {
  const [rows, setRows] = useState(() => rowsOf(props.value));
  return (
    <Input.Wrapper label={props.label} labelElement="div" description={rows.length > 1 && words.order}>
      <Rows
        rows={rows}
        set={(rows) => {
          setRows(rows);
          props.set(changesOf(rows));
        }}
        named={(at) => words.change(props.part, at + 1)}
        add={words.add}
        addNamed={words.addNamed(props.part)}
        fresh={(): ChangeRow => ({ how: 'set', name: '', to: '' })}
      >
        {(row, set, at) => (
          <One row={row} set={set} overruled={isOverruled(rows, at)} at={placeOf(props.at, rows, at)} />
        )}
      </Rows>
    </Input.Wrapper>
  );
}

/** Where a row stands in the document. */
function placeOf(at: string, rows: ChangeRow[], index: number): string {
  const row = rows[index];
  if (!row) return at;
  if (row.how !== 'remove') return `${at}/${row.how}/${step(row.name)}`;
  const before = rows.slice(0, index).filter(({ how, name }) => how === 'remove' && name !== '');
  return `${at}/remove/${before.length}`;
}

function One(props: { row: ChangeRow; set: (row: ChangeRow) => void; at: string; overruled: boolean }) {
  const { row, set, at, overruled } = props;
  const wrong = useWrong();
  const said = overruled ? words.twice : wrong(at);
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: row.how === 'remove' ? 2 : 3 }} spacing="sm">
        <Select
          label={words.how}
          allowDeselect={false}
          data={HOWS.map((value) => ({ value, label: words.hows[value] }))}
          value={row.how}
          onChange={(how) => set({ ...row, how: (how ?? 'set') as How })}
        />
        <TextField
          at="/-"
          label={words.name}
          required
          value={row.name}
          set={(name) => set({ ...row, name: name?.trim() ?? '' })}
        />
        {row.how !== 'remove' && (
          <TextField
            at="/-"
            label={row.how === 'rename' ? words.newName : words.value}
            mono={row.how !== 'rename'}
            value={row.to}
            set={(to) => set({ ...row, to: to ?? '' })}
          />
        )}
      </SimpleGrid>
      {said && (
        <Input.Error mt={4} role="alert">
          {said}
        </Input.Error>
      )}
    </>
  );
}
