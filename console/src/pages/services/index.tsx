import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { pageOf } from '../../api/pages';
import { Empty } from '../../parts/Empty';
import { Finding } from '../../parts/Finding';
import { Loaded } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { usePaging } from '../../parts/paging';
import { useAddress } from '../../parts/search';
import { texts } from '../../texts';
import type { Service } from '../service/documents';
import { CreateService } from './CreateService';
import { ImportDialog } from './ImportDialog';
import { ServiceTable } from './ServiceTable';

/** The services that somebody may see: found, made, imported. */
export default function ServicesPage() {
  const words = texts.services;
  const [look] = useAddress();
  const [creating, create] = useDisclosure(false);
  const [importing, imported] = useDisclosure(false);
  const actions = useMay()('services.write') ? (
    <>
      <Button variant="default" onClick={imported.open}>
        {words.import.action}
      </Button>
      <Button onClick={create.open}>{words.create.action}</Button>
    </>
  ) : undefined;
  return (
    <Page title={words.title} about={words.about} actions={actions}>
      <Finding words={words} />
      <Found key={`${look.q}\n${look.tenant}`} actions={actions} />
      {creating && <CreateService onClose={create.close} />}
      {importing && <ImportDialog onClose={imported.close} />}
    </Page>
  );
}

/** One page of what was found; begins anew where something else is looked for. */
function Found(props: { actions: ReactNode }) {
  const words = texts.services.empty;
  const [{ q, tenant }, go] = useAddress();
  const { cursor, buttons } = usePaging();
  const query = useQuery({
    queryKey: ['services', q, tenant, cursor],
    queryFn: () =>
      pageOf((cursor) => {
        const query = { q, tenant, cursor, limit: 50 };
        return answer(api.GET('/api/v1/services', { params: { query } }));
      }, cursor),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query}>
      {({ items, next }) => {
        if (items.length > 0 || cursor) {
          return <ServiceTable services={items as Service[]} buttons={buttons(next)} />;
        }
        if (q || tenant) {
          return (
            <Empty
              title={words.filtered}
              action={
                <Button variant="default" onClick={() => go({ q: undefined, tenant: undefined }, true)}>
                  {words.clear}
                </Button>
              }
            >
              {words.filteredDetail}
            </Empty>
          );
        }
        return (
          <Empty title={words.title} action={props.actions && <Group gap="xs">{props.actions}</Group>}>
            {props.actions ? words.detail : words.mayNot}
          </Empty>
        );
      }}
    </Loaded>
  );
}
