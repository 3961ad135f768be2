import { Page } from '../../parts/Page';

export default function ServicePage() {
  return <Page title="service">…</Page>;
}
