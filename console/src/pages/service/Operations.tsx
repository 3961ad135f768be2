import { Button, Group, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useMayIn } from '../../api/rights';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { useLook } from '../services/useLook';
import type { Operation } from './documents';
import { OperationDetails } from './OperationDetails';
import { OperationDialog } from './OperationDialog';
import classes from './Operations.module.css';
import { RemoveOperation } from './RemoveOperation';
import type { OfVersion } from './types';
import { operationsOf, prefixOf } from './versions';

/** Operations on one page of the table. */
const PART = 50;

/** What somebody is about to do with the operations. */
type Doing = { what: 'add' } | { what: 'edit' | 'remove'; name: string };

/** The operations of a version; a row opens to what it asks of callers. */
export function Operations(props: { of: OfVersion }) {
  const { of } = props;
  const words = texts.services.operations;
  const [look, setLook] = useLook();
  const [page, setPage] = useState(0);
  const [doing, setDoing] = useState<Doing>();
  const may = useMayIn();
  const mayWrite = may('services.write', of.service.tenant);
  const all = operationsOf(of.version);
  const wanted = (look.find ?? '').toLowerCase();
  const found = all.filter(([name, operation]) => isFound(wanted, name, operation));
  const rows = found.slice(page * PART, (page + 1) * PART);
  const operation = doing && doing.what !== 'add' ? of.version.operations[doing.name] : undefined;
  const close = () => setDoing(undefined);
  const add = mayWrite && <Button onClick={() => setDoing({ what: 'add' })}>{words.add}</Button>;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.help}
      </Text>
      {all.length === 0 ? (
        <Empty title={words.empty} action={add}>
          {words.emptyDetail}
        </Empty>
      ) : (
        <>
          <Group align="flex-end" justify="space-between">
            <TextInput
              label={words.filter}
              type="search"
              value={look.find ?? ''}
              onChange={(event) => {
                setPage(0);
                setLook({ find: event.currentTarget.value || undefined });
              }}
              style={{ flex: '1 1 14rem', maxWidth: '24rem' }}
            />
            {add}
          </Group>
          {found.length === 0 ? (
            <Empty title={words.noMatch} />
          ) : (
            <DataTable
              caption={words.caption}
              rows={rows}
              id={([name]) => name}
              next={(page + 1) * PART < found.length ? () => setPage(page + 1) : undefined}
              first={page > 0 ? () => setPage(0) : undefined}
              columns={[
                {
                  head: words.columns.id,
                  cell: ([name]) => (
                    <Opener
                      name={name}
                      open={look.operation === name}
                      onToggle={() => setLook({ operation: look.operation === name ? undefined : name })}
                    />
                  ),
                },
                {
                  head: words.columns.method,
                  cell: ([, one]) => <Shown text={one.methods?.join(', ') || words.any} mono />,
                },
                {
                  head: words.columns.path,
                  cell: ([, one]) => <Shown text={`${prefixOf(of.service, of.version)}${one.path}`} mono />,
                },
                {
                  head: words.columns.scopes,
                  cell: ([, one]) => <Shown text={one.scopes?.join(', ') || texts.common.none} />,
                },
                {
                  head: words.columns.key,
                  cell: ([, one]) =>
                    of.service.authentication && !one.anonymous ? words.key : words.anonymous,
                },
              ]}
              below={([name]) =>
                look.operation === name && (
                  <OperationDetails
                    of={of}
                    operation={name}
                    actions={
                      mayWrite && (
                        <>
                          <Button
                            size="xs"
                            variant="default"
                            onClick={() => setDoing({ what: 'edit', name })}
                          >
                            {words.edit}
                          </Button>
                          <Button
                            size="xs"
                            variant="default"
                            onClick={() => setDoing({ what: 'remove', name })}
                          >
                            {words.remove}
                          </Button>
                        </>
                      )
                    }
                  />
                )
              }
            />
          )}
        </>
      )}
      {doing?.what === 'add' && <OperationDialog of={of} onClose={close} />}
      {doing?.what === 'edit' && operation && (
        <OperationDialog of={of} name={doing.name} operation={operation} onClose={close} />
      )}
      {doing?.what === 'remove' && <RemoveOperation of={of} name={doing.name} onClose={close} />}
    </Stack>
  );
}

function isFound(wanted: string, name: string, operation: Operation): boolean {
  const texts = [name, operation.path, operation.title ?? '', ...(operation.methods ?? [])];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}

function Opener(props: { name: string; open: boolean; onToggle: () => void }) {
  return (
    <UnstyledButton className={classes.opener} aria-expanded={props.open} onClick={props.onToggle}>
      {props.open ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
      <span>{props.name}</span>
    </UnstyledButton>
  );
}
