import { Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { useMay } from '../../api/me';
import { Snippet } from '../../parts/Copy';
import { Said } from '../../parts/Said';
import { Standing } from '../../parts/Standing';
import { texts } from '../../texts';
import { Applying } from './Applying';
import type { Fix } from './explained';
import { changesOf, Proposing } from './Proposing';
import classes from './Why.module.css';

const words = texts.why;

/** The fixes, the smallest first, and what no record can prove; those that open what was closed on purpose are folded away. */
export function Fixes(props: { explained: Schemas['ExplainedCall']; own: boolean; onApplied: () => void }) {
  const { asked } = props.explained.found;
  const fixes: Fix[] = props.explained.found.fixes ?? [];
  const tenant = asked.tenant ?? undefined;
  const may = useMay();
  const [chosen, setChosen] = useState<Fix>();
  const [proposed, setProposed] = useState<Fix>();
  const card = (fix: Fix) => {
    const proposable = fix.needs_approval && changesOf(fix) && may('changes.propose', tenant);
    return (
      <Card
        key={fix.number}
        fix={fix}
        onReview={props.own && fix.may_apply && !fix.applied ? () => setChosen(fix) : undefined}
        onPropose={props.own && proposable ? () => setProposed(fix) : undefined}
      />
    );
  };
  const right = fixes.filter((fix) => fix.if_wrong);
  const open = fixes.filter((fix) => !fix.if_wrong && fix.proof);
  const mayHelp = fixes.filter((fix) => !fix.if_wrong && !fix.proof);
  return (
    <Stack gap="xs">
      {open.length > 0 && <Title order={3}>{words.fixes}</Title>}
      {fixes.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.noFix}
        </Text>
      )}
      {open.map(card)}
      {mayHelp.length > 0 && <Title order={3}>{words.mayHelp}</Title>}
      {mayHelp.map(card)}
      {right.length > 0 && (
        <details className={classes.details}>
          <summary>{words.ifWrong}</summary>
          <Stack gap="xs">
            <Text size="sm">{words.ifWrongHelp}</Text>
            {right.map(card)}
          </Stack>
        </details>
      )}
      <Applying
        explained={props.explained}
        fix={chosen}
        onApplied={props.onApplied}
        onClose={() => setChosen(undefined)}
      />
      <Proposing fix={proposed} tenant={tenant} onClose={() => setProposed(undefined)} />
    </Stack>
  );
}

/** One fix: what it does, how far it is proved, whom else it lets in, and what one may do about it. */
function Card(props: { fix: Fix; onReview: (() => void) | undefined; onPropose: (() => void) | undefined }) {
  const { fix, onReview, onPropose } = props;
  const sentence = fix.sentence.charAt(0).toUpperCase() + fix.sentence.slice(1);
  return (
    <Paper withBorder p="sm" component="article" aria-label={sentence}>
      <Stack gap={6} align="stretch">
        <Text fw={600}>
          {fix.number}. <Said text={sentence} />
        </Text>
        <Proved fix={fix} />
        {fix.applied && (
          <div>
            <Standing tone="good">{words.applied}</Standing>
          </div>
        )}
        {fix.commands.length > 0 && !fix.applied && (
          <div>
            <Text size="xs" c="dimmed">
              {fix.steps.length > 0 ? words.command : words.byCommand}
            </Text>
            <Snippet text={fix.commands.join('\n')} what={words.commandOf(fix.number)} />
          </div>
        )}
        {!onReview && !fix.applied && fix.steps.length > 0 && (
          <Text size="xs" c="dimmed">
            {fix.needs_approval ? words.takesTwo : words.mayNot}
          </Text>
        )}
        {onReview && (
          <div>
            <Button size="sm" onClick={onReview} aria-label={words.reviewOf(fix.sentence)}>
              {words.review}
            </Button>
          </div>
        )}
        {onPropose && (
          <div>
            <Button size="sm" variant="default" onClick={onPropose}>
              {words.propose}
            </Button>
          </div>
        )}
      </Stack>
    </Paper>
  );
}

/** How far a fix is proved, or why it is not, and whom else it lets in. */
export function Proved(props: { fix: Fix }) {
  const { proof, unproved, reach } = props.fix;
  const parts = proof
    ? [
        words.proof(proof.through),
        proof.assumed && words.assumed(proof.assumed),
        proof.not_checked.length > 0 && words.notChecked(proof.not_checked),
      ]
    : [unproved && words.unproved(unproved)];
  return (
    <div>
      <Text size="sm">
        <Said text={parts.filter(Boolean).join('; ')} />.
      </Text>
      <Text size="sm">
        {words.lets}: <Said text={reach.sentence} />
        {proof && `; ${words.reach(reach)}`}.
      </Text>
    </div>
  );
}
