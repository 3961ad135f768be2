import {
  IconBrowser,
  IconCertificate,
  IconGavel,
  IconGitPullRequest,
  IconHistory,
  IconHome,
  IconKey,
  IconListDetails,
  IconNetwork,
  IconPlugConnected,
  IconQuestionMark,
  IconShieldX,
  IconStack2,
  IconUsers,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { texts } from '../texts';

/** A page that the navigation leads to. */
export interface NavigationPage {
  to: string;
  name: string;
  icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  /** The key that follows `g`. */
  key: string;
  /** The permissions of which it takes one; none: everybody who is signed in. */
  needs?: string[];
}

const names = texts.frame.pages;

/** Whoever asks for a subscription or a change, or decides about them, sees what waits. */
const DECIDING = ['subscriptions.read', 'changes.propose', 'changes.decide'];

/** The navigation, in its order. */
export const PAGES: NavigationPage[] = [
  { to: '/', name: names.home, icon: IconHome, key: 'h' },
  { to: '/refusals', name: names.refusals, icon: IconShieldX, key: 'r', needs: ['calls.read'] },
  { to: '/can', name: names.can, icon: IconQuestionMark, key: 'c', needs: ['questions.ask'] },
  { to: '/approvals', name: names.approvals, icon: IconGavel, key: 'a', needs: DECIDING },
  {
    to: '/change-requests',
    name: names.changeRequests,
    icon: IconGitPullRequest,
    key: 'q',
    needs: ['changes.propose'],
  },
  { to: '/apps', name: names.apps, icon: IconKey, key: 'k', needs: ['apps.read'] },
  { to: '/services', name: names.services, icon: IconPlugConnected, key: 's', needs: ['services.read'] },
  { to: '/issuers', name: names.issuers, icon: IconCertificate, key: 'i', needs: ['issuers.read'] },
  { to: '/sessions', name: names.sessions, icon: IconBrowser, key: 'b', needs: ['sessions.read'] },
  { to: '/lists', name: names.lists, icon: IconListDetails, key: 'l', needs: ['lists.read'] },
  { to: '/listeners', name: names.listeners, icon: IconNetwork, key: 'p', needs: ['settings.read'] },
  { to: '/audit', name: names.audit, icon: IconHistory, key: 't', needs: ['audit.read'] },
  { to: '/revisions', name: names.revisions, icon: IconStack2, key: 'v', needs: ['revisions.read'] },
  { to: '/users', name: names.users, icon: IconUsers, key: 'u', needs: ['members.read'] },
];

/** Whether a page is for somebody who may do what `may` says. */
export function isFor(page: NavigationPage, may: (permission: string) => boolean): boolean {
  return !page.needs || page.needs.some((permission) => may(permission));
}
