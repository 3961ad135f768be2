import { AppShell, Burger, Group, Kbd, NavLink, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useMay } from '../api/me';
import { texts } from '../texts';
import { AccountMenu } from './AccountMenu';
import { Banner } from './Banner';
import { isFor, PAGES } from './pages';
import { Search } from './Search';
import classes from './Shell.module.css';
import { Shortcuts } from './Shortcuts';
import { WaitingCount } from './WaitingCount';

/** What stands around every page of whoever is signed in. */
export function Shell() {
  const [navigation, { toggle, close }] = useDisclosure(false);
  const [searching, search] = useDisclosure(false);
  const { pathname } = useLocation();
  const may = useMay();
  const here = (to: string) =>
    to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !navigation } }}
      padding="md"
    >
      <a href="#page" className={classes.skip}>
        {texts.frame.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" wrap="nowrap" gap="sm" justify="space-between">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={navigation}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-expanded={navigation}
              aria-label={navigation ? texts.frame.closeNavigation : texts.frame.openNavigation}
            />
            <Text fw={700} className={classes.name}>
              {texts.frame.name}
            </Text>
          </Group>
          <UnstyledButton className={classes.search} onClick={search.open}>
            <IconSearch size={16} aria-hidden />
            <span className={classes.searchText}>{texts.search.placeholder}</span>
            <Kbd size="xs" aria-hidden>
              /
            </Kbd>
          </UnstyledButton>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={texts.frame.navigation}>
        <ScrollArea type="auto">
          {PAGES.filter((page) => isFor(page, may)).map((page) => (
            <NavLink
              key={page.to}
              component={Link}
              to={page.to}
              label={page.name}
              leftSection={<page.icon size={18} aria-hidden />}
              rightSection={page.to === '/approvals' ? <WaitingCount /> : undefined}
              active={here(page.to)}
              aria-current={here(page.to) ? 'page' : undefined}
              onClick={close}
            />
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <Banner />
        <Outlet />
      </AppShell.Main>
      <Search opened={searching} onOpen={search.open} onClose={search.close} />
      <Shortcuts />
    </AppShell>
  );
}
