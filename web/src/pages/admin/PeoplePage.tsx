import {
  Anchor, Avatar, Button, Drawer, Group, Pagination, PasswordInput, Select, Stack, Switch, Table, Text, TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useMay } from "@/app/auth";
import { api, ask, type Schemas } from "./kit/backend";
import { IdsField } from "./kit/fields";
import { nameOf, useRoleChoices, useTeamChoices } from "./kit/lookups";
import { FormBox, FormButtons, Frame, Loaded, Mark, Nothing, PageHead, ShownOnce, When } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

const PAGE = 50;
type Person = Schemas["ProfileRead"];
type State = Schemas["ProfileState"];

export default function PeoplePage() {
  const { t } = useWords();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(params.get("q") ?? "");
  const [search] = useDebouncedValue(text, 200);
  const roles = useRoleChoices();
  const teams = useTeamChoices();
  const page = Number(params.get("page") ?? 1);
  const role = params.get("role");
  const team = params.get("team");
  const state = (params.get("state") ?? "active") as State;
  const adding = params.get("add") === "1";

  const put = (name: string, value: string | null) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      if (name !== "page" && name !== "add") next.delete("page");
      return next;
    }, { replace: true });

  useEffect(() => {
    if ((params.get("q") ?? "") !== search) put("q", search || null);
    // Only typing moves the address; the address does not type.
  }, [search]); // eslint-disable-line react-hooks/exhaustive-deps

  const query = useQuery({
    queryKey: ["admin", "people", { search, role, team, state, page }],
    queryFn: () =>
      ask(api.GET("/api/mind/profiles", {
        params: {
          query: {
            q: search || undefined, roleId: role ? Number(role) : undefined,
            teamIds: team ? [team] : undefined, state, format: "full",
            limit: PAGE, offset: (page - 1) * PAGE,
          },
        },
      })),
    placeholderData: keepPreviousData,
  });

  const roleName = useMemo(() => new Map(roles.map((one) => [Number(one.value), one.label])), [roles]);
  const teamName = useMemo(() => new Map(teams.map((one) => [Number(one.value), one.label])), [teams]);
  const filtered = Boolean(search || role || team || state !== "active");

  return (
    <Frame>
      <PageHead title={t("admin.people")} about={t("admin.peopleAbout")}
        action={may("createProfile") && <Button onClick={() => put("add", "1")}>{t("admin.addPerson")}</Button>} />
      <Group gap="xs" mb="sm" align="flex-end">
        <TextInput aria-label={t("admin.searchPeople")} placeholder={t("admin.searchPeople")} value={text} type="search"
          onChange={(event) => setText(event.currentTarget.value)} style={{ flex: "1 1 14rem" }} />
        <Select aria-label={t("admin.role")} placeholder={t("admin.anyRole")} data={roles} value={role} clearable
          onChange={(value) => put("role", value)} w={170} />
        <Select aria-label={t("admin.team")} placeholder={t("admin.anyTeam")} value={team} clearable w={190} searchable
          data={[{ value: "unassigned", label: t("admin.noTeam") }, ...teams]} onChange={(value) => put("team", value)} />
        <Select aria-label={t("admin.state")} w={140} allowDeselect={false} value={state}
          data={(["active", "inactive", "deleted"] as const).map((value) => ({ value, label: t(`admin.state_${value}`) }))}
          onChange={(value) => put("state", value === "active" ? null : value)} />
      </Group>
      <Loaded query={query} rows={10} isEmpty={(answer) => answer.total === 0}
        empty={
          <Nothing title={filtered ? t("admin.nobodyMatches") : t("admin.nobody")}
            action={filtered
              ? <Button variant="default" onClick={() => { setText(""); setParams({}); }}>{t("admin.clearFilters")}</Button>
              : undefined}>
            {filtered ? t("admin.nobodyMatchesHint") : t("admin.nobodyHint")}
          </Nothing>
        }>
        {(answer) => (
          <>
            <Table.ScrollContainer minWidth={720}>
              <Table highlightOnHover verticalSpacing="xs">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("admin.name")}</Table.Th>
                    <Table.Th>{t("admin.role")}</Table.Th>
                    <Table.Th>{t("admin.teams")}</Table.Th>
                    <Table.Th>{t("admin.lastSeen")}</Table.Th>
                    <Table.Th>{t("admin.state")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {(answer.profiles as Person[]).map((person) => (
                    <Table.Tr key={person.id}>
                      <Table.Td>
                        <Group gap="sm" wrap="nowrap">
                          <Avatar size={30} radius="xl" src={person.imageUrl} name={nameOf(person)} color="initials" alt="" />
                          <div>
                            <Anchor component={Link} to={`/admin/people/${person.id}`} fw={500} fz="sm">{nameOf(person)}</Anchor>
                            <Text c="dimmed" fz="xs">{person.email}</Text>
                          </div>
                        </Group>
                      </Table.Td>
                      <Table.Td>{roleName.get(person.settings?.actualRoleId ?? person.settings?.roleId ?? 0) ?? "–"}</Table.Td>
                      <Table.Td>
                        <Text fz="sm" lineClamp={1}>
                          {(person.settings?.teamIds ?? []).map((id) => teamName.get(id) ?? `#${id}`).join(", ") || "–"}
                        </Text>
                      </Table.Td>
                      <Table.Td><When at={person.lastSeen} none={t("admin.never")} /></Table.Td>
                      <Table.Td>{person.state && <Mark tone={person.state}>{t(`admin.state_${person.state}`)}</Mark>}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            <Group justify="space-between" mt="sm">
              <Text c="dimmed" fz="sm">{t("admin.peopleCount", { count: answer.total })}</Text>
              {answer.total > PAGE && (
                <Pagination total={Math.ceil(answer.total / PAGE)} value={page} size="sm"
                  onChange={(next) => put("page", next > 1 ? String(next) : null)} />
              )}
            </Group>
          </>
        )}
      </Loaded>
      <AddPerson opened={adding} close={() => put("add", null)} />
    </Frame>
  );
}

const EMPTY = {
  firstName: "", lastName: "", email: "", roleId: null as number | null, teamIds: [] as number[],
  lang: "en", password: "", isSsoOnly: false,
};
const SECRET: (keyof typeof EMPTY)[] = ["password"];
const CODES = { email_taken: "email", weak_password: "password" };

function AddPerson({ opened, close }: { opened: boolean; close: () => void }) {
  const { t, language, errorText } = useWords();
  const client = useQueryClient();
  const roles = useRoleChoices();
  const teams = useTeamChoices();
  const [made, setMade] = useState<{ id: number; name: string; invited: boolean } | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const initial = useMemo(() => ({ ...EMPTY, lang: language as string }), [language]);
  const form = useDraftForm({
    key: "person.new", initial, secret: SECRET, codes: CODES,
    save: async (values) => {
      const { id } = await ask(api.POST("/api/mind/profile", {
        body: {
          firstName: values.firstName.trim(), lastName: values.lastName.trim(), email: values.email.trim(), lang: values.lang,
          isSsoOnly: values.isSsoOnly, settings: { roleId: values.roleId ?? undefined, teamIds: values.teamIds },
          ...(values.password ? { password: values.password } : {}),
        } as Schemas["ProfileCreate"],
      }));
      setMade({ id, name: `${values.firstName} ${values.lastName}`, invited: !values.password && !values.isSsoOnly });
      await client.invalidateQueries({ queryKey: ["admin", "people"] });
    },
  });
  const { values, set, fault } = form;
  const invite = async (id: number) => {
    try {
      const answer = await ask(api.POST("/api/mind/profile/{id}/invite", { params: { path: { id } } }));
      setLink(answer.link);
      setNote(answer.link ? null : t("admin.inviteMailed"));
    } catch (error) {
      setNote(errorText(error));
    }
  };
  const leave = () => {
    if (made) form.reset();
    setMade(null);
    setLink(null);
    setNote(null);
    close();
  };
  return (
    <Drawer opened={opened} onClose={leave} title={t("admin.addPerson")} position="right" size="md"
      closeButtonProps={{ "aria-label": t("admin.close") }}>
      {made ? (
        <Stack>
          <Text fw={600}>{t("admin.personAdded", { name: made.name })}</Text>
          <Text fz="sm">{made.invited ? t("admin.personAddedInvite") : t("admin.personAddedPassword")}</Text>
          {made.invited && !link && !note && (
            <Button variant="light" onClick={() => void invite(made.id)}>{t("admin.makeLink")}</Button>
          )}
          {link && <ShownOnce label={t("admin.inviteLink")} value={new URL(link, window.location.origin).href}>{t("admin.inviteLinkHint")}</ShownOnce>}
          {note && <Text fz="sm" role="status">{note}</Text>}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => { form.reset(); setMade(null); setLink(null); setNote(null); }}>{t("admin.addAnother")}</Button>
            <Button component={Link} to={`/admin/people/${made.id}`}>{t("admin.openPerson")}</Button>
          </Group>
        </Stack>
      ) : (
        <FormBox form={form} label={t("admin.addPerson")}>
            <Group grow align="flex-start">
              <TextInput label={t("admin.firstName")} required value={values.firstName} error={fault("firstName")} data-autofocus
                onChange={(event) => set("firstName", event.currentTarget.value)} />
              <TextInput label={t("admin.lastName")} required value={values.lastName} error={fault("lastName")}
                onChange={(event) => set("lastName", event.currentTarget.value)} />
            </Group>
            <TextInput label={t("admin.email")} required type="email" value={values.email} error={fault("email")}
              description={t("admin.emailHint")} onChange={(event) => set("email", event.currentTarget.value)} />
            <Select label={t("admin.role")} description={t("admin.roleHint")} data={roles} error={fault("roleId")} placeholder="Agent"
              value={values.roleId ? String(values.roleId) : null} onChange={(value) => set("roleId", value ? Number(value) : null)} />
            <IdsField label={t("admin.teams")} data={teams} ids={values.teamIds} change={(ids) => set("teamIds", ids)} error={fault("teamIds")} />
            <Select label={t("admin.language")} allowDeselect={false} value={values.lang} onChange={(value) => set("lang", value ?? "en")}
              data={[{ value: "de", label: "Deutsch" }, { value: "en", label: "English" }]} error={fault("lang")} />
            <PasswordInput label={t("admin.firstPassword")} description={t("admin.firstPasswordHint")} value={values.password}
              autoComplete="new-password" error={fault("password")} disabled={values.isSsoOnly}
              onChange={(event) => set("password", event.currentTarget.value)} />
            <Switch label={t("admin.ssoOnly")} checked={values.isSsoOnly} onChange={(event) => set("isSsoOnly", event.currentTarget.checked)} />
          <FormButtons form={form} save={t("admin.addPerson")} />
        </FormBox>
      )}
    </Drawer>
  );
}
