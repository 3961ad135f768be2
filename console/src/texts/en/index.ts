import { account } from './account';
import { approvals } from './approvals';
import { apps } from './apps';
import { audit } from './audit';
import { can } from './can';
import { common } from './common';
import { frame } from './frame';
import { home } from './home';
import { issuers } from './issuers';
import { listeners } from './listeners';
import { lists } from './lists';
import { origins } from './origins';
import { refusals } from './refusals';
import { rules } from './rules';
import { search } from './search';
import { services } from './services';
import { sessions } from './sessions';
import { signIn } from './signIn';
import { sources } from './sources';
import { users } from './users';
import { ways } from './ways';
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
  issuers,
  listeners,
  lists,
  origins,
  refusals,
  rules,
  search,
  services,
  sessions,
  signIn,
  sources,
  users,
  ways,
  why,
};
