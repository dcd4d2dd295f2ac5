import { Anchor, Button, Group, Select, Table, Text, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { useMay } from "@/app/auth";
import { api, ask, type Schemas } from "./kit/backend";
import { useRoles } from "./kit/lookups";
import { AskFirst, Frame, Loaded, Mark, Nothing, PageHead } from "./kit/pieces";
import { useWords } from "./kit/words";

export default function RolesPage() {
  const { t } = useWords();
  const may = useMay();
  const query = useRoles();
  const names = new Map((query.data?.roles ?? []).map((role) => [role.id, role.name]));
  return (
    <Frame>
      <PageHead title={t("admin.roles")} about={t("admin.rolesAbout")}
        action={may("manageRoles") && <Button component={Link} to="/admin/roles/new">{t("admin.addRole")}</Button>} />
      <Loaded query={query} isEmpty={(answer) => answer.roles.length === 0} empty={<Nothing title={t("admin.noRoles")} />}>
        {(answer) => (
          <Table.ScrollContainer minWidth={560}>
            <Table highlightOnHover verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("admin.name")}</Table.Th><Table.Th>{t("admin.basedOn")}</Table.Th><Table.Th>{t("admin.people")}</Table.Th>
                  <Table.Th><VisuallyHidden>{t("admin.actions")}</VisuallyHidden></Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {answer.roles.map((role) => (
                  <Table.Tr key={role.id}>
                    <Table.Td>
                      <Group gap="xs">
                        <Anchor component={Link} to={`/admin/roles/${role.id}`} fw={500} fz="sm">{role.name}</Anchor>
                        {role.isSystem && <Mark tone="gray">{t("admin.shipped")}</Mark>}
                      </Group>
                      <Text c="dimmed" fz="xs">{role.description}</Text>
                    </Table.Td>
                    <Table.Td fz="sm">{role.baseRoleId === role.id ? "–" : names.get(role.baseRoleId)}</Table.Td>
                    <Table.Td fz="sm">
                      <Anchor component={Link} to={`/admin/people?role=${role.id}`} fz="sm">{t("admin.peopleCount", { count: role.userCount })}</Anchor>
                    </Table.Td>
                    <Table.Td ta="right">{may("manageRoles") && !role.isSystem && <RemoveRole role={role} roles={answer.roles} />}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
    </Frame>
  );
}

function RemoveRole({ role, roles }: { role: Schemas["RoleSummary"]; roles: Schemas["RoleSummary"][] }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [moveTo, setMoveTo] = useState<string | null>(null);
  return (
    <AskFirst label={t("admin.remove")} title={t("admin.removeRoleTitle", { name: role.name })} confirm={t("admin.remove")}
      text={role.userCount > 0 ? t("admin.removeRoleMove", { count: role.userCount }) : t("admin.removeRoleText")}
      extra={role.userCount > 0 && (
        <Select label={t("admin.moveTo")} value={moveTo} onChange={setMoveTo}
          data={roles.filter((one) => one.id !== role.id).map((one) => ({ value: String(one.id), label: one.name }))} />
      )}
      run={async () => {
        await ask(api.DELETE("/api/mind/roles/{id}", {
          params: { path: { id: role.id }, query: { moveTo: moveTo ? Number(moveTo) : undefined } },
        }));
        await client.invalidateQueries({ queryKey: ["admin"] });
      }} />
  );
}
