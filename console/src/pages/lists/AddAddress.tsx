import { Alert, Group } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { canonical, type Range, range, written } from '../../parts/addresses';
import { ButtonLink, PageLink } from '../../parts/links';
import { Page } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { AddToList } from './AddToList';
import type { ListRow } from './rows';
import { WritableLists } from './WritableLists';

const words = texts.lists.address;

/** Puts an address, which page Why has found in a refused request, on one of the lists. */
export function AddAddress(props: { address: string; request: string | undefined }) {
  const { address: text, request } = props;
  const found = range(text);
  if (!found) {
    return (
      <Page title={words.noAddress(text.slice(0, 60))} about={words.noAddressDetail}>
        <div>
          <ButtonLink to="/lists">{words.toLists}</ButtonLink>
        </div>
      </Page>
    );
  }
  return <Choice key={text} address={canonical(found)} request={request} />;
}

function Choice(props: { address: Range; request: string | undefined }) {
  const { address, request } = props;
  const [chosen, setChosen] = useState<ListRow>();
  const [done, setDone] = useState<string>();
  const text = written(address);
  const back = request && (
    <PageLink to="/requests/$id" params={{ id: request }}>
      <Shown text={request} mono first={60} />
    </PageLink>
  );
  return (
    <Page
      title={words.title(text)}
      about={
        back && (
          <>
            {words.about} {back}.
          </>
        )
      }
    >
      <div aria-live="polite">
        {done && (
          <Alert
            color="green"
            variant="outline"
            icon={<IconCheck aria-hidden />}
            title={words.done(text, done)}
          >
            <Group gap="sm" mt={4}>
              {request && (
                <ButtonLink to="/requests/$id" params={{ id: request }}>
                  {words.back}
                </ButtonLink>
              )}
              <ButtonLink variant="default" to="/lists/$id" params={{ id: done }}>
                {words.see}
              </ButtonLink>
            </Group>
          </Alert>
        )}
      </div>
      <WritableLists address={address} request={request} onChosen={setChosen} />
      {chosen && (
        <AddToList
          list={chosen}
          address={address}
          request={request}
          onClose={() => setChosen(undefined)}
          onDone={() => setDone(chosen.id)}
        />
      )}
    </Page>
  );
}
