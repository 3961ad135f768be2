import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, type Schemas } from '../api/client';
import { Shown } from '../parts/Shown';
import { texts } from '../texts';

/** Longest path that an identity provider brings one back to. */
const LONGEST = 1024;

/** The ways to sign in that there are. */
export const ways = {
  queryKey: ['ways'],
  queryFn: () => answer(api.GET('/api/v1/sign-in/providers')),
  staleTime: 60_000,
};

/** The ways to sign in that lead to an identity provider. */
export function useProviders(): Array<Schemas['Way'] & { begin: string }> {
  const { data } = useQuery(ways);
  return (data?.items ?? []).flatMap((way) => (way.begin ? [{ ...way, begin: way.begin }] : []));
}

/** Where one is, as a provider brings one back to it. */
export function here(): string {
  const path = location.pathname + location.search;
  return path.length <= LONGEST ? path : '/';
}

/**
 * Buttons that lead to identity providers and back. `elsewhere`: in a window of their own, so that this page
 * stays as it is.
 */
export function Providers(props: {
  providers: Array<{ id: string; title: string; begin: string }>;
  returnTo: string;
  elsewhere?: boolean | undefined;
  onLeave?: () => void;
}) {
  return (
    <Stack gap="xs">
      {props.providers.map((way) => (
        <Button
          key={way.id}
          component="a"
          variant="default"
          href={`${way.begin}?${new URLSearchParams({ return_to: props.returnTo })}`}
          target={props.elsewhere ? '_blank' : undefined}
          onClick={props.onLeave}
        >
          <Shown text={texts.signIn.with(way.title)} first={60} />
        </Button>
      ))}
      {props.elsewhere && (
        <Text size="xs" c="dimmed">
          {texts.signIn.newWindow}
        </Text>
      )}
    </Stack>
  );
}
