import { useMe } from '../../api/me';
import { Page } from '../../parts/Page';
import { texts } from '../../texts';
import { Keys } from './Keys';
import { Name } from './Name';
import { Password } from './Password';
import { Permissions } from './Permissions';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';

/** What everybody sees and changes of themselves. */
export default function AccountPage() {
  const who = useMe();
  if (!who) return null;
  return (
    <Page title={texts.account.title}>
      <Name who={who} />
      <Permissions who={who} />
      <Password email={who.email ?? ''} />
      <Sessions />
      <Keys />
      <Tokens who={who} />
    </Page>
  );
}
