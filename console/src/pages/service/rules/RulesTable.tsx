import { Button, Group } from '@mantine/core';
import type { Schemas } from '../../../api/client';
import { DataTable } from '../../../parts/DataTable';
import { Shown } from '../../../parts/Shown';
import { texts } from '../../../texts';
import type { Service } from '../documents';
import type { Policy } from './document';
import type { Doing } from './index';
import { KINDS } from './kinds';
import { Mode } from './Mode';
import { placeOf, shownPlace } from './policy';
import { relaxes, useRelaxing } from './relax';
import { said } from './said';

const words = texts.rules;

/** Rules beside each other, those about the same together. */
export function RulesTable(props: {
  rules: Policy[];
  service: Service;
  writes: boolean;
  countsOf: (rule: Policy) => Schemas['ShadowCounts'] | undefined;
  onDo: (doing: Doing) => void;
}) {
  const { rules, countsOf, onDo } = props;
  const relaxing = useRelaxing(props.service.tenant);
  const rank = ({ kind }: Policy) => KINDS.indexOf(kind);
  const step = (rule: Policy, what: 'edit' | 'remove' | 'enforce') => (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={words[`${what}Of`](rule.id)}
      onClick={() => onDo({ what, rule })}
    >
      {words[what]}
    </Button>
  );
  const steps = (rule: Policy) => (
    <Group gap="xs">
      {step(rule, 'edit')}
      {rule.mode === 'shadow' && step(rule, 'enforce')}
      {(relaxing !== 'not' || !relaxes(rule, undefined)) && step(rule, 'remove')}
    </Group>
  );
  return (
    <DataTable
      caption={words.caption}
      rows={[...rules].sort((one, other) => rank(one) - rank(other) || one.id.localeCompare(other.id))}
      id={({ id }) => id}
      columns={[
        { head: words.columns.policy, cell: ({ id }) => <Shown text={id} whole /> },
        { head: words.columns.kind, cell: ({ kind }) => words.kinds[kind] ?? kind },
        { head: words.columns.on, cell: ({ on }) => <Shown text={shownPlace(placeOf(on))} /> },
        { head: words.columns.mode, cell: (rule) => <Mode of={rule} counts={countsOf(rule)} /> },
        { head: words.columns.says, cell: (rule) => <Shown text={said(rule)} first={200} /> },
        ...(props.writes ? [{ head: words.columns.steps, cell: steps }] : []),
      ]}
    />
  );
}
