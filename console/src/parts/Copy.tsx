import { ActionIcon, Box, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { texts } from '../texts';
import classes from './Copy.module.css';
import { Shown } from './Shown';

/** Copies a text; `what` names it for those who do not see the icon. */
export function Copy(props: { text: string; what: string }) {
  return (
    <CopyButton value={props.text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? texts.common.copied : texts.common.copyOf(props.what)}>
          <ActionIcon
            variant="subtle"
            onClick={copy}
            aria-label={copied ? texts.common.copied : texts.common.copyOf(props.what)}
          >
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A command or another text to take away, with a button that copies it. */
export function Snippet(props: { text: string; what: string }) {
  return (
    <Group className={classes.snippet} wrap="nowrap" align="flex-start" gap={4}>
      <Box component="pre" className={classes.text} role="region" aria-label={props.what} tabIndex={0}>
        <Shown text={props.text} first={4000} />
      </Box>
      <Copy text={props.text} what={props.what} />
    </Group>
  );
}
