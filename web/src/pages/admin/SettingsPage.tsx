import {
  Affix, Alert, Anchor, Badge, Box, Button, Code, Grid, Group, Modal, NavLink, Paper, Select, Stack, Table, Text, TextInput, Title,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useMay } from "@/app/auth";
import { api, ask, same, type Schemas } from "./kit/backend";
import { usePeople, nameOf } from "./kit/lookups";
import { Frame, Loaded, Nothing, PageHead, When } from "./kit/pieces";
import { useDraftForm, type DraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";
import { SettingField } from "./SettingField";

type Setting = Schemas["SettingRead"];
type Values = Record<string, unknown>;

export default function SettingsPage() {
  const { t, language } = useWords();
  const { category = "general" } = useParams();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), 200);
  const categories = useQuery({
    queryKey: ["admin", "settingCategories", language],
    queryFn: () => ask(api.GET("/api/mind/settings/category")),
    staleTime: 300_000,
  });
  return (
    <Frame>
      <PageHead title={t("admin.settings")} about={t("admin.settingsAbout")} />
      <TextInput type="search" mb="md" aria-label={t("admin.searchSettings")} placeholder={t("admin.searchSettings")} value={text}
        onChange={(event) => setText(event.currentTarget.value)} />
      <Loaded query={categories} rows={8}>
        {(answer) => (
          <Grid gap="lg">
            <Grid.Col span={{ base: 12, md: 3 }}>
              <Select hiddenFrom="md" aria-label={t("admin.category")} allowDeselect={false} value={category}
                data={answer.categories.map((one) => ({ value: one.name, label: one.label }))}
                onChange={(value) => { if (value) { setText(""); void navigate(`/admin/settings/${value}`); } }} />
              <Box visibleFrom="md" component="nav" aria-label={t("admin.category")}>
                {answer.categories.map((one) => (
                  <NavLink key={one.name} component={Link} to={`/admin/settings/${one.name}`} label={one.label} active={!search && one.name === category}
                    aria-current={!search && one.name === category ? "page" : undefined} onClick={() => setText("")}
                    rightSection={<Text fz="xs" c="dimmed">{one.settingCount}</Text>} />
                ))}
              </Box>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 9 }}>
              {search ? <Found search={search} leave={() => setText("")} /> : <Category key={category} name={category} />}
            </Grid.Col>
          </Grid>
        )}
      </Loaded>
    </Frame>
  );
}

