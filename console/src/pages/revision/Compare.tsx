import { Button, Group, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { answer, api } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { PlanChanges } from '../../parts/PlanChanges';
import { useAddress } from '../../parts/search';
import { texts } from '../../texts';

const words = texts.audit.revision;

const isNumber = (text: string) => /^\d{1,15}$/.test(text);

/** Which revision to compare with, and what leads from that one to this. */
export function Compare({ number, from }: { number: number; from: string | undefined }) {
  const [, change] = useAddress();
  const [typed, setTyped] = useState(from ?? '');
  const [tried, setTried] = useState(false);
  const compare = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isNumber(typed.trim())) change({ from: typed.trim() });
  };
  const before = () => {
    setTyped('');
    setTried(false);
    change({ from: undefined });
  };
  return (
    <>
      <form onSubmit={compare} noValidate>
        <Group align="flex-end" gap="xs">
          <TextInput
            label={words.from}
            inputMode="numeric"
            w={190}
            value={typed}
            error={tried && !isNumber(typed.trim()) ? words.noNumber : undefined}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" variant="default">
            {words.compare}
          </Button>
          {from && (
            <Button variant="subtle" onClick={before}>
              {words.theOneBefore}
            </Button>
          )}
        </Group>
      </form>
      {from && isNumber(from) && <Difference from={Number(from)} to={number} />}
    </>
  );
}

function Difference({ from, to }: { from: number; to: number }) {
  const query = useQuery({
    queryKey: ['revisions', 'difference', from, to],
    queryFn: () => answer(api.GET('/api/v1/revision-difference', { params: { query: { from, to } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return <Loaded query={query}>{({ plan }) => <PlanChanges plan={plan} />}</Loaded>;
}
