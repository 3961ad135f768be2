import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMay, useMe } from '../api/me';
import { texts } from '../texts';
import { Empty } from './Empty';
import { Page } from './Page';

/** Stands for a page, or a part of one, that takes a permission which whoever looks does not have. */
export function Forbidden(props: { permission: string }) {
  return (
    <Empty title={texts.frame.mayNot.title}>
      <Text size="sm">{texts.frame.mayNot.detail(props.permission)}</Text>
    </Empty>
  );
}

/**
 * A page that takes a permission: anywhere, or with `platform` on the platform. Whoever does not have it is
 * told which one it is; what is inside asks the API for nothing then.
 */
export function Needs(props: { permission: string; platform?: boolean; title: string; children: ReactNode }) {
  const may = useMay();
  const who = useMe();
  const has = props.platform ? who?.platform.includes(props.permission) : may(props.permission);
  if (has) return props.children;
  return (
    <Page title={props.title}>
      <Forbidden permission={props.permission} />
    </Page>
  );
}
