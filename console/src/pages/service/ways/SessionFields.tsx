import { Checkbox, TagsInput, TextInput } from '@mantine/core';
import { useErrorAt } from '../../../parts/failed';
import { More } from '../../../parts/More';
import { Named } from '../../../parts/Named';
import { USUAL_COOKIE } from '../../../parts/ways';
import { texts } from '../../../texts';
import type { Authentication } from './draft';
import type { KindFields } from './kinds';

type Session = NonNullable<Authentication['session']>;

/** What providers are asked for besides `openid` where nothing is said. */
const USUAL_SCOPES = ['profile'];

const words = texts.ways.session;

/** How people are signed in at browsers. */
export function SessionFields({ said, say }: KindFields) {
  const errorAt = useErrorAt();
  const session = said.session ?? {};
  const { scopes, cookie, after_sign_out } = session;
  const set = (members: Session) => say({ session: { ...session, ...members } });
  const text = (
    name: 'client_id' | 'client_secret' | 'idle' | 'lifetime' | 'after_sign_out',
    field: { required?: boolean; placeholder?: string } = {},
  ) => (
    <TextInput
      label={words[name]}
      description={words.help[name]}
      value={session[name] ?? ''}
      error={errorAt(`/session/${name}`)}
      onChange={(event) => set({ [name]: event.currentTarget.value || undefined })}
      {...field}
    />
  );
  return (
    <>
      <Named
        kind="issuers"
        label={words.issuer}
        description={words.help.issuer}
        required
        value={session.issuer ?? ''}
        error={errorAt('/session/issuer')}
        onChange={(issuer) => set({ issuer })}
      />
      {text('client_id', { required: true })}
      {text('client_secret')}
      {text('idle')}
      {text('lifetime')}
      <More label={words.more} open={Boolean(scopes ?? cookie ?? after_sign_out)}>
        <TagsInput
          label={words.scopes}
          description={words.help.scopes}
          value={scopes ?? USUAL_SCOPES}
          error={errorAt('/session/scopes', ...(scopes ?? []).map((_, at) => `/session/scopes/${at}`))}
          onChange={(scopes) => set({ scopes })}
        />
        <Cookie said={cookie ?? {}} set={(cookie) => set({ cookie })} />
        {text('after_sign_out', { placeholder: '/' })}
      </More>
    </>
  );
}

type SaidOfCookie = NonNullable<Session['cookie']>;

/** What the cookie is called, and whose links it comes with. Nothing of it is said where both are as usual. */
function Cookie(props: { said: SaidOfCookie; set: (said: SaidOfCookie | undefined) => void }) {
  const { name, same_site } = props.said;
  const errorAt = useErrorAt();
  const set = (said: SaidOfCookie) => props.set(said.name || said.same_site ? said : undefined);
  return (
    <>
      <TextInput
        label={words.cookie}
        description={words.help.cookie}
        placeholder={USUAL_COOKIE}
        value={name ?? ''}
        error={errorAt('/session/cookie/name')}
        onChange={(event) => set({ same_site, name: event.currentTarget.value || undefined })}
      />
      <Checkbox
        label={words.strict}
        description={words.help.strict}
        checked={same_site === 'strict'}
        onChange={(event) => set({ name, same_site: event.currentTarget.checked ? 'strict' : undefined })}
      />
    </>
  );
}
