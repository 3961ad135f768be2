import { useMay, useMe } from '../../api/me';

/** Whether somebody may change lists of a tenant or, without one, of the platform. */
export function useMayWrite(): (tenant: string | null | undefined) => boolean {
  const may = useMay();
  const who = useMe();
  return (tenant) => (tenant ? may('lists.write', tenant) : (who?.platform.includes('lists.write') ?? false));
}
