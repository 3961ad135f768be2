import { absolute } from '../../parts/time';
import { frame } from './frame';

/** Texts of searching everywhere. */
export const search = {
  title: 'Search',
  placeholder: 'Search: a request id, a curl command, an address, a key …',
  label: 'What to search for',
  help: 'Paste a request id, a whole curl command or answer, an address, a key; or type a name, a code, a status, or what went wrong ("IP not whitelisted").',
  masked: 'Secrets were taken out of what you pasted. They were not sent or kept.',
  nothing: 'Nothing found. Names are searched in what you may see; requests by their id, path or code.',
  results: (n: number) => (n === 1 ? '1 result' : `${n} results`),
  why: 'Why was it answered so?',
  refusalsOf: 'Refusals of the last 7 days',
  refusalsWith: 'Refusals of the last 7 days',
  addToList: 'Add it to a list',
  decide: 'Would it be let through?',
  answered: (status: number, code: string | null | undefined, at: Date) =>
    [String(status), code, absolute(at)].filter(Boolean).join(' · '),
  kinds: {
    request: 'Request',
    refusals: 'Refusals',
    address: 'Address',
    can: 'Can…?',
    key: 'Key',
    app: 'App',
    service: 'Service',
    operation: 'Operation',
    issuer: 'Issuer',
    list: 'List',
    page: 'Page',
  },
  things: {
    subscription: ['Subscription', '/subscriptions'],
    change_request: ['Change request', '/change-requests'],
    user: ['Person', '/users'],
  } as Record<'subscription' | 'change_request' | 'user', [name: string, room: string]>,
  rooms: {
    '/refusals': frame.pages.refusals,
    '/can': frame.pages.can,
    '/approvals': frame.pages.approvals,
    '/change-requests': frame.pages.changeRequests,
    '/apps': frame.pages.apps,
    '/services': frame.pages.services,
    '/issuers': frame.pages.issuers,
    '/sessions': frame.pages.sessions,
    '/lists': frame.pages.lists,
    '/listeners': frame.pages.listeners,
    '/audit': frame.pages.audit,
    '/revisions': frame.pages.revisions,
    '/users': frame.pages.users,
    '/account': frame.account,
  } as Record<string, string>,
};
