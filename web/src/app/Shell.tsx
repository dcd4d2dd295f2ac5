import { ActionIcon, AppShell, Burger, Group, NavLink, ScrollArea, Stack, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { useDisclosure, useLocalStorage } from "@mantine/hooks";
import { IconCommand, IconKeyboard, IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, type ComponentType, type LazyExoticComponent } from "react";
import { Link, Navigate, Route, Routes, useLocation, useNavigate } from "react-router";
import { useI18n } from "@/i18n";
import { Boundary } from "@/ui/Boundary";
import { ErrorState } from "@/ui/ErrorState";
import { useHelp, useHotkey } from "@/ui/hotkeys";
import { Logo } from "@/ui/Logo";
import { PageSkeleton } from "@/ui/Skeletons";
import { ApiError } from "@/api/errors";
import { AccountMenu } from "./AccountMenu";
import { Commands } from "./Commands";
import { NotificationBell } from "./NotificationBell";
import type { Page } from "./pages";
import { PAGES } from "./registry";
import { useSession } from "./auth";
import classes from "./Shell.module.css";

const LAZY = new Map<Page, LazyExoticComponent<ComponentType>>(PAGES.map((page) => [page, lazy(page.load)]));
const GROUPS = ["work", "quality", "reports", "admin"] as const;

export function Shell() {
  const { t } = useI18n();
  const { can } = useSession();
  const [opened, menu] = useDisclosure();
  const [commands, commandsHandlers] = useDisclosure();
  const [narrow, setNarrow] = useLocalStorage({ key: "assaydesk-narrow", defaultValue: false, getInitialValueInEffect: false });
  const help = useHelp();
  const location = useLocation();
  const allowed = PAGES.filter((page) => can(...(page.permissions ?? [])));
  useHotkey("mod+k", t("shell.openCommands"), commandsHandlers.open, { general: true, inFields: true });
  useEffect(() => menu.close(), [location.pathname, menu.close]);
  const first = allowed.filter((page) => page.nav).sort(byOrder)[0];
  return (
    <AppShell
      layout="alt"
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: narrow ? 68 : 232, breakpoint: "sm", collapsed: { mobile: !opened } }}
      transitionDuration={0}
    >
      <a className="skip-link" href="#main">{t("shell.skip")}</a>
      <AppShell.Header hiddenFrom="sm" className={classes.header}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={menu.toggle} size="sm" aria-label={t("shell.openNavigation")} />
            <Logo />
          </Group>
          <NotificationBell />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label={t("shell.navigation")} data-narrow={narrow || undefined}>
        <Group className={classes.brand} justify="space-between" wrap="nowrap">
          <Link to="/" className={classes.home} aria-label="Assaydesk"><Logo short={narrow && !opened} /></Link>
          {opened && <Burger opened onClick={menu.close} size="sm" hiddenFrom="sm" aria-label={t("common.close")} />}
        </Group>
        <UnstyledButton className={classes.command} onClick={commandsHandlers.open} aria-label={narrow ? t("shell.openCommands") : undefined}>
          <IconCommand size={16} aria-hidden />
          {!narrow && <><Text span size="sm" flex={1}>{t("common.search")}</Text><Text span size="xs">Ctrl K</Text></>}
        </UnstyledButton>
        <ScrollArea className={classes.links} type="never">
          {GROUPS.map((group) => {
            const pages = allowed.filter((page) => page.nav?.group === group).sort(byOrder);
            if (pages.length === 0) return null;
            return (
              <Stack key={group} gap={2} mb="md">
                {!narrow && <Text className={classes.group}>{t(`shell.groups.${group}`)}</Text>}
                {pages.map((page) => <NavEntry key={page.path} page={page} narrow={narrow} />)}
              </Stack>
            );
          })}
        </ScrollArea>
        <Group className={classes.foot} justify="space-between" gap={4}>
          <AccountMenu />
          <Group gap={2}>
            <NotificationBell />
            <Tooltip label={t("shell.help")}>
              <ActionIcon variant="subtle" color="gray" onClick={help} aria-label={t("shell.help")}><IconKeyboard size={18} /></ActionIcon>
            </Tooltip>
            <Tooltip label={narrow ? t("shell.expand") : t("shell.collapse")}>
              <ActionIcon visibleFrom="sm" variant="subtle" color="gray" onClick={() => setNarrow(!narrow)}
                aria-label={narrow ? t("shell.expand") : t("shell.collapse")}>
                {narrow ? <IconLayoutSidebarLeftExpand size={18} /> : <IconLayoutSidebarLeftCollapse size={18} />}
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <Boundary key={location.pathname}>
          <Suspense fallback={<PageSkeleton />}>
            <Routes>
              <Route index element={<Navigate to={first?.path ?? "/nothing"} replace />} />
              {PAGES.map((page) => (
                <Route key={page.path} path={page.path} element={<Shown page={page} allowed={allowed.includes(page)} />} />
              ))}
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </Boundary>
      </AppShell.Main>
      <Commands opened={commands} onClose={commandsHandlers.close} pages={allowed} />
    </AppShell>
  );
}

function byOrder(one: Page, other: Page): number {
  return (one.nav?.order ?? 0) - (other.nav?.order ?? 0);
}

function NavEntry({ page, narrow }: { page: Page; narrow: boolean }) {
  const { t } = useI18n();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const nav = page.nav!;
  const Icon = nav.icon;
  useHotkey(`g ${nav.key ?? ""}`, t(page.title), () => void navigate(page.path), { general: true, enabled: Boolean(nav.key) });
  const active = pathname === page.path || pathname.startsWith(`${page.path}/`);
  return (
    <Tooltip label={t(page.title)} position="right" disabled={!narrow}>
      <NavLink
        component={Link} to={page.path} active={active} className={classes.link}
        aria-current={active ? "page" : undefined} aria-label={t(page.title)}
        label={narrow ? undefined : t(page.title)} leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
      />
    </Tooltip>
  );
}

function Shown({ page, allowed }: { page: Page; allowed: boolean }) {
  const { t, complete } = useI18n();
  useEffect(() => {
    document.title = `${t(page.title)} · Assaydesk`;
  }, [page, t]);
  if (!allowed) return <ErrorState error={new ApiError(403, "forbidden", "")} />;
  if (!complete && page.path !== "/inbox") return <PageSkeleton />;
  const Content = LAZY.get(page)!;
  return <Content />;
}

function NotFound() {
  return <ErrorState error={new ApiError(404, "route_not_found", "")} />;
}
