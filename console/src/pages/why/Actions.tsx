import type { Schemas } from '../../api/client';
import { useMay } from '../../api/me';
import { ButtonLink } from '../../parts/links';
import { texts } from '../../texts';
import { asQuestion } from './sent';

/** Families of codes that refuse an address. */
const ADDRESSES = /^(network|edge)\./;

/** Where one goes on from here. */
export function Actions(props: { explained: Schemas['ExplainedCall'] }) {
  const may = useMay();
  const { asked, refusal, id } = props.explained.found;
  const address = refusal && ADDRESSES.test(refusal.code) ? asked.address : undefined;
  return (
    <>
      {address && may('lists.write') && (
        <ButtonLink size="xs" variant="default" to="/lists" search={{ address, request: id }}>
          {texts.why.addToList}
        </ButtonLink>
      )}
      {may('questions.ask') && (
        <ButtonLink size="xs" variant="default" to="/can" search={asQuestion(props.explained)}>
          {texts.why.askCan}
        </ButtonLink>
      )}
    </>
  );
}
