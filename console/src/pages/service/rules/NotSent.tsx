import { Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { texts } from '../../../texts';
import type { Faults } from './faults';

/** Says that a form was not sent, and leads to the first field that is wrong. */
export function NotSent({ faults }: { faults: Faults }) {
  const told = useRef<HTMLParagraphElement>(null);
  const count = Object.keys(faults).length;
  useEffect(() => {
    if (count === 0) return;
    const form = told.current?.closest('form');
    form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [count]);
  if (count === 0) return null;
  return (
    <Text ref={told} size="sm" c="var(--mantine-color-error)" role="alert">
      {texts.rules.notSent(count)}
    </Text>
  );
}
