import { Checkbox, NumberInput, TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Draft, listOf } from '../document';
import { useWrong } from '../faults';

/** A draft of a rule, and how it is changed. */
export interface Fields {
  draft: Draft;
  change: (members: Draft) => void;
}

/** What every field says: where its value stands in the document, and what it is. */
interface Field {
  at: string;
  label: ReactNode;
  help?: ReactNode;
}

/** The order of a field's parts where its help stands below. */
export const BELOW: Array<'label' | 'input' | 'error' | 'description'> = [
  'label',
  'input',
  'error',
  'description',
];

/** Asks for a text. Without any, nothing is said. */
export function TextField(
  props: Field & {
    value: string | number | undefined;
    set: (value: string | undefined) => void;
    required?: boolean;
    placeholder?: string;
    mono?: boolean;
    /** An empty text is one, too. */
    mayBeEmpty?: boolean;
    maw?: number;
    /** Its help stands below, so that it is in line with the fields beside it. */
    helpBelow?: boolean;
  },
) {
  const wrong = useWrong();
  return (
    <TextInput
      label={props.label}
      description={props.help}
      inputWrapperOrder={props.helpBelow ? BELOW : undefined}
      required={props.required}
      placeholder={props.placeholder}
      styles={{
        wrapper: { maxWidth: props.maw },
        input: props.mono ? { fontFamily: 'var(--mantine-font-family-monospace)' } : {},
      }}
      value={props.value ?? ''}
      error={wrong(props.at)}
      onChange={(event) => {
        const value = event.currentTarget.value;
        props.set(value === '' && !props.mayBeEmpty ? undefined : value);
      }}
    />
  );
}

/** Asks for several texts. */
export function ListField(
  props: Field & {
    value: unknown;
    set: (value: string[]) => void;
    data?: string[];
    required?: boolean;
    placeholder?: string;
  },
) {
  const wrong = useWrong();
  const value = listOf(props.value);
  return (
    <TagsInput
      label={props.label}
      description={props.help}
      required={props.required}
      placeholder={value.length === 0 ? props.placeholder : undefined}
      data={props.data}
      value={value}
      error={wrong(props.at)}
      onChange={props.set}
    />
  );
}

/** Asks for a whole number. */
export function NumberField(
  props: Field & {
    value: number | undefined;
    set: (value: number | undefined) => void;
    min?: number;
    max?: number;
    required?: boolean;
    maw?: number;
    helpBelow?: boolean;
  },
) {
  const wrong = useWrong();
  return (
    <NumberInput
      label={props.label}
      description={props.help}
      inputWrapperOrder={props.helpBelow ? BELOW : undefined}
      required={props.required}
      styles={{ wrapper: { maxWidth: props.maw } }}
      min={props.min ?? 0}
      max={props.max}
      allowDecimal={false}
      thousandSeparator=","
      hideControls
      value={props.value ?? ''}
      error={wrong(props.at)}
      onChange={(value) => props.set(value === '' ? undefined : Number(value))}
    />
  );
}

/** Asks whether something holds. Where it usually does not, nothing is said of it. */
export function FlagField(
  props: Omit<Field, 'at'> & { value: boolean | undefined; set: (value: boolean) => void },
) {
  return (
    <Checkbox
      label={props.label}
      description={props.help}
      checked={props.value ?? false}
      onChange={(event) => props.set(event.currentTarget.checked)}
    />
  );
}

/** Country codes are written in capitals. */
export function inCapitals(codes: string[]): string[] {
  return codes.map((code) => (/^[a-z]{2}$/.test(code) ? code.toUpperCase() : code));
}

/** Methods that fields offer. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
