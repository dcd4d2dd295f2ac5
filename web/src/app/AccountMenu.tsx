import { Avatar, Menu, SegmentedControl, Stack, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden, type MantineColorScheme } from "@mantine/core";
import { IconLogout, IconUser } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, call } from "@/api/client";
import { closeLive } from "@/api/live";
import { useI18n, type Language } from "@/i18n";
import { useShowError } from "@/ui/ErrorState";
import { PAGES } from "./registry";
import { OWN_PROFILE, useSession } from "./auth";

export function AccountMenu() {
  const { t, language } = useI18n();
  const { me } = useSession();
  const client = useQueryClient();
  const showError = useShowError();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = `${me.profile.firstName} ${me.profile.lastName}`.trim();
  const own = PAGES.find((page) => page.path === "/profile");
  const signOut = useMutation({
    mutationFn: () => {
      closeLive();
      return call(api.POST("/api/auth/logout"));
    },
    onSuccess: () => {
      client.setQueryData(OWN_PROFILE, null);
      // Only once the pages are gone: one that is still shown would ask anew for what is removed.
      window.setTimeout(
        () => client.removeQueries({ predicate: (query) => !["own-profile", "dictionary"].includes(String(query.queryKey[0])) }),
        500,
      );
    },
    onError: showError,
  });
  const setLanguage = useMutation({
    mutationFn: (lang: Language) => call(api.PATCH("/api/mind/profile", { body: { lang } as never })),
    onSuccess: () => client.invalidateQueries({ queryKey: OWN_PROFILE }),
    onError: showError,
  });
  return (
    <Menu width={260} position="top-start" withArrow>
      <Menu.Target>
        <UnstyledButton>
          <Avatar name={name} color="initials" size={32} aria-hidden />
          <VisuallyHidden>{t("shell.account", { name })}</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap={2} px="sm" py="xs">
          <Text fw={600} size="sm">{name}</Text>
          <Text c="dimmed" size="xs">{me.profile.email}</Text>
        </Stack>
        <Menu.Divider />
        {own && <Menu.Item component={Link} to={own.path} leftSection={<IconUser size={16} />}>{t(own.title)}</Menu.Item>}
        <Menu.Label>{t("shell.theme")}</Menu.Label>
        <SegmentedControl
          fullWidth size="xs" aria-label={t("shell.theme")} value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
          data={[
            { value: "light", label: t("shell.light") },
            { value: "dark", label: t("shell.dark") },
            { value: "auto", label: t("shell.auto") },
          ]}
        />
        <Menu.Label>{t("shell.language")}</Menu.Label>
        <SegmentedControl
          fullWidth size="xs" aria-label={t("shell.language")} value={language}
          onChange={(value) => setLanguage.mutate(value as Language)}
          data={[{ value: "de", label: "Deutsch" }, { value: "en", label: "English" }]}
        />
        <Menu.Divider mt="sm" />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>{t("shell.signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
