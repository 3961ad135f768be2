import { Button, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type Owner, useMayIn } from '../../../api/rights';
import { useDoing } from '../../../parts/doing';
import { Failure } from '../../../parts/Failure';
import { texts } from '../../../texts';

/** The form of a step: does it, then everything is read again. Whoever may not do it is told what it takes. */
export function StepForm(props: {
  action: string;
  needs: string;
  /** Whose that is which the step makes or changes; without a tenant, the platform's. */
  tenant: Owner;
  disabled?: boolean;
  /** Looks at the form before it is done; true: something is missing, which the form itself shows. */
  refuse?: () => boolean;
  onDo: () => Promise<unknown>;
  children?: ReactNode;
}) {
  const client = useQueryClient();
  const mayIn = useMayIn();
  const { running, error, submit } = useDoing(async () => {
    if (props.refuse?.()) return;
    try {
      await props.onDo();
    } finally {
      // What was done before it went wrong is there.
      await client.invalidateQueries();
    }
  });
  if (!mayIn(props.needs, props.tenant)) {
    return <Text size="sm">{texts.home.steps.notYours(props.needs)}</Text>;
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm" maw={560}>
        {props.children}
        <Failure error={error} />
        <Group>
          <Button type="submit" loading={running} disabled={props.disabled}>
            {props.action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
