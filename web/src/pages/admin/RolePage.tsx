import {
  Anchor, Badge, Box, Button, Checkbox, Group, Paper, Select, SimpleGrid, Stack, Switch, Text, TextInput, Textarea, Title,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useMay } from "@/app/auth";
import { api, ask, type Schemas } from "./kit/backend";
import { useRoles } from "./kit/lookups";
import { FormBox, FormButtons, Frame, Loaded, PageHead } from "./kit/pieces";
import { GERMAN, GERMAN_GROUPS } from "./kit/permissions";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

const roleOf = (id: number) => ({
  queryKey: ["admin", "roles", id],
  queryFn: () => ask(api.GET("/api/mind/roles/{id}", { params: { path: { id } } })),
});

const granted = (role: Schemas["RoleRead"] | undefined): string[] =>
  (role?.permissions ?? []).flatMap((group) => group.permissions.filter((one) => one.value).map((one) => one.name)).sort();

export default function RolePage() {
  const { t } = useWords();
  const { id } = useParams();
  const fresh = id === "new";
  const role = useQuery({ ...roleOf(Number(id)), enabled: !fresh });
  const catalog = useQuery({ queryKey: ["admin", "permissions"], queryFn: () => ask(api.GET("/api/mind/permissions")), staleTime: Infinity });
  return (
    <Frame>
      <Anchor component={Link} to="/admin/roles" fz="sm">{t("admin.backToRoles")}</Anchor>
      <Loaded query={catalog} rows={10}>
        {({ groups }) =>
          fresh ? <RoleForm role={null} groups={groups} />
            : <Loaded query={role} rows={10}>{(answer) => <RoleForm role={answer} groups={groups} />}</Loaded>}
      </Loaded>
    </Frame>
  );
}

/** The API describes permissions in English; in German the name alone says it. */
function inGerman(groups: Schemas["PermissionGroupRead"][]): Schemas["PermissionGroupRead"][] {
  return groups.map((group) => ({
    ...group, label: GERMAN_GROUPS[group.key] ?? group.label, description: "",
    permissions: group.permissions.map((one) => ({ ...one, label: GERMAN[one.name] ?? one.label, description: one.name })),
  }));
}

