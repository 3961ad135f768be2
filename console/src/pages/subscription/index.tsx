import { Page } from '../../parts/Page';

export default function SubscriptionPage() {
  return <Page title="subscription">…</Page>;
}
