import { ActionIcon, Menu, Text, useMantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconLogout, IconUser, IconUserCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { answer, api } from '../api/client';
import { signedIn, useMe } from '../api/me';
import { codeOf } from '../api/problem';
import { queries } from '../api/queries';
import { Failure } from '../parts/Failure';
import { Shown } from '../parts/Shown';
import { texts } from '../texts';

/** Who is signed in, the colours, and the way out. */
export function AccountMenu() {
  const who = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const out = async () => {
    try {
      await answer(api.POST('/api/v1/sign-out'));
    } catch (error) {
      // A session that is over already is what was wanted.
      if (codeOf(error) !== 'session.missing') {
        notifications.show({ message: <Failure error={error} />, autoClose: false });
        return;
      }
    }
    signedIn(queries, null);
  };
  return (
    <Menu position="bottom-end" width={240} trapFocus>
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" aria-label={texts.frame.account}>
          <IconUserCircle size={24} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Shown text={who?.name ?? who?.email ?? who?.who ?? ''} first={60} />
        </Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} aria-hidden />}>
          {texts.frame.account}
        </Menu.Item>
        <Menu.Label>{texts.frame.themeLabel}</Menu.Label>
        {(['auto', 'light', 'dark'] as const).map((value) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            closeMenuOnClick={false}
            onClick={() => setColorScheme(value)}
            leftSection={
              <IconCheck size={16} aria-hidden visibility={colorScheme === value ? 'visible' : 'hidden'} />
            }
          >
            {texts.frame.theme[value]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={out}>
          <Text size="sm">{texts.frame.signOut}</Text>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
