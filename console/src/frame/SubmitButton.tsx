import { Button, Text } from '@mantine/core';
import type { Doing } from '../parts/doing';
import { texts } from '../texts';
import { useWait } from './wait';

/** Sends a form with a password; after too many tries it stays shut, and says how long. */
export function SubmitButton(props: { of: Doing; disabled?: boolean; children: string }) {
  const wait = useWait(props.of.error);
  return (
    <>
      <Button type="submit" loading={props.of.running} disabled={wait > 0 || props.disabled}>
        {props.children}
      </Button>
      {wait > 0 && (
        <Text size="sm" role="timer">
          {texts.signIn.wait(wait)}
        </Text>
      )}
    </>
  );
}
