import {
  Anchor, Button, Checkbox, ColorSwatch, Drawer, Group, SegmentedControl, Select, Table, Text, Textarea, TextInput,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useMay } from "@/app/auth";
import { api, ask, changesOf, same, type Schemas } from "./kit/backend";
import { ChannelsField, IdsField, TagsField } from "./kit/fields";
import { usePeopleChoices, useRoleChoices, useTeams } from "./kit/lookups";
import { AskFirst, FormBox, FormButtons, Frame, Loaded, Nothing, PageHead } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

type Team = Schemas["TeamRead"];
const COLORS = ["grey", "green", "red", "blue", "yellow", "purple", "orange", "teal"] as const;
export const SHADE: Record<string, string> = { grey: "gray", purple: "grape" };

export default function TeamsPage() {
  const { t } = useWords();
  const may = useMay();
  const [state, setState] = useState<"active" | "inactive">("active");
  const [chosen, setChosen] = useState<Team | "new" | null>(null);
  const query = useTeams(state);
  const people = usePeopleChoices();
  const names = useMemo(() => new Map(people.map((one) => [Number(one.value), one.label])), [people]);
  const add = may("manageTeams") && <Button onClick={() => setChosen("new")}>{t("admin.addTeam")}</Button>;
  return (
    <Frame>
      <PageHead title={t("admin.teams")} about={t("admin.teamsAbout")} action={add} />
      <SegmentedControl size="xs" mb="sm" value={state} onChange={(value) => setState(value as "active" | "inactive")} aria-label={t("admin.state")}
        data={[{ value: "active", label: t("admin.teamsActive") }, { value: "inactive", label: t("admin.teamsInactive") }]} />
      <Loaded query={query} isEmpty={(answer) => answer.teams.length === 0}
        empty={<Nothing title={t("admin.noTeams")} action={state === "active" && add}>{t("admin.noTeamsHint")}</Nothing>}>
        {(answer) => (
          <Table.ScrollContainer minWidth={560}>
            <Table highlightOnHover verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("admin.name")}</Table.Th><Table.Th>{t("admin.leaders")}</Table.Th><Table.Th>{t("admin.members")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {answer.teams.map((team) => (
                  <Table.Tr key={team.id}>
                    <Table.Td>
                      <Group gap="xs" wrap="nowrap">
                        <ColorSwatch size={10} withShadow={false} color={`var(--mantine-color-${SHADE[team.color ?? ""] ?? team.color ?? "gray"}-6)`} aria-hidden />
                        <div>
                          <Anchor component="button" type="button" ta="start" onClick={() => setChosen(team)} fw={500} fz="sm">{team.name}</Anchor>
                          <Text c="dimmed" fz="xs">{team.description}</Text>
                        </div>
                      </Group>
                    </Table.Td>
                    <Table.Td fz="sm">{(team.leaderIds ?? []).map((id) => names.get(id) ?? `#${id}`).join(", ") || "–"}</Table.Td>
                    <Table.Td fz="sm">{team.memberCount}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      <Drawer opened={chosen !== null} onClose={() => setChosen(null)} position="right" size="lg"
        title={chosen === "new" ? t("admin.addTeam") : chosen?.name} closeButtonProps={{ "aria-label": t("admin.close") }}>
        {chosen && <TeamForm team={chosen === "new" ? null : chosen} close={() => setChosen(null)} />}
      </Drawer>
    </Frame>
  );
}

function valuesOf(team: Team | null) {
  return {
    name: team?.name ?? "", description: team?.description ?? "", color: team?.color ?? "blue", parentId: team?.parentId ?? null,
    state: (team?.state ?? "active") as "active" | "inactive", leaderIds: team?.leaderIds ?? [], memberIds: team?.memberIds ?? [],
    roleId: team?.settings.roleId ?? null, skillTags: team?.settings.skills.tagIds ?? [], channels: team?.settings.skills.channels ?? [],
    limitTicketBacklogAccess: Boolean(team?.settings.limitTicketBacklogAccess),
    ticketBacklogRequiredTagIds: team?.settings.ticketBacklogRequiredTagIds ?? [],
  };
}

function TeamForm({ team, close }: { team: Team | null; close: () => void }) {
  const { t } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const roles = useRoleChoices();
  const people = usePeopleChoices();
  const { data } = useTeams();
  const [force, setForce] = useState(false);
  const initial = useMemo(() => valuesOf(team), [team]);
  const again = () => client.invalidateQueries({ queryKey: ["admin", "teams"] });
  const full = may("manageTeams");
  const form = useDraftForm({
    key: `team.${team?.id ?? "new"}`, initial, codes: { name_taken: "name" },
    save: async (values) => {
      const { memberIds, roleId, skillTags, channels, limitTicketBacklogAccess, ticketBacklogRequiredTagIds, ...rest } =
        team ? changesOf(initial, values) : values;
      const skills = skillTags || channels ? { tagIds: skillTags, channels } : undefined;
      const body = { ...rest, settings: { roleId, skills, limitTicketBacklogAccess, ticketBacklogRequiredTagIds } };
      let id = team?.id;
      if (id === undefined) {
        id = (await ask(api.POST("/api/mind/team", { body: body as Schemas["TeamCreate"] }))).id;
      } else if (full) {
        await ask(api.PATCH("/api/mind/team/{id}", { params: { path: { id } }, body: body as Schemas["TeamUpdate"] }));
      }
      if (memberIds && !same(memberIds, initial.memberIds)) {
        await ask(api.PUT("/api/mind/team/{id}/members", { params: { path: { id } }, body: { userIds: memberIds } }));
      }
      await again();
    },
  });
  const { values, set, fault } = form;
  return (
    <FormBox form={form} label={team?.name ?? t("admin.addTeam")} done={() => { if (!team) form.reset(); close(); }}>
      <TextInput label={t("admin.name")} required value={values.name} error={fault("name")} disabled={!full} data-autofocus
        onChange={(event) => set("name", event.currentTarget.value)} />
      <Textarea label={t("admin.description")} autosize minRows={2} value={values.description} error={fault("description")} disabled={!full}
        onChange={(event) => set("description", event.currentTarget.value)} />
      <Group grow align="flex-start">
        <Select label={t("admin.color")} allowDeselect={false} value={values.color} disabled={!full}
          data={COLORS.map((value) => ({ value, label: t(`admin.color_${value}`) }))} onChange={(value) => value && set("color", value)} />
        <Select label={t("admin.parentTeam")} clearable value={values.parentId ? String(values.parentId) : null} disabled={!full} error={fault("parentId")}
          data={(data?.teams ?? []).filter((one) => one.id !== team?.id).map((one) => ({ value: String(one.id), label: one.name }))}
          onChange={(value) => set("parentId", value ? Number(value) : null)} />
      </Group>
      <IdsField label={t("admin.members")} data={people} ids={values.memberIds} change={(ids) => set("memberIds", ids)} error={fault("userIds")}
        disabled={!full && !may("manageTeamMembers")} />
      <IdsField label={t("admin.leaders")} description={t("admin.leadersHint")} data={people} ids={values.leaderIds} disabled={!full}
        change={(ids) => set("leaderIds", ids)} error={fault("leaderIds")} />
      <TagsField label={t("admin.skillTags")} description={t("admin.teamSkillsHint")} ids={values.skillTags} disabled={!full}
        change={(ids) => set("skillTags", ids)} error={fault("tagIds")} />
      <ChannelsField label={t("admin.channels")} channels={values.channels} disabled={!full} error={fault("channels")}
        change={(channels) => set("channels", channels)} />
      <Select label={t("admin.teamRole")} description={t("admin.teamRoleHint")} data={roles} clearable disabled={!full} error={fault("roleId")}
        value={values.roleId ? String(values.roleId) : null} onChange={(value) => set("roleId", value ? Number(value) : null)} />
      <Checkbox label={t("admin.limitBacklog")} checked={values.limitTicketBacklogAccess} disabled={!full}
        onChange={(event) => set("limitTicketBacklogAccess", event.currentTarget.checked)} />
      {values.limitTicketBacklogAccess && (
        <TagsField label={t("admin.backlogRequired")} ids={values.ticketBacklogRequiredTagIds} disabled={!full}
          change={(ids) => set("ticketBacklogRequiredTagIds", ids)} />
      )}
      {team && (
        <Checkbox label={t("admin.teamActive")} checked={values.state === "active"} disabled={!full}
          onChange={(event) => set("state", event.currentTarget.checked ? "active" : "inactive")} />
      )}
      <FormButtons form={form} save={team ? t("admin.save") : t("admin.addTeam")}>
        {team && full && (
          <AskFirst label={t("admin.remove")} title={t("admin.removeTeamTitle", { name: team.name })} text={t("admin.removeTeamText")}
            confirm={t("admin.remove")}
            extra={<Checkbox label={t("admin.removeTeamForce")} checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />}
            run={async () => {
              await ask(api.DELETE("/api/mind/team/{id}", { params: { path: { id: team.id }, query: { force } } }));
              await again();
              close();
            }} />
        )}
      </FormButtons>
    </FormBox>
  );
}
