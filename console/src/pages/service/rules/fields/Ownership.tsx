import { Autocomplete, Select, SimpleGrid } from '@mantine/core';
import { texts } from '../../../../texts';
import { useWrong } from '../faults';
import { type Fields, FlagField, TextField } from './inputs';
import { Except, Which } from './Which';

const words = texts.rules.fields.ownership;

const WHERE = ['path', 'query', 'body'] as const;
const OWNERS = ['app', 'tenant', 'user', 'claim'] as const;

/** What a request names has to be the caller's own. */
export function OwnershipFields({ draft, change, parameters }: Fields & { parameters: string[] }) {
  const wrong = useWrong();
  const where = WHERE.find((one) => draft.resource?.[one] !== undefined) ?? 'path';
  const owner = typeof draft.owner === 'object' ? 'claim' : draft.owner;
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <Select
          label={words.resource}
          allowDeselect={false}
          data={WHERE.map((value) => ({ value, label: words.in[value] }))}
          value={where}
          onChange={(now) => change({ resource: { [now ?? 'path']: draft.resource?.[where] ?? '' } })}
        />
        <Autocomplete
          label={words.name[where]}
          required
          data={where === 'path' ? parameters : []}
          value={draft.resource?.[where] ?? ''}
          error={wrong('/resource')}
          onChange={(name) => change({ resource: { [where]: name } })}
        />
        <Select
          label={words.owner}
          allowDeselect={false}
          data={OWNERS.map((value) => ({ value, label: words.owners[value] }))}
          value={owner ?? null}
          error={owner === 'claim' ? undefined : wrong('/owner')}
          onChange={(now) =>
            change({ owner: now === 'claim' ? { claim: '' } : (now as 'app' | 'tenant' | 'user') })
          }
        />
        {typeof draft.owner === 'object' && (
          <TextField
            at="/owner"
            help={words.claimHelp}
            label={words.claim}
            required
            mayBeEmpty
            value={draft.owner.claim}
            set={(claim) => change({ owner: { claim: claim ?? '' } })}
          />
        )}
      </SimpleGrid>
      <TextField
        at="/separator"
        label={words.separator}
        help={words.separatorHelp}
        maw={320}
        value={draft.separator}
        set={(separator) => change({ separator })}
      />
      <FlagField
        label={words.hide}
        help={words.hideHelp}
        value={draft.status === 404}
        set={(hidden) => change({ status: hidden ? 404 : undefined })}
      />
      <Which draft={draft} change={change} />
      <Except draft={draft} change={change} />
    </>
  );
}
