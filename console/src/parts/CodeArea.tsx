import { Input } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './CodeArea.module.css';

/** Lines that are shown at least. */
const LEAST = 8;

/** A text of many lines in a language for machines: of one width, with its lines numbered and some of them marked. */
export function CodeArea(props: {
  label: string;
  description?: ReactNode;
  required?: boolean;
  value: string;
  onChange: (value: string) => void;
  error?: ReactNode;
  /** Lines, from 1, at which something is wrong. */
  marked?: number[];
}) {
  const id = useId();
  const count = Math.max(LEAST, props.value.split('\n').length);
  const told = [props.description && `${id}-description`, props.error && `${id}-error`].filter(Boolean);
  return (
    <Input.Wrapper
      id={id}
      label={props.label}
      description={props.description}
      required={props.required}
      error={props.error}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
    >
      <div className={classes.frame} data-wrong={props.error ? true : undefined}>
        <div className={classes.numbers} aria-hidden>
          {Array.from({ length: count }, (_, at) => at + 1).map((line) => (
            <div key={line} className={props.marked?.includes(line) ? classes.marked : undefined}>
              {line}
            </div>
          ))}
        </div>
        <textarea
          id={id}
          className={classes.text}
          rows={count}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          required={props.required}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={told.join(' ') || undefined}
          value={props.value}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        />
      </div>
    </Input.Wrapper>
  );
}
