import {
  Alert, Anchor, Avatar, Box, Button, Checkbox, Fieldset, Group, Modal, PasswordInput, Select, SimpleGrid, Stack, Switch,
  Table, Text, Textarea, TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { useMay, useMe } from "@/app/auth";
import { ApiKeys } from "./ApiKeys";
import { api, ask, changesOf, type Schemas } from "./kit/backend";
import { ChannelsField, IdsField, TagsField } from "./kit/fields";
import { nameOf, usePeopleChoices, useRoleChoices, useTeamChoices } from "./kit/lookups";
import { AskFirst, FormBox, FormButtons, Frame, Loaded, Mark, PageHead, ShownOnce, When } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

type Person = Schemas["ProfileRead"];

export default function PersonPage() {
  const id = Number(useParams().id);
  const { t } = useWords();
  const query = useQuery({
    queryKey: ["admin", "people", id],
    queryFn: () => ask(api.GET("/api/mind/profile/{id}", { params: { path: { id } } })) as Promise<Person>,
  });
  return (
    <Frame>
      <Anchor component={Link} to="/admin/people" fz="sm">{t("admin.backToPeople")}</Anchor>
      <Loaded query={query} rows={8}>{(person) => <PersonForm person={person} />}</Loaded>
    </Frame>
  );
}

function valuesOf(person: Person) {
  return {
    firstName: person.firstName, lastName: person.lastName, email: person.email ?? "", phone: person.phone ?? "",
    nameAlias: person.nameAlias ?? "", externalId: person.externalId ?? "", lang: person.lang, timezone: person.timezone ?? "",
    isSsoOnly: Boolean(person.isSsoOnly), password: "",
    roleId: person.settings.roleId, teamIds: person.settings.teamIds, inheritTeamSettings: person.settings.inheritTeamSettings,
    skillTags: person.settings.skills.tagIds, channels: person.settings.skills.channels,
    limitTicketBacklogAccess: Boolean(person.settings.limitTicketBacklogAccess),
    ticketBacklogRequiredTagIds: person.settings.ticketBacklogRequiredTagIds ?? [],
    ticketBacklogExcludedTagIds: person.settings.ticketBacklogExcludedTagIds ?? [],
  };
}

const SECRET: ("password")[] = ["password"];
const CODES = { email_taken: "email", weak_password: "password", external_id_taken: "externalId" };
const ZONES = typeof Intl.supportedValuesOf === "function" ? ["UTC", ...Intl.supportedValuesOf("timeZone")] : ["UTC"];

function PersonForm({ person }: { person: Person }) {
  const { t } = useWords();
  const may = useMay();
  const me = useMe();
  const client = useQueryClient();
  const roles = useRoleChoices();
  const teams = useTeamChoices();
  const initial = useMemo(() => valuesOf(person), [person]);
  const mine = me.id === person.id;
  const mayEdit = may("updateSpecificProfile") && person.state !== "deleted";
  const again = () => client.invalidateQueries({ queryKey: ["admin", "people"] });
  const form = useDraftForm({
    key: `person.${person.id}`, initial, secret: SECRET, codes: CODES,
    save: async (values) => {
      const changed = changesOf(initial, values);
      const { skillTags, channels, password, phone, nameAlias, externalId, timezone, roleId, teamIds, inheritTeamSettings,
        limitTicketBacklogAccess, ticketBacklogRequiredTagIds, ticketBacklogExcludedTagIds, ...rest } = changed;
      const orNull = (value: string | undefined) => (value === undefined ? undefined : value.trim() || null);
      const skills = skillTags || channels ? { tagIds: skillTags, channels } : undefined;
      const body = {
        ...rest, password: password || undefined, phone: orNull(phone), nameAlias: orNull(nameAlias),
        externalId: orNull(externalId), timezone: orNull(timezone),
        settings: {
          roleId, teamIds, inheritTeamSettings, limitTicketBacklogAccess, ticketBacklogRequiredTagIds, ticketBacklogExcludedTagIds, skills,
        },
      };
      await ask(api.PATCH("/api/mind/profile/{id}", { params: { path: { id: person.id } }, body: body as Schemas["ProfileUpdate"] }));
      await again();
      notifications.show({ message: t("admin.saved"), color: "green" });
    },
  });
  const { values, set, fault } = form;
  const text = (field: "firstName" | "lastName" | "email" | "phone" | "nameAlias" | "externalId", label: string, hint?: string) => (
    <TextInput label={label} description={hint} value={values[field]} error={fault(field)} disabled={!mayEdit}
      onChange={(event) => set(field, event.currentTarget.value)} />
  );
  const roleNames = new Map(roles.map((one) => [Number(one.value), one.label]));

  return (
    <>
      <Group mt="sm" gap="md" wrap="nowrap" align="flex-start">
        <Avatar size={52} radius="xl" src={person.imageUrl} name={nameOf(person)} color="initials" alt="" />
        <Box style={{ flex: 1, minWidth: 0 }}>
          <PageHead title={nameOf(person)}
            about={<>{person.email} · {t("admin.lastSeen")}: <When at={person.lastSeen} none={t("admin.never")} /></>}
            action={<Mark tone={person.state}>{t(`admin.state_${person.state}`)}</Mark>} />
        </Box>
      </Group>
      <Access person={person} mine={mine} again={again} />
      <FormBox form={form} label={nameOf(person)}>
        <Fieldset legend={t("admin.personIdentity")}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            {text("firstName", t("admin.firstName"))}
            {text("lastName", t("admin.lastName"))}
            {text("email", t("admin.email"))}
            {text("phone", t("admin.phone"))}
            {text("nameAlias", t("admin.alias"), t("admin.aliasHint"))}
            {text("externalId", t("admin.externalId"))}
            <Select label={t("admin.language")} allowDeselect={false} value={values.lang} disabled={!mayEdit} error={fault("lang")}
              data={[{ value: "de", label: "Deutsch" }, { value: "en", label: "English" }]} onChange={(value) => set("lang", value ?? "en")} />
            <Select label={t("admin.timeZone")} searchable clearable limit={50} value={values.timezone || null} disabled={!mayEdit}
              data={ZONES} placeholder={t("admin.timeZoneBrowser")} error={fault("timezone")} onChange={(value) => set("timezone", value ?? "")} />
          </SimpleGrid>
        </Fieldset>
        <Fieldset legend={t("admin.roleAndTeams")}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <Select label={t("admin.role")} data={roles} allowDeselect={false} value={values.roleId ? String(values.roleId) : null}
              description={mine ? t("admin.ownRole") : t("admin.roleActs", { role: roleNames.get(person.settings.actualRoleId ?? 0) ?? "–" })}
              disabled={!mayEdit || mine} error={fault("roleId")} onChange={(value) => value && set("roleId", Number(value))} />
            <IdsField label={t("admin.teams")} description={t("admin.teamsHint")} data={teams} ids={values.teamIds} disabled={!mayEdit}
              error={fault("teamIds")} change={(ids) => set("teamIds", ids)} />
          </SimpleGrid>
          <Switch mt="sm" label={t("admin.inherit")} description={t("admin.inheritHint")} checked={values.inheritTeamSettings}
            disabled={!mayEdit} onChange={(event) => set("inheritTeamSettings", event.currentTarget.checked)} />
        </Fieldset>
        <Fieldset legend={t("admin.skills")}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TagsField label={t("admin.skillTags")} description={t("admin.skillTagsHint")} ids={values.skillTags} disabled={!mayEdit}
              error={fault("tagIds")} change={(ids) => set("skillTags", ids)} />
            <ChannelsField label={t("admin.channels")} description={t("admin.channelsHint")} channels={values.channels} disabled={!mayEdit}
              error={fault("channels")} change={(channels) => set("channels", channels)} />
          </SimpleGrid>
          <Checkbox mt="sm" label={t("admin.limitBacklog")} checked={values.limitTicketBacklogAccess} disabled={!mayEdit}
            onChange={(event) => set("limitTicketBacklogAccess", event.currentTarget.checked)} />
          {values.limitTicketBacklogAccess && (
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" mt="sm">
              <TagsField label={t("admin.backlogRequired")} ids={values.ticketBacklogRequiredTagIds} disabled={!mayEdit}
                change={(ids) => set("ticketBacklogRequiredTagIds", ids)} />
              <TagsField label={t("admin.backlogExcluded")} ids={values.ticketBacklogExcludedTagIds} disabled={!mayEdit}
                change={(ids) => set("ticketBacklogExcludedTagIds", ids)} />
            </SimpleGrid>
          )}
        </Fieldset>
        {mayEdit && !mine && (
          <Fieldset legend={t("admin.signIn")}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <PasswordInput label={t("admin.newPassword")} description={t("admin.newPasswordHint")} value={values.password} autoComplete="new-password"
                error={fault("password")} disabled={values.isSsoOnly} onChange={(event) => set("password", event.currentTarget.value)} />
              <Switch mt="xl" label={t("admin.ssoOnly")} checked={values.isSsoOnly} onChange={(event) => set("isSsoOnly", event.currentTarget.checked)} />
            </SimpleGrid>
          </Fieldset>
        )}
        {mayEdit && <FormButtons form={form} save={t("admin.save")} />}
      </FormBox>
      <Absences person={person} mine={mine} />
      {(mine || may("manageApiKeys")) && (
        <Fieldset legend={t("admin.apiTokens")} mt="md"><ApiKeys profileId={person.id} mayCreate={mine} /></Fieldset>
      )}
    </>
  );
}

/** Inviting, locking, removing: what decides whether somebody can sign in at all. */
function Access({ person, mine, again }: { person: Person; mine: boolean; again: () => Promise<unknown> }) {
  const { t, errorText } = useWords();
  const may = useMay();
  const [link, setLink] = useState<string | null>(null);
  const path = { params: { path: { id: person.id } } };
  const name = nameOf(person);
  const setState = async (state: "active" | "inactive") => {
    await ask(api.PATCH("/api/mind/profile/{id}", { ...path, body: { state } as Schemas["ProfileUpdate"] }));
    await again();
  };
  const invite = async () => {
    try {
      const answer = await ask(api.POST("/api/mind/profile/{id}/invite", path));
      setLink(answer.link ? new URL(answer.link, window.location.origin).href : null);
      if (!answer.link) notifications.show({ message: t("admin.inviteMailed"), color: "green" });
    } catch (error) {
      notifications.show({ message: errorText(error), color: "red" });
    }
  };
  const restore = async () => {
    try {
      await ask(api.POST("/api/mind/profile/{id}/restore", path));
      await again();
    } catch (error) {
      notifications.show({ message: errorText(error), color: "red" });
    }
  };
  if (mine) return <Alert variant="light" color="blue" p="xs" mb="sm">{t("admin.ownAccount")} <Anchor component={Link} to="/profile" fz="sm" underline="always">{t("admin.toOwnProfile")}</Anchor></Alert>;
  return (
    <Stack gap="xs" mb="sm">
      <Group gap="xs">
        {person.state === "active" && may("createProfile") && !person.isSsoOnly && (
          <Button size="xs" variant="default" onClick={() => void invite()}>{t("admin.sendLink")}</Button>
        )}
        {person.state === "active" && may("updateSpecificProfile") && (
          <AskFirst label={t("admin.lock")} title={t("admin.lockTitle", { name })} text={t("admin.lockText")} confirm={t("admin.lock")}
            variant="default" color="gray" run={() => setState("inactive")} />
        )}
        {person.state === "inactive" && may("updateSpecificProfile") && (
          <Button size="xs" variant="default" onClick={() => void setState("active")}>{t("admin.unlock")}</Button>
        )}
        {person.state !== "deleted" && may("deleteProfile") && (
          <AskFirst label={t("admin.remove")} title={t("admin.removePersonTitle", { name })} text={t("admin.removePersonText")}
            confirm={t("admin.remove")}
            run={async () => { await ask(api.DELETE("/api/mind/profile/{id}", path)); await again(); }} />
        )}
        {person.state === "deleted" && may("deleteProfile") && (
          <Button size="xs" variant="default" onClick={() => void restore()}>{t("admin.bringBack")}</Button>
        )}
      </Group>
      {link && <ShownOnce label={t("admin.inviteLink")} value={link}>{t("admin.inviteLinkHint")}</ShownOnce>}
    </Stack>
  );
}

const REASONS = ["vacation", "illness", "training", "other"] as const;
const NO_ABSENCE = { from: "", to: "", reason: "vacation" as (typeof REASONS)[number], note: "", substituteUserId: null as number | null };

function Absences({ person, mine }: { person: Person; mine: boolean }) {
  const { t, day } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const people = usePeopleChoices();
  const [adding, setAdding] = useState(false);
  const key = ["admin", "absences", person.id];
  const path = { id: person.id };
  const query = useQuery({ queryKey: key, queryFn: () => ask(api.GET("/api/mind/profile/{id}/absence", { params: { path } })) });
  const allowed = mine || may("manageAbsences");
  const form = useDraftForm({
    key: `absence.${person.id}`, initial: NO_ABSENCE, codes: { absence_overlap: "from" },
    save: async (values) => {
      await ask(api.POST("/api/mind/profile/{id}/absence", {
        params: { path },
        body: {
          from: values.from && new Date(`${values.from}T00:00`).toISOString(),
          to: values.to ? new Date(`${values.to}T23:59:59`).toISOString() : null,
          reason: values.reason, note: values.note || null, substituteUserId: values.substituteUserId,
        },
      }));
      await client.invalidateQueries({ queryKey: key });
    },
  });
  const { values, set, fault } = form;
  const names = new Map(people.map((one) => [Number(one.value), one.label]));
  return (
    <Fieldset legend={t("admin.absences")} mt="md">
      <Loaded query={query} rows={2} isEmpty={(answer) => answer.absences.length === 0}
        empty={<Text c="dimmed" fz="sm">{t("admin.noAbsence")}</Text>}>
        {(answer) => (
          <Table>
            <Table.Tbody>
              {answer.absences.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>{day(one.from)} – {one.to ? day(one.to) : t("admin.openEnd")}</Table.Td>
                  <Table.Td>{one.reason ? t(`admin.absence_${one.reason}`) : ""} {one.note}</Table.Td>
                  <Table.Td>{one.substituteUserId ? t("admin.substituteIs", { name: names.get(one.substituteUserId) ?? `#${one.substituteUserId}` }) : ""}</Table.Td>
                  <Table.Td ta="right">
                    {allowed && (
                      <AskFirst label={t("admin.remove")} title={t("admin.removeAbsence")} confirm={t("admin.remove")}
                        run={async () => {
                          await ask(api.DELETE("/api/mind/profile/{id}/absence/{absenceId}", { params: { path: { ...path, absenceId: one.id } } }));
                          await client.invalidateQueries({ queryKey: key });
                        }} />
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Loaded>
      {allowed && person.state !== "deleted" && <Button mt="sm" size="xs" variant="default" onClick={() => setAdding(true)}>{t("admin.addAbsence")}</Button>}
      <Modal opened={adding} onClose={() => setAdding(false)} title={t("admin.addAbsence")} closeButtonProps={{ "aria-label": t("admin.close") }}>
        <FormBox form={form} done={() => { form.reset(); setAdding(false); }}>
          <Group grow align="flex-start">
            <TextInput type="date" required label={t("admin.from")} value={values.from} error={fault("from")} onChange={(event) => set("from", event.currentTarget.value)} />
            <TextInput type="date" label={t("admin.until")} description={t("admin.untilHint")} value={values.to} error={fault("to")}
              inputWrapperOrder={["label", "input", "description", "error"]} onChange={(event) => set("to", event.currentTarget.value)} />
          </Group>
          <Select label={t("admin.reason")} allowDeselect={false} value={values.reason}
            data={REASONS.map((value) => ({ value, label: t(`admin.absence_${value}`) }))}
            onChange={(value) => value && set("reason", value as (typeof REASONS)[number])} />
          <Select label={t("admin.substitute")} description={t("admin.substituteHint")} data={people.filter((one) => one.value !== String(person.id))} searchable clearable
            value={values.substituteUserId ? String(values.substituteUserId) : null} error={fault("substituteUserId")}
            onChange={(value) => set("substituteUserId", value ? Number(value) : null)} />
          <Textarea label={t("admin.note")} autosize minRows={2} value={values.note} error={fault("note")} onChange={(event) => set("note", event.currentTarget.value)} />
          <FormButtons form={form} save={t("admin.addAbsence")} />
        </FormBox>
      </Modal>
    </Fieldset>
  );
}
