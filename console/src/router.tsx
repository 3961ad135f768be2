import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from '@tanstack/react-router';
import { Crashed } from './frame/Crashed';
import { NotFound } from './frame/NotFound';
import { SignedIn } from './frame/SignedIn';

/** What stands behind `?` of a page's address: plain texts, so that links can be read and shared. */
export type Search = Record<string, string | undefined>;

const root = createRootRoute({
  notFoundComponent: NotFound,
  errorComponent: Crashed,
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
});

/** Pages for whoever is signed in stand inside of this. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: SignedIn });

const page = <Path extends string>(path: Path, load: () => Promise<{ default: RouteComponent }>) =>
  createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(load),
    // A page that fails leaves the navigation be.
    errorComponent: Crashed,
  });

const tree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: '/accept',
    component: lazyRouteComponent(() => import('./pages/accept')),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/signed-in',
    component: lazyRouteComponent(() => import('./pages/signedIn')),
  }),
  inside.addChildren([
    page('/', () => import('./pages/home')),
    page('/refusals', () => import('./pages/refusals')),
    page('/requests/$id', () => import('./pages/why')),
    page('/can', () => import('./pages/can')),
    page('/approvals', () => import('./pages/approvals')),
    page('/subscriptions/$id', () => import('./pages/subscription')),
    page('/apps', () => import('./pages/apps')),
    page('/apps/$id', () => import('./pages/app')),
    page('/credentials/$id', () => import('./pages/credential')),
    page('/services', () => import('./pages/services')),
    page('/services/$id', () => import('./pages/service')),
    page('/issuers', () => import('./pages/issuers')),
    page('/issuers/$id', () => import('./pages/issuer')),
    page('/sessions', () => import('./pages/sessions')),
    page('/lists', () => import('./pages/lists')),
    page('/lists/$id', () => import('./pages/list')),
    page('/listeners', () => import('./pages/listeners')),
    page('/audit', () => import('./pages/audit')),
    page('/revisions', () => import('./pages/revisions')),
    page('/revisions/$number', () => import('./pages/revision')),
    page('/change-requests', () => import('./pages/changeRequests')),
    page('/change-requests/$id', () => import('./pages/changeRequest')),
    page('/users', () => import('./pages/users')),
    page('/users/$id', () => import('./pages/user')),
    page('/account', () => import('./pages/account')),
    createRoute({ getParentRoute: () => inside, path: '$', component: NotFound }),
  ]),
]);

/** Every page, by its address. */
export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Another thing is another page: nothing that was typed about one is sent to the other.
  defaultRemountDeps: ({ params }) => params,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const pairs = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
    return text ? `?${text}` : '';
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
