import { Button, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { Allowed } from '../../parts/Allowed';
import { DataTable } from '../../parts/DataTable';
import { useDoing } from '../../parts/doing';
import { Failure } from '../../parts/Failure';
import { PageLink } from '../../parts/links';
import { Section } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';

const words = texts.audit.request.replay;

/** What a change would have done to the requests of the last day, when somebody asks for it. */
export function Replay({ id }: { id: string }) {
  const [report, setReport] = useState<Schemas['ReplayReport']>();
  const doing = useDoing(async () => {
    const asked = { params: { path: { id } }, body: {} };
    setReport(await answer(api.POST('/api/v1/change-requests/{id}/replay', asked)));
  });
  return (
    <Allowed to="calls.read">
      <Section title={words.title}>
        <Stack gap="sm">
          <Text size="sm">{words.explain}</Text>
          <form onSubmit={doing.submit}>
            <Button type="submit" variant="default" loading={doing.running}>
              {words.action}
            </Button>
          </form>
          <Failure error={doing.error} />
          <div role="status">{report && <Found report={report} />}</div>
        </Stack>
      </Section>
    </Allowed>
  );
}

function Found({ report }: { report: Schemas['ReplayReport'] }) {
  const { counts } = report;
  if (counts.requests === 0) return <Text size="sm">{words.nothing}</Text>;
  return (
    <Stack gap="sm">
      <Text fw={600}>{words.sum(counts)}</Text>
      {!report.complete && <Text size="sm">{words.incomplete}</Text>}
      {counts.groups.length > 0 && <Groups groups={counts.groups} />}
      {counts.not_told.length > 0 && (
        <>
          <Text size="sm">{words.notTold}</Text>
          <List size="sm">
            {counts.not_told.map((one) => (
              <List.Item key={one.what}>
                {words.wants(one.count)} <code>{one.what}</code>: <Example id={one.example} />
              </List.Item>
            ))}
          </List>
        </>
      )}
      <List size="sm" c="dimmed">
        {report.assumed.map((one) => (
          <List.Item key={one}>{words.assumed(one)}</List.Item>
        ))}
      </List>
    </Stack>
  );
}

/** What differs, a line for each way in which it does. */
function Groups({ groups }: { groups: Schemas['ReplayGroup'][] }) {
  return (
    <DataTable
      caption={words.caption}
      rows={groups}
      id={(group) => JSON.stringify(group)}
      columns={[
        { head: words.what, cell: (group) => words.differences[group.difference] },
        { head: words.count, cell: (group) => group.count.toLocaleString('en'), number: true },
        { head: words.app, cell: (group) => group.app && <Shown text={group.app} /> },
        {
          head: words.operation,
          cell: (group) => group.operation && <Shown text={group.operation} />,
          wide: true,
        },
        {
          head: words.code,
          cell: (group) => <code>{[group.before, group.after].filter(Boolean).join(' → ')}</code>,
        },
        {
          head: words.example,
          cell: (group) => group.examples[0] && <Example id={group.examples[0]} />,
          wide: true,
        },
      ]}
    />
  );
}

function Example({ id }: { id: string }) {
  return (
    <PageLink to="/requests/$id" params={{ id }}>
      <code>{id}</code>
    </PageLink>
  );
}
