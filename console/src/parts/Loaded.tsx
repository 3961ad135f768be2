import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { texts } from '../texts';
import { Failure } from './Failure';

/** What was asked for, once it is there. Until then nothing, and after 300 ms where it will stand. */
export function Loaded<T>(props: { query: UseQueryResult<T>; children: (value: T) => ReactNode }) {
  const { query } = props;
  if (query.data !== undefined) {
    return (
      <>
        {query.error && <Failure error={query.error} />}
        {props.children(query.data)}
      </>
    );
  }
  return query.error ? <Failure error={query.error} /> : <Waiting />;
}

/** The place of what is still awaited. */
export function Waiting() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <Stack gap="xs" role="status">
      <VisuallyHidden>{texts.common.loading}</VisuallyHidden>
      <Skeleton h={18} w="60%" />
      <Skeleton h={18} />
      <Skeleton h={18} w="80%" />
    </Stack>
  );
}
