import { Page } from '../../parts/Page';

export default function RefusalsPage() {
  return <Page title="refusals">…</Page>;
}
