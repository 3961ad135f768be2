import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMay } from '../../api/me';
import { Page } from '../../parts/Page';
import { texts } from '../../texts';
import { History } from './History';
import { Inbox } from './Inbox';

const words = texts.approvals;

/** What waits for one's decision, and what was decided. */
export default function ApprovalsPage() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const history = useMay()('subscriptions.read');
  const tab = history && search.tab === 'history' ? 'history' : 'waiting';
  return (
    <Page title={words.title} about={words.explain}>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(to) => navigate({ to: '.', search: to === 'history' ? { tab: 'history' } : {} })}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="waiting">{words.waiting}</Tabs.Tab>
          {history && <Tabs.Tab value="history">{words.decided}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="waiting">
          <Inbox />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
