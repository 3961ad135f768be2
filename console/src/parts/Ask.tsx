import { Button, Group, Stack, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { texts } from '../texts';
import { Dialog } from './Dialog';
import { useDoing } from './doing';
import { Failure } from './Failure';
import { type ErrorAt, errorsIn, Failed } from './failed';

interface Asked {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** The fields of a form: those in components of their own ask {@link useErrorAt} what the API said of them. */
  children?: ReactNode | ((errorAt: ErrorAt) => ReactNode);
  /** What the button does, as a verb: "Revoke". */
  action: string;
  danger?: boolean;
  /** Whether a comment is asked for, and whether it has to be there. */
  comment?: 'required' | 'optional';
  /** Keeps the button shut while something of the form is missing. */
  disabled?: boolean;
  /** Looks at the form before it is sent; true: something is wrong, which the form itself shows. */
  refuse?: () => boolean;
  size?: string;
  onDone: (comment: string) => Promise<unknown>;
}

/**
 * Asks before something is done: the title names the thing, the button says what it does. A comment is asked
 * for where the trail should have one. Stays open, with what went wrong, until it is done or given up.
 */
export function Ask(props: Asked) {
  const [comment, setComment] = useState('');
  const [missing, setMissing] = useState(false);
  const { running, error, submit, forget } = useDoing(async () => {
    if (props.refuse?.()) return;
    if (props.comment === 'required' && !comment.trim()) {
      setMissing(true);
      return;
    }
    await props.onDone(comment.trim());
    close();
  });
  // The next question may be about something else; one that only gives way to another keeps what was typed.
  const close = () => {
    setComment('');
    setMissing(false);
    forget();
    props.onClose();
  };
  return (
    <Dialog opened={props.opened} onClose={close} title={props.title} size={props.size ?? 'lg'}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <Failed value={error}>
            {typeof props.children === 'function' ? props.children(errorsIn(error)) : props.children}
          </Failed>
          {props.comment && (
            <Textarea
              label={texts.common.comment}
              description={texts.common.commentHelp}
              required={props.comment === 'required'}
              autosize
              minRows={2}
              maxLength={4096}
              value={comment}
              error={missing && !comment.trim() ? texts.common.commentMissing : undefined}
              onChange={(event) => setComment(event.currentTarget.value)}
              data-autofocus
            />
          )}
          <Failure error={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {texts.common.cancel}
            </Button>
            <Button
              type="submit"
              color={props.danger ? 'red.9' : undefined}
              loading={running}
              disabled={props.disabled}
            >
              {props.action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
