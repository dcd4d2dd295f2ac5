import { Anchor, Button, Drawer, Fieldset, Group, Select, Stack, Table, TagsInput, Text, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useMay, useMe } from "@/app/auth";
import { ApiKeys } from "./ApiKeys";
import { api, ask, changesOf, type Schemas } from "./kit/backend";
import { useRoleChoices } from "./kit/lookups";
import { AskFirst, FormBox, FormButtons, Frame, Loaded, Mark, Nothing, PageHead, When } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

type Worker = Schemas["WorkerRead"];

export default function AccessPage() {
  const { t } = useWords();
  const me = useMe();
  const may = useMay();
  return (
    <Frame>
      <PageHead title={t("admin.access")} about={<>{t("admin.accessAbout")} <Anchor href="/api/mind/docs" target="_blank" rel="noopener noreferrer" fz="sm" underline="always">{t("admin.apiDocs")}</Anchor></>} />
      <Stack gap="xl">
        <section aria-label={t("admin.ownTokens")}>
          <Title order={2} fz="lg" mb="xs">{t("admin.ownTokens")}</Title>
          <ApiKeys profileId={me.id} mayCreate />
        </section>
        {may("manageServiceWorkers") && <Workers />}
        {may("manageApiKeys") && <Text fz="sm" c="dimmed">{t("admin.tokensOfOthers")} <Anchor component={Link} to="/admin/people" fz="sm" underline="always">{t("admin.people")}</Anchor></Text>}
      </Stack>
    </Frame>
  );
}

function Workers() {
  const { t } = useWords();
  const roles = useRoleChoices();
  const [chosen, setChosen] = useState<Worker | "new" | null>(null);
  const query = useQuery({
    queryKey: ["admin", "serviceWorkers"], queryFn: () => ask(api.GET("/api/mind/serviceWorker", { params: { query: { limit: 200 } } })),
  });
  const names = new Map(roles.map((one) => [Number(one.value), one.label]));
  const add = <Button size="xs" onClick={() => setChosen("new")}>{t("admin.addWorker")}</Button>;
  return (
    <section aria-label={t("admin.serviceWorkers")}>
      <Group justify="space-between" mb="xs">
        <Title order={2} fz="lg">{t("admin.serviceWorkers")}</Title>
        {query.data && query.data.total > 0 && add}
      </Group>
      <Text fz="sm" c="dimmed" mb="sm">{t("admin.serviceWorkersAbout")}</Text>
      <Loaded query={query} rows={3} isEmpty={(answer) => answer.total === 0} empty={<Nothing title={t("admin.noWorkers")} action={add}>{t("admin.noWorkersHint")}</Nothing>}>
        {(answer) => (
          <Table.ScrollContainer minWidth={560}>
            <Table verticalSpacing="xs" highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("admin.name")}</Table.Th><Table.Th>{t("admin.role")}</Table.Th><Table.Th>{t("admin.allowedIps")}</Table.Th>
                  <Table.Th>{t("admin.lastSeen")}</Table.Th><Table.Th>{t("admin.state")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {answer.serviceWorkers.map((worker) => (
                  <Table.Tr key={worker.id}>
                    <Table.Td><Anchor component="button" type="button" ta="start" fz="sm" fw={500} onClick={() => setChosen(worker)}>{worker.name}</Anchor></Table.Td>
                    <Table.Td fz="sm">{names.get(worker.roleId ?? 0) ?? "–"}</Table.Td>
                    <Table.Td fz="sm">{worker.allowedIps.join(", ") || t("admin.anywhere")}</Table.Td>
                    <Table.Td><When at={worker.lastSeen} none={t("admin.never")} /></Table.Td>
                    <Table.Td><Mark tone={worker.state}>{t(`admin.state_${worker.state}`)}</Mark></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      <Drawer opened={chosen !== null} onClose={() => setChosen(null)} position="right" size="lg" title={chosen === "new" ? t("admin.addWorker") : chosen?.name}
        closeButtonProps={{ "aria-label": t("admin.close") }}>
        {chosen && <WorkerForm worker={chosen === "new" ? null : chosen} show={setChosen} />}
      </Drawer>
    </section>
  );
}

function WorkerForm({ worker, show }: { worker: Worker | null; show: (worker: Worker | null) => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const roles = useRoleChoices();
  const initial = useMemo(() => ({ name: worker?.name ?? "", roleId: worker?.roleId ?? null, allowedIps: worker?.allowedIps ?? [] }), [worker]);
  const again = () => client.invalidateQueries({ queryKey: ["admin", "serviceWorkers"] });
  const form = useDraftForm({
    key: `worker.${worker?.id ?? "new"}`, initial, codes: { name_taken: "name" },
    save: async (values) => {
      if (worker) {
        await ask(api.PATCH("/api/mind/serviceWorker/{id}", { params: { path: { id: worker.id } }, body: changesOf(initial, values) as Schemas["WorkerUpdate"] }));
        await again();
        show({ ...worker, ...values });
      } else {
        const { id } = await ask(api.POST("/api/mind/serviceWorker", { body: values as Schemas["WorkerCreate"] }));
        await again();
        show({ id, ...values, state: "active", lastSeen: null });
      }
    },
  });
  const { values, set, fault } = form;
  return (
    <Stack>
      <FormBox form={form} label={worker?.name ?? t("admin.addWorker")}>
        <TextInput label={t("admin.name")} required value={values.name} error={fault("name")} data-autofocus onChange={(event) => set("name", event.currentTarget.value)} />
        <Select label={t("admin.role")} description={t("admin.workerRoleHint")} required allowDeselect={false} data={roles} value={values.roleId ? String(values.roleId) : null} error={fault("roleId")}
          onChange={(value) => value && set("roleId", Number(value))} />
        <TagsInput label={t("admin.allowedIps")} description={t("admin.allowedIpsHint")} placeholder="192.0.2.10" value={values.allowedIps} error={fault("allowedIps")} onChange={(value) => set("allowedIps", value)} />
        <FormButtons form={form} save={worker ? t("admin.save") : t("admin.addWorker")}>
          {worker && (
            <AskFirst label={t("admin.remove")} title={t("admin.removeWorkerTitle", { name: worker.name })} text={t("admin.removeWorkerText")} confirm={t("admin.remove")}
              run={async () => { await ask(api.DELETE("/api/mind/serviceWorker/{id}", { params: { path: { id: worker.id } } })); await again(); show(null); }} />
          )}
        </FormButtons>
      </FormBox>
      {worker && <Fieldset legend={t("admin.tokens")}><ApiKeys profileId={worker.id} mayCreate /></Fieldset>}
    </Stack>
  );
}
