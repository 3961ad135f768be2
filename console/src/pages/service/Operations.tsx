import { Button, Group, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useMayIn } from '../../api/rights';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { useTyped } from '../../parts/typed';
import { kindName } from '../../parts/ways';
import { texts } from '../../texts';
import type { Operation } from './documents';
import { OperationDetails } from './OperationDetails';
import { OperationDialog } from './OperationDialog';
import classes from './Operations.module.css';
import { RemoveOperation } from './RemoveOperation';
import type { OfVersion } from './types';
import { operationsOf, prefixOf } from './versions';
import { acceptedIn, waysOfOperation } from './ways/draft';

/** Operations on one page of the table. */
const PART = 50;

/** What somebody is about to do with the operations. */
type Doing =
  | { what: 'add' }
  | { what: 'edit'; name: string; operation: Operation }
  | { what: 'remove'; name: string };

/** The operations of a version; a row opens to what it asks of callers. */
export function Operations(props: { of: OfVersion }) {
  const { of } = props;
  const words = texts.services.operations;
  const [look, go] = useAddress();
  // The page that somebody turned to, while the same operation is open.
  const [turned, setTurned] = useState<{ page: number; open: string | undefined }>();
  const [doing, setDoing] = useState<Doing>();
  const may = useMayIn();
  const mayWrite = may('services.write', of.service.tenant);
  const all = operationsOf(of.version);
  const wanted = (look.find ?? '').toLowerCase();
  const found = all.filter(([name, operation]) => isFound(wanted, name, operation));
  const last = Math.max(0, Math.ceil(found.length / PART) - 1);
  // A link leads to an operation wherever it stands.
  const openAt = Math.max(
    0,
    found.findIndex(([name]) => name === look.operation),
  );
  const here = turned && turned.open === look.operation ? turned.page : Math.floor(openAt / PART);
  const page = Math.min(here, last);
  const turn = (page: number) => setTurned({ page, open: look.operation });
  const toggle = (name: string) => {
    const open = look.operation === name ? undefined : name;
    setTurned({ page, open });
    go({ operation: open }, true);
  };
  const [typed, type] = useTyped(look.find ?? '', (find) => {
    turn(0);
    go({ find: find || undefined }, true);
  });
  const rows = found.slice(page * PART, (page + 1) * PART);
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
              value={typed}
              onChange={(event) => type(event.currentTarget.value)}
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
              next={(page + 1) * PART < found.length ? () => turn(page + 1) : undefined}
              first={page > 0 ? () => turn(0) : undefined}
              columns={[
                {
                  head: words.columns.id,
                  cell: ([name]) => (
                    <Opener name={name} open={look.operation === name} onToggle={() => toggle(name)} />
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
                  cell: ([, one]) => <Accepts of={of} operation={one} />,
                },
              ]}
              below={([name, operation]) =>
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
                            onClick={() => setDoing({ what: 'edit', name, operation })}
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
      {doing?.what === 'edit' && (
        <OperationDialog of={of} name={doing.name} operation={doing.operation} onClose={close} />
      )}
      {doing?.what === 'remove' && <RemoveOperation of={of} name={doing.name} onClose={close} />}
    </Stack>
  );
}

/** The kinds of credentials that an operation accepts, in its order. */
function Accepts(props: { of: OfVersion; operation: Operation }) {
  const { kinds, optional } = acceptedIn(props.of.service, waysOfOperation(props.operation));
  const said = kinds.map(kindName).join(', ');
  if (!said) return texts.services.operations.anonymous;
  return optional ? texts.services.operations.optional(said) : said;
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
