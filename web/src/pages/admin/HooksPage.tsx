import {
  Anchor, Alert, Button, Code, Drawer, Group, JsonInput, MultiSelect, Pagination, SegmentedControl, Select, Stack, Switch, Table, Tabs, Text, Textarea, TextInput,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useMay } from "@/app/auth";
import { api, ask, changesOf, type Schemas } from "./kit/backend";
import { AskFirst, FormBox, FormButtons, Frame, Json, Loaded, Mark, Nothing, PageHead, When } from "./kit/pieces";
import { useDraftForm } from "./kit/useDraftForm";
import { useWords } from "./kit/words";

type Hook = Omit<Schemas["EventHookRead"], "udf">;

const EVENTS = [
  "TicketCreated", "TicketResponse", "TicketUpdated", "ConversationCreated", "TicketRouted", "TicketForwarded", "TicketClosedDueToInactivity",
  "EmailAutoresponder", "SendEmail", "ProfileCreated", "ProfileUpdated", "ProfileDeleted", "CronMinute", "CronHour", "CronDay", "CronWeek",
  "ReminderDue", "ReportReady", "QualityAssessmentReady", "QualityAssessmentReviewed", "QualityAssessmentFailed", "QualityAppealCreated",
  "QualityAppealDecided", "QualityDriftDetected",
];

interface Call {
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  [key: string]: unknown;
}

interface Executor {
  type?: string;
  request?: Call;
  parameters?: { url?: string; [key: string]: unknown };
  [key: string]: unknown;
}

