import { Input, Select, SimpleGrid, Stack, Textarea } from '@mantine/core';
import { texts } from '../../../../texts';
import type { BodyStep } from '../document';
import { useWrong } from '../faults';
import { TextField } from './inputs';
import { Rows } from './Rows';

const words = texts.rules.fields.transform;

type Does = keyof typeof words.steps;

function doesOf(step: BodyStep): Does {
  if (step.set !== undefined) return step.json !== undefined ? 'json' : 'set';
  const names = ['remove', 'rename', 'move', 'replace'] as const;
  return names.find((name) => step[name] !== undefined) ?? 'set';
}

/** Where a step does something. */
function placeOf(step: BodyStep): string {
  return step.set ?? step.remove ?? step.rename ?? step.move ?? '';
}

/** A step that does something else at the same place. */
function turned(step: BodyStep, does: Does): BodyStep {
  const place = placeOf(step);
  if (does === 'set') return { set: place, value: step.value ?? '' };
  if (does === 'json') return { set: place, json: step.json ?? '' };
  if (does === 'remove') return { remove: place };
  if (does === 'replace') return { replace: '' };
  return { [does]: place, to: step.to ?? '' };
}

/** The steps that change a JSON body, one after the other. */
export function BodySteps(props: {
  at: string;
  side: string;
  value: BodyStep[] | undefined;
  set: (steps: BodyStep[]) => void;
}) {
  return (
    <Input.Wrapper label={words.body} labelElement="div">
      <Rows
        ordered
        rows={props.value ?? []}
        set={props.set}
        named={(at) => words.step(props.side, at + 1)}
        add={words.addStep}
        addNamed={words.addStepNamed(props.side)}
        fresh={(): BodyStep => ({ set: '', value: '' })}
      >
        {(step, set, at) => <Step at={`${props.at}/${at}`} step={step} set={set} />}
      </Rows>
    </Input.Wrapper>
  );
}

function Step({ at, step, set }: { at: string; step: BodyStep; set: (step: BodyStep) => void }) {
  const wrong = useWrong();
  const does = doesOf(step);
  const where = does === 'json' ? 'set' : does;
  const text = does === 'json' || does === 'replace' ? does : undefined;
  const inside = ['set', 'value', 'json', 'remove', 'rename', 'move', 'to', 'replace'];
  // What is said of the step itself, and of nothing in it.
  const whole = inside.some((name) => wrong(`${at}/${name}`)) ? undefined : wrong(at);
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        <Select
          label={words.how}
          allowDeselect={false}
          data={Object.entries(words.steps).map(([value, label]) => ({ value, label }))}
          value={does}
          onChange={(now) => set(turned(step, (now ?? 'set') as Does))}
        />
        {does !== 'replace' && (
          <TextField
            at={`${at}/${where}`}
            label={words.place}
            placeholder="/customer/id"
            required
            mono
            mayBeEmpty
            value={placeOf(step)}
            set={(place) => set({ ...step, [where]: place })}
          />
        )}
        {(does === 'rename' || does === 'move') && (
          <TextField
            at={`${at}/to`}
            label={words.to[does]}
            required
            mono
            mayBeEmpty
            value={step.to}
            set={(to) => set({ ...step, to })}
          />
        )}
        {does === 'set' && (
          <TextField
            at={`${at}/value`}
            label={words.text}
            mono
            mayBeEmpty
            value={step.value}
            set={(value) => set({ ...step, value })}
          />
        )}
      </SimpleGrid>
      {text && (
        <Textarea
          label={text === 'json' ? words.json : words.whole}
          required
          autosize
          minRows={2}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={step[text] ?? ''}
          error={wrong(`${at}/${text}`)}
          onChange={(event) => set({ ...step, [text]: event.currentTarget.value })}
        />
      )}
      {whole && <Input.Error role="alert">{whole}</Input.Error>}
    </Stack>
  );
}
