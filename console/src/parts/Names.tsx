import { Text } from '@mantine/core';
import { Fragment } from 'react';
import { texts } from '../texts';
import { Shown } from './Shown';

/** Several names in a row: scopes, access roles, methods. */
export function Names(props: { names: readonly string[]; none?: string }) {
  if (props.names.length === 0) {
    return (
      <Text span inherit c="dimmed">
        {props.none ?? texts.common.none}
      </Text>
    );
  }
  return (
    <>
      {props.names.map((name, at) => (
        <Fragment key={name}>
          {at > 0 && ', '}
          <Shown text={name} mono />
        </Fragment>
      ))}
    </>
  );
}
