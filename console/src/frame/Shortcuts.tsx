import { Kbd, Table } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useMay } from '../api/me';
import { Dialog } from '../parts/Dialog';
import { isDialogOpen } from '../parts/dialogs';
import { texts } from '../texts';
import { singleKeys } from './keys';
import { isFor, PAGES } from './pages';

/** How long after `g` the second key counts, in milliseconds. */
const PATIENCE = 1_500;

/** Whether what is typed is meant for a field. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select, [role=textbox]'))
  );
}

/** The keys that work on every page, and the list of them (`?`). */
export function Shortcuts() {
  const [opened, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const may = useMay();
  const went = useRef(0);
  const pages = PAGES.filter((page) => isFor(page, may));
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!singleKeys.value || isDialogOpen()) return;
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const page = pages.find((candidate) => candidate.key === event.key);
      if (event.key === '?') open();
      else if (event.key === 'g') went.current = event.timeStamp;
      else if (page && event.timeStamp - went.current < PATIENCE) {
        went.current = 0;
        event.preventDefault();
        navigate({ to: page.to });
      }
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  });
  const words = texts.frame.shortcuts;
  const rows: Array<[string[], string]> = [
    [['/', 'Ctrl K'], words.search],
    [['?'], words.help],
    [['j', 'k', '↓', '↑'], words.row],
    [['Enter'], words.openRow],
    ...pages.map((page): [string[], string] => [[`g ${page.key}`], words.go(page.name)]),
  ];
  return (
    <Dialog opened={opened} onClose={close} title={words.title}>
      <Table>
        <Table.Tbody>
          {rows.map(([keys, does]) => (
            <Table.Tr key={does}>
              <Table.Td>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Dialog>
  );
}
