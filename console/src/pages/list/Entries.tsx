import { Group, Pagination, Stack, Text } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useDeferredValue, useMemo, useRef } from 'react';
import { canonical, range } from '../../parts/addresses';
import { type Column, DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { SearchField } from '../../parts/SearchField';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { Time } from '../../parts/Time';
import { texts } from '../../texts';
import { Ends } from '../lists/Ends';
import { type Entry, entryOf, type ListDocument, matches } from '../lists/entries';
import { useEntryEditing } from './editing';

const words = texts.lists.list;

/** Entries on a page. The list is there as a whole; only what is looked at is drawn. */
const SIZE = 100;

/** What is on a list: found by address or comment, page by page. */
export function Entries({ list, mayWrite }: { list: ListDocument; mayWrite: boolean }) {
  const [{ q = '', page: wanted }, change] = useAddress();
  const place = useRef<HTMLDivElement>(null);
  const editing = useEntryEditing(list, () => place.current?.focus());
  const all = useMemo(() => list.entries.map(entryOf), [list.entries]);
  const phrase = useDeferredValue(q);
  const found = useMemo(() => filtered(all, phrase), [all, phrase]);
  const pages = Math.max(1, Math.ceil(found.length / SIZE));
  const page = Math.min(Math.max(1, Math.trunc(Number(wanted)) || 1), pages);
  const from = (page - 1) * SIZE;
  const rows = found.slice(from, from + SIZE);
  if (all.length === 0) {
    return (
      <div ref={place} tabIndex={-1}>
        <Empty title={words.empty}>{words.emptyDetail}</Empty>
        {editing.dialogs}
      </div>
    );
  }
  return (
    <Stack gap="sm" ref={place} tabIndex={-1}>
      <SearchField
        name="q"
        begins="page"
        label={words.filter}
        leftSection={<IconSearch size={16} aria-hidden />}
        maw={440}
      />
      {rows.length === 0 ? (
        <Empty title={words.notFound}>{words.notFoundDetail}</Empty>
      ) : (
        <DataTable
          caption={words.caption}
          rows={rows}
          id={(entry) => entry.text}
          columns={columns(mayWrite ? editing.actions : undefined)}
        />
      )}
      {editing.dialogs}
      {found.length > 0 && (
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" aria-live="polite">
            {words.shown(from + 1, from + rows.length, found.length)}
          </Text>
          {pages > 1 && (
            <Pagination
              size="sm"
              component="nav"
              aria-label={words.pages}
              value={page}
              total={pages}
              onChange={(to) => change({ page: to > 1 ? String(to) : undefined })}
              getItemProps={(to) => ({ 'aria-label': words.page(to) })}
              getControlProps={(control) => ({ 'aria-label': words.controls[control] })}
            />
          )}
        </Group>
      )}
    </Stack>
  );
}

function filtered(all: Entry[], phrase: string): Entry[] {
  const wanted = phrase.trim().toLowerCase();
  if (wanted === '') return all;
  const typed = range(wanted);
  const address = typed && canonical(typed);
  return all.filter((entry) => matches(entry, wanted, address));
}

function columns(actions: ((entry: Entry) => ReactNode) | undefined): Array<Column<Entry>> {
  const heads = texts.lists.columns;
  const shown: Array<Column<Entry>> = [
    { head: heads.range, cell: (entry) => <Shown text={entry.text} mono whole /> },
    { head: heads.comment, cell: (entry) => entry.comment && <Shown text={entry.comment} first={160} /> },
    { head: heads.since, cell: (entry) => entry.added_at && <Time at={entry.added_at} />, wide: true },
    { head: heads.ends, cell: (entry) => <Ends at={entry.expires_at} /> },
  ];
  return actions ? [...shown, { head: heads.actions, cell: actions }] : shown;
}
