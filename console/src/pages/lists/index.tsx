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
import { Origins } from './origins';

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
  const maySee = useMe()?.platform.includes('settings.read') ?? false;
  const tabs = [
    { name: 'lists', title: words.tabs.lists, shows: true, panel: <ListsTable /> },
    { name: 'blocks', title: words.tabs.blocks, shows: mayLift, panel: <Blocks /> },
    { name: 'origins', title: texts.origins.tab, shows: maySee, panel: <Origins /> },
  ].filter((tab) => tab.shows);
  const tab = tabs.find(({ name }) => name === search.tab)?.name ?? 'lists';
  return (
    <Page title={words.title} about={words.about} actions={<NewList />}>
      {tabs.length > 1 ? (
        <Tabs
          value={tab}
          onChange={(value) => change({ tab: value === 'lists' ? undefined : (value ?? undefined) })}
          keepMounted={false}
        >
          <Tabs.List mb="sm">
            {tabs.map(({ name, title }) => (
              <Tabs.Tab key={name} value={name}>
                {title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabs.map(({ name, panel }) => (
            <Tabs.Panel key={name} value={name}>
              {panel}
            </Tabs.Panel>
          ))}
        </Tabs>
      ) : (
        <ListsTable />
      )}
    </Page>
  );
}
