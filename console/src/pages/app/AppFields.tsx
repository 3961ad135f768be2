import { Textarea, TextInput } from '@mantine/core';
import type { App } from '../../api/apps';
import { useErrorAt } from '../../parts/failed';
import { filled, LinesField } from '../../parts/fields';
import { texts } from '../../texts';
import { RolesField } from './RolesField';

const words = texts.apps.appForm;

/** What a person can say of an app, beside its name and whose it is. */
export type AppDraft = Partial<Pick<App, 'title' | 'description' | 'contact' | 'tags' | 'access_roles'>>;

/** A draft without what was left empty: that is what is sent. */
export function finished<T extends AppDraft>(draft: T): T {
  const tags = filled(draft.tags);
  return {
    ...draft,
    title: draft.title?.trim() || undefined,
    description: draft.description?.trim() || undefined,
    contact: draft.contact?.trim() || undefined,
    tags: tags.length > 0 ? tags : undefined,
    access_roles: draft.access_roles?.length ? draft.access_roles : undefined,
  };
}

/** The fields of an app. */
export function AppFields(props: {
  draft: AppDraft;
  change: (members: Partial<AppDraft>) => void;
  autoFocus?: boolean;
}) {
  const { draft, change } = props;
  const errorAt = useErrorAt();
  return (
    <>
      <TextInput
        label={words.title}
        description={words.titleHelp}
        maxLength={1000}
        value={draft.title ?? ''}
        error={errorAt('/title')}
        onChange={(event) => change({ title: event.currentTarget.value })}
        data-autofocus={props.autoFocus || undefined}
      />
      <Textarea
        label={words.description}
        autosize
        minRows={2}
        maxRows={10}
        value={draft.description ?? ''}
        error={errorAt('/description')}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
      <TextInput
        label={words.contact}
        description={words.contactHelp}
        maxLength={1000}
        value={draft.contact ?? ''}
        error={errorAt('/contact')}
        onChange={(event) => change({ contact: event.currentTarget.value })}
      />
      <LinesField
        label={words.tags}
        description={words.tagsHelp}
        value={draft.tags ?? []}
        error={errorAt('/tags')}
        onChange={(tags) => change({ tags })}
      />
      <RolesField value={draft.access_roles ?? []} onChange={(access_roles) => change({ access_roles })} />
    </>
  );
}
