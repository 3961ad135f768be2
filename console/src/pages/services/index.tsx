import { Page } from '../../parts/Page';

export default function ServicesPage() {
  return <Page title="services">…</Page>;
}
