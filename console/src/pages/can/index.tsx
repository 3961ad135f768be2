import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client';
import { Empty } from '../../parts/Empty';
import { Page } from '../../parts/Page';
import { texts } from '../../texts';
import classes from './Can.module.css';
import { Form } from './Form';
import { addressed, asked, headerLines, madeUp, type Question } from './question';
import { Verdict } from './Verdict';

const words = texts.can;

/** What would become of a request that nobody has sent; as another app beside it. */
export default function CanPage() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  // What was asked last, with its secrets, which the address leaves out: good as long as the address is its.
  const [held, setHeld] = useState<Question>();
  const inAddress = asked(search);
  const address = JSON.stringify(inAddress);
  const question = held && JSON.stringify(asked(addressed(held))) === address ? held : inAddress;
  const [body, setBody] = useState('');
  const complete = question.path.startsWith('/') && headerLines(question.headers).wrong === undefined;
  const first = useDecision(question, body, question.app, complete);
  const beside = question.against !== '' && question.against !== question.app;
  const second = useDecision(question, body, question.against, complete && beside);
  const ask = (next: Question, text: string) => {
    const same = JSON.stringify(next) === JSON.stringify(question) && text === body;
    setBody(text);
    setHeld(next);
    if (same) {
      // Asked once more: it may have changed.
      void first.refetch();
      if (beside) void second.refetch();
    } else {
      void navigate({ to: '.', search: addressed(next) });
    }
  };
  const own = question.key
    ? words.withKey(question.key)
    : question.app
      ? words.asApp(question.app)
      : words.withoutApp;
  return (
    <Page title={words.title} about={words.about}>
      <Form question={question} body={body} onAsk={ask} asking={first.isFetching || second.isFetching} />
      {complete ? (
        <div className={classes.beside}>
          <Verdict title={own} query={first} />
          {beside && <Verdict title={words.asApp(question.against)} query={second} />}
        </div>
      ) : (
        <Empty title={words.empty}>{words.emptyHelp}</Empty>
      )}
    </Page>
  );
}

/** What becomes of the question, sent by an app. */
function useDecision(question: Question, body: string, app: string, enabled: boolean) {
  const made = madeUp(question, body, app);
  return useQuery({
    queryKey: ['can', made],
    // The client's types forget how long tuples are.
    queryFn: () =>
      answer(api.POST('/api/v1/questions/can', { body: made })) as Promise<Schemas['DecidedQuestion']>,
    enabled,
    refetchOnWindowFocus: false,
  });
}
