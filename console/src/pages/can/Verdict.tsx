import { Alert, List, Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { Schemas } from '../../api/client';
import { Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { Picture } from '../../parts/picture/Picture';
import { Said } from '../../parts/Said';
import { texts } from '../../texts';

const words = texts.can;

/** What would become of it: the verdict, the picture, and what would open it. */
export function Verdict(props: { title: string; query: UseQueryResult<Schemas['DecidedQuestion']> }) {
  return (
    <Section title={props.title}>
      <Loaded query={props.query}>{({ found }) => <Found found={found} />}</Loaded>
    </Section>
  );
}

function Found({ found }: { found: Schemas['Explanation'] }) {
  const { refusal, fixes = [], notes = [] } = found;
  const passes = !refusal && found.verdict === 'allowed';
  const verdict = refusal
    ? words.refused(refusal.status, refusal.code)
    : passes
      ? words.passes
      : words.cannotTell;
  return (
    <Stack gap="md">
      <Alert
        role="status"
        variant="outline"
        color={passes ? 'green' : refusal ? 'red' : 'orange'}
        title={verdict}
      >
        {notes.length > 0 &&
          notes.map((note) => (
            <div key={note}>
              <Said text={note} />
            </div>
          ))}
      </Alert>
      <Picture explanation={found} />
      {fixes.length > 0 && (
        <div>
          <b>{words.fixes}</b>
          <List size="sm">
            {fixes.map((fix) => (
              <List.Item key={fix.number}>
                <Said text={fix.sentence} />
                {fix.if_wrong && ` (${texts.why.ifWrong.toLowerCase()})`}
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  );
}
