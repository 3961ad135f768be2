import { MultiSelect, TagsInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Ask } from '../../parts/Ask';
import { useAddress } from '../../parts/search';
import { told } from '../../parts/told';
import { texts } from '../../texts';
import type { Operation } from './documents';
import { LiveNote } from './EditVersion';
import { changeOfMediaTypes } from './policies';
import type { OfVersion } from './types';
import { useSaving } from './useSaving';
import { isName, isServed, prefixOf } from './versions';
import { acceptedBy, draftOf, membersOf, waysOfOperation } from './ways/draft';
import { OperationWaysField } from './ways/OperationWays';

/** The methods that the gateway knows, the usual ones first. */
const METHODS = [
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'QUERY', 'TRACE'],
  ...['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'REPORT', 'SEARCH'],
];

/** Media types that are offered; any other can be typed. */
const MEDIA_TYPES = [
  'application/json',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
];

/** The form of an operation. Without `media`, whoever uses it may not change its policies. */
export function OperationForm(props: {
  of: OfVersion;
  name?: string;
  operation?: Operation;
  media: { id: string | undefined; types: string[] } | undefined;
  onClose: () => void;
}) {
  // As it was when the form opened: what others change since then is a conflict, not overwritten.
  const [{ of, operation, media: listed }] = useState(props);
  const { service } = of;
  const words = texts.services.operations;
  const [, go] = useAddress();
  const { save, asking, questions } = useSaving();
  const [name, setName] = useState(props.name ?? '');
  const [title, setTitle] = useState(operation?.title ?? '');
  const [methods, setMethods] = useState<string[]>(operation ? (operation.methods ?? []) : ['GET']);
  const [path, setPath] = useState(operation?.path ?? '/');
  const [scopes, setScopes] = useState(operation?.scopes ?? []);
  const [ways, setWays] = useState(() => waysOfOperation(operation));
  const [media, setMedia] = useState(listed?.types ?? []);
  const taken = !operation && Object.hasOwn(of.version.operations, name);
  const declared = Object.keys(service.scopes ?? {});

  const change = async (comment: string) => {
    const patch = {
      path: path.trim(),
      methods: methods.length > 0 ? methods : null,
      scopes: scopes.length > 0 ? scopes : null,
      title: title.trim() || null,
      ...membersOf(ways),
    };
    const went = await save(
      {
        kind: 'service',
        id: service.id,
        tenant: service.tenant,
        patch: { versions: { [of.name]: { operations: { [name]: patch } } } },
        comment,
        along: listed ? changeOfMediaTypes(of, name, listed, media) : [],
      },
      of.read.version,
    );
    if (went !== 'made') return;
    told(words.saved(name));
    go({ operation: name }, true);
  };

  return (
    <>
      <Ask
        opened={!asking}
        title={operation ? words.editTitle(name) : words.addTitle(`${service.id}/${of.name}`)}
        action={operation ? texts.common.save : words.add}
        comment="optional"
        disabled={
          !isName(name) || taken || !path.startsWith('/') || (ways.as === 'own' && !ways.accepts.length)
        }
        onClose={props.onClose}
        onDone={change}
      >
        {(errorAt) => (
          <>
            {isServed(of.version) && <LiveNote />}
            {!operation && (
              <TextInput
                label={texts.services.form.id}
                description={texts.services.form.idHelp}
                required
                data-autofocus
                value={name}
                error={taken ? words.taken : name && !isName(name) ? texts.services.form.idWrong : undefined}
                onChange={(event) => setName(event.currentTarget.value)}
              />
            )}
            <TextInput
              label={texts.services.form.title}
              maxLength={1000}
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
            />
            <MultiSelect
              label={words.methods}
              description={words.methodsHelp}
              data={METHODS}
              searchable
              value={methods}
              error={errorAt('/methods')}
              onChange={setMethods}
            />
            <TextInput
              label={words.path}
              description={words.pathHelp(prefixOf(service, of.version))}
              required
              value={path}
              error={errorAt('/path')}
              onChange={(event) => setPath(event.currentTarget.value)}
            />
            <MultiSelect
              label={words.scopes}
              description={declared.length > 0 ? words.scopesHelp : words.noScopes}
              data={declared}
              value={scopes}
              error={errorAt('/scopes')}
              onChange={setScopes}
            />
            {service.authentication && (
              <OperationWaysField
                kinds={acceptedBy(draftOf(service)).kinds}
                value={ways}
                error={errorAt('/accepts', '/anonymous')}
                onChange={setWays}
              />
            )}
            {listed && (
              <TagsInput
                label={words.media}
                description={words.mediaHelp}
                data={MEDIA_TYPES}
                value={media}
                error={errorAt('/content_types')}
                onChange={setMedia}
              />
            )}
          </>
        )}
      </Ask>
      {questions}
    </>
  );
}
