import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answer, api } from '../../api/client';
import { useMay } from '../../api/me';
import { useMayIn } from '../../api/rights';
import { Loaded } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { Shown } from '../../parts/Shown';
import { texts } from '../../texts';
import { Members } from '../users/Members';
import { About } from './About';
import { Actions } from './Actions';

/** One user: who it is, what they may do, and what can be done about them. */
export default function UserPage() {
  const { id = '' } = useParams({ strict: false });
  const may = useMay();
  const mayIn = useMayIn();
  const query = useQuery({
    queryKey: ['users', 'one', id],
    queryFn: () => answer(api.GET('/api/v1/users/{id}', { params: { path: { id } } })),
  });
  return (
    <Page
      title={(query.data?.name || query.data?.email || texts.users.title).slice(0, 80)}
      about={query.data && <Shown text={query.data.email} first={100} />}
      actions={query.data && mayIn('users.write', null) && <Actions user={query.data} />}
    >
      <Loaded query={query}>
        {(user) => (
          <>
            <About user={user} />
            {may('members.read') && <Members user={id} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
