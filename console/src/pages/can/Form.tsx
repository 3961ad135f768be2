import {
  Autocomplete,
  Button,
  Checkbox,
  Group,
  Paper,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { MomentInput } from '../../parts/MomentInput';
import { texts } from '../../texts';
import { AppField } from './AppField';
import classes from './Can.module.css';
import { OperationField } from './OperationField';
import { addressed, headerLines, keyId, type Question } from './question';

const words = texts.can;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** Asks for a request that nobody has sent. */
export function Form(props: {
  question: Question;
  body: string;
  onAsk: (question: Question, body: string) => void;
  asking: boolean;
}) {
  const [question, setQuestion] = useState(props.question);
  // Going back in the browser shows what was asked then.
  const address = JSON.stringify(addressed(props.question));
  const [shown, setShown] = useState(address);
  if (shown !== address) {
    setShown(address);
    setQuestion(props.question);
  }
  const [body, setBody] = useState(props.body);
  const [tried, setTried] = useState(false);
  const change = (part: Partial<Question>) => setQuestion((old) => ({ ...old, ...part }));
  const wrong = {
    path: question.path.startsWith('/') ? undefined : words.pathWrong,
    from: question.from.trim() ? undefined : words.fromMissing,
    headers: headerLines(question.headers).wrong,
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!wrong.path && !wrong.from && wrong.headers === undefined) props.onAsk(question, body);
  };
  const rest = Boolean(question.headers || question.at || question.key || question.tls || body);
  return (
    <Paper withBorder p="md" component="form" onSubmit={submit} noValidate aria-label={words.title}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <AppField
            label={words.app}
            description={words.appHelp}
            value={question.app}
            onChange={(app) => change({ app, key: '' })}
          />
          <AppField
            label={words.against}
            description={words.againstHelp}
            value={question.against}
            onChange={(against) => change({ against })}
          />
        </SimpleGrid>
        <OperationField
          at={question}
          onPick={({ method, path, host }) => change({ method, path, ...(host ? { host } : {}) })}
        />
        <div className={classes.line}>
          <Autocomplete
            label={words.method}
            data={METHODS}
            value={question.method}
            onChange={(method) => change({ method: method.toUpperCase() })}
            autoComplete="off"
          />
          <TextInput
            label={words.path}
            description={words.pathHelp}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={question.path}
            onChange={(event) => change({ path: event.currentTarget.value.trim() })}
            error={tried && wrong.path}
            spellCheck={false}
            autoComplete="off"
          />
        </div>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label={words.from}
            value={question.from}
            onChange={(event) => change({ from: event.currentTarget.value.trim() })}
            error={tried && wrong.from}
            spellCheck={false}
            autoComplete="off"
          />
          <TextInput
            label={words.host}
            description={words.hostHelp}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={question.host}
            onChange={(event) => change({ host: event.currentTarget.value.trim() })}
            spellCheck={false}
            autoComplete="off"
          />
        </SimpleGrid>
        <details className={classes.more} open={rest || undefined}>
          <summary>{words.more}</summary>
          <Stack gap="sm">
            <Textarea
              label={words.headers}
              description={words.headersHelp}
              value={question.headers}
              onChange={(event) => change({ headers: event.currentTarget.value })}
              error={tried && wrong.headers !== undefined && words.headersWrong(wrong.headers)}
              autosize
              minRows={2}
              maxRows={10}
              classNames={{ input: 'code' }}
              spellCheck={false}
            />
            <Textarea
              label={words.body}
              description={words.bodyHelp}
              value={body}
              onChange={(event) => setBody(event.currentTarget.value)}
              autosize
              minRows={2}
              maxRows={12}
              classNames={{ input: 'code' }}
              spellCheck={false}
            />
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <MomentInput
                label={words.at}
                description={words.atHelp}
                value={question.at}
                onChange={(at) => change({ at: at ?? '' })}
              />
              <TextInput
                label={words.key}
                description={words.keyHelp}
                placeholder={words.keyPlaceholder}
                value={question.key}
                onChange={(event) => change({ key: keyId(event.currentTarget.value) })}
                spellCheck={false}
                autoComplete="off"
              />
            </SimpleGrid>
            <Checkbox
              label={words.tls}
              checked={question.tls}
              onChange={(event) => change({ tls: event.currentTarget.checked })}
            />
          </Stack>
        </details>
        <Group>
          <Button type="submit" loading={props.asking}>
            {words.ask}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
