import { Alert, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { texts } from '../texts';
import { Snippet } from './Copy';
import { Once } from './Once';

/** A secret that was just made: shown this once, with a request that uses it. */
export function Secret(props: {
  opened: boolean;
  title: string;
  /** What the secret is called: "key of shop". */
  what: string;
  secret: string;
  /** A curl command with the secret in it, ready to paste. */
  curl?: string | undefined;
  /** What is to be known of that command. */
  note?: ReactNode;
  onClose: () => void;
}) {
  const words = texts.common.secret;
  return (
    <Once opened={props.opened} onClose={props.onClose} title={props.title} size="xl">
      <Alert color="orange" variant="outline">
        {words.once}
      </Alert>
      <Snippet text={props.secret} what={props.what} />
      {props.curl && (
        <div>
          <Text size="sm">{words.curl}</Text>
          <Snippet text={props.curl} what={words.curlName} />
        </div>
      )}
      {props.note}
    </Once>
  );
}
