import { Alert, Anchor, Button, Group, NumberInput, Paper, Progress, Select, SimpleGrid, Table, Text, TextInput, Title, VisuallyHidden } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "@/app/auth";
import { ApiError, api, ask, type Schemas } from "./kit/backend";
import { AskFirst, Frame, Loaded, Mark, Nothing, PageHead, When } from "./kit/pieces";
import { useWords } from "./kit/words";

const KINDS = [
  { path: "reporting_tickets", key: "createdAt", right: "exportData" },
  { path: "reporting_messages", key: "createdAt", right: "exportData" },
  { path: "reporting_worklog", key: "date", right: "exportData" },
  { path: "surveys", key: "createdAt", right: "exportData" },
  { path: "users", key: null, right: "exportData" },
] as const;
type Kind = (typeof KINDS)[number]["path"];
const FORMATS = ["xlsx", "csv", "json"] as const;
const STATES = ["queued", "running", "done", "failed", "cancelled", "expired"] as const;
type State = (typeof STATES)[number];

type Outcome = { file: string } | { queued: number };

async function start(kind: Kind, format: string, limit: number, from: string, to: string): Promise<Outcome> {
  const key = KINDS.find((one) => one.path === kind)?.key;
  const query = new URLSearchParams({ format, limit: String(limit) });
  if (key && (from || to)) {
    query.set("filters[0][key]", key);
    query.set("filters[0][comparator]", "between");
    if (from) query.set("filters[0][from]", from);
    if (to) query.set("filters[0][to]", to);
  }
  const { data, response } = await api.GET(`/api/mind/export/${kind}?${query.toString()}` as "/api/mind/export/users", { parseAs: "blob" });
  const blob = data as unknown as Blob;
  if (response.status === 202) return { queued: (JSON.parse(await blob.text()) as Schemas["QueuedExport"]).exportId };
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? `${kind}.${format}`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return { file: name };
}

export default function ExportsPage() {
  const { t } = useWords();
  return (
    <Frame>
      <PageHead title={t("admin.exports")} about={t("admin.exportsAbout")} />
      <Start />
      <Jobs />
    </Frame>
  );
}

function Start() {
  const { t, errorText } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind>("reporting_tickets");
  const [format, setFormat] = useState<string>("xlsx");
  const [limit, setLimit] = useState(1000);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const run = useMutation({
    mutationFn: () => start(kind, format, limit, from, to),
    onSuccess: () => client.invalidateQueries({ queryKey: ["admin", "exports"] }),
  });
  const dated = KINDS.find((one) => one.path === kind)?.key !== null;
  const result = run.data;
  return (
    <Paper withBorder p="md" mb="lg" component="form" aria-label={t("admin.newExport")} onSubmit={(event) => { event.preventDefault(); run.mutate(); }}>
      <Title order={2} fz="md" mb="sm">{t("admin.newExport")}</Title>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }} spacing="sm">
        <Select label={t("admin.exportWhat")} allowDeselect={false} value={kind} onChange={(value) => value && setKind(value as Kind)}
          data={KINDS.filter((one) => may(one.right)).map(({ path }) => ({ value: path, label: t(`admin.export_${path}`) }))} />
        <TextInput type="date" label={t("admin.from")} value={from} disabled={!dated} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TextInput type="date" label={t("admin.until")} value={to} disabled={!dated} onChange={(event) => setTo(event.currentTarget.value)} />
        <Select label={t("admin.format")} allowDeselect={false} data={FORMATS.map((value) => ({ value, label: t(`admin.format_${value}`) }))} value={format} onChange={(value) => value && setFormat(value)} />
        <NumberInput label={t("admin.atMost")} min={1} max={1_000_000} allowDecimal={false} thousandSeparator=" " value={limit} onChange={(value) => setLimit(Number(value) || 1)} />
      </SimpleGrid>
      <Group mt="md" justify="space-between">
        <Text fz="xs" c="dimmed">{t("admin.exportHint")}</Text>
        <Button type="submit" loading={run.isPending}>{t("admin.startExport")}</Button>
      </Group>
      {run.error && <Alert mt="sm" color="red" variant="light" role="alert">{run.error instanceof ApiError && run.error.status === 403 ? t("admin.error_permission_denied") : errorText(run.error)}</Alert>}
      {result && <Alert mt="sm" color="green" variant="light" role="status">{"file" in result ? t("admin.exportDone", { name: result.file }) : t("admin.exportQueued")}</Alert>}
    </Paper>
  );
}

function Jobs() {
  const { t, day } = useWords();
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ["admin", "exports"],
    queryFn: () => ask(api.GET("/api/mind/export/job", { params: { query: { limit: 50 } } })),
    refetchInterval: (state) => (state.state.data?.jobs.some((job) => job.state === "queued" || job.state === "running") ? 1_500 : 20_000),
  });
  return (
    <section aria-label={t("admin.largeExports")}>
      <Title order={2} fz="md" mb="xs">{t("admin.largeExports")}</Title>
      <Loaded query={query} rows={3} isEmpty={(answer) => answer.jobs.length === 0} empty={<Nothing title={t("admin.noExports")}>{t("admin.noExportsHint")}</Nothing>}>
        {(answer) => (
          <Table.ScrollContainer minWidth={640}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("admin.exportWhat")}</Table.Th><Table.Th>{t("admin.state")}</Table.Th><Table.Th>{t("admin.progress")}</Table.Th>
                  <Table.Th>{t("admin.created")}</Table.Th><Table.Th><VisuallyHidden>{t("admin.actions")}</VisuallyHidden></Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {answer.jobs.map((job) => {
                  const kind = KINDS.find((one) => job.path.endsWith(one.path));
                  const open = job.state === "queued" || job.state === "running";
                  return (
                    <Table.Tr key={job.id}>
                      <Table.Td fz="sm">{kind ? t(`admin.export_${kind.path}`) : job.path} · {job.format}</Table.Td>
                      <Table.Td><Mark tone={job.state}>{t(`admin.exportState_${job.state as State}`)}</Mark>{job.error && <Text fz="xs" c="red">{job.error}</Text>}</Table.Td>
                      <Table.Td w={220}>
                        <Progress value={job.rowsTotal ? (job.rowsDone / job.rowsTotal) * 100 : 0} animated={job.state === "running"} aria-label={t("admin.progress")} />
                        <Text fz="xs" c="dimmed">{t("admin.rowsOf", { done: job.rowsDone, total: job.rowsTotal })}</Text>
                      </Table.Td>
                      <Table.Td><When at={job.createdAt} /></Table.Td>
                      <Table.Td ta="right">
                        <Group gap="xs" justify="flex-end" wrap="nowrap">
                          {job.fileUrl && <Anchor href={job.fileUrl} download fz="sm">{t("admin.download")}</Anchor>}
                          {job.expiresAt && job.fileUrl && <Text fz="xs" c="dimmed">{t("admin.untilDay", { day: day(job.expiresAt) })}</Text>}
                          <AskFirst label={open ? t("admin.cancelJob") : t("admin.remove")} title={open ? t("admin.cancelExport") : t("admin.removeExport")} confirm={open ? t("admin.cancelJob") : t("admin.remove")}
                            run={async () => {
                              await ask(api.DELETE("/api/mind/export/job/{exportId}", { params: { path: { exportId: job.id } } }));
                              await client.invalidateQueries({ queryKey: ["admin", "exports"] });
                            }} />
                        </Group>
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
    </section>
  );
}
