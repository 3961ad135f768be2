import { Button, Stack } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';

/** The part of a form that few need: closed until somebody opens it, unless something is said in it. */
export function More(props: { label: string; open?: boolean; children: ReactNode }) {
  const [open, setOpen] = useState(props.open ?? false);
  const Icon = open ? IconChevronDown : IconChevronRight;
  return (
    <Stack gap="sm">
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Icon size={16} aria-hidden />}
          aria-expanded={open}
          // A long one breaks on narrow screens.
          h="auto"
          mih={26}
          styles={{ label: { whiteSpace: 'normal', textAlign: 'start' } }}
          onClick={() => setOpen(!open)}
        >
          {props.label}
        </Button>
      </div>
      {open && props.children}
    </Stack>
  );
}
