import { Button } from '@mantine/core';
import { useState } from 'react';
import { type App, appQuery, refreshApps } from '../../api/apps';
import { answer, api } from '../../api/client';
import { queries } from '../../api/queries';
import { Ask } from '../../parts/Ask';
import { Editing } from '../../parts/Editing';
import { bodyOf, patching, type Versioned } from '../../parts/patch';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import { AppFields, finished } from './AppFields';

const words = texts.apps.appSteps;

/** Changes an app, if it is still in the version that was read. */
async function patch(app: string, patch: Record<string, unknown>, version: string, comment: string) {
  const changed = await answer(
    api.PATCH('/api/v1/apps/{id}', {
      params: { path: { id: app }, query: { comment: comment || undefined }, header: patching(version) },
      body: bodyOf(patch),
    }),
  );
  await refreshApps();
  return changed;
}

/** What can be done with an app: changed, suspended, let go on. */
export function AppSteps(props: { of: Versioned<App> }) {
  const [step, setStep] = useState<'edit' | 'suspend' | 'resume'>();
  const { value: app, version } = props.of;
  const id = app.id ?? '';
  const close = () => setStep(undefined);
  const suspend = async (reason: string) => {
    const suspended_at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const changed = await patch(id, { state: 'suspended', suspended_at, reason }, version, reason);
    told(words.suspended(id), () => resume(words.undone, `"${changed.version}"`));
  };
  const resume = async (comment: string, from = version) => {
    await patch(id, { state: null, suspended_at: null, reason: null }, from, comment);
    told(words.resumed(id));
  };
  return (
    <>
      <Button variant="default" onClick={() => setStep('edit')}>
        {words.edit}
      </Button>
      {app.state === 'suspended' ? (
        <Button variant="default" onClick={() => setStep('resume')}>
          {words.resume}
        </Button>
      ) : (
        <Button variant="outline" color="red" onClick={() => setStep('suspend')}>
          {words.suspend}
        </Button>
      )}
      {step === 'edit' && (
        <Editing
          title={words.editTitle(id)}
          base={props.of}
          read={() => queries.fetchQuery({ ...appQuery(id), staleTime: 0 })}
          write={async (changes, from, comment) => {
            await patch(id, changes, from, comment);
            told(words.saved(id));
          }}
          finish={finished}
          onClose={close}
        >
          {(draft, change) => <AppFields draft={draft} change={change} autoFocus />}
        </Editing>
      )}
      <Ask
        opened={step === 'suspend'}
        onClose={close}
        title={words.suspendTitle(id)}
        action={words.suspend}
        danger
        comment="required"
        onDone={suspend}
      >
        {words.suspendExplain}
      </Ask>
      <Ask
        opened={step === 'resume'}
        onClose={close}
        title={words.resumeTitle(id)}
        action={words.resume}
        comment="optional"
        onDone={(comment) => resume(comment)}
      >
        {words.resumeExplain}
      </Ask>
    </>
  );
}
