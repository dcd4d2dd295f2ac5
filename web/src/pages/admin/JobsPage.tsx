import {
  Anchor, Alert, Box, Button, Drawer, Group, Pagination, SegmentedControl, Stack, Switch, Table, Tabs, Text, TextInput, VisuallyHidden,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useMay } from "@/app/auth";
import { api, ask, type Schemas } from "./kit/backend";
import { FormBox, FormButtons, Frame, Json, Loaded, Mark, Nothing, PageHead, When } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

const POLL = 5_000;

export default function JobsPage() {
  const { t } = useWords();
  const [params, setParams] = useSearchParams();
  const tab = params.get("tab") ?? "schedule";
  return (
    <Frame>
      <PageHead title={t("admin.jobs")} about={t("admin.jobsAbout")} />
      <Tabs value={tab} onChange={(value) => setParams({ tab: value ?? "schedule" })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="schedule">{t("admin.schedule")}</Tabs.Tab>
          <Tabs.Tab value="queue">{t("admin.queue")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="schedule"><Schedule /></Tabs.Panel>
        <Tabs.Panel value="queue"><Queue /></Tabs.Panel>
      </Tabs>
    </Frame>
  );
}

function useShowProblem() {
  const { errorText } = useWords();
  return (error: unknown) => notifications.show({ message: errorText(error), color: "red" });
}

function Schedule() {
  const { t, took, language } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const problem = useShowProblem();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const query = useQuery({ queryKey: ["admin", "cron", language], queryFn: () => ask(api.GET("/api/mind/cron")), refetchInterval: POLL });
  const again = () => client.invalidateQueries({ queryKey: ["admin", "cron"] });
  const run = useMutation({
    mutationFn: (name: string) => ask(api.POST("/api/mind/cron/{name}/run", { params: { path: { name } }, body: {} })),
    onSuccess: () => notifications.show({ message: t("admin.jobQueued"), color: "green" }), onError: problem, onSettled: again,
  });
  const turn = useMutation({
    mutationFn: ({ name, enabled }: { name: string; enabled: boolean }) => ask(api.PATCH("/api/mind/cron/{name}", { params: { path: { name } }, body: { enabled } })),
    onError: problem, onSettled: again,
  });
  const needle = search.trim().toLowerCase();
  return (
    <>
      <TextInput type="search" mb="sm" maw={360} aria-label={t("admin.searchJobs")} placeholder={t("admin.searchJobs")} value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
      <Loaded query={query} rows={12}>
        {(answer) => {
          const failed = answer.jobs.filter((job) => job.lastRun?.ok === false);
          return (
            <>
              {failed.length > 0 && <Alert mb="sm" color="red" variant="light" p="xs">{t("admin.jobsFailing", { count: failed.length, names: failed.map((job) => job.label).join(", ") })}</Alert>}
              <Table.ScrollContainer minWidth={860}>
                <Table verticalSpacing="xs" highlightOnHover>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t("admin.job")}</Table.Th><Table.Th>{t("admin.rhythm")}</Table.Th><Table.Th>{t("admin.lastRun")}</Table.Th>
                      <Table.Th>{t("admin.nextRun")}</Table.Th><Table.Th>{t("admin.enabled")}</Table.Th><Table.Th><VisuallyHidden>{t("admin.actions")}</VisuallyHidden></Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {answer.jobs.filter((job) => `${job.label} ${job.name} ${job.description}`.toLowerCase().includes(needle)).map((job) => (
                      <Table.Tr key={job.name}>
                        <Table.Td maw={340}>
                          <Anchor component="button" type="button" ta="start" fz="sm" fw={500} onClick={() => setChosen(job.name)}>{job.label}</Anchor>
                          <Text fz="xs" c="dimmed">{job.description}</Text>
                        </Table.Td>
                        <Table.Td ff="monospace" fz="xs" style={{ whiteSpace: "nowrap" }}>{job.schedule}</Table.Td>
                        <Table.Td>
                          {job.state === "running" ? <Mark tone="running">{t("admin.jobState_running")}</Mark> : job.lastRun ? (
                            <Group gap={6} wrap="nowrap">
                              <Mark tone={job.lastRun.ok === false ? "failed" : "ok"}>{job.lastRun.ok === false ? t("admin.failed") : t("admin.ok")}</Mark>
                              <When at={job.lastRun.startedAt} />
                              {job.lastRun.durationMs !== null && <Text fz="xs" c="dimmed">{took(job.lastRun.durationMs)}</Text>}
                            </Group>
                          ) : <Text fz="sm" c="dimmed">{t("admin.notYet")}</Text>}
                          {job.lastRun?.error && <Text fz="xs" c="red" lineClamp={2}>{job.lastRun.error}</Text>}
                        </Table.Td>
                        <Table.Td>{job.enabled ? <When at={job.nextRunAt} /> : "–"}</Table.Td>
                        <Table.Td>
                          <Switch aria-label={t("admin.jobOn", { name: job.label })} checked={job.enabled} disabled={!job.canDisable || !may("manageCron")}
                            title={job.canDisable ? undefined : t("admin.jobRequired")}
                            onChange={(event) => turn.mutate({ name: job.name, enabled: event.currentTarget.checked })} />
                        </Table.Td>
                        <Table.Td ta="right">
                          {may("manageCron") && (
                            <Button size="compact-xs" variant="default" disabled={job.state === "running"} loading={run.isPending && run.variables === job.name}
                              onClick={() => run.mutate(job.name)} aria-label={t("admin.runNowName", { name: job.label })}>{t("admin.runNow")}</Button>
                          )}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </>
          );
        }}
      </Loaded>
      <Drawer opened={chosen !== null} onClose={() => setChosen(null)} position="right" size="lg" title={query.data?.jobs.find((job) => job.name === chosen)?.label}
        closeButtonProps={{ "aria-label": t("admin.close") }}>
        {chosen && <JobDetail name={chosen} again={again} />}
      </Drawer>
    </>
  );
}

function JobDetail({ name, again }: { name: string; again: () => Promise<unknown> }) {
  const { t, took } = useWords();
  const may = useMay();
  const query = useQuery({
    queryKey: ["admin", "cron", "one", name], queryFn: () => ask(api.GET("/api/mind/cron/{name}", { params: { path: { name } } })), refetchInterval: POLL,
  });
  return (
    <Loaded query={query}>
      {(job) => (
        <Stack>
          <Text fz="sm">{job.description}</Text>
          {may("manageCron") && <Rhythm job={job} again={again} />}
          <Text component="h3" fw={600} m={0}>{t("admin.lastRuns")}</Text>
          {job.runs.length === 0 && <Text fz="sm" c="dimmed">{t("admin.noRuns")}</Text>}
          <Table fz="sm" verticalSpacing={4}>
            <Table.Tbody>
              {job.runs.map((run, index) => (
                <Table.Tr key={index}>
                  <Table.Td><When at={run.startedAt} /></Table.Td>
                  <Table.Td><Mark tone={run.ok === false ? "failed" : run.ok ? "ok" : "running"}>{run.ok === false ? t("admin.failed") : run.ok ? t("admin.ok") : t("admin.jobState_running")}</Mark></Table.Td>
                  <Table.Td>{run.durationMs === null ? "" : took(run.durationMs)}</Table.Td>
                  <Table.Td>{run.error ? <Text fz="xs" c="red">{run.error}</Text> : run.result && <Text fz="xs" c="dimmed" ff="monospace">{JSON.stringify(run.result)}</Text>}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
    </Loaded>
  );
}

function Rhythm({ job, again }: { job: Schemas["CronDetail"]; again: () => Promise<unknown> }) {
  const { t } = useWords();
  const initial = useMemo(() => ({ schedule: job.schedule }), [job.schedule]);
  const form = useDraftForm({
    key: `cron.${job.name}`, initial, codes: { bad_format: "schedule" },
    save: async (values) => {
      await ask(api.PATCH("/api/mind/cron/{name}", { params: { path: { name: job.name } }, body: { schedule: values.schedule.trim() || null } as Schemas["CronUpdate"] }));
      await again();
    },
  });
  return (
    <FormBox form={form}>
      <TextInput label={t("admin.rhythm")} description={t("admin.rhythmHint")} value={form.values.schedule} error={form.fault("schedule")} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        onChange={(event) => form.set("schedule", event.currentTarget.value)} />
      <FormButtons form={form} save={t("admin.save")} />
    </FormBox>
  );
}

const STATES = ["waiting", "running", "failed", "done", "cancelled"] as const;
type State = (typeof STATES)[number];
const PAGE = 50;

function Queue() {
  const { t, language } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const problem = useShowProblem();
  const [state, setState] = useState<State | "all">("all");
  const [page, setPage] = useState(1);
  const [opened, setOpened] = useState<Schemas["JobRead"] | null>(null);
  const query = useQuery({
    queryKey: ["admin", "jobs", state, page, language],
    queryFn: () => ask(api.GET("/api/mind/job", { params: { query: { state: state === "all" ? undefined : [state], limit: PAGE, offset: (page - 1) * PAGE } } })),
    refetchInterval: POLL,
    placeholderData: keepPreviousData,
  });
  const settled = { onError: problem, onSettled: () => client.invalidateQueries({ queryKey: ["admin", "jobs"] }) };
  const retry = useMutation({ mutationFn: (id: number) => ask(api.POST("/api/mind/job/{id}/retry", { params: { path: { id } } })), ...settled });
  const cancel = useMutation({ mutationFn: (id: number) => ask(api.POST("/api/mind/job/{id}/cancel", { params: { path: { id } } })), ...settled });
  const counts = (query.data?.counts ?? {}) as Record<string, number>;
  return (
    <>
      <Box style={{ overflowX: "auto" }} mb="sm">
        <SegmentedControl size="xs" value={state} onChange={(value) => { setState(value as State | "all"); setPage(1); }} aria-label={t("admin.state")}
          data={[{ value: "all", label: t("admin.all") }, ...STATES.map((value) => ({ value, label: `${t(`admin.jobState_${value}`)} ${counts[value] ?? 0}` }))]} />
      </Box>
      <Loaded query={query} rows={10} isEmpty={(answer) => answer.jobs.length === 0} empty={<Nothing title={t("admin.noJobs")}>{t("admin.noJobsHint")}</Nothing>}>
        {(answer) => (
          <>
            <Table.ScrollContainer minWidth={760}>
              <Table verticalSpacing={6} highlightOnHover>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("admin.job")}</Table.Th><Table.Th>{t("admin.state")}</Table.Th><Table.Th>{t("admin.planned")}</Table.Th>
                    <Table.Th>{t("admin.finished")}</Table.Th><Table.Th>{t("admin.tries")}</Table.Th><Table.Th><VisuallyHidden>{t("admin.actions")}</VisuallyHidden></Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {answer.jobs.map((job) => (
                    <Table.Tr key={job.id}>
                      <Table.Td>
                        <Anchor component="button" type="button" ta="start" fz="sm" onClick={() => setOpened(job)}>{job.label}</Anchor>
                        {job.error && <Text fz="xs" c="red" lineClamp={1}>{job.error}</Text>}
                      </Table.Td>
                      <Table.Td><Mark tone={job.state}>{t(`admin.jobState_${job.state as State}`)}</Mark></Table.Td>
                      <Table.Td><When at={job.scheduledAt} /></Table.Td>
                      <Table.Td><When at={job.finishedAt} /></Table.Td>
                      <Table.Td fz="sm">{job.attempts}</Table.Td>
                      <Table.Td ta="right">
                        {may("manageCron") && job.state === "failed" && <Button size="compact-xs" variant="default" onClick={() => retry.mutate(job.id)}>{t("admin.tryAgain")}</Button>}
                        {may("manageCron") && job.state === "waiting" && <Button size="compact-xs" variant="subtle" color="red" onClick={() => cancel.mutate(job.id)}>{t("admin.cancelJob")}</Button>}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            {answer.total > PAGE && <Pagination mt="sm" size="sm" total={Math.ceil(answer.total / PAGE)} value={page} onChange={setPage} />}
          </>
        )}
      </Loaded>
      <Drawer opened={opened !== null} onClose={() => setOpened(null)} position="right" size="md" title={opened?.label} closeButtonProps={{ "aria-label": t("admin.close") }}>
        {opened && <Json value={opened} />}
      </Drawer>
    </>
  );
}
