import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { appQuery } from '../../api/apps';
import { Allowed } from '../../parts/Allowed';
import { Loaded } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { texts } from '../../texts';
import { About } from './About';
import { Access } from './Access';
import { AppSteps } from './AppSteps';
import { Keys } from './Keys';
import { RefusedLately } from './RefusedLately';
import { Subscriptions } from './Subscriptions';

/** One app: what it is, its keys and subscriptions, what it may call, and what it was refused lately. */
export default function AppPage() {
  const { id } = useParams({ from: '/inside/apps/$id' });
  const query = useQuery(appQuery(id));
  return (
    <Page
      title={texts.apps.app.title(id)}
      actions={
        query.data && (
          <Allowed to="apps.write" tenant={query.data.value.tenant}>
            <AppSteps of={query.data} />
          </Allowed>
        )
      }
    >
      <Loaded query={query}>
        {(app) => (
          <>
            <About of={app.value} />
            <Keys app={id} tenant={app.value.tenant} />
            <Subscriptions app={id} tenant={app.value.tenant} />
            <RefusedLately app={id} />
            <Access app={id} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
