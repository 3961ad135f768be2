import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import type { Schemas } from '../../api/client';
import { codeOf } from '../../api/problem';
import { Loaded } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { pieces } from '../../parts/Shown';
import { texts } from '../../texts';
import { Actions } from './Actions';
import { Answer } from './Answer';
import { AudienceChoice } from './AudienceChoice';
import { AUDIENCES, explained } from './explained';
import { Head } from './Head';
import { Lost } from './Lost';

const words = texts.why;

/** Why one request was refused, or how it passed. */
export default function WhyPage() {
  const { id = '' } = useParams({ strict: false });
  return <Why key={id} id={id} />;
}

function Why(props: { id: string }) {
  const { audience } = useSearch({ strict: false });
  const wanted = AUDIENCES.find((one) => one === audience);
  // As much as one may know, which also says how much that is; and a narrower view of it beside.
  const most = useQuery(explained(props.id));
  const own = most.data?.found.audience;
  const narrower = own && wanted && rank(wanted) > rank(own) ? wanted : undefined;
  const view = useQuery({ ...explained(props.id, narrower), enabled: narrower !== undefined });
  const shown = narrower ? view : most;
  const gone = codeOf(most.error);
  if (!most.data && (gone === 'resource.not_found' || gone === 'request.invalid')) {
    return <Lost id={props.id} error={most.error} />;
  }
  const answer = shown.data ?? most.data;
  return (
    <Page
      title={answer ? titleOf(answer) : words.asking(props.id.slice(0, 40))}
      about={answer && <Head explained={answer} />}
      actions={most.data && <Actions explained={most.data} />}
    >
      {own && <AudienceChoice shown={narrower ?? own} own={own} />}
      <Loaded query={shown}>
        {(value) => <Answer key={value.found.audience} explained={value} own={own ?? value.found.audience} />}
      </Loaded>
    </Page>
  );
}

/** Wider audiences come first. */
const rank = (audience: Schemas['Audience']) => AUDIENCES.indexOf(audience);

function titleOf({ found }: Schemas['ExplainedCall']): string {
  const { method, path } = found.asked;
  const short = path.length > 80 ? `${path.slice(0, 80)}…` : path;
  // A heading is one text: what cannot be seen stands in it by its number.
  const request = `${method} ${pieces(short)
    .map((piece) => piece.text)
    .join('')}`;
  if (found.verdict === 'allowed') return words.allowed(request);
  return found.refusal ? words.refused(request) : words.cannotTell(request);
}
