import { Page } from '../../parts/Page';

export default function AcceptPage() {
  return <Page title="accept">…</Page>;
}
