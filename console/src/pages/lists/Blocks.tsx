import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import { range } from '../../parts/addresses';
import { DataTable } from '../../parts/DataTable';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { SearchField } from '../../parts/SearchField';
import { Shown } from '../../parts/Shown';
import { useAddress } from '../../parts/search';
import { Time } from '../../parts/Time';
import { told } from '../../parts/told';
import { texts } from '../../texts';

const words = texts.lists.blocks;

/** Blocks that are shown; one of more is found by its address. */
const LIMIT = 500;

/** How often blocks are asked for: they come and go by themselves. */
const EVERY = 10_000;

/** Who is blocked for now: addresses, credentials and apps, and the way to lift a block. */
export function Blocks() {
  const [{ blocked: wanted = '' }] = useAddress();
  const [lifting, setLifting] = useState<Schemas['TemporaryBlock']>();
  const valid = wanted === '' || (range(wanted) !== undefined && !wanted.includes('/'));
  const query = useQuery({
    queryKey: ['blocks', wanted],
    queryFn: () => {
      const asked = { limit: LIMIT, ...(wanted ? { address: wanted } : {}) };
      return answer(api.GET('/api/v1/blocks', { params: { query: asked } }));
    },
    enabled: valid,
    refetchInterval: EVERY,
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.about}
      </Text>
      <SearchField
        name="blocked"
        label={words.address}
        error={valid ? undefined : words.badAddress}
        maw={360}
      />
      {valid && (
        <Loaded query={query}>
          {({ blocks, more }) =>
            blocks.length === 0 ? (
              <Empty title={words.none}>{words.noneDetail}</Empty>
            ) : (
              <>
                <DataTable
                  caption={words.caption}
                  rows={blocks}
                  id={(block) => `${block.kind} ${block.source} ${block.policy ?? ''}`}
                  columns={[
                    { head: words.kind, cell: (block) => words.kinds[block.kind] ?? block.kind },
                    { head: words.source, cell: (block) => <Shown text={block.source} mono whole /> },
                    { head: words.trigger, cell: (block) => <Because block={block} /> },
                    { head: words.since, cell: (block) => <Time at={block.since_ms} /> },
                    { head: words.until, cell: (block) => <Time at={block.until_ms} /> },
                    {
                      head: texts.lists.columns.actions,
                      cell: (block) => (
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={words.liftOf(block.source)}
                          onClick={() => setLifting(block)}
                        >
                          {words.lift}
                        </Button>
                      ),
                    },
                  ]}
                />
                {more && <Text size="sm">{words.more}</Text>}
              </>
            )
          }
        </Loaded>
      )}
      {lifting && <LiftBlock block={lifting} onClose={() => setLifting(undefined)} />}
    </Stack>
  );
}

/** What led to a block, or who made it. */
function Because({ block }: { block: Schemas['TemporaryBlock'] }) {
  if (block.trigger) {
    return (
      <>
        <code>{block.trigger}</code>
        {block.policy && <Text size="xs">{words.policy(block.policy)}</Text>}
      </>
    );
  }
  return (
    <>
      <Text size="sm">{words.by(block.by ?? '')}</Text>
      {block.reason && <Shown text={block.reason} />}
    </>
  );
}

function LiftBlock(props: { block: Schemas['TemporaryBlock']; onClose: () => void }) {
  const { kind, source } = props.block;
  const lift = async () => {
    if (kind === 'credential') {
      const path = { credential: source };
      await answer(api.DELETE('/api/v1/blocks/credentials/{credential}', { params: { path } }));
    } else if (kind === 'app') {
      await answer(api.DELETE('/api/v1/blocks/apps/{app}', { params: { path: { app: source } } }));
    } else {
      // A block of an IPv6 network is lifted by any address in it.
      const address = source.split('/')[0] ?? source;
      await answer(api.DELETE('/api/v1/blocks/{address}', { params: { path: { address } } }));
    }
    await queries.invalidateQueries({ queryKey: ['blocks'] });
    told(words.lifted(source));
  };
  return (
    <Ask opened onClose={props.onClose} title={words.liftTitle(source)} action={words.lift} onDone={lift}>
      <Text size="sm">{words.liftDetail}</Text>
    </Ask>
  );
}
