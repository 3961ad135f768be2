import { Tabs } from '@mantine/core';
import { useMe } from '../../api/me';
import { Needs } from '../../parts/Forbidden';
import { Page } from '../../parts/Page';
import { useAddress } from '../../parts/search';
import { texts } from '../../texts';
import { AddAddress } from './AddAddress';
import { Blocks } from './Blocks';
import { ListsTable } from './ListsTable';
import { NewList } from './NewList';

const words = texts.lists;

/** Lists of addresses; with `?address=` the way to put that address on one of them. */
export default function ListsPage() {
  const [search] = useAddress();
  return (
    <Needs permission="lists.read" title={words.title}>
      {search.address ? <AddAddress address={search.address} request={search.request} /> : <Lists />}
    </Needs>
  );
}

function Lists() {
  const [search, change] = useAddress();
  const mayLift = useMe()?.platform.includes('blocks.lift') ?? false;
  const tab = mayLift && search.tab === 'blocks' ? 'blocks' : 'lists';
  return (
    <Page title={words.title} about={words.about} actions={<NewList />}>
      {mayLift ? (
        <Tabs
          value={tab}
          onChange={(value) => change({ tab: value === 'blocks' ? value : undefined })}
          keepMounted={false}
        >
          <Tabs.List mb="sm">
            <Tabs.Tab value="lists">{words.tabs.lists}</Tabs.Tab>
            <Tabs.Tab value="blocks">{words.tabs.blocks}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="lists">
            <ListsTable />
          </Tabs.Panel>
          <Tabs.Panel value="blocks">
            <Blocks />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <ListsTable />
      )}
    </Page>
  );
}
