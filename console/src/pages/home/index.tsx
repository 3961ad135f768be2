import { useMay, useMe } from '../../api/me';
import { Empty } from '../../parts/Empty';
import { Loaded } from '../../parts/Loaded';
import { Page } from '../../parts/Page';
import { texts } from '../../texts';
import { Counts } from './Counts';
import { Readiness } from './Readiness';
import { Refusals } from './Refusals';
import { Steps } from './steps';
import { useProgress } from './steps/state';

/** What the first steps take: whoever may do none of it is not shown them. */
const STEPS_TAKE = ['services.write', 'services.publish', 'apps.write', 'credentials.write'];
/** What they look at. */
const STEPS_READ = [
  'services.read',
  'tenants.read',
  'apps.read',
  'subscriptions.read',
  'plans.read',
  'calls.read',
  'credentials.read',
];

/** What is up: the first steps while they are to be done, what was refused, what waits. */
export default function HomePage() {
  const who = useMe();
  const may = useMay();
  const steps = STEPS_TAKE.some((point) => may(point)) && STEPS_READ.every((point) => may(point));
  const progress = useProgress(steps);
  const nothing = who && who.platform.length === 0 && Object.keys(who.tenants).length === 0;
  return (
    <Page title={texts.home.title}>
      <Readiness />
      {nothing && <Empty title={texts.home.nothing.title}>{texts.home.nothing.detail}</Empty>}
      {steps && <Loaded query={progress}>{(at) => <Steps at={at} />}</Loaded>}
      {!nothing && <Counts />}
      {may('calls.read') && <Refusals />}
    </Page>
  );
}