function RoleForm({ role, groups: named }: { role: Schemas["RoleRead"] | null; groups: Schemas["PermissionGroupRead"][] }) {
  const { t, language } = useWords();
  const groups = useMemo(() => (language === "de" ? inGerman(named) : named), [language, named]);
  const may = useMay();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data } = useRoles();
  const [search, setSearch] = useState("");
  const [onlyGranted, setOnlyGranted] = useState(false);
  const editable = may("manageRoles");
  const initial = useMemo(
    () => ({ name: role?.name ?? "", description: role?.description ?? "", baseRoleId: role?.baseRoleId ?? 2, permissions: granted(role ?? undefined) }),
    [role],
  );
  const form = useDraftForm({
    key: `role.${role?.id ?? "new"}`, initial, codes: { name_taken: "name" },
    save: async (values) => {
      if (role) {
        await ask(api.PATCH("/api/mind/roles/{id}", { params: { path: { id: role.id } }, body: values }));
      } else {
        const { id } = await ask(api.POST("/api/mind/roles", { body: values }));
        await navigate(`/admin/roles/${id}`, { replace: true });
      }
      await client.invalidateQueries({ queryKey: ["admin", "roles"] });
      notifications.show({ message: t("admin.saved"), color: "green" });
    },
  });
  const { values, set, fault } = form;
  const base = useQuery({ ...roleOf(values.baseRoleId), staleTime: 30_000 });
  const baseSet = useMemo(() => new Set(granted(base.data)), [base.data]);
  const held = useMemo(() => new Set(values.permissions), [values.permissions]);
  const total = groups.reduce((sum, group) => sum + group.permissions.length, 0);
  const put = (names: string[], on: boolean) => {
    const next = new Set(held);
    for (const name of names) if (on) next.add(name); else next.delete(name);
    set("permissions", [...next].sort());
  };
  const needle = search.trim().toLowerCase();
  const fits = (one: Schemas["PermissionRead"]) =>
    (!onlyGranted || held.has(one.name)) &&
    (!needle || `${one.name} ${one.label} ${one.description}`.toLowerCase().includes(needle));

  return (
    <FormBox form={form} label={role?.name ?? t("admin.addRole")}>
      <PageHead title={role?.name ?? t("admin.addRole")}
        about={role ? t("admin.roleAbout", { held: held.size, total }) : t("admin.newRoleAbout")} />
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <TextInput label={t("admin.name")} required value={values.name} error={fault("name")} disabled={!editable}
          onChange={(event) => set("name", event.currentTarget.value)} />
        <Select label={t("admin.basedOn")} description={t("admin.basedOnHint")} allowDeselect={false} disabled={!editable || Boolean(role)}
          value={String(values.baseRoleId)} error={fault("baseRoleId")}
          data={(data?.roles ?? []).filter((one) => one.isSystem && one.id === one.baseRoleId).map((one) => ({ value: String(one.id), label: one.name }))}
          onChange={(value) => value && set("baseRoleId", Number(value))} />
      </SimpleGrid>
      <Textarea label={t("admin.description")} autosize value={values.description} error={fault("description")} disabled={!editable}
        onChange={(event) => set("description", event.currentTarget.value)} />
      <Group gap="sm" mt="sm">
        <TextInput aria-label={t("admin.searchPermissions")} placeholder={t("admin.searchPermissions")} type="search" value={search}
          onChange={(event) => setSearch(event.currentTarget.value)} style={{ flex: "1 1 16rem" }} />
        <Switch label={t("admin.onlyGranted")} checked={onlyGranted} onChange={(event) => setOnlyGranted(event.currentTarget.checked)} />
        {editable && base.data && (
          <Button size="xs" variant="default" onClick={() => set("permissions", granted(base.data))}>{t("admin.asBase", { name: base.data.name })}</Button>
        )}
      </Group>
      {fault("permissions") && <Text c="red" fz="sm" role="alert">{fault("permissions")}</Text>}
      <Stack gap="md">
        {groups.map((group) => {
          const shown = group.permissions.filter(fits);
          if (shown.length === 0) return null;
          const names = group.permissions.map((one) => one.name);
          const count = names.filter((name) => held.has(name)).length;
          return (
            <Paper key={group.key} withBorder p="md" component="section" aria-label={group.label}>
              <Group justify="space-between" mb="sm" wrap="nowrap">
                <Box>
                  <Title order={2} fz="md">{group.label}</Title>
                  <Text c="dimmed" fz="xs">{group.description}</Text>
                </Box>
                <Checkbox label={t("admin.ofTotal", { held: count, total: names.length })} disabled={!editable}
                  checked={count === names.length} indeterminate={count > 0 && count < names.length}
                  onChange={(event) => put(names.filter((name) => may(name) || held.has(name)), event.currentTarget.checked)} />
              </Group>
              <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xs" verticalSpacing="xs">
                {shown.map((one) => {
                  const on = held.has(one.name);
                  const mayGrant = may(one.name) || on;
                  const differs = base.data && baseSet.has(one.name) !== on;
                  return (
                    <Checkbox key={one.name} checked={on} disabled={!editable || !mayGrant}
                      onChange={(event) => put([one.name], event.currentTarget.checked)}
                      label={
                        <Group gap={6} component="span">
                          {one.label}
                          {differs && <Badge size="xs" radius="sm" tt="none" variant="light" color={on ? "teal" : "orange"}>{on ? t("admin.added") : t("admin.taken")}</Badge>}
                        </Group>
                      }
                      description={<>{one.description !== one.label && one.description} {!mayGrant && t("admin.notYours")}</>} />
                  );
                })}
              </SimpleGrid>
            </Paper>
          );
        })}
      </Stack>
      {editable && <FormButtons form={form} save={role ? t("admin.save") : t("admin.addRole")} />}
    </FormBox>
  );
}
