import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Problem, Unreachable } from '../api/problem';
import { texts } from '../texts';
import { Shown } from './Shown';

/** What was not done, why, and what to do: the API's own code, sentences and request id. */
export function Failure(props: { error: unknown }) {
  const { error } = props;
  if (!error) return null;
  if (error instanceof Problem) {
    const { title, detail, fix, code, errors, request_id } = error.document;
    return (
      <Alert
        color="red"
        variant="outline"
        role="alert"
        title={title}
        icon={<IconAlertTriangle aria-hidden />}
      >
        <Shown text={detail} />
        {errors && errors.length > 0 && (
          <List size="sm" mt={4}>
            {errors.map((one) => (
              <List.Item key={`${one.in}${one.pointer}${one.detail}`}>
                {one.pointer && <code>{one.pointer}</code>} <Shown text={one.detail} />
                {one.within && <Shown text={` (${texts.common.within(one.within)})`} />}
                {one.accepted && <Shown text={` (${one.accepted})`} />}
              </List.Item>
            ))}
          </List>
        )}
        {fix && (
          <Text size="sm" mt={4}>
            <b>{texts.common.whatToDo}:</b> <Shown text={fix} />
          </Text>
        )}
        <Text size="xs" c="dimmed" mt={4}>
          <code>{code}</code>
          {request_id && (
            <>
              {' '}
              · {texts.common.requestId} <code>{request_id}</code>
            </>
          )}
        </Text>
      </Alert>
    );
  }
  const title = error instanceof Unreachable ? texts.common.unreachable.title : texts.frame.crashed.title;
  const detail =
    error instanceof Unreachable
      ? texts.common.unreachable.detail
      : error instanceof Error
        ? error.message
        : String(error);
  return (
    <Alert color="red" variant="outline" role="alert" title={title} icon={<IconAlertTriangle aria-hidden />}>
      <Shown text={detail} />
    </Alert>
  );
}
