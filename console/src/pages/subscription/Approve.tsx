import { NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { catalogue, type Subscription } from '../../api/apps';
import { answer, api } from '../../api/client';
import { codeOf } from '../../api/problem';
import { Ask } from '../../parts/Ask';
import { ChoicesField } from '../../parts/fields';
import { MomentInput } from '../../parts/MomentInput';
import { bodyOf, patching, versionOf } from '../../parts/patch';
import { Shown } from '../../parts/Shown';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { planScopes } from '../credential/grants';
import { useConflict } from '../service/useConflict';
import { decided, decidingOn } from './deciding';

const words = texts.approvals.approve;

/** Takes the end away that a subscription had from before: an approval can only set another one. */
function endless(of: Subscription) {
  const params = { path: { id: of.id ?? '' }, header: patching(versionOf(of)) };
  return api.PATCH('/api/v1/subscriptions/{id}', { params, body: bodyOf({ expires_at: null }) });
}

/** Grants a subscription: as it was asked for, or other scopes, another plan, with an end. */
export function Approve(props: { of: Subscription; onClose: () => void }) {
  // As it was when the form opened: what others change since then is a conflict, not granted unread.
  const [of] = useState(props.of);
  const [plan, setPlan] = useState(of.plan);
  const [chosen, setChosen] = useState<string[]>();
  const [ends, setEnds] = useState(of.expires_at);
  const offer = useQuery(catalogue).data?.find((offer) => offer.service === of.service);
  const plans = [...new Set([of.plan, ...(offer?.plans.map((one) => one.plan) ?? [])])];
  const ofPlan = planScopes(offer, offer?.plans.find((one) => one.plan === plan)?.scopes ?? []);
  const scopes = chosen ?? of.scopes ?? ofPlan;
  const conflict = useConflict();
  const { id = '' } = of;
  const approve = async (comment: string, read = of): Promise<void> => {
    const approved = api.POST('/api/v1/subscriptions/{id}/approve', {
      params: { path: { id }, header: decidingOn(read) },
      body: {
        comment,
        scopes: chosen,
        plan: plan === of.plan ? undefined : plan,
        expires_at: ends === of.expires_at ? undefined : ends,
      },
    });
    try {
      const became = await decided(approved);
      if (of.expires_at && became.expires_at && !ends) await decided(endless(became));
      told(words.done(of.app, of.service));
    } catch (error) {
      if (codeOf(error) !== 'resource.version_mismatch') throw error;
      const now = await answer(api.GET('/api/v1/subscriptions/{id}', { params: { path: { id } } }));
      const sides = { mine: of, theirs: now, yours: words.asRead, explain: words.changed, keep: words.keep };
      const wanted = await conflict.ask(sides);
      if (wanted === 'nothing') throw error;
      if (wanted === 'mine') await approve(comment, now);
    }
  };
  return (
    <>
      <Ask
        opened={!conflict.asking}
        onClose={props.onClose}
        title={words.title(of.app, of.service)}
        action={words.action}
        comment="optional"
        onDone={(comment) => approve(comment)}
      >
        {of.reason && (
          <Text size="sm" component="blockquote" m={0}>
            <Shown text={of.reason} />
          </Text>
        )}
        <NativeSelect
          label={words.plan}
          data={plans}
          value={plan}
          onChange={(event) => setPlan(event.currentTarget.value)}
          data-autofocus
        />
        <ChoicesField
          label={words.scopes}
          description={of.scopes ? words.scopesAsked : words.scopesOfPlan}
          options={offer?.scopes ?? []}
          value={scopes}
          none={words.noScopes}
          onChange={setChosen}
        />
        <MomentInput label={words.ends} description={words.endsHelp} value={ends} onChange={setEnds} />
        <Text size="sm">{words.read}</Text>
      </Ask>
      {conflict.dialog}
    </>
  );
}
