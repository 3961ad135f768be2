import { account } from './account';
import { approvals } from './approvals';
import { apps } from './apps';
import { audit } from './audit';
import { can } from './can';
import { common } from './common';
import { frame } from './frame';
import { home } from './home';
import { lists } from './lists';
import { refusals } from './refusals';
import { search } from './search';
import { services } from './services';
import { signIn } from './signIn';
import { users } from './users';
import { why } from './why';

/** English. One file per room of the console. */
export const en = {
  account,
  approvals,
  apps,
  audit,
  can,
  common,
  frame,
  home,
  lists,
  refusals,
  search,
  services,
  signIn,
  users,
  why,
};
