import { Anchor, Button, Code, Group, Select, Table, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "./kit/backend";
import { usePeopleChoices } from "./kit/lookups";
import { Frame, Loaded, Nothing, PageHead } from "./kit/pieces";
import { useWords } from "./kit/words";

interface Entry {
  id: number;
  at: string;
  userId: number | null;
  userName: string | null;
  action: string;
  objectType: string;
  objectId: number;
  field: string | null;
  oldValue: unknown;
  newValue: unknown;
  txId: string;
  ip: string | null;
}

const ROWS = 100;
const OBJECTS = [
  "profile", "role", "team", "setting", "secret", "subchannel", "tag", "template", "emailTemplate", "eventHook", "cron", "job", "export",
  "scorecard", "assessment", "conversation", "customer", "contract", "serviceWorker",
] as const;
type ObjectName = (typeof OBJECTS)[number];
const PLACES: Partial<Record<string, (id: number) => string>> = {
  profile: (id) => `/admin/people/${id}`,
  role: (id) => `/admin/roles/${id}`,
  scorecard: (id) => `/quality/scorecards/${id}`,
  assessment: (id) => `/quality/assessment/${id}`,
};

const isObject = (name: string): name is ObjectName => (OBJECTS as readonly string[]).includes(name);

export default function AuditPage() {
  const { t } = useWords();
  const people = usePeopleChoices();
  const [objectType, setObjectType] = useState<string | null>(null);
  const [userId, setUserId] = useState<string | null>(null);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const log = useInfiniteQuery({
    queryKey: ["admin", "audit", objectType, userId, from, to],
    queryFn: async ({ pageParam }) => {
      const given = { objectType, userId, from, to, beforeId: pageParam, limit: ROWS };
      const query = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
      return (await ask(api.GET("/api/mind/audit" as never, { params: { query } } as never))) as { entries: Entry[]; total: number };
    },
    initialPageParam: 0,
    getNextPageParam: (last) => (last.entries.length === ROWS ? last.entries.at(-1)?.id : undefined),
  });
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Frame>
      <PageHead title={t("admin.audit")} about={t("admin.auditAbout")} />
      <Group gap="sm" mb="md" align="flex-end">
        <Select label={t("admin.auditObject")} placeholder={t("admin.auditAll")} clearable searchable value={objectType} onChange={setObjectType}
          clearButtonProps={{ "aria-label": t("admin.clear") }}
          data={OBJECTS.map((name) => ({ value: name, label: t(`admin.object_${name}`) })).sort((one, other) => one.label.localeCompare(other.label))} />
        <Select label={t("admin.auditWho")} placeholder={t("admin.auditAll")} clearable searchable value={userId} onChange={setUserId} data={people}
          clearButtonProps={{ "aria-label": t("admin.clear") }} />
        <TextInput type="date" label={t("admin.from")} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TextInput type="date" label={t("admin.until")} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        {log.data && <Text fz="sm" c="dimmed" role="status" pb={8}>{t("admin.auditCount", { count: log.data.pages[0]?.total ?? 0 })}</Text>}
      </Group>
      <Loaded query={log} rows={8} isEmpty={() => entries.length === 0} empty={<Nothing title={t("admin.auditNone")}>{t("admin.auditNoneHint")}</Nothing>}>
        {() => (
          <>
            <Table.ScrollContainer minWidth={760}>
              <Table verticalSpacing="xs" layout="fixed">
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th w={170}>{t("admin.auditWhen")}</Table.Th><Table.Th w={170}>{t("admin.auditWho")}</Table.Th>
                    <Table.Th w={210}>{t("admin.auditWhat")}</Table.Th><Table.Th>{t("admin.auditChange")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>{entries.map((entry) => <Row key={entry.id} entry={entry} />)}</Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            {log.hasNextPage && (
              <Group justify="center" my="md">
                <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>{t("admin.auditMore")}</Button>
              </Group>
            )}
          </>
        )}
      </Loaded>
    </Frame>
  );
}

function Row({ entry }: { entry: Entry }) {
  const { t, moment } = useWords();
  const place = entry.objectId > 0 ? PLACES[entry.objectType]?.(entry.objectId) : undefined;
  const name = `${isObject(entry.objectType) ? t(`admin.object_${entry.objectType}`) : entry.objectType}${entry.objectId > 0 ? ` ${entry.objectId}` : ""}`;
  return (
    <Table.Tr>
      <Table.Td fz="sm">{moment(entry.at)}</Table.Td>
      <Table.Td fz="sm">
        {entry.userName ?? t("admin.auditSystem")}
        {entry.ip && <Text fz="xs" c="dimmed" truncate>{entry.ip}</Text>}
      </Table.Td>
      <Table.Td fz="sm">
        {place ? <Anchor component={Link} to={place} fz="sm">{name}</Anchor> : name}
        <Text fz="xs" c="dimmed" ff="monospace" truncate title={entry.action}>{entry.action}</Text>
      </Table.Td>
      <Table.Td fz="sm"><Change entry={entry} /></Table.Td>
    </Table.Tr>
  );
}

const LONG = 120;

function Change({ entry }: { entry: Entry }) {
  const { t } = useWords();
  const [whole, setWhole] = useState(false);
  const text = (value: unknown) => (value === null || value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value));
  const [before, after] = [text(entry.oldValue), text(entry.newValue)];
  const nothing = before === "–" && after === "–";
  const long = before.length > LONG || after.length > LONG;
  const shown = (value: string) => (whole || value.length <= LONG ? value : `${value.slice(0, LONG)}…`);
  return (
    <>
      {entry.field && <Text span fz="sm" fw={500}>{entry.field}{nothing ? "" : ": "}</Text>}
      {!nothing && <Code style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>{shown(before)} → {shown(after)}</Code>}
      {long && <Button size="compact-xs" variant="subtle" onClick={() => setWhole(!whole)}>{t(whole ? "admin.auditLess" : "admin.auditWhole")}</Button>}
    </>
  );
}