export default function HooksPage() {
  const { t } = useWords();
  const [chosen, setChosen] = useState<Hook | "new" | null>(null);
  const query = useQuery({ queryKey: ["admin", "hooks"], queryFn: () => ask(api.GET("/api/mind/settings/eventHook")), refetchInterval: 15_000 });
  const add = <Button onClick={() => setChosen("new")}>{t("admin.addHook")}</Button>;
  const current = chosen && chosen !== "new" ? (query.data?.eventHooks.find((hook) => hook.id === chosen.id) ?? chosen) : chosen;
  return (
    <Frame>
      <PageHead title={t("admin.hooks")} about={t("admin.hooksAbout")} action={add} />
      <Loaded query={query} isEmpty={(answer) => answer.eventHooks.length === 0} empty={<Nothing title={t("admin.noHooks")} action={add}>{t("admin.noHooksHint")}</Nothing>}>
        {(answer) => (
          <Table.ScrollContainer minWidth={640}>
            <Table verticalSpacing="xs" highlightOnHover>
              <Table.Thead>
                <Table.Tr><Table.Th>{t("admin.name")}</Table.Th><Table.Th>{t("admin.events")}</Table.Th><Table.Th>{t("admin.lastRun")}</Table.Th><Table.Th>{t("admin.state")}</Table.Th></Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {answer.eventHooks.map((hook) => (
                  <Table.Tr key={hook.id}>
                    <Table.Td>
                      <Anchor component="button" type="button" ta="start" fz="sm" fw={500} onClick={() => setChosen(hook)}>{hook.name}</Anchor>
                      <Text fz="xs" c="dimmed" truncate maw={320}>{addressOf(hook.executor as Executor)}</Text>
                    </Table.Td>
                    <Table.Td><Text fz="sm" lineClamp={2}>{hook.events.join(", ")}</Text></Table.Td>
                    <Table.Td>
                      {hook.lastRun ? <Group gap={6}><Mark tone={hook.lastRun.ok ? "ok" : "failed"}>{hook.lastRun.ok ? t("admin.ok") : t("admin.failed")}</Mark><When at={hook.lastRun.at} /></Group> : <Text fz="sm" c="dimmed">{t("admin.notYet")}</Text>}
                      {hook.lastRun?.error && <Text fz="xs" c="red" lineClamp={1}>{hook.lastRun.error}</Text>}
                    </Table.Td>
                    <Table.Td><Mark tone={hook.enabled ? "green" : "gray"}>{hook.enabled ? t("admin.on") : t("admin.off")}</Mark></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      <Drawer opened={current !== null} onClose={() => setChosen(null)} position="right" size="xl" title={current === "new" ? t("admin.addHook") : current?.name}
        closeButtonProps={{ "aria-label": t("admin.close") }}>
        {current && (current === "new" ? <HookForm hook={null} close={() => setChosen(null)} /> : (
          <Tabs defaultValue="setup" keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="setup">{t("admin.setup")}</Tabs.Tab>
              <Tabs.Tab value="deliveries">{t("admin.deliveries")}</Tabs.Tab>
              <Tabs.Tab value="try">{t("admin.tryHook")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="setup"><HookForm hook={current} close={() => setChosen(null)} /></Tabs.Panel>
            <Tabs.Panel value="deliveries"><Deliveries hook={current} /></Tabs.Panel>
            <Tabs.Panel value="try"><TryHook hook={current} /></Tabs.Panel>
          </Tabs>
        ))}
      </Drawer>
    </Frame>
  );
}

const addressOf = (executor: Executor): string => executor.request?.url ?? executor.parameters?.url ?? "";

function valuesOf(hook: Hook | null) {
  const executor = (hook?.executor ?? {}) as Executor;
  return {
    name: hook?.name ?? "", events: hook?.events ?? [], enabled: hook?.enabled ?? true, url: addressOf(executor), method: executor.request?.method ?? "POST",
    headers: Object.entries(executor.request?.headers ?? {}).map(([name, value]) => `${name}: ${value}`).join("\n"),
    signingSecret: hook?.signingSecret ?? "", condition: hook?.condition ? JSON.stringify(hook.condition, null, 2) : "",
  };
}

function HookForm({ hook, close }: { hook: Hook | null; close: () => void }) {
  const { t } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const initial = useMemo(() => valuesOf(hook), [hook]);
  const secrets = useQuery({ queryKey: ["admin", "secrets"], queryFn: () => ask(api.GET("/api/mind/settings/secret")), enabled: may("manageSecrets") });
  const again = () => client.invalidateQueries({ queryKey: ["admin", "hooks"] });
  const form = useDraftForm({
    key: `hook.${hook?.id ?? "new"}`, initial, codes: { name_taken: "name" },
    save: async (values) => {
      const changed = hook ? changesOf(initial, values) : values;
      const { url, method, headers, condition, signingSecret, ...rest } = changed;
      const old = (hook?.executor ?? {}) as Executor;
      const called = [url, method, headers].some((one) => one !== undefined);
      const pairs = values.headers.split("\n").map((line) => line.split(/:(.*)/s)).filter((parts) => parts[0]?.trim());
      const body = {
        ...rest,
        ...(called ? {
          executor: {
            ...old, type: "apiCall",
            request: {
              ...old.request, url: values.url.trim(), method: values.method,
              headers: Object.fromEntries(pairs.map(([name, value]) => [(name ?? "").trim(), (value ?? "").trim()])),
            },
          },
        } : {}),
        ...(condition === undefined ? {} : { condition: condition.trim() ? (JSON.parse(condition) as Record<string, unknown>) : null }),
        ...(signingSecret === undefined ? {} : { signingSecret: signingSecret || null }),
      };
      if (hook) await ask(api.PATCH("/api/mind/settings/eventHook/{id}", { params: { path: { id: hook.id } }, body: body as Schemas["EventHookUpdate"] }));
      else await ask(api.POST("/api/mind/settings/eventHook", { body: { order: 0, ...body } as Schemas["EventHookCreate"] }));
      await again();
      notifications.show({ message: t("admin.saved"), color: "green" });
    },
  });
  const { values, set, fault } = form;
  return (
    <FormBox form={form} label={hook?.name ?? t("admin.addHook")} done={() => { if (!hook) { form.reset(); close(); } }}>
      <TextInput label={t("admin.name")} required value={values.name} error={fault("name")} data-autofocus onChange={(event) => set("name", event.currentTarget.value)} />
      <MultiSelect label={t("admin.events")} description={t("admin.eventsHint")} required searchable data={[...new Set([...EVENTS, ...values.events])]} value={values.events} error={fault("events")}
        onChange={(value) => set("events", value)} />
      <Group align="flex-start" wrap="nowrap">
        <Select label={t("admin.httpMethod")} w={110} allowDeselect={false} data={["POST", "PUT", "PATCH"]} value={values.method} onChange={(value) => value && set("method", value)} />
        <TextInput label={t("admin.url")} required type="url" placeholder="https://erp.example.com/hooks/desk" value={values.url} style={{ flex: 1 }}
          error={fault("request.url") ?? fault("url") ?? fault("executor")} onChange={(event) => set("url", event.currentTarget.value)} />
      </Group>
      <Textarea label={t("admin.headers")} description={t("admin.headersHint")} autosize minRows={2} placeholder={"Authorization: Bearer {{secret.ERP_TOKEN}}"} value={values.headers} error={fault("headers")}
        onChange={(event) => set("headers", event.currentTarget.value)} />
      {may("manageSecrets") && (
        <Select label={t("admin.signingSecret")} description={t("admin.signingSecretHint")} clearable value={values.signingSecret || null} error={fault("signingSecret")}
          data={[...new Set([...(secrets.data?.secrets ?? []).map((one) => one.key), ...(values.signingSecret ? [values.signingSecret] : [])])]} onChange={(value) => set("signingSecret", value ?? "")} />
      )}
      <JsonInput label={t("admin.condition")} description={t("admin.conditionHint")} autosize minRows={2} validationError={t("admin.notJson")} value={values.condition} error={fault("condition")}
        onChange={(value) => set("condition", value)} />
      <Switch label={t("admin.enabled")} checked={values.enabled} onChange={(event) => set("enabled", event.currentTarget.checked)} />
      <FormButtons form={form} save={hook ? t("admin.save") : t("admin.addHook")}>
        {hook && (
          <AskFirst label={t("admin.remove")} title={t("admin.removeHookTitle", { name: hook.name })} text={t("admin.removeHookText")} confirm={t("admin.remove")}
            run={async () => { await ask(api.DELETE("/api/mind/settings/eventHook/{id}", { params: { path: { id: hook.id } } })); await again(); close(); }} />
        )}
      </FormButtons>
    </FormBox>
  );
}

const STATES = ["waiting", "ok", "failed"] as const;
const PAGE = 25;

function Deliveries({ hook }: { hook: Hook }) {
  const { t, took, errorText } = useWords();
  const may = useMay();
  const client = useQueryClient();
  const [state, setState] = useState<(typeof STATES)[number] | "all">("all");
  const [page, setPage] = useState(1);
  const key = ["admin", "deliveries", hook.id];
  const query = useQuery({
    queryKey: [...key, state, page],
    queryFn: () =>
      ask(api.GET("/api/mind/settings/eventHook/{id}/delivery", {
        params: { path: { id: hook.id }, query: { state: state === "all" ? undefined : state, limit: PAGE, offset: (page - 1) * PAGE } },
      })),
    refetchInterval: 5_000,
  });
  const again = useMutation({
    mutationFn: (id: number) => ask(api.POST("/api/mind/event/{id}/retry", { params: { path: { id } } })),
    onError: (error) => notifications.show({ message: errorText(error), color: "red" }),
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  });
  return (
    <Stack gap="sm">
      <SegmentedControl size="xs" value={state} aria-label={t("admin.state")} onChange={(value) => { setState(value as typeof state); setPage(1); }}
        data={[{ value: "all", label: t("admin.all") }, ...STATES.map((value) => ({ value, label: t(`admin.delivery_${value}`) }))]} />
      <Loaded query={query} rows={5} isEmpty={(answer) => answer.total === 0} empty={<Nothing title={t("admin.noDeliveries")}>{t("admin.noDeliveriesHint")}</Nothing>}>
        {(answer) => (
          <>
            <Table verticalSpacing={6} fz="sm">
              <Table.Tbody>
                {answer.deliveries.map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Td><Mark tone={one.state}>{t(`admin.delivery_${one.state}`)}</Mark></Table.Td>
                    <Table.Td>
                      {one.event} {one.ticketId && <Link to={`/ticket/${one.ticketId}`}>#{one.ticketId}</Link>}
                      {one.error && <Text fz="xs" c="red">{one.error}</Text>}
                    </Table.Td>
                    <Table.Td><When at={one.startedAt} /></Table.Td>
                    <Table.Td>{[one.httpStatus, one.durationMs === null ? null : took(one.durationMs), t("admin.tryNumber", { n: one.attempt })].filter(Boolean).join(" · ")}</Table.Td>
                    <Table.Td ta="right">
                      {one.state === "failed" && may("retryEvents") && <Button size="compact-xs" variant="default" onClick={() => again.mutate(one.eventId)}>{t("admin.sendAgain")}</Button>}
                      {one.nextAttemptAt && <Text fz="xs" c="dimmed">{t("admin.nextTry")} <When at={one.nextAttemptAt} /></Text>}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            {answer.total > PAGE && <Pagination size="sm" total={Math.ceil(answer.total / PAGE)} value={page} onChange={setPage} />}
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function TryHook({ hook }: { hook: Hook }) {
  const { t, errorText } = useWords();
  const [event, setEvent] = useState(hook.events[0] ?? "TicketUpdated");
  const [payload, setPayload] = useState('{\n  "ticketId": 1,\n  "changes": { "status": "closed" }\n}');
  const trial = useMutation({
    mutationFn: () => ask(api.POST("/api/mind/settings/eventHook/{id}/test", { params: { path: { id: hook.id } }, body: { event, payload: JSON.parse(payload) as Record<string, never> } })),
  });
  return (
    <Stack gap="sm">
      <Text fz="sm" c="dimmed">{t("admin.tryHookHint")}</Text>
      <Select label={t("admin.event")} allowDeselect={false} data={[...new Set([...hook.events, ...EVENTS])]} value={event} onChange={(value) => value && setEvent(value)} searchable />
      <JsonInput label={t("admin.payload")} autosize minRows={4} validationError={t("admin.notJson")} value={payload} onChange={setPayload} />
      <Group><Button loading={trial.isPending} onClick={() => trial.mutate()}>{t("admin.tryHook")}</Button></Group>
      {trial.error && <Alert color="red" variant="light" role="alert">{errorText(trial.error)}</Alert>}
      {trial.data && (
        <Stack gap="xs" role="status">
          <Text fz="sm">{trial.data.wanted ? t("admin.hookWants") : t("admin.hookIgnores")}</Text>
          {trial.data.error && <Alert color="red" variant="light"><Code>{trial.data.error}</Code></Alert>}
          {trial.data.calls.length > 0 && <Json value={trial.data.calls} />}
        </Stack>
      )}
    </Stack>
  );
}
