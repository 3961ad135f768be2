import { Page } from '../../parts/Page';

export default function WhyPage() {
  return <Page title="why">…</Page>;
}