function Found({ search, leave }: { search: string; leave: () => void }) {
  const { t, language } = useWords();
  const query = useQuery({
    queryKey: ["admin", "settingSearch", search, language],
    queryFn: () => ask(api.GET("/api/mind/settings/search", { params: { query: { q: search } } })),
  });
  return (
    <Loaded query={query} isEmpty={(answer) => answer.settings.length === 0}
      empty={<Nothing title={t("admin.noSetting", { q: search })}>{t("admin.noSettingHint")}</Nothing>}>
      {(answer) => (
        <Stack gap={0}>
          {answer.settings.map((one) => (
            <Box key={one.name} py="sm" style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}>
              <Anchor component={Link} to={`/admin/settings/${one.category}#${one.name}`} fw={500} fz="sm" onClick={leave}>{one.label}</Anchor>
              <Text fz="xs" c="dimmed">{one.description}</Text>
            </Box>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

function Category({ name }: { name: string }) {
  const { t, language } = useWords();
  const query = useQuery({
    queryKey: ["admin", "settings", name, language],
    queryFn: () => ask(api.GET("/api/mind/settings/category/{category}", { params: { path: { category: name } } })),
  });
  return (
    <Loaded query={query} rows={8} isEmpty={(answer) => answer.groups.length === 0} empty={<Nothing title={t("admin.noSettingsHere")} />}>
      {(answer) => <CategoryForm name={name} groups={answer.groups} />}
    </Loaded>
  );
}

function CategoryForm({ name, groups }: { name: string; groups: Schemas["SettingGroup"][] }) {
  const { t } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const all = useMemo(() => groups.flatMap((group) => group.settings), [groups]);
  const initial = useMemo(() => Object.fromEntries(all.map((one) => [one.name, one.value])) as Values, [all]);
  const editable = may("updateClientSettings") || (may("manageRouting") && (name === "routing" || name === "workingHours"));
  const form = useDraftForm<Values>({
    key: `settings.${name}`, initial,
    save: async (values) => {
      const settings = all.filter((one) => !same(one.value, values[one.name])).map((one) => ({ name: one.name, value: values[one.name] ?? null }));
      if (may("updateClientSettings")) await ask(api.POST("/api/mind/settings", { body: { settings } as never }));
      else for (const one of settings) await ask(api.PUT("/api/mind/settings/{name}", { params: { path: { name: one.name } }, body: { value: one.value } as never }));
      await client.invalidateQueries({ queryKey: ["admin", "settings"] });
      notifications.show({ message: t("admin.saved"), color: "green" });
    },
  });
  const changed = all.filter((one) => !same(one.value, form.values[one.name])).length;
  return (
    <Stack gap="lg" pb={80}>
      {form.restored && <Alert color="yellow" variant="light" p="xs">{t("admin.restored")}</Alert>}
      {form.problem && <Alert color="red" variant="light" role="alert" p="xs">{form.problem}</Alert>}
      {!editable && <Alert color="gray" variant="light" p="xs">{t("admin.readOnlySettings")}</Alert>}
      {groups.map((group) => (
        <Paper key={group.name} withBorder p="md" component="section" aria-label={group.label}>
          <Title order={2} fz="md">{group.label}</Title>
          <Text c="dimmed" fz="sm">{group.description}</Text>
          {group.settings.map((one) => <SettingRow key={one.name} setting={one} form={form} editable={editable} />)}
        </Paper>
      ))}
      {changed > 0 && (
        <Affix position={{ bottom: 16, right: 16 }}>
          <Paper shadow="md" withBorder p="sm" role="region" aria-label={t("common.unsaved")}>
            <Group gap="sm">
              <Text fz="sm" fw={500}>{t("admin.changes", { count: changed })}</Text>
              <Button variant="subtle" color="gray" onClick={form.reset}>{t("admin.discard")}</Button>
              <Button loading={form.saving} onClick={() => void form.submit()}>{t("admin.save")}</Button>
            </Group>
          </Paper>
        </Affix>
      )}
    </Stack>
  );
}

function SettingRow({ setting, form, editable }: { setting: Setting; form: DraftForm<Values>; editable: boolean }) {
  const { t } = useWords();
  const [history, setHistory] = useState(false);
  const value = form.values[setting.name];
  const changed = !same(value, setting.value);
  return (
    <Box id={setting.name} py="md" mt="sm" style={{ borderTop: "1px solid var(--mantine-color-default-border)", scrollMarginTop: 80 }}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Box>
          <Group gap="xs">
            <Text fz="sm" fw={500}>{setting.label}</Text>
            {changed && <Badge size="xs" radius="sm" tt="none" variant="light" color="yellow">{t("admin.changed")}</Badge>}
            {setting.readOnly && <Badge size="xs" radius="sm" tt="none" variant="light" color="gray">{t("admin.fixed")}</Badge>}
            {setting.requiresRestart && <Badge size="xs" radius="sm" tt="none" variant="light" color="orange">{t("admin.needsRestart")}</Badge>}
          </Group>
          <Text fz="xs" c="dimmed" mb={6}>{setting.description}</Text>
        </Box>
        <Group gap={4} wrap="nowrap">
          {editable && !setting.readOnly && !same(value, setting.default) && (
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => form.set(setting.name, setting.default)}>{t("admin.toDefault")}</Button>
          )}
          {setting.modifiedAt && <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setHistory(true)}>{t("admin.history")}</Button>}
        </Group>
      </Group>
      <SettingField setting={setting} value={value} change={(next) => form.set(setting.name, next)} error={form.fault(setting.name)}
        disabled={!editable || setting.readOnly} />
      {setting.readOnly && <Text fz="xs" c="dimmed" mt={4}>{t("admin.fixedHint")}</Text>}
      <Modal opened={history} onClose={() => setHistory(false)} title={t("admin.historyOf", { name: setting.label })} size="lg"
        closeButtonProps={{ "aria-label": t("admin.close") }}>
        {history && <History name={setting.name} />}
      </Modal>
    </Box>
  );
}

function History({ name }: { name: string }) {
  const { t } = useWords();
  const people = usePeople();
  const names = new Map((people.data ?? []).map((one) => [one.id, nameOf(one)]));
  const query = useQuery({
    queryKey: ["admin", "settingHistory", name],
    queryFn: () =>
      ask(api.GET("/api/mind/settings/{name}", { params: { path: { name }, query: { history: true } } })) as Promise<Schemas["SettingWithHistory"]>,
  });
  return (
    <Loaded query={query} rows={3} isEmpty={(answer) => answer.history.length === 0} empty={<Nothing title={t("admin.noHistory")} />}>
      {(answer) => (
        <Table>
          <Table.Thead>
            <Table.Tr><Table.Th>{t("admin.when")}</Table.Th><Table.Th>{t("admin.who")}</Table.Th><Table.Th>{t("admin.before")}</Table.Th><Table.Th>{t("admin.after")}</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {answer.history.map((one, index) => (
              <Table.Tr key={index}>
                <Table.Td><When at={one.at} /></Table.Td>
                <Table.Td fz="sm">{one.userId === null ? t("admin.theSystem") : (names.get(one.userId) ?? `#${one.userId}`)}</Table.Td>
                <Table.Td><Code>{JSON.stringify(one.old)}</Code></Table.Td>
                <Table.Td><Code>{JSON.stringify(one.new)}</Code></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Loaded>
  );
}
