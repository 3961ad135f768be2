import { Checkbox, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import type { ErrorAt } from '../../parts/failed';
import { MomentInput } from '../../parts/MomentInput';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import type { Read } from './data';
import type { Service } from './documents';
import { type Draft, draftOf, patchOf } from './draft';
import { ScopesField } from './ScopesField';
import { useSaving } from './useSaving';

/** Changes what a service says of itself and what holds for all of its versions. */
export function EditService(props: { read: Read<Service>; onClose: () => void }) {
  // As it was when the form opened: what others change since then is a conflict, not overwritten.
  const [{ value: service, version: etag }] = useState(props.read);
  const words = texts.services.form;
  const { save, asking, questions } = useSaving();
  const [draft, setDraft] = useState(() => draftOf(service));
  const set = (members: Partial<Draft>) => setDraft((old) => ({ ...old, ...members }));
  const change = async (comment: string) => {
    const { id, tenant } = service;
    const went = await save({ kind: 'service', id, tenant, patch: patchOf(draft, service), comment }, etag);
    if (went === 'made') told(texts.services.page.saved(id));
  };
  type Text = 'title' | 'contact' | 'documentation' | 'basePath';
  const textIn = (errorAt: ErrorAt) => (name: Text, at: string, help?: string) => (
    <TextInput
      label={words[name]}
      description={help}
      maxLength={1000}
      value={draft[name]}
      error={errorAt(at)}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <Ask
        opened={!asking}
        title={texts.services.page.editTitle(service.id)}
        action={texts.common.save}
        comment="optional"
        onClose={props.onClose}
        onDone={change}
      >
        {(errorAt) => (
          <>
            {textIn(errorAt)('title', '/title')}
            <Textarea
              label={words.description}
              autosize
              minRows={2}
              maxRows={8}
              maxLength={20_000}
              value={draft.description}
              error={errorAt('/description')}
              onChange={(event) => set({ description: event.currentTarget.value })}
            />
            {textIn(errorAt)('contact', '/contact', words.contactHelp)}
            {textIn(errorAt)('documentation', '/documentation')}
            {textIn(errorAt)('basePath', '/base_path', words.basePathHelp)}
            <TagsInput
              label={words.hosts}
              description={words.hostsHelp}
              value={draft.hosts}
              error={errorAt('/hosts')}
              onChange={(hosts) => set({ hosts })}
            />
            <ScopesField value={draft.scopes} onChange={(scopes) => set({ scopes })} />
            <Choice
              label={words.visibility}
              options={words.visibilities}
              value={draft.visibility}
              onChange={(visibility) => set({ visibility })}
            />
            {draft.visibility === 'private' && (
              <TagsInput
                label={words.sharedWith}
                value={draft.sharedWith}
                error={errorAt('/shared_with')}
                onChange={(sharedWith) => set({ sharedWith })}
              />
            )}
            <Choice
              label={words.approval}
              options={words.approvals}
              value={draft.approval}
              onChange={(approval) => set({ approval })}
            />
            <Checkbox
              label={words.publishApproval}
              checked={draft.publishApproval}
              onChange={(event) => set({ publishApproval: event.currentTarget.checked })}
            />
            <Choice
              label={words.disclosure}
              options={words.disclosures}
              value={draft.disclosure}
              onChange={(disclosure) => set({ disclosure })}
            />
            {draft.disclosure === 'verbose' && (
              <MomentInput
                label={words.disclosureUntil}
                required
                value={draft.disclosureUntil}
                error={errorAt('/disclosure_until', '/disclosure')}
                onChange={(disclosureUntil) => set({ disclosureUntil })}
              />
            )}
            <Choice
              label={words.statusProfile}
              options={words.statusProfiles}
              value={draft.statusProfile}
              onChange={(statusProfile) => set({ statusProfile })}
            />
          </>
        )}
      </Ask>
      {questions}
    </>
  );
}

/** One of a few values, each in words. */
function Choice<T extends string>(props: {
  label: string;
  options: Record<T, string>;
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <Select
      label={props.label}
      allowDeselect={false}
      data={Object.entries<string>(props.options).map(([value, label]) => ({ value, label }))}
      value={props.value}
      onChange={(value) => value && props.onChange(value as T)}
    />
  );
}
