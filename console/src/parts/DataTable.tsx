import { Button, Group, ScrollArea, Table, Text } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import { texts } from '../texts';
import classes from './DataTable.module.css';

/** A column: its head, and what stands in it for a row. */
export interface Column<Row> {
  head: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end of their cell. */
  number?: boolean;
  /** Columns that narrow screens leave out. */
  wide?: boolean;
}

/**
 * A table of one page of rows. The arrow keys (and `j`, `k`) go from row to row where the first cell holds a
 * link; Enter follows it. On narrow screens each row becomes a block of its own.
 */
export function DataTable<Row>(props: {
  /** What the rows are, for those who do not see the table. */
  caption: string;
  columns: Array<Column<Row>>;
  rows: Row[];
  id: (row: Row) => string;
  /** What stands below a row that is opened. */
  below?: (row: Row) => ReactNode;
  /** Pages: shows the next, and the first again. */
  next?: (() => void) | undefined;
  first?: (() => void) | undefined;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const target = event.target as HTMLElement;
    if (!step || event.ctrlKey || event.metaKey || event.altKey || target.matches('input, textarea, select'))
      return;
    const links = [...(body.current?.querySelectorAll<HTMLElement>('tr[data-row]') ?? [])].map((row) =>
      row.querySelector<HTMLElement>('a, button'),
    );
    const at = links.findIndex((link) => link?.closest('tr') === target.closest('tr'));
    const to = links[at + step];
    if (at >= 0 && to) {
      event.preventDefault();
      to.focus();
    }
  };
  return (
    <>
      <ScrollArea type="auto" viewportProps={{ tabIndex: -1 }}>
        <Table className={classes.table} highlightOnHover verticalSpacing={6} aria-label={props.caption}>
          <Table.Thead>
            <Table.Tr>
              {props.columns.map((column) => (
                <Table.Th key={column.head} className={cellClass(column)} scope="col">
                  {column.head}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody ref={body} onKeyDown={move}>
            {props.rows.map((row) => (
              <Rows key={props.id(row)} row={row} columns={props.columns} below={props.below?.(row)} />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      {(props.next || props.first) && (
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {texts.common.rows(props.rows.length)}
          </Text>
          <Group gap="xs">
            {props.first && (
              <Button variant="default" size="xs" onClick={props.first}>
                {texts.common.previous}
              </Button>
            )}
            {props.next && (
              <Button variant="default" size="xs" onClick={props.next}>
                {texts.common.next}
              </Button>
            )}
          </Group>
        </Group>
      )}
    </>
  );
}

function Rows<Row>(props: { row: Row; columns: Array<Column<Row>>; below: ReactNode }) {
  return (
    <>
      <Table.Tr data-row>
        {props.columns.map((column) => (
          <Table.Td key={column.head} className={cellClass(column)} data-head={column.head}>
            {column.cell(props.row)}
          </Table.Td>
        ))}
      </Table.Tr>
      {props.below && (
        <Table.Tr>
          <Table.Td colSpan={props.columns.length}>{props.below}</Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function cellClass<Row>(column: Column<Row>): string {
  return [column.number && classes.number, column.wide && classes.wide].filter(Boolean).join(' ');
}
