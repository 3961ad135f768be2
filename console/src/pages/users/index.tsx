import { useMay } from '../../api/me';
import { Allowed } from '../../parts/Allowed';
import { Page } from '../../parts/Page';
import { texts } from '../../texts';
import { Invitations } from './Invitations';
import { Invite } from './Invite';
import { Members } from './Members';
import { Users } from './Users';
import { Waiting } from './Waiting';

/** People: of the platform for whoever sees its users, of their tenants for everybody else. */
export default function UsersPage() {
  const may = useMay();
  return (
    <Page
      title={texts.users.title}
      about={texts.users.about}
      actions={
        <Allowed to="members.write">
          <Invite />
        </Allowed>
      }
    >
      {may('users.read') && <Waiting />}
      {may('users.read') ? <Users /> : <Members />}
      {may('members.read') && <Invitations />}
    </Page>
  );
}
