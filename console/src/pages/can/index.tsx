import { Page } from '../../parts/Page';

export default function CanPage() {
  return <Page title="can">…</Page>;
}
